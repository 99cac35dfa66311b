"""Profiles that an older version of the program wrote are read in the words of this one. Pure."""

from collections.abc import Callable, MutableMapping, Sequence
from typing import Any

Step = Callable[[MutableMapping[str, Any]], None]
# One step per retired version, oldest first. So far there is one version, and files do not name it.
STEPS: tuple[Step, ...] = ()


def migrate(raw: MutableMapping[str, Any], steps: Sequence[Step] = STEPS) -> None:
    """Rewrite the settings of an older file in place.

    Args:
        raw: the file as nested mappings, a TOML document with its comments
            among them; its key ``version`` says what it was written for, 1 where it is missing.
        steps: what to do with versions 1, 2, ...; the newest version has none.
    """
    version = raw.get("version", 1)
    known = version if isinstance(version, int) and version >= 1 else 1
    for step in steps[known - 1 :]:
        step(raw)
    if known <= len(steps):
        raw["version"] = len(steps) + 1
