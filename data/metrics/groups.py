"""A view split into groups: the same metrics for each project, type, flow item, label or priority. Pure.

Groups share the tables, the period and the filters of their view; nothing is
derived again. What a view can be grouped by is the table ``GROUPINGS``.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.meaning.above import above_of
from data.meaning.flow_items import FLOW_ITEMS
from data.metrics.context import CalculationContext, Choice
from data.metrics.evaluate import evaluate_each, no_data
from data.metrics.split import Split
from data.model.metric import Metric, MetricResult, no_series
from data.model.tables import Codes, Flags
from data.model.words import fold

NO_VALUE = "(none)"
MOST_GROUPS = 50

# Of each row of the issue table a code, -1 for none; and by code the values that an issue of that code has.
Coding = tuple[NDArray[Any], Iterable[tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class GroupingSpec:
    """One thing that issues can be grouped by.

    Attributes:
        singular: what one group is, in words.
        plural: the same of several.
        code: gives of each row of the issue table what it is grouped under.
        several: an issue can have several values, and counts in the group of each.
    """

    singular: str
    plural: str
    code: Callable[[CalculationContext], Coding]
    several: bool = False


def _by_project(context: CalculationContext) -> Coding:
    issues = context.delivery.issues
    return issues.project, ((project.key,) for project in issues.projects)


def _by_type(context: CalculationContext) -> Coding:
    issues = context.delivery.issues
    return issues.type, ((kind.name,) for kind in issues.types)


def _by_flow_item(context: CalculationContext) -> Coding:
    return context.delivery.flow_item, ((item,) for item in FLOW_ITEMS)


def _by_label(context: CalculationContext) -> Coding:
    return context.delivery.issues.labels, context.delivery.issues.label_sets


def _by_priority(context: CalculationContext) -> Coding:
    issues = context.delivery.issues
    return issues.priority, ((priority,) for priority in issues.priorities)


def _by_epic(context: CalculationContext) -> Coding:
    above = context.delivery.once(above_of)
    return np.where(above.is_epic, -1, above.epic), ((name,) for name in above.names)


def _by_initiative(context: CalculationContext) -> Coding:
    above = context.delivery.once(above_of)
    return above.top, ((name,) for name in above.names)


# By the word that command line and address have for it. One more is one more line.
GROUPINGS: Mapping[str, GroupingSpec] = {
    "project": GroupingSpec("project", "projects", _by_project),
    "type": GroupingSpec("type", "types", _by_type),
    "flow_item": GroupingSpec("flow item", "flow items", _by_flow_item),
    "label": GroupingSpec("label", "labels", _by_label, several=True),
    "priority": GroupingSpec("priority", "priorities", _by_priority),
    "epic": GroupingSpec("epic", "epics", _by_epic),
    "initiative": GroupingSpec("initiative", "initiatives", _by_initiative),
}
By = str
GROUPED_BY: tuple[By, ...] = tuple(GROUPINGS)


@dataclass(frozen=True, slots=True)
class Group:
    """One group of a view.

    Attributes:
        name: the value that its issues share, ``(none)`` for those without one.
        flow_items: items in scope that pass the view's filters and are in the group.
        results: by metric id, in the order of the view.
    """

    name: str
    flow_items: int
    results: Mapping[str, MetricResult]


@dataclass(frozen=True, slots=True)
class Grouping:
    """The groups of a view: in folded order, those without a value last.

    ``others`` is how many groups are left out, the smallest, beyond ``MOST_GROUPS``.
    """

    by: By
    groups: tuple[Group, ...]
    others: int


@dataclass(frozen=True, slots=True)
class Words:
    """What issues are grouped by: of each row a code, and the words that a code stands for.

    A code has several words where an issue can have several values. The last place
    is what code -1 points to.
    """

    codes: Codes
    words: Sequence[tuple[str, ...]]

    def rows_of(self, word: str) -> Flags:
        """Flag the rows that have a word."""
        hits: Flags = np.array([word in words for words in self.words], np.bool_)[self.codes]
        return hits

    def split(self, names: Sequence[str], chosen: Flags | None) -> Split:
        """Return the rows by the words of ``names``; those that have none of them are in no group."""
        numbers = {name: number for number, name in enumerate(names)}
        members = [tuple(numbers[word] for word in words if word in numbers) for words in self.words]
        return Split(self.codes, members, len(names), chosen)


def group_by(
    context: CalculationContext,
    metrics: Iterable[Metric],
    by: By,
    note: str | None = None,
    rows: NDArray[np.intp] | None = None,
) -> Grouping:
    """Return every metric for each group of a view.

    An issue with several labels counts in each of them, so groups may hold more
    than the view does. What counts deployments or incidents is not applicable by
    anything but projects, because deployments have nothing else.

    Args:
        context: of the view.
        metrics: in the order of the results.
        by: what the issues are grouped by.
        note: a sentence that every value carries.
        rows: of the issue table; only groups that hold one of them are wanted. None: all groups.

    Returns:
        Groups that hold an item in view; of projects also those that only deployed.
        The largest by number of items, or of ``rows``, where there are more than ``MOST_GROUPS``.
    """
    words = read_words(context, by)
    sizes = _count_items(context.flow_items if rows is None else rows, words)
    if by == "project" and rows is None:
        sizes = dict.fromkeys(_list_deploying(context), 0) | sizes
    named = sorted(sizes.keys() - {NO_VALUE}, key=lambda name: (-sizes[name], *_order(name)))
    shown = [*sorted(named[:MOST_GROUPS], key=_order), *([NO_VALUE] if NO_VALUE in sizes else [])]
    split = words.split(shown, context.choice.rows)
    choices = [_narrow(context, words.rows_of(name), by, name) for name in shown]
    parts = [context.choosing(replace(one, split=split, group=place)) for place, one in enumerate(choices)]
    found = {metric.id: _evaluate_each(metric, parts, by, note) for metric in metrics}
    groups = [
        Group(name, sizes[name], {metric_id: results[place] for metric_id, results in found.items()})
        for place, name in enumerate(shown)
    ]
    return Grouping(by, tuple(groups), len(named[MOST_GROUPS:]))


def evaluate_group(
    context: CalculationContext, metric: Metric, by: By, name: str, note: str | None = None
) -> MetricResult:
    """Return one metric for one group, as ``group_by`` does; a group that does not exist has no items."""
    rows = rows_in_group(context, by, name)
    return _evaluate_each(metric, [context.choosing(_narrow(context, rows, by, name))], by, note)[0]


def rows_in_group(context: CalculationContext, by: By, name: str) -> Flags:
    """Flag the rows of the issue table that are in one group; a group that does not exist has none."""
    return read_words(context, by).rows_of(name)


def _order(name: str) -> tuple[str, str]:
    return fold(name), name


def _narrow(context: CalculationContext, rows: Flags, by: By, name: str) -> Choice:
    """Return what a view looks at, and of that one group."""
    choice = context.choice
    inside = replace(choice, rows=rows if choice.rows is None else rows & choice.rows)
    if by == "project":
        key = "" if name == NO_VALUE else name
        of_projects = rows if choice.of_projects is None else rows & choice.of_projects
        inside = replace(inside, of_projects=of_projects, projects=frozenset((key,)))
    return inside


def _evaluate_each(
    metric: Metric, contexts: Sequence[CalculationContext], by: By, note: str | None
) -> list[MetricResult]:
    if metric.of_deployments and by != "project":
        return [_without_groups(metric, context, by) for context in contexts]
    return evaluate_each(metric, contexts, note)


def _without_groups(metric: Metric, context: CalculationContext, by: By) -> MetricResult:
    """Return the result of a metric that knows nothing of these groups."""
    what = GROUPINGS[by].singular
    message = (
        f"Deployments and their incidents have no {what}, so this metric goes by project or profile only."
    )
    business_days = context.delivery.calendar is not None
    return replace(
        no_data(metric, message, business_days=business_days),
        state="not_applicable",
        filters_ignored=context.choice.blind,
        series=no_series(context.step),
    )


def _count_items(items: NDArray[Any], words: Words) -> dict[str, int]:
    """Count the items of each word; words without any are absent."""
    counts = np.bincount(words.codes[items], minlength=len(words.words))
    sizes: dict[str, int] = {}
    for code in np.flatnonzero(counts).tolist():
        for word in words.words[code]:
            sizes[word] = sizes.get(word, 0) + int(counts[code])
    return sizes


def read_words(context: CalculationContext, by: By) -> Words:
    """Return what issues are grouped by: of each row a code, and the names that a code stands for."""
    codes, words = GROUPINGS[by].code(context)
    named = [tuple(dict.fromkeys(word or NO_VALUE for word in each)) or (NO_VALUE,) for each in words]
    return Words(np.where(codes < 0, len(named), codes).astype(np.int32), [*named, (NO_VALUE,)])


def _list_deploying(context: CalculationContext) -> list[str]:
    """Return the projects in view that something was deployed of."""
    deployments, wanted = context.delivery.deployments, context.choice.projects
    counted = np.flatnonzero(deployments.counted)
    projects = dict.fromkeys(deployments.projects.of(counted).first_used())
    return [key or NO_VALUE for key in projects if not wanted or key in wanted]
