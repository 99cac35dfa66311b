"""Profiles that an older version of the program wrote are read in the words of this one. Pure."""

import ast
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import Any

from configuration.errors import ConfigurationError, LaterProfileError
from configuration.profile import Profile, meaning_of, profile_from, setting_of, with_settings

Step = Callable[[MutableMapping[str, Any]], None]
# One step per retired version, oldest first. So far there is one version, and files do not name it.
STEPS: tuple[Step, ...] = ()
# Version 0.1.0 spelt defaults out; where they were others than today's, they stand for today's.
FORMER_DEFAULTS: Mapping[str, Any] = {
    "not_delivered": (
        "Won't Do",
        "Won't Fix",
        "Duplicate",
        "Cannot Reproduce",
        "Incomplete",
        "Invalid",
        "Not a Bug",
        "Not Our Bug",
        "Declined",
        "Rejected",
        "Abandoned",
        "Obsolete",
        "Needs more information",
        "Needs more info",
        "Hold",
    ),
    "incidents.types": ("Incident",),
}


def migrate(raw: MutableMapping[str, Any], steps: Sequence[Step] = STEPS) -> None:
    """Rewrite the settings of an older file in place.

    Args:
        raw: the file as nested mappings, a TOML document with its comments
            among them; its key ``version`` says what it was written for, 1 where it is missing.
        steps: what to do with versions 1, 2, ...; the newest version has none.

    Raises:
        LaterProfileError: a later version of the program wrote it; it is left alone.
    """
    version = raw.get("version", 1)
    known = version if isinstance(version, int) and version >= 1 else 1
    if known > len(steps) + 1:
        raise LaterProfileError(
            f"This profile was written by a later version of this program (version {known}).",
            hint="Update the program, or use another profile; nothing was changed.",
        )
    for step in steps[known - 1 :]:
        step(raw)
    if known <= len(steps):
        raw["version"] = len(steps) + 1


def current_meaning(text: str) -> str:
    """Return the meaning of stored issues as ``meaning_of`` spells it now.

    Version 0.1.0 spelt every setting with its value as Python prints them; what
    it stored still holds for the same profile.
    """
    if not text.startswith("[("):
        return text
    try:
        profile = profile_from(dict(ast.literal_eval(text)))
    except (ValueError, TypeError, SyntaxError, ConfigurationError):
        return text
    former = {name: usual for name, usual in FORMER_DEFAULTS.items() if setting_of(profile, name) == usual}
    return meaning_of(with_settings(profile, {name: setting_of(Profile(), name) for name in former}))
