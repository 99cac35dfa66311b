"""How issues come in: syncs with a Jira, imports of files, the sample Jira, and the jobs that run them.

Begin with ``profile_sync.py`` (one sync of a profile, from lock to ledger), then ``sync.py`` (its stations).
"""
