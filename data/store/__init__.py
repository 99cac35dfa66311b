"""Where issues are kept: one SQLite file a scope, rows as Jira told them, and the same as columns.

The front desk is ``data/cache_manager.py``. Begin with ``database.py``; ``columns.py`` turns rows into the
issue table and ``blobs.py`` keeps it.
"""
