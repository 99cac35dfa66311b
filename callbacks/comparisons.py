"""What the Compare page compares: rows, columns and order as an address asks for them, and what is found."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from callbacks.panels import BY_ID
from callbacks.views import profile_names, view_of
from configuration.errors import DashboardError, InputError
from data.charts.open_work import OpenWork, open_work
from data.metrics.comparison import BY_ITEMS, BY_NAME, in_order
from data.metrics.groups import GROUPINGS, MOST_GROUPS, NO_VALUE, Group
from data.metrics.merging.merged import Merged
from data.metrics.report import Report
from data.model.metric import Metric
from data.persistence import DEMO_PROFILE
from data.pipeline import ALL_METRICS, Pipeline
from data.together import Asked, Beside, overlap_words
from data.workspace import Workspace
from ui.components.comparison import OPEN_COLUMNS
from ui.format import counted
from ui.pages import compare

PROFILE = "profile"
ALL_TOGETHER = "All together"
KINDS: Mapping[str, str] = {
    **{name: spec.plural.capitalize() for name, spec in GROUPINGS.items()},
    PROFILE: "Profiles",
}


@dataclass(frozen=True, slots=True)
class Layout:
    """What an address asks of the page.

    Attributes:
        by: what rows are: a name of ``GROUPINGS``, or ``profile``.
        columns: ids of the metrics that were chosen, and words of ``OPEN_COLUMNS``.
        order: ``name``, ``items`` or a column, with a minus before it for the largest first.
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
        work: by name of the row what is open, where one of its columns was chosen.
        together: all rows as one, None where they have no common numbers.
    """

    offered: Sequence[Metric]
    groups: Sequence[Group]
    notes: Sequence[str]
    alone: str
    work: Mapping[str, OpenWork]
    together: Group | None = None

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
        _require(name, (*BY_ID, *OPEN_COLUMNS), "There is no metric called")
    order = _one(query, "order") or BY_NAME
    _require(order.removeprefix("-"), (BY_NAME, BY_ITEMS, *BY_ID, *OPEN_COLUMNS), "There is no order by")
    columns = named or (compare.OF_PROJECTS if _has_deployments(by) else compare.OF_ISSUES)
    picture = _one(query, "picture")
    drawn = [name for name in columns if name in BY_ID] or [""]
    return Layout(by, columns, order, picture if picture in drawn else drawn[0])


def _asks_for_work(layout: Layout) -> bool:
    """Tell whether what is open is a column, or the order."""
    return any(name in OPEN_COLUMNS for name in (*layout.columns, layout.order.removeprefix("-")))


def _arrange(groups: Sequence[Group], layout: Layout, work: Mapping[str, OpenWork]) -> list[Group]:
    """Return the rows in their order."""
    column = layout.order.removeprefix("-")
    if column not in OPEN_COLUMNS:
        return in_order(groups, layout.order)
    return in_order(groups, layout.order, {name: getattr(one, column) for name, one in work.items()})


def _ages_known(report: Report) -> bool:
    """Tell whether there are histories: without them nobody knows what is in progress since when."""
    return report.results["flow_load"].state != "not_applicable"


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
    work: Mapping[str, OpenWork] = {}
    if report.context is not None and _asks_for_work(layout):
        names = [group.name for group in found.groups]
        work = open_work(report.context, layout.by, names, ages_known=_ages_known(report))
    groups = _arrange(found.groups, layout, work)
    return Compared(
        offered, groups, list(_note_groups(layout, found.others)), _why_alone(layout, groups), work
    )


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


def compare_profiles(workspace: Workspace, filters: Mapping[str, Any] | None, layout: Layout) -> Compared:
    """Return profiles as rows, each with its own data and settings, under the same filters.

    A profile that cannot be read is told of and has no row; the sample data stand beside none of one's own.

    Args:
        workspace: has the profiles.
        filters: as the address has them.
        layout: its order.

    Raises:
        InputError: the filters make no sense.
    """
    together, with_work = workspace.together, _asks_for_work(layout)
    found: list[Beside] = []
    notes, asked = [], []
    for name in _names_compared(workspace, filters):
        try:
            question = Asked(name, view_of(workspace.borrow(name), filters), with_work)
            found.append(together.beside(question))
        except InputError:
            raise
        except DashboardError as error:
            notes.append(f"{name}: {error.message}")
            continue
        asked.append(question)
    whole = together.all(asked)
    work = {one.name: one.work for one in found if one.work is not None}
    rows = [Group(one.name, one.merged.n_items, one.merged.results) for one in found]
    groups = _arrange(rows, layout, work)
    shown = {group.name for group in groups[:MOST_GROUPS]}
    notes += [_word_origin(one) for one in found if one.name in shown]
    notes = [
        *overlap_words(whole, [one.name for one in asked]),
        *_note_whole(whole),
        *_note_rest(groups),
        *notes,
    ]
    offered = [m for m in ALL_METRICS if any(m.id in group.results for group in groups)]
    alone = "There is one profile to compare. Create another one on Settings." if len(groups) < 2 else ""
    all_of_them = None if whole is None else Group(ALL_TOGETHER, whole.n_items, whole.results)
    return Compared(offered, groups[:MOST_GROUPS], notes, alone, work, all_of_them)


def _note_whole(whole: Merged | None) -> Iterable[str]:
    if whole is not None and whole.window is not None:
        window = whole.window
        yield (
            f"{ALL_TOGETHER} is what one team with the work of all these profiles would have, from "
            f"{window.first_day} to {window.last_day}; an issue that several hold counts once."
        )
        yield from (f"{ALL_TOGETHER}: {note}" for note in whole.notes)


def _note_rest(groups: Sequence[Group]) -> Iterable[str]:
    rest = len(groups) - MOST_GROUPS
    if rest > 0:
        more = counted(rest, "profile")
        yield f"{more} more not shown as rows: these are the first {MOST_GROUPS} in this order."


def _names_compared(workspace: Workspace, filters: Mapping[str, Any] | None) -> list[str]:
    here = (filters or {}).get("src") or workspace.shown
    return [name for name in profile_names(workspace) if name != DEMO_PROFILE or name == here]


def _word_origin(one: Beside) -> str:
    """Return what a row was made from; over an empty store that there is nothing."""
    window = one.merged.window
    if window is None or not one.merged.n_issues:
        return f"{one.name}: no data yet."
    days, issues = f"{window.first_day} to {window.last_day}", counted(one.merged.n_issues, "issue")
    return f"{one.name}: {days}, {window.zone.key}, {issues}, revision {one.revision}."
