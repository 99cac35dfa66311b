"""Which field and which status of a Jira means what: proposals with reasons, and what a choice would change.

The front desk is ``data/field_mapper.py``. Begin with ``field_proposals.py``.
"""
