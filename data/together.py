"""Profiles beside each other and together, without their tables at hand.

Of each profile and period its partial result is remembered, which is all that its numbers are made of; so a
profile whose data have not changed is not read again, however many there are.
"""

import datetime as dt
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import NamedTuple

import msgspec

from configuration.memory import sparing_memory
from configuration.profile import Profile
from data.answers import AnswerMemory, Question
from data.charts.open_work import OpenWork, open_in_view
from data.metrics.merging.cut import Origin, partial_of, settings_of
from data.metrics.merging.merged import Merged, merged, stack_of
from data.metrics.merging.partial import Partial
from data.metrics.merging.stack import Stack
from data.metrics.report import View
from data.model.periods import Step, Window, previous
from data.pipeline import ALL_METRICS, OF_THE_PAST, Pipeline

MOST_BYTES = 128 * 1024 * 1024
# Of each row, and of all together: a few kilobytes of numbers.
MOST_ANSWERS = 512


class Days(NamedTuple):
    """The days of a period: the first of the one before, its own first and last, as ``YYYY-MM-DD``."""

    before: str
    first: str
    last: str


class Kept(msgspec.Struct, frozen=True):
    """What is remembered of a profile over a period.

    Attributes:
        partial: what its numbers are made of.
        work: what is open at the end, None where nobody asked.
    """

    partial: Partial
    work: OpenWork | None


@dataclass(frozen=True, slots=True)
class Beside:
    """One profile beside others.

    Attributes:
        name: of the profile.
        merged: its numbers over its own period; over an empty store that there is nothing.
        revision: of its data.
        work: what is open at the end, None where nobody asked.
    """

    name: str
    merged: Merged
    revision: str
    work: OpenWork | None


class _Last(NamedTuple):
    """What the last common numbers were made of: the next ones are of nearly the same.

    Attributes:
        partials: by what was asked; none of so many issues that they do not stay unpacked.
        stack: the same one below the other.
    """

    partials: Mapping[Question, Partial]
    stack: Stack | None


class Asked(NamedTuple):
    """A profile by its name, what is looked at, and whether its open work is."""

    name: str
    view: View
    with_work: bool = False


class Together:
    """Numbers of several profiles; safe to share between threads.

    Args:
        open_profile: gives the pipeline of a profile by its name; what it reads goes when nobody holds it.
        most_bytes: that the partial results may take.
    """

    def __init__(self, open_profile: Callable[[str], Pipeline], most_bytes: int = MOST_BYTES) -> None:
        self._open = open_profile
        self._memory = AnswerMemory(most_bytes)
        self._lock = threading.Lock()
        self._answers: OrderedDict[Hashable, Merged | Beside] = OrderedDict()
        self._last = _Last({}, None)

    @property
    def size(self) -> int:
        """Bytes that partial results take."""
        return self._memory.size

    def beside(self, asked: Asked) -> Beside:
        """Return the numbers of one profile over its own period.

        Raises:
            DashboardError: the profile cannot be read.
            InputError: a date, period or zone of the view makes no sense.
        """
        pipeline = self._open(asked.name)
        days, step = self.days([asked]), _step_of(asked.view)
        question = None if days is None else self._ask(pipeline, asked, days)
        known = None if question is None else self._recall(("beside", question, step))
        if isinstance(known, Beside):
            return known
        kept = None if days is None or question is None else self._find(pipeline, asked, days, question)
        if kept is None:
            nothing = replace(merged([], (), OF_THE_PAST), results=pipeline.report(asked.view).results)
            return Beside(asked.name, nothing, "", None)
        numbers = merged([kept.partial], ALL_METRICS, OF_THE_PAST, step)
        found = Beside(asked.name, numbers, kept.partial.revision, kept.work)
        self._remember(("beside", question, step), found)
        return found

    def days(self, asked: Iterable[Asked]) -> Days | None:
        """Return the days that profiles have in common: those of the one with the newest data."""
        return _common_days(self._open(one.name).window(one.view) for one in asked)

    def all(self, asked: Sequence[Asked]) -> Merged | None:
        """Return the common numbers of profiles over one period; None where fewer than two hold anything.

        Raises:
            DashboardError: a profile cannot be read.
            InputError: a date, period or zone of a view makes no sense.
        """
        opened = [self._open(one.name) for one in asked]
        days = _common_days(pipeline.window(one.view) for pipeline, one in zip(opened, asked, strict=True))
        if days is None:
            return None
        questions = [self._ask(*each, days) for each in zip(opened, asked, strict=True)]
        # What is read of each goes before the next one is.
        del opened
        key = "all", tuple(questions), _step_of(asked[0].view)
        known = self._recall(key)
        if isinstance(known, Merged):
            return known
        pairs = [
            (one, question) for one, question in zip(asked, questions, strict=True) if question is not None
        ]
        partials = self._partials(pairs, days)
        if len(partials) < 2:
            return None
        stack = stack_of(list(partials.values()), self._last.stack)
        # Of what stays unpacked it would cost more than it spares.
        with nullcontext() if stack.fits else sparing_memory():
            found = merged(stack.partials, ALL_METRICS, OF_THE_PAST, _step_of(asked[0].view), stack)
        # Two who ask at once have two of these, of which either is as good.
        self._last = _Last(partials, stack) if stack.fits else _Last({}, None)
        self._remember(key, found)
        return found

    def _partials(self, pairs: Sequence[tuple[Asked, Question]], days: Days) -> dict[Question, Partial]:
        """Return what the numbers of some profiles are made of; a profile without any is absent."""
        found, last = {}, self._last.partials
        for one, question in pairs:
            partial = last.get(question)
            if partial is None:
                kept = self._find(self._open(one.name), one, days, question)
                partial = None if kept is None else kept.partial
            if partial is not None:
                found[question] = partial
        return found

    def keep(self, pipeline: Pipeline, asked: Asked, days: Days | None) -> None:
        """Remember a profile over a period while its tables are at hand."""
        question = None if days is None else self._ask(pipeline, asked, days)
        if days is not None and question is not None:
            self._find(pipeline, asked, days, question)

    def _ask(self, pipeline: Pipeline, asked: Asked, days: Days) -> Question | None:
        """Return what a partial result depends on; None over an empty store."""
        meta = pipeline.store.meta()
        if not meta.get("revision"):
            return None
        data = meta["revision"], meta.get("as_of", ""), meta.get("complete", "")
        whose = asked.name, pipeline.store.key, _digest(pipeline.profile)
        return Question(self, data, (*whose, _over(asked.view, days), days.before, asked.with_work))

    def _find(self, pipeline: Pipeline, asked: Asked, days: Days, question: Question) -> Kept | None:
        known = self._memory.recall(question)
        if known is not None:
            return msgspec.msgpack.decode(known, type=Kept)
        kept = _cut(pipeline, asked, days)
        if kept is not None:
            self._memory.keep(question, msgspec.msgpack.encode(kept))
        return kept

    def _recall(self, key: Hashable) -> Merged | Beside | None:
        with self._lock:
            known = self._answers.get(key)
            if known is not None:
                self._answers.move_to_end(key)
            return known

    def _remember(self, key: Hashable, answer: Merged | Beside) -> None:
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > MOST_ANSWERS:
                self._answers.popitem(last=False)


