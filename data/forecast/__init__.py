"""What may be promised: runs over the weeks that were, and the record of what was promised so.

Begin with ``history.py``, what is sampled; ``paths.py`` draws, ``answer.py`` answers, ``record.py`` keeps
count.
"""
