"""Questions put to a Jira before one relies on it: connection, account, clock, query, mapping.

Begin with ``connection.py``; ``draft.py`` asks the same of a connection that is not saved yet.
"""
