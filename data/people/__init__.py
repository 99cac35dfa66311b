"""People, in server mode: which groups own a profile, who is signed in, who changed what.

Begin with ``owners.py``; whose turn it is at the moment stands in ``configuration/people.py``.
"""
