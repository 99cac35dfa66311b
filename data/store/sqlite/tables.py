"""The tables of a file."""

SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE issue (
    id TEXT PRIMARY KEY, key TEXT NOT NULL, updated INTEGER NOT NULL, row BLOB NOT NULL, crc INTEGER NOT NULL
);
CREATE INDEX issue_by_key ON issue (key);
CREATE TABLE reference (
    kind TEXT NOT NULL, id TEXT NOT NULL, row BLOB NOT NULL, PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE TABLE columns (
    name TEXT PRIMARY KEY, kind TEXT NOT NULL, crc INTEGER NOT NULL, data BLOB NOT NULL
);
"""
# What version 3 added: who links to a key, whose rows are newer than the columns, and what an
# attempt to sync has staged so far.
ADDED = """
CREATE TABLE link (key TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (key, id)) WITHOUT ROWID;
CREATE INDEX link_by_id ON link (id);
CREATE TABLE changed (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE staged (
    id TEXT PRIMARY KEY, key TEXT NOT NULL, updated INTEGER NOT NULL, row BLOB NOT NULL, crc INTEGER NOT NULL
);
CREATE TABLE attempt (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
# What came later without a new version, since earlier programs take no notice of it: columns beside what is
# staged.
CHUNKS = """
CREATE TABLE IF NOT EXISTS chunk (
    number INTEGER PRIMARY KEY, columns TEXT NOT NULL, crc INTEGER NOT NULL, data BLOB NOT NULL
);
"""
EVENT_COLUMNS = """
CREATE TABLE IF NOT EXISTS event_columns (
    name TEXT PRIMARY KEY, kind TEXT NOT NULL, crc INTEGER NOT NULL, data BLOB NOT NULL
);
"""
# What comes all at once is staged where nobody else ever sees it.
INCOMING = """
CREATE TEMP TABLE incoming (
    id TEXT PRIMARY KEY, key TEXT NOT NULL, updated INTEGER NOT NULL, row BLOB NOT NULL, crc INTEGER NOT NULL
);
"""
