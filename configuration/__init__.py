"""What everything else stands on and what imports nothing of ours: errors, settings, profiles, files, logs.

Begin with ``profile.py`` for what a team can set, ``settings.py`` for what the environment says, and
``errors.py`` for which mistake ends with which exit code. ``files.py``, ``locks.py`` and ``origins.py``
are what all others need of a disk and of an address.
"""