def overlap_words(whole: Merged | None, names: Sequence[str]) -> list[str]:
    """Return a sentence for each two profiles that hold the same issues of one site.

    Args:
        whole: all of them as one; None: fewer than two hold anything.
        names: of the profiles, in their order.
    """
    shared = {} if whole is None else whole.shared
    places = {name: place for place, name in enumerate(names)}
    pairs = sorted((*sorted((places[one], places[other])), n) for (one, other), n in shared.items())
    return [
        f"{names[one]} and {names[other]} hold {n} issue{'s' if n > 1 else ''} in common: "
        "these count in both."
        for one, other, n in pairs
    ]


def _common_days(windows: Iterable[Window | None]) -> Days | None:
    """Return the days of the period with the newest data, None where there are none."""
    known = [window for window in windows if window is not None]
    return days_of(max(known, key=lambda window: window.as_of)) if known else None


def _step_of(view: View) -> Step | None:
    return None if view.step == "auto" else view.step


def days_of(window: Window) -> Days:
    """Return the days of a period and of the one that it is compared with."""
    return Days(
        previous(window).first_day.isoformat(), window.first_day.isoformat(), window.last_day.isoformat()
    )


def _over(view: View, days: Days) -> View:
    """Return the same view of given days; the steps of a series are no matter of what it is made of."""
    return replace(view, date_from=days.first, date_to=days.last, step="auto")


def _digest(profile: Profile) -> bytes:
    told = msgspec.json.encode(replace(profile, events=(), views=(), default_view=""))
    return hashlib.sha256(told).digest()


def _cut(pipeline: Pipeline, asked: Asked, days: Days) -> Kept | None:
    """Return what is to be remembered of a profile, None where nothing is stored."""
    report = pipeline.report(_over(asked.view, days), ())
    if report.context is None:
        return None
    origin = Origin(
        pipeline.name,
        pipeline.store.meta().get("site", ""),
        report.revision,
        complete=report.complete,
        newest=pipeline.dataset().as_of,
        settings=settings_of(pipeline.profile),
    )
    partial = partial_of(report.context, origin, dt.date.fromisoformat(days.before))
    ages_known = report.context.delivery.has_histories
    return Kept(partial, open_in_view(report.context, ages_known=ages_known) if asked.with_work else None)
