"""Which fields of a Jira are likely ones for a logical name, how likely, and why. Pure.

Four things speak for a field: its name, how many issues have a value, whether
the values are of the right kind, and whether they agree with the lives of the
issues that hold them. Without values a name alone never suffices.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from data.field_mapper import fits
from data.mapping.field_agreement import Categories, agreement, expectation, life_of, span_of
from data.model.instants import from_ms
from data.model.logical_fields import LOGICAL, LOGICAL_FIELDS, LogicalField
from data.model.tables import IssueRow, StatusRef, Value
from data.model.words import fold

MOST_PROPOSALS = 3
LEAST_SHOWN = 0.2  # below it a field is not worth a line
LEAST_CHOSEN = 0.7  # below it nothing is chosen without somebody who looks
CLOSE = 0.1  # two candidates that lie nearer than this are for somebody to tell apart
ENOUGH_VALUES = 5  # with fewer the values count for less
_NAME, _AGREEMENT, _KIND, _FILL = 0.4, 0.35, 0.15, 0.1  # what speaks for a field; together 1
_LEAST_LIKENESS = 0.5  # to be exceeded
_FILLERS = frozenset({"at", "the", "of", "on", "in", "a", "an", "date", "time", "datetime", "field"})
# A field of such a name is a near relation of the one that is wanted, at best.
_DOUBTS = frozenset(
    ("planned", "plan", "target", "expected", "estimated", "old", "legacy", "deprecated", "obsolete", "test")
)
_CHARTING = "com.atlassian.jira.ext.charting:"  # dates that Jira reckons from its own
_STAMPS = frozenset(
    (
        "created",
        "creation date",
        "due",
        "due date",
        "last viewed",
        "resolution date",
        "resolved",
        "status category changed",
        "updated",
    )
)
_SHOWN_VALUES, _SHOWN_CHARACTERS = 3, 32
_MAIL = re.compile(r"[^\s@]+@[^\s@]+")
_LONG_WORD = re.compile(r"\S{20,}")


@dataclass(frozen=True, slots=True)
class FieldSample:
    """Some issues with the values of every field that may be proposed.

    Attributes:
        rows: ``mapped`` holds the values by field id.
        statuses: the server's list, which tells started from done.
    """

    rows: Sequence[IssueRow] = ()
    statuses: Sequence[StatusRef] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A field that may stand for a logical name.

    Attributes:
        field: its id.
        title: its name in Jira.
        confidence: from 0, a guess, to 1, certain.
        reasons: why, each as a clause.
        samples: at most three of its values, cut short, with addresses and long words hidden.
        example: key of an issue that has a value; "" where none of the sample does.
        filled: issues of the sample that have a value.
        askable: issues of the sample whose type uses the field.
    """

    field: str
    title: str
    confidence: float
    reasons: tuple[str, ...]
    samples: tuple[str, ...] = ()
    example: str = ""
    filled: int = 0
    askable: int = 0


@dataclass(frozen=True, slots=True)
class FieldProposals:
    """The best candidates for one logical name, best first; there may be none."""

    logical_name: str
    candidates: tuple[Proposal, ...] = ()

    @property
    def best(self) -> Proposal | None:
        """The likeliest candidate."""
        return self.candidates[0] if self.candidates else None

    @property
    def doubtful(self) -> bool:
        """Whether somebody has to look: the best is not likely enough, or another is nearly as likely."""
        if self.best is None:
            return True
        rival = self.candidates[1].confidence if len(self.candidates) > 1 else 0.0
        return self.best.confidence < LEAST_CHOSEN or round(self.best.confidence - rival, 3) < CLOSE

    @property
    def chosen(self) -> Proposal | None:
        """What may be mapped without anybody looking; None where that is in doubt."""
        return None if self.doubtful else self.best


@dataclass(slots=True)
class _Tally:
    """What the sample says of one field."""

    holders: list[tuple[IssueRow, Value]] = field(default_factory=list)
    askable: int = 0  # issues of the types that use the field

    @property
    def certainty(self) -> float:
        """How far the values can be relied on."""
        return min(1.0, len(self.holders) / ENOUGH_VALUES)


