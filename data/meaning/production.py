"""Which environments are production: those that the profile maps, else those that sound like it. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from data.meaning.mapped_values import spell_names
from data.model.columns import Coded
from data.model.tables import Flags
from data.model.words import fold

SOUNDS_LIKE = frozenset({"prod", "production", "prd", "live"})
SOUNDS_UNLIKE = frozenset({"pre", "non", "not", "test", "stage", "staging"})
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Production:
    """What deployments name as their environments, and which of these are production.

    Attributes:
        counts: by deployment: it is one in production.
        names: environments that are production, as the first of each wrote it, in alphabetic order.
        others: likewise those that are not.
        inferred: no environment is mapped, so that their names decide.
    """

    counts: Flags
    names: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    inferred: bool = False

    @property
    def unknown(self) -> bool:
        """True where environments are named, none is mapped, and none sounds like production."""
        return self.inferred and not self.names


def sounds_like_production(environment: str) -> bool:
    """Tell whether a name, split at what is no letter, holds a word for production and none against it."""
    words = set(_WORD.findall(fold(environment)))
    return bool(words & SOUNDS_LIKE) and not words & SOUNDS_UNLIKE


def judge_environments(named: Coded[tuple[str, ...]], mapped: Sequence[str]) -> Production:
    """Tell which deployments are in production.

    Args:
        named: by deployment the environments that it names, as written.
        mapped: the environments of the profile that are production; empty: their names decide.

    Returns:
        Where nothing is mapped and nothing named all of them; else a deployment that names no
        environment is not known to be in production, and does not count.
    """
    wanted = {fold(name) for name in mapped if fold(name)}
    written: dict[str, str] = {}
    for names in named.first_used():
        for name in names:
            written.setdefault(fold(name), name)
    written.pop("", None)
    if not wanted and not written:
        return all_in_production(len(named))
    good = {
        folded
        for folded, name in written.items()
        if (not wanted.isdisjoint(spell_names((name,))) if wanted else sounds_like_production(name))
    }
    return Production(
        named.flags(lambda names: any(fold(name) in good for name in names)),
        names=_list_names(name for folded, name in written.items() if folded in good),
        others=_list_names(name for folded, name in written.items() if folded not in good),
        inferred=not wanted,
    )


def all_in_production(n: int) -> Production:
    """Return what holds of ``n`` deployments whose source has no environments: all of them count."""
    return Production(np.ones(n, np.bool_))


def _list_names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=fold))
