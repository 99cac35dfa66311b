"""What every struct that JSON is decoded into has in common."""

import msgspec


class JsonRecord(msgspec.Struct, gc=False):
    """Base of such structs: unknown fields are skipped, so Jira may add what it likes."""
