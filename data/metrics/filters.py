"""The filters of a view: which issue rows pass, and which values nobody has. Pure.

Page, exports, command line and report all choose by ``choose_rows``, so that
equal questions get equal numbers.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np

from data.metrics.context import EVERYTHING, Choice
from data.metrics.report import View
from data.model.tables import Codes, Dataset, Flags, IssueTable
from data.model.words import fold

# The filters by the names that JSON and command line have for them, with the field of the view.
FILTERS: Mapping[str, str] = {
    "project": "projects",
    "type": "types",
    "label": "labels",
    "component": "components",
    "epic": "epics",
    "fix_version": "fix_versions",
}
# Those that the page offers.
PAGE_FILTERS = ("project", "type", "label")
NEAR_MATCHES = 3


@dataclass(frozen=True, slots=True)
class UnknownValue:
    """A value of a filter that no stored issue has.

    Attributes:
        filter: its name, a key of ``FILTERS``.
        value: as it was asked for.
        near: values that are met and look like it, the likest first.
    """

    filter: str
    value: str
    near: tuple[str, ...]


def filters_in_use(view: View) -> dict[str, tuple[str, ...]]:
    """Return the values of each filter that has any, by name."""
    chosen = {name: getattr(view, attribute) for name, attribute in FILTERS.items()}
    return {name: values for name, values in chosen.items() if values}


def choose_rows(dataset: Dataset, view: View) -> Choice:
    """Return what a view's filters let through: any value within a filter, all filters together."""
    used = filters_in_use(view)
    if not used:
        return EVERYTHING
    masks = {name: _MASKS[name](dataset, frozenset(values)) for name, values in used.items()}
    rows = np.logical_and.reduce(list(masks.values()))
    return Choice(
        rows=rows,
        of_projects=masks.get("project"),
        projects=frozenset(view.projects),
        blind=tuple(name for name in used if name != "project"),
    )


def find_unknown_values(dataset: Dataset, view: View) -> list[UnknownValue]:
    """Return the filter values of a view that no stored issue has, with what is met and looks like them.

    Args:
        dataset: an empty one knows no value; whoever asks says so in other words.
        view: its filters are looked at in the order of ``FILTERS``.
    """
    found = []
    for name, values in filters_in_use(view).items():
        missing = [v for v in values if not _MASKS[name](dataset, frozenset((v,))).any()]
        if missing:
            met = sorted(_VALUES[name](dataset))
            found += [UnknownValue(name, value, _find_near(value, met)) for value in missing]
    return found


def word_unknown_value(unknown: UnknownValue) -> str:
    """Return the sentence for a value that no issue has."""
    what = unknown.filter.replace("_", " ")
    words = f"No stored issue has the {what} {unknown.value!r}, so it lets no issue through."
    if unknown.filter == "epic":
        words = f"No stored issue lies below {unknown.value!r}, so that epic lets no issue through."
    if not unknown.near:
        return words
    return f"{words} Did you mean {' or '.join(repr(value) for value in unknown.near)}?"


def _find_near(value: str, met: Sequence[str]) -> tuple[str, ...]:
    """Return the values that look like ``value``: other spellings of it first, then the likest."""
    same = [other for other in met if fold(other) == fold(value)]
    folded = {fold(other): other for other in met}
    alike = [folded[word] for word in get_close_matches(fold(value), folded, n=NEAR_MATCHES)]
    return tuple(dict.fromkeys([*same, *alike]))[:NEAR_MATCHES]


def _in_projects(dataset: Dataset, wanted: frozenset[str]) -> Flags:
    return _spread([project.key in wanted for project in dataset.issues.projects], dataset.issues.project)


def _of_types(dataset: Dataset, wanted: frozenset[str]) -> Flags:
    return _spread([kind.name in wanted for kind in dataset.issues.types], dataset.issues.type)


def _with_labels(dataset: Dataset, wanted: frozenset[str]) -> Flags:
    return _spread([not wanted.isdisjoint(s) for s in dataset.issues.label_sets], dataset.issues.labels)


def _with_components(dataset: Dataset, wanted: frozenset[str]) -> Flags:
    issues = dataset.issues
    return _spread([not wanted.isdisjoint(s) for s in issues.component_sets], issues.components)


def _fixed_in(dataset: Dataset, wanted: frozenset[str]) -> Flags:
    issues = dataset.issues
    ids = wanted | {version.id for version in dataset.versions if version.name in wanted}
    return _spread([not ids.isdisjoint(s) for s in issues.version_sets], issues.fix_versions)


def _below(dataset: Dataset, wanted: frozenset[str]) -> Flags:
    """Flag the issues whose parent, or its parent and so on, is one of ``wanted``.

    A key that an issue once had is that issue.
    """
    issues = dataset.issues
    reached = set(wanted | _current_keys(issues, wanted))
    below = np.zeros(len(issues), np.bool_)
    while True:
        found = _spread([key in reached for key in issues.parent_keys], issues.parent)
        new = found & ~below
        if not new.any():
            return below
        below |= new
        reached.update(issues.keys(np.flatnonzero(new)))


def _current_keys(issues: IssueTable, wanted: frozenset[str]) -> set[str]:
    """Return today's keys of the issues that once had one of ``wanted``."""
    codes = [code for code, key in enumerate(issues.past_keys) if key in wanted]
    return set(issues.keys(issues.past_key_issue[np.isin(issues.past_key, codes)].astype(np.intp)))


def _spread(hits: Sequence[bool], codes: Codes) -> Flags:
    """Return for each row whether its word is a hit; a row without a word (-1) is none."""
    flags: Flags = np.array([*hits, False], np.bool_)[codes]
    return flags


def _list_versions(dataset: Dataset) -> set[str]:
    named = {version.id: version.name for version in dataset.versions}
    issues = dataset.issues
    used = {one for place in np.unique(issues.fix_versions) for one in issues.version_sets[place]}
    return {named.get(version, version) for version in used}


_MASKS: Mapping[str, Callable[[Dataset, frozenset[str]], Flags]] = {
    "project": _in_projects,
    "type": _of_types,
    "label": _with_labels,
    "component": _with_components,
    "epic": _below,
    "fix_version": _fixed_in,
}
_VALUES: Mapping[str, Callable[[Dataset], Iterable[str]]] = {
    "project": lambda dataset: {project.key for project in dataset.issues.projects},
    "type": lambda dataset: {kind.name for kind in dataset.issues.types},
    "label": lambda dataset: {label for labels in dataset.issues.label_sets for label in labels},
    "component": lambda dataset: {name for names in dataset.issues.component_sets for name in names},
    "epic": lambda dataset: set(dataset.issues.parent_keys),
    "fix_version": _list_versions,
}
