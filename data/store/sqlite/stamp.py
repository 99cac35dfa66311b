"""Whether the files of a store have changed since somebody looked, without opening them."""

import os
import time
from pathlib import Path

# Size, identity and time of the last change of the file and of the log beside it.
Stamp = tuple[tuple[int, int, int] | None, ...]
# Clocks of file systems tick, the coarsest every two seconds: two writes within a tick look the same.
TICK_NS = 2_000_000_000


def stamp_of(path: Path) -> Stamp | None:
    """Return what changes whenever a store is written to; None where there is none.

    Args:
        path: of the store; what was committed last may be in the log beside it.
    """
    name = os.fspath(path)
    own = _look_at(name)
    return None if own is None else (own, _look_at(f"{name}-wal"))


def is_settled(stamp: Stamp) -> bool:
    """Tell whether the last change is so long ago that another one would have another stamp."""
    newest = max(part[2] for part in stamp if part is not None)
    return newest + TICK_NS < time.time_ns()


def _look_at(name: str) -> tuple[int, int, int] | None:
    try:
        found = os.stat(name)  # noqa: PTH116  # asked for with every question; a path object takes twice as long
    except OSError:
        return None
    return found.st_size, found.st_ino, found.st_mtime_ns
