"""Parts of a page that are used more than once: cards, charts with their frame, drawer, banners, findings.

Begin with ``card.py``, where a number becomes a card.
"""
