"""GitHub and GitLab as sources: their deployments, releases and merged requests.

Begin with ``port.py``, which says what a host tells of a repository; ``github.py`` and ``gitlab.py`` ask the
one and the other through ``client.py``; ``reading.py`` reads a repository, what is new of it alone, and
``placing.py`` tells which deployment carried each change out.
"""