def candidate_fields(fields: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the ids of the fields whose values a sample needs: of a type that some logical name has.

    Dates that Jira keeps itself say when the issue was touched, never when
    something was deployed or restored; its texts are prose. So of its own
    fields only a text with a usual name counts, such as Environment, and no
    custom field that is made for prose.
    """
    return tuple(
        sorted(
            str(one["id"])
            for one in fields
            if one.get("id") and any(_may_be(logical, one) for logical in LOGICAL_FIELDS)
        )
    )


def propose(
    logical_name: str, fields: Sequence[Mapping[str, Any]], sample: FieldSample | None = None
) -> FieldProposals:
    """Return the best three fields for a logical name, with confidence and reasons.

    Args:
        logical_name: one of ``LOGICAL_FIELDS``.
        fields: as ``GET /field``: id, name, schema.
        sample: issues with their values; None or empty: names alone, which is never enough to choose.
    """
    logical, seen = LOGICAL[logical_name], sample or FieldSample()
    tallies, categories = _tally_fields(seen.rows), Categories(seen.statuses)
    found = [
        _judge(logical, one, tallies.get(str(one["id"]), _Tally()), categories)
        for one in fields
        if one.get("id") and _may_be(logical, one)
    ]
    likely = [proposal for proposal in found if proposal.confidence >= LEAST_SHOWN]
    best = sorted(likely, key=lambda one: (-one.confidence, one.field))[:MOST_PROPOSALS]
    return FieldProposals(logical_name, tuple(best))


def propose_all(
    fields: Sequence[Mapping[str, Any]], sample: FieldSample | None = None
) -> dict[str, FieldProposals]:
    """Return the proposals for every logical name, in the order of ``LOGICAL_FIELDS``."""
    return {logical.name: propose(logical.name, fields, sample) for logical in LOGICAL_FIELDS}


def may_be_chosen(logical: LogicalField, one: Mapping[str, Any]) -> bool:
    """Tell whether a field may stand in the list of a logical name: its type fits, and it is not a stamp.

    A stamp is a date that Jira keeps itself, such as Created, Due date or Status Category Changed, or a copy
    of one under its name. It says when an issue was touched, never when something was deployed.
    """
    return fits(logical, one) and not (logical.kind == "date" and _is_stamp(one))


def _is_stamp(one: Mapping[str, Any]) -> bool:
    told = _read_schema(one)
    own = bool(told.get("system")) or one.get("custom") is False
    return own or str(told.get("custom")).startswith(_CHARTING) or fold(str(one.get("name"))) in _STAMPS


def _read_schema(one: Mapping[str, Any]) -> Mapping[str, Any]:
    schema = one.get("schema")
    return schema if isinstance(schema, Mapping) else {}


def _may_be(logical: LogicalField, one: Mapping[str, Any]) -> bool:
    told = _read_schema(one)
    system, prose = bool(told.get("system")), str(told.get("custom")).endswith(":textarea")
    named = logical.kind == "text" and likeness_of(logical, str(one.get("name") or "")) > 0
    return may_be_chosen(logical, one) and not prose and (named or not system)


def _tally_fields(rows: Sequence[IssueRow]) -> dict[str, _Tally]:
    """Collect who holds which field, and how many issues are of a type that does."""
    found: dict[str, _Tally] = {}
    types: dict[str, int] = {}
    for row in rows:
        types[row.type.name] = types.get(row.type.name, 0) + 1
        for field_id, value in row.mapped:
            found.setdefault(field_id, _Tally()).holders.append((row, value))
    for tally in found.values():
        tally.askable = sum(types[name] for name in {row.type.name for row, _ in tally.holders})
    return found


def _judge(logical: LogicalField, one: Mapping[str, Any], tally: _Tally, categories: Categories) -> Proposal:
    title, values = str(one.get("name") or ""), [value for _, value in tally.holders]
    likeness = likeness_of(logical, title)
    right = [value for value in values if _is_of_kind(logical.kind, value)]
    scores = list(_score(logical, tally, categories))
    fill = len(values) / tally.askable if values else 0.0
    kind = len(right) / len(values) if values else 0.0
    agreed = sum(scores) / len(scores) if scores else 0.0
    # Without a name and without agreement a field is one of many that happen to be filled.
    spoken = _AGREEMENT * agreed + _KIND * kind + _FILL * fill if likeness or agreed >= 0.5 else 0.0
    return Proposal(
        field=str(one["id"]),
        title=title,
        confidence=round(_NAME * likeness + spoken * tally.certainty, 3),
        reasons=tuple(_give_reasons(logical, likeness, tally, len(right), scores)),
        samples=_choose_samples(right),
        example=tally.holders[0][0].key if tally.holders else "",
        filled=len(values),
        askable=tally.askable,
    )


def _score(logical: LogicalField, tally: _Tally, categories: Categories) -> Iterator[float]:
    for row, value in tally.holders:
        score = agreement(logical.name, value, life_of(row, categories))
        if score is not None:
            yield score


def _give_reasons(
    logical: LogicalField, likeness: float, tally: _Tally, right: int, scores: Sequence[float]
) -> Iterator[str]:
    if likeness == 1:
        yield "its name is a usual one"
    elif likeness:
        yield "its name resembles a usual one"
    n = len(tally.holders)
    if not n:
        yield "no issue of the sample has a value"
        return
    yield word_fill(n, tally.askable)
    yield f"{right} of {n} values are of the kind {logical.kind}"
    if scores:
        agreeing = sum(score >= 0.5 for score in scores)
        yield f"{agreeing} of {len(scores)} {expectation(logical.name)}"
    else:
        yield "no changelog of the sample can confirm it"
    if tally.certainty < 1:
        yield f"fewer than {ENOUGH_VALUES} values were met"


def word_fill(filled: int, askable: int) -> str:
    """Return how well a field is filled, as a clause."""
    return f"filled in {filled} of {askable} issues of the types that use it"


def likeness_of(logical: LogicalField, title: str) -> float:
    """Return how much a field's name is like the usual ones: 1 the same words, 0 nothing in common.

    Twice the shared words over all words, without fillers such as "at" and
    "date"; up to a half it counts as nothing, and a word of doubt ("planned",
    "old") halves it.
    """
    words = _split_words(title)
    shared = max((_compare_words(words, _split_words(usual)) for usual in logical.words), default=0.0)
    if shared <= _LEAST_LIKENESS:
        return 0.0
    return shared / 2 if words & _DOUBTS and fold(title) not in logical.words else shared


def _split_words(text: str) -> frozenset[str]:
    found = [word.removesuffix("s") for word in re.findall(r"[^\W_]+", fold(text))]
    return frozenset(found) - _FILLERS or frozenset(found)


def _compare_words(some: frozenset[str], others: frozenset[str]) -> float:
    return 2 * len(some & others) / (len(some) + len(others)) if some or others else 0.0


def _is_of_kind(kind: str, value: Value) -> bool:
    if kind == "number":
        return isinstance(value, float)
    if kind == "date":
        return span_of(value) is not None
    return isinstance(value, str | tuple) and bool(value)


def _choose_samples(values: Iterable[Value]) -> tuple[str, ...]:
    """Return a few distinct values for people to look at, cut short and with what may be private hidden."""
    shown: dict[str, None] = {}
    for value in values:
        shown.setdefault(_show_value(value))
        if len(shown) == _SHOWN_VALUES:
            break
    return tuple(shown)


def _show_value(value: Value) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, int):
        return f"{from_ms(value):%Y-%m-%d %H:%M} UTC"
    text = ", ".join(value) if isinstance(value, tuple) else str(value)
    text = _LONG_WORD.sub("***", _MAIL.sub("***", " ".join(text.split())))
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "\u2026"
