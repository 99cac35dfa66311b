"""The command line: options in, text out. One command tells its answer on stdout and nothing else.

Begin with ``console.py``, which holds the group of commands and the border where an error becomes one
sentence, one remedy and an exit code. Each group of commands has a file: ``reading.py``, ``intake.py``,
``serving.py``, ``logs.py``, ``demo_jira.py``; ``invocation.py`` has what all of them take.
"""
