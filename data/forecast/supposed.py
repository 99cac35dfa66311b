"""What-ifs in words: what is asked most, what somebody wants to try, and what such a replay assumes. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from configuration.errors import InputError
from data.forecast.what_if import DAYS, Change, Kind, Quarter, WhatIf, replay
from data.meaning.flow_items import FLOW_ITEMS
from data.model.words import fold

CAPPED_TO = 2 / 3
ASSUMES: dict[Kind, str] = {
    "cap": (
        "Items begin when they began, or as soon as there is room, first come, first served; what was in "
        "progress stays so. From: everybody works as before. To: the time that becomes free goes into what "
        "is left."
    ),
    "halve": (
        "Items begin when they began and pass the same statuses; each stay in this one takes half as long, "
        "and nothing else changes."
    ),
    "drop": (
        "Items of this type are never begun. From: everybody works as before. To: the working time that they "
        "took goes into what is left."
    ),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to try; what is None is not tried.

    Attributes:
        cap: most items in progress at once.
        halve: name of the waiting status in which half the time would be spent.
        drop: flow item type that would not be worked on.
    """

    cap: int | None = None
    halve: str | None = None
    drop: str | None = None


NO_WISH = Wish()


@dataclass(frozen=True, slots=True)
class Supposed:
    """A what-if in words, with its replay.

    Attributes:
        kind: what would be different.
        words: the same in words, behind "with".
        told: by the replay.
        wished: somebody asked for it; False: it is tried unasked.
    """

    kind: Kind
    words: str
    told: WhatIf
    wished: bool = False

    @property
    def assumes(self) -> str:
        """What its range rests on."""
        return ASSUMES[self.kind]


@dataclass(frozen=True, slots=True)
class Supposals:
    """What-ifs of a quarter.

    Attributes:
        tried: those asked for first.
        waiting: names of statuses in which work waited, the longest time first: what can be halved.
        types: flow item types that were worked on: what can be dropped.
    """

    tried: tuple[Supposed, ...]
    waiting: tuple[str, ...]
    types: tuple[str, ...]


def suppose(quarter: Quarter, stages: Sequence[str], wish: Wish, statuses: Sequence[str] = ()) -> Supposals:
    """Try what somebody wants to know, and what is asked most: less at once, half the longest wait.

    Args:
        quarter: as it was.
        stages: name of each column of its lives; "" for what no status in progress accounts for.
        wish: of somebody.
        statuses: every name that the workflow knows.

    Raises:
        InputError: a cap below one, or there is no status, or flow item type, of that name at all. One that
            plays no part in this quarter is told of instead: filters may come and go.
    """
    waiting, types = _list_waiting(quarter, stages), _list_types(quarter)
    wished: list[Supposed] = []
    if wish.cap is not None:
        wished.append(_cap(quarter, wish.cap, wished=True))
    if wish.halve is not None:
        wished.append(
            _grant_half(quarter, stages, _find("status", wish.halve, (*waiting, *statuses)), waiting)
        )
    if wish.drop is not None:
        wished.append(_drop(quarter, _find("flow item type", wish.drop, FLOW_ITEMS), types))
    known = {(one.kind, one.words) for one in wished}
    unasked = (one for one in _try_unasked(quarter, stages, waiting) if (one.kind, one.words) not in known)
    return Supposals((*wished, *unasked), waiting, types)


def _find(what: str, name: str, known: Sequence[str]) -> str:
    """Return a name as it is spelled.

    Raises:
        InputError: there is none like it.
    """
    found = next((one for one in known if fold(one) == fold(name)), None)
    if found is None:
        listed = ", ".join(dict.fromkeys(known))
        hint = f"There are {listed}." if known else "Name one that the issues have been in."
        raise InputError(f"There is no {what} {name!r}.", hint=hint)
    return found


def _grant_half(quarter: Quarter, stages: Sequence[str], name: str, waiting: Sequence[str]) -> Supposed:
    if name in waiting:
        return _halve(quarter, stages, name, wished=True)
    others = f"; it did in {', '.join(waiting)}." if waiting else "."
    why = f"Cannot tell: no work waited in {name} in the last 91 days{others}"
    return Supposed("halve", f"half the time in {name}", WhatIf(why, None, None, None), wished=True)


def _drop(quarter: Quarter, kind: str, types: Sequence[str]) -> Supposed:
    told = replay(quarter, Change("drop", FLOW_ITEMS.index(kind)))
    if kind not in types:
        told = WhatIf(
            f"Nothing would change: no {kind} item was worked on in the last 91 days.", None, None, None
        )
    elif len(types) == 1:
        told = WhatIf(f"Nothing would be left: every item of the last 91 days was {kind}.", None, None, None)
    return Supposed("drop", f"no {kind} items", told, wished=True)


def _try_unasked(quarter: Quarter, stages: Sequence[str], waiting: Sequence[str]) -> Iterator[Supposed]:
    cap = int(_mean_load(quarter) * CAPPED_TO)
    if cap:
        yield _cap(quarter, cap)
    if waiting:
        yield _halve(quarter, stages, waiting[0])


def _cap(quarter: Quarter, most: int, *, wished: bool = False) -> Supposed:
    if most < 1:
        raise InputError(
            f"{most} is not a number of items that can be in progress.", hint="Give a whole number from 1 on."
        )
    words = f"no more than {most} items in progress at once ({_mean_load(quarter):.0f} on average now)"
    return Supposed("cap", words, replay(quarter, Change("cap", most)), wished)


def _halve(quarter: Quarter, stages: Sequence[str], name: str, *, wished: bool = False) -> Supposed:
    return Supposed(
        "halve",
        f"half the time in {name}",
        replay(quarter, Change("halve", list(stages).index(name))),
        wished,
    )


def _list_waiting(quarter: Quarter, stages: Sequence[str]) -> tuple[str, ...]:
    spent = quarter.lives.sum(axis=0)
    places = [
        place
        for place in np.argsort(-spent, kind="stable").tolist()
        if quarter.waiting[place] and stages[place] and spent[place]
    ]
    return tuple(stages[place] for place in places)


def _list_types(quarter: Quarter) -> tuple[str, ...]:
    return tuple(FLOW_ITEMS[code] for code in np.unique(quarter.kind).tolist())


def _mean_load(quarter: Quarter) -> float:
    """Return about how many items are in progress at once: pace times time, by Little's law."""
    return float(quarter.days.sum()) / DAYS if len(quarter.days) else 0.0
