"""What is seen, as functions of numbers: components, figures, pages, the report. Without callbacks.

Begin with ``pages/overview.py`` for a page, ``components/card.py`` for a card,
``figures/charts.py`` for charts.
"""
