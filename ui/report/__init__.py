"""Pages that stand alone in a file: the report with all its evidence, and pages that tell of a problem.

Begin with ``page.py``; ``standalone.py`` escapes whatever the templates are given.
"""
