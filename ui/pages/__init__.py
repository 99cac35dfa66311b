"""The pages: which cards and charts stand where. No numbers are made here.

Begin with ``registry.py``, the list of pages.
"""
