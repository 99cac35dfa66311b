"""Answers for outside: JSON, tables for notebooks and CSV, the list of issues, the rows behind a number.

Begin with ``document.py``, the JSON of ``metrics``; every CSV goes through ``frames.py``.
"""
