"""Charts as plotly figures in plain dicts: data of a chart in, figure out; one theme, both schemes.

Begin with ``charts.py``, the list of all charts, and ``parts.py``, what they are made of.
"""
