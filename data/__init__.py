"""From Jira to numbers. The rooms are wings, each an idea; what lies beside them are their front desks.

Begin with ``pipeline.py``: the way of a number as code. The order of the wings is drawn in CONTRIBUTING.
"""
