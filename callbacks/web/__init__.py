"""The web server: the Dash application, who may talk to it, what can be downloaded from it.

Begin with ``application.py`` (everything put together), then ``guard.py`` (hosts and origins), ``exports.py``
and ``reporting.py`` (files), ``serving.py`` (a port, until Ctrl-C).
"""
