"""What Throughline costs at which size: ``python -m tools.measure_scale`` writes the tables of docs/scale.md.

``__main__`` has the options and the order of things, ``meaning`` measures the numbers in one process,
``real`` the commands and the server in processes of their own, and ``page`` knows the tables.
"""
