"""What Dash calls: values of the page in, values of the page out. One file a feature, each with ``register``.

Begin with ``dashboard.py`` for the Overview, or with ``panels.py`` for how any page of cards is filled;
``notices.py`` is where errors stop. Around these: ``settings/`` (the Settings page), ``web/`` (the server
and its files) and ``cli/`` (the commands).
"""
