"""PostgreSQL, where ``DATABASE_URL`` names one: what several machines share instead of one machine's files.

Begin with ``connection.py``: ``Database`` lends connections. ``migrations.py`` holds every table there is,
``refusals.py`` says in one sentence what PostgreSQL would not do, and ``sealing.py`` encrypts what is
secret. Nothing here is imported, and psycopg neither, before a database is used.
"""
