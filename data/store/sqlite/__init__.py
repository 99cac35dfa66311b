"""The store on SQLite: one file a scope, in the cache folder.

``rows.py`` is every statement, ``schema.py`` the file, ``opening.py`` how it is opened even where nothing
can be written beside it; ``place.py`` puts them together.
"""
