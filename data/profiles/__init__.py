"""The profiles of a home: what stands in them, whether it fits together, and where their issues come from.

The front desk is ``data/persistence.py``, which reads and writes the files. Begin with ``sources.py``:
a profile with everything the environment adds to it.
"""
