"""GitHub as a source: its deployments, releases and merged requests.

Begin with ``port.py``, which says what a host tells of a repository; ``github.py`` asks GitHub
through ``client.py``; ``reading.py`` reads a repository, what is new of it alone, and
``placing.py`` tells which deployment carried each change out.
"""
