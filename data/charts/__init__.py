"""What there is to draw, as numbers: one file a chart, from the context of a view to plain data. Pure.

Begin with ``subject.py``, what a chart is given; how it looks is decided in ``ui/figures/``.
"""
