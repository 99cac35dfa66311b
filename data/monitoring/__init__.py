"""What a watcher such as Prometheus reads of a server: counts of its processes, and how its database stands.

Begin with ``endpoint.py``: all processes of a home on one machine are one address there. ``counters.py`` is
what each of them counts, ``slots.py`` where these counts lie, ``standing.py`` what is asked when somebody
reads. Nothing of it is imported, and prometheus-client neither, unless ``METRICS_PORT`` is set.
"""
