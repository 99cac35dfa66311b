"""What things cost, laid out like the source; run by ``make bench``.

Every gate is a ratio to a yardstick in the same process, an exponent or a
count; ``tests/support/gates.py`` measures and holds them. Two kinds live
elsewhere: the specification's own in ``tests/unit/data/test_performance.py``,
and what needs Chromium in ``tests/browser/test_benchmarks.py``.
"""
