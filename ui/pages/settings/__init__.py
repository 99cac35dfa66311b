"""The Settings page, a file for each of its sections, as layouts; ``callbacks/`` has what a click does.

Begin with ``page.py``; ``ids.py`` names the parts that callbacks fill.
"""
