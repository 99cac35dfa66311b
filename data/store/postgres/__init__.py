"""The store in PostgreSQL: rows of all scopes in common tables, the number of the scope first in every key.

``rows.py`` is every statement, ``place.py`` the transactions around them. The tables are made with all others
by ``configuration/database/migrations.py``.
"""
