"""A seeded Jira over HTTP on loopback: the demo's data, the tests' double, the benchmarks' server.

``world`` writes the history, ``site`` holds it and lets it change, ``cloud``
and ``data_center`` say it in JSON, ``server`` serves it. The client that talks
to it is the one that talks to a customer's Jira.
"""

from data.simulator.server import JiraSimulator

__all__ = ["JiraSimulator"]
