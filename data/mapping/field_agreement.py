"""Whether the value of a field agrees with the life of its issue, as one of a logical name would. Pure.

A deployment follows the move into done, a commit lies within the work, a
detection is close to the creation of an incident. Each rule gives 1 where the
value is as expected, 0 where it contradicts, and something between where it
is merely off; None where the issue cannot tell.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from data.meaning.mapped_values import civil_day_of, flag_of
from data.model.instants import DAY_MS, EPOCH_DAY
from data.model.tables import DONE, IN_PROGRESS, MISSING, UNMAPPED, IssueRow, StatusRef, Value
from data.model.words import category_of, fold

MOST_POINTS = 100.0  # estimates above it are hours, sums or ranks
_ENVIRONMENTS = frozenset(
    (
        *("production", "prod", "live", "staging", "stage", "preproduction", "preprod", "test", "testing"),
        *("qa", "uat", "int", "integration", "acceptance", "development", "dev", "sandbox", "canary"),
    )
)


@dataclass(frozen=True, slots=True)
class Life:
    """When an issue was created, started and completed; None where it was not."""

    created: int | None
    started: int | None
    completed: int | None


class Categories:
    """Looks up what a status means: by its id in the server's list, else by its name there."""

    def __init__(self, statuses: Iterable[StatusRef]) -> None:
        listed = tuple(statuses)
        self._by_id = {status.id: category_of(status.category) for status in listed if status.id}
        self._by_name = {fold(status.name): category_of(status.category) for status in listed}

    def of(self, status_id: str, name: str) -> int:
        """Return the category; ``UNMAPPED`` for a status that today's list does not have."""
        return self._by_id.get(status_id, self._by_name.get(fold(name), UNMAPPED))


def life_of(row: IssueRow, categories: Categories) -> Life:
    """Return when an issue was created, started and completed, by its changelog (specs/metrics.md).

    Args:
        row: as stored; ``transitions`` ascend.
        categories: of the server's statuses; the profile has no say yet.
    """
    moves = [(move.at, categories.of(move.to_id, move.to_name)) for move in row.transitions]
    if row.transitions:
        first = row.transitions[0]
        moves.insert(0, (row.created, categories.of(first.from_id, first.from_name)))
    else:
        moves.append((row.created, categories.of(row.status.id, row.status.name)))
    started = next((at for at, category in moves if category == IN_PROGRESS), MISSING)
    return Life(_or_none(row.created), _or_none(started), _or_none(_find_completed(row, moves)))


def _find_completed(row: IssueRow, moves: list[tuple[int, int]]) -> int:
    """Return the start of the final run of done; without moves the resolution date."""
    if moves[-1][1] != DONE:
        return MISSING
    if not row.transitions:
        return row.resolved
    run = len(moves) - 1
    while run and moves[run - 1][1] == DONE:
        run -= 1
    return moves[run][0]


def _or_none(instant: int) -> int | None:
    return None if instant == MISSING else instant


def agreement(logical_name: str, value: Value, life: Life) -> float | None:
    """Return from 0 to 1 how well a value agrees with the life of its issue; None where that is open."""
    return _RULES[logical_name](value, life)


def expectation(logical_name: str) -> str:
    """Return what the values of a logical name are expected to do: "lie close to ..."."""
    return _EXPECTATIONS[logical_name]


def span_of(value: Value) -> tuple[int, int] | None:
    """Return first and last instant that a date may mean: one and the same, or its UTC day; else None."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value, value
    day = civil_day_of(value)
    if day is None:
        return None
    begins = (day - EPOCH_DAY).days * DAY_MS
    return begins, begins + DAY_MS


def _measure_closeness(days: float, near: float, far: float) -> float:
    """Return 1 up to ``near`` days, 0 from ``far`` days on, a straight line between."""
    return min(1.0, max(0.0, (far - days) / (far - near)))


def _days_after(span: tuple[int, int], instant: int) -> float:
    """Return how many days a date lies after an instant; negative before it, 0 if it may be the same."""
    first, last = span
    away = first - instant if first > instant else min(0, last - instant)
    return away / DAY_MS


def _of_commit(value: Value, life: Life) -> float | None:
    span = span_of(value)
    if span is None or life.started is None:
        return None
    early = -_days_after(span, life.started)
    late = 0.0 if life.completed is None else _days_after(span, life.completed)
    return _measure_closeness(max(early, late), near=1, far=7)


def _of_deployment(value: Value, life: Life) -> float | None:
    span = span_of(value)
    if span is None or life.completed is None:
        return None
    days = _days_after(span, life.completed)
    return _measure_closeness(days, near=7, far=35) if days >= 0 else _measure_closeness(-days, near=1, far=7)


def _of_detection(value: Value, life: Life) -> float | None:
    span = span_of(value)
    if span is None or life.created is None:
        return None
    return _measure_closeness(abs(_days_after(span, life.created)), near=1, far=7)


def _of_restoration(value: Value, life: Life) -> float | None:
    span = span_of(value)
    if span is None or life.completed is None:
        return None
    if life.created is not None and span[1] < life.created - DAY_MS:
        return 0.0
    return _measure_closeness(abs(_days_after(span, life.completed)), near=1, far=7)


def _of_environment(value: Value, _life: Life) -> float | None:
    names = (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ()
    if not names:
        return None
    words = [set(re.findall(r"[^\W_]+", fold(name))) for name in names]
    return sum(bool(found & _ENVIRONMENTS) for found in words) / len(words)


def _of_failure(value: Value, _life: Life) -> float | None:
    return float(flag_of(value) is not None)


def _of_impediment(_value: Value, _life: Life) -> float | None:
    return None  # what is in the way may be said in any words, at any time


def _of_points(value: Value, _life: Life) -> float | None:
    if not isinstance(value, float):
        return None
    return float(0 <= value <= MOST_POINTS and (2 * value).is_integer())


_RULES: Mapping[str, Callable[[Value, Life], float | None]] = {
    "commit_date": _of_commit,
    "deployed_at": _of_deployment,
    "detected_at": _of_detection,
    "restored_at": _of_restoration,
    "environment": _of_environment,
    "failed": _of_failure,
    "impediment": _of_impediment,
    "story_points": _of_points,
}
_EXPECTATIONS: Mapping[str, str] = {
    "commit_date": "lie between the start of the work and its completion",
    "deployed_at": "lie close to the issue's move into done, or some days after it",
    "detected_at": "lie close to the creation of the issue",
    "restored_at": "lie close to the issue's move into done",
    "environment": "name an environment such as production or staging",
    "failed": "say yes or no, failed or successful",
    "impediment": "are there while something is in the way",
    "story_points": f"are whole or half numbers from 0 to {MOST_POINTS:.0f}",
}
