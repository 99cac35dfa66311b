"""A seeded Jira over HTTP on loopback: the demo's data, the tests' double, the benchmarks' server.

``world`` writes the history, ``site`` holds it and lets it change, ``cloud``
and ``data_center`` say it in JSON, ``server`` serves it. ``repositories`` writes
what the teams' code was meanwhile, and ``gitlab`` says that. The clients that talk
to them are those that talk to a customer's Jira and GitLab.
Nothing is imported here: every command needs the names of ``catalogue``, few need the server.
"""
