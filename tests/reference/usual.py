"""The usual names of statuses, resolutions and types: the lists of the definition, read as data."""

import tomllib
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "data" / "meaning" / "names"


@cache
def usual_names(kind: str) -> tuple[str, ...]:
    """The names of one kind (``todo``, ``epics``, ``Feature`` ...) in all languages, as written."""
    found: list[str] = []
    for path in sorted(FOLDER.glob("*.toml")):
        found += tomllib.loads(path.read_text(encoding="utf-8")).get(kind, [])
    return tuple(dict.fromkeys(found))
