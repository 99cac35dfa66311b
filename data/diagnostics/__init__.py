"""How the program itself is doing: syncs, timings, the end of the log, and a bundle for whoever helps.

Begin with ``diagnostics.py``; nothing here reads issues.
"""
