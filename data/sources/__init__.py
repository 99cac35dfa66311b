"""Where deployments come from: the port that every source fills, and one file for each of them.

Begin with ``port.py``, which says what a source gives; ``choice.py`` lists the sources in the order of trust.
"""
