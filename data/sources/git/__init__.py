"""A local clone as a source: its tags are deployments, what came into its main line are changes.

Begin with ``clone.py``, which reads one; ``program.py`` runs git so that nothing of the clone's own is
executed, ``commits.py`` reads its log, ``history.py`` tells which commits are one change and what carried
each out, and ``rows.py`` makes rows of them.
"""
