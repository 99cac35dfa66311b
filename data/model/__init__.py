"""The nouns that all wings share: tables, instants, periods, results, and how words are compared.

Begin with ``tables.py`` (issue rows and the issue table) and ``metric.py`` (what a metric is);
``columns.py`` says how a field of the issue table becomes a column, ``instants.py`` how instants are
written. All of it is pure but ``clock.py``, the one place that asks what time it is.
"""
