"""Where issues are kept: one scope each, rows as Jira told them, and the same as columns.

The front desk is ``data/cache_manager.py``. Begin with ``database.py``; ``columns.py`` turns rows into the
issue table and ``blobs.py`` keeps it. What all of this needs of where a scope lies is in ``port.py``,
and ``sqlite/`` is such a place: a file.
"""
