"""The newest part of the log, read back without reading all of it."""

import contextlib
from pathlib import Path
from typing import Any

import orjson

MOST_BYTES = 1_000_000


def recent_entries(folder: Path, most_bytes: int = MOST_BYTES) -> list[dict[str, Any]]:
    """Return the newest lines of ``app.log``, oldest first; lines that are not JSON objects are left out.

    Args:
        folder: of the logs.
        most_bytes: how much is read at the most, from the end.

    Returns:
        An empty list where there is no log, or none that can be read.
    """
    found: list[dict[str, Any]] = []
    for line in _read_tail(folder / "app.log", most_bytes).splitlines():
        with contextlib.suppress(orjson.JSONDecodeError):
            entry = orjson.loads(line)
            if isinstance(entry, dict):
                found.append(entry)
    return found


def _read_tail(path: Path, most_bytes: int) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            size = file.tell()
            file.seek(max(0, size - most_bytes))
            if size > most_bytes:
                file.readline()  # the rest of a line whose beginning is not read
            return file.read()
    except OSError:
        return b""
