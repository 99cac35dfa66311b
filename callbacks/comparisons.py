"""What the Compare page compares: rows, columns and order as an address asks for them, and what is found."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from callbacks.panels import BY_ID
from callbacks.views import profile_names, view_of
from configuration.errors import DashboardError, InputError
from data.answers import AnswerMemory
from data.metrics.comparison import BY_ITEMS, BY_NAME, in_order
from data.metrics.groups import GROUPINGS, MOST_GROUPS, NO_VALUE, Group
from data.metrics.report import Report
from data.model.metric import Metric
from data.overlaps import overlap_words
from data.persistence import DEMO_PROFILE
from data.pipeline import ALL_METRICS, Pipeline
from data.workspace import Workspace
from ui.format import counted
from ui.pages import compare

PROFILE = "profile"
KINDS: Mapping[str, str] = {
    **{name: spec.plural.capitalize() for name, spec in GROUPINGS.items()},
    PROFILE: "Profiles",
}


@dataclass(frozen=True, slots=True)
class Layout:
    """What an address asks of the page.

    Attributes:
        by: what rows are: a name of ``GROUPINGS``, or ``profile``.
        columns: ids of the metrics that were chosen.
        order: ``name``, ``items`` or a metric id, with a minus before it for the largest first.
        picture: id of the metric that is drawn.
    """

    by: str
    columns: tuple[str, ...]
    order: str
    picture: str


@dataclass(frozen=True, slots=True)
class Compared:
    """What was found for a layout.

    Attributes:
        offered: metrics that can be a column of these rows.
        groups: the rows, in the order that was asked for.
        notes: what the reader should know of them.
        alone: why there is nothing to compare, "" where there is.
    """

    offered: Sequence[Metric]
    groups: Sequence[Group]
    notes: Sequence[str]
    alone: str

    def columns(self, layout: Layout) -> list[Metric]:
        """Return the metrics of the table, in their usual order; what these rows have not is no column."""
        return [metric for metric in self.offered if metric.id in layout.columns]


def read_layout(search: str | None) -> Layout:
    """Read what an address asks: ``rows``, ``columns``, ``order`` and ``picture``; others are passed over.

    Raises:
        InputError: there are no such rows, columns or order; nothing is replaced by another one.
    """
    query = parse_qs((search or "").removeprefix("?"))
    by = _one(query, "rows") or next(iter(KINDS))
    _require(by, KINDS, "There are no rows called")
    named = tuple(dict.fromkeys(name for name in _one(query, "columns").split(",") if name))
    for name in named:
        _require(name, BY_ID, "There is no metric called")
    order = _one(query, "order") or BY_NAME
    _require(order.removeprefix("-"), (BY_NAME, BY_ITEMS, *BY_ID), "There is no order by")
    columns = named or (compare.OF_PROJECTS if _has_deployments(by) else compare.OF_ISSUES)
    picture = _one(query, "picture")
    return Layout(by, columns, order, picture if picture in columns else columns[0])


def _one(query: Mapping[str, Sequence[str]], name: str) -> str:
    return query.get(name, [""])[-1].strip()


def _require(word: str, known: Iterable[str], what: str) -> None:
    if word not in known:
        raise InputError(f"{what} {word!r}.", hint=f"Choose one of {', '.join(known)}.")


def _has_deployments(by: str) -> bool:
    """Tell whether deployments can be told apart by what rows are."""
    return by in ("project", PROFILE)


def compare_groups(pipeline: Pipeline, report: Report, layout: Layout) -> Compared:
    """Return the groups of a report as rows.

    Args:
        pipeline: of the profile.
        report: of a view; over an empty store there are no rows.
        layout: by anything but profiles.
    """
    offered = [metric for metric in ALL_METRICS if metric.id in report.results]
    if not _has_deployments(layout.by):
        offered = [metric for metric in offered if not metric.of_deployments]
    names = [metric.id for metric in offered if metric.id in layout.columns]
    found = pipeline.groups_of(report, layout.by, names)
    groups = in_order(found.groups, layout.order)
    return Compared(offered, groups, list(_note_groups(layout, found.others)), _why_alone(layout, groups))


def _note_groups(layout: Layout, others: int) -> Iterable[str]:
    spec = GROUPINGS[layout.by]
    if others:
        yield (
            f"{counted(others, 'row')} more with fewer items not shown: these are the {MOST_GROUPS} "
            f"{spec.plural} with the most. The filters above lead to the others."
        )
    if spec.several:
        yield f"An issue counts in each of its {spec.plural}."
    if not _has_deployments(layout.by):
        yield "Deployments and their incidents go by project or profile only."


def _why_alone(layout: Layout, groups: Sequence[Group]) -> str:
    """Return why there is nothing to compare; "" where there are two rows or more."""
    spec = GROUPINGS[layout.by]
    if not groups:
        return "No issue is in view, so there is nothing to compare."
    if len(groups) > 1:
        return ""
    if groups[0].name == NO_VALUE:
        return f"No issue in view has a {spec.singular}. Choose other rows."
    return f"There is one {spec.singular} in view, {groups[0].name}. Choose other rows to compare."


def compare_profiles(
    workspace: Workspace, filters: Mapping[str, Any] | None, layout: Layout, overlaps: AnswerMemory
) -> Compared:
    """Return profiles as rows, each with its own data and settings, under the same filters.

    A profile that cannot be read is told of and has no row; the sample data stand beside none of one's own.

    Args:
        workspace: has the profiles.
        filters: as the address has them.
        layout: its order.
        overlaps: remembers which profiles hold issues in common.

    Raises:
        InputError: the filters make no sense.
    """
    groups, read, notes = [], [], []
    for name in _names_compared(workspace, filters):
        try:
            pipeline = workspace.pipeline(name)
            report = pipeline.report(view_of(pipeline, filters))
        except InputError:
            raise
        except DashboardError as error:
            notes.append(f"{name}: {error.message}")
            continue
        groups.append(Group(name, report.flow_items, report.results))
        read.append(pipeline)
        notes.append(f"{name}: {_word_origin(report)}.")
    offered = [m for m in ALL_METRICS if any(m.id in group.results for group in groups)]
    alone = "There is one profile to compare. Create another one on Settings." if len(groups) < 2 else ""
    notes = [*overlap_words(read, overlaps), *notes]
    return Compared(offered, in_order(groups, layout.order), notes, alone)


def _names_compared(workspace: Workspace, filters: Mapping[str, Any] | None) -> list[str]:
    here = (filters or {}).get("src") or workspace.shown
    names = [name for name in profile_names(workspace) if name != DEMO_PROFILE or name == here]
    return names[:MOST_GROUPS]


def _word_origin(report: Report) -> str:
    """Return what a row was made from; over an empty store that there is nothing."""
    if not report.scope_issues:
        return "no data yet"
    period, issues = report.period, counted(report.scope_issues, "issue")
    return f"{period.date_from} to {period.date_to}, {period.timezone}, {issues}, revision {report.revision}"
