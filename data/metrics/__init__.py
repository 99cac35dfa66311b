"""The numbers: one pure function a file, from a context to a value and a reason for every row left out.

Begin with ``flow_velocity.py``, the shortest, and ``context.py``, what all of them are given; ``evaluate.py``
adds percentiles, comparison and weeks. The families stand in ``data/dora_calculator.py`` and
``data/flow_calculator.py``.
"""
