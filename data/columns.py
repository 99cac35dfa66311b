"""Issue rows to columns: the issue table, ordered by project, number and id. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import numpy as np

from data.normalize import category_of
from data.tables import IssueRow, IssueTable, Link, Project, StatusRef, TypeRef, Value, split_key

_T = TypeVar("_T")


def build_issue_table(rows: Iterable[IssueRow]) -> IssueTable:
    """Lay rows out as columns, ordered by project, number and id.

    No rows give a table of length 0.
    """
    return _TableBuilder().build(in_key_order(rows))


def in_key_order(rows: Iterable[IssueRow]) -> list[IssueRow]:
    """Return rows by project, number and id: the order of the issue table."""
    return sorted(rows, key=lambda row: (split_or_whole(row.key), row.id))


def split_or_whole(key: str) -> tuple[str, int]:
    """Split an issue key; what is none stands as a whole, with the number 0."""
    return split_key(key) or (key, 0)


class _TableBuilder:
    """Turns ordered rows into columns; each distinct name gets one code, in order of first use."""

    def __init__(self) -> None:
        self.projects: dict[Project, int] = {}
        self.types: dict[TypeRef, int] = {}
        # By id and name alone: the category of an entry's status is none of a transition's.
        self.statuses: dict[tuple[str, str], int] = {}
        self.resolutions: dict[str, int] = {}
        self.labels: dict[tuple[str, ...], int] = {}
        self.components: dict[tuple[str, ...], int] = {}
        self.versions: dict[tuple[str, ...], int] = {}
        self.priorities: dict[str, int] = {}
        self.link_texts: dict[str, int] = {}
        self.value_fields: dict[str, int] = {}
        # By kind too: to a dictionary the instant 1 and the number 1.0 are one key.
        self.values: dict[tuple[type, Value], int] = {}

    def build(self, rows: Sequence[IssueRow]) -> IssueTable:
        """Return the columns of rows that are in key order."""
        keys = [split_or_whole(row.key) for row in rows]
        moves = [move for row in rows for move in row.transitions]
        flags = [(place, *stretch) for place, row in enumerate(rows) for stretch in row.flagged]
        links = _links(rows)
        values = [(place, *value) for place, row in enumerate(rows) if row.mapped for value in row.mapped]
        return IssueTable(
            project=_codes(
                self.projects, (Project(row.project_id, key[0]) for key, row in zip(keys, rows, strict=True))
            ),
            number=_int64(number for _, number in keys),
            type=_codes(self.types, (row.type for row in rows)),
            status=_codes(self.statuses, ((row.status.id, row.status.name) for row in rows)),
            category=np.array([category_of(row.status.category) for row in rows], np.int8),
            resolution=_int32(
                -1 if row.resolution is None else _code(self.resolutions, row.resolution) for row in rows
            ),
            labels=_codes(self.labels, (row.labels for row in rows)),
            components=_codes(self.components, (row.components for row in rows)),
            fix_versions=_codes(self.versions, (row.fix_versions for row in rows)),
            affected_versions=_codes(self.versions, (row.affected_versions for row in rows)),
            priority=_int32(
                -1 if row.priority is None else _code(self.priorities, row.priority) for row in rows
            ),
            created=_int64(row.created for row in rows),
            updated=_int64(row.updated for row in rows),
            resolved=_int64(row.resolved for row in rows),
            has_changelog=np.array([row.has_changelog for row in rows], np.bool_),
            newest=_int64(row.newest for row in rows),
            missing=_int32(row.missing for row in rows),
            malformed=_int32(row.malformed for row in rows),
            transition_start=np.concatenate(
                ([0], np.cumsum([len(row.transitions) for row in rows], dtype=np.int64))
            ).astype(np.int64),
            transition_at=_int64(move.at for move in moves),
            transition_from=_codes(self.statuses, ((move.from_id, move.from_name) for move in moves)),
            transition_to=_codes(self.statuses, ((move.to_id, move.to_name) for move in moves)),
            flag_issue=_int32(place for place, _, _ in flags),
            flag_from=_int64(since for _, since, _ in flags),
            flag_until=_int64(until for _, _, until in flags),
            link_issue=_int32(place for place, _, _ in links),
            link_target=_int32(target for _, target, _ in links),
            link_text=_codes(self.link_texts, (link.text for _, _, link in links)),
            link_inward=np.array([link.inward for _, _, link in links], np.bool_),
            projects=tuple(self.projects),
            types=tuple(self.types),
            statuses=tuple(StatusRef(*names) for names in self.statuses),
            resolutions=tuple(self.resolutions),
            label_sets=tuple(self.labels),
            component_sets=tuple(self.components),
            version_sets=tuple(self.versions),
            priorities=tuple(self.priorities),
            link_texts=tuple(self.link_texts),
            value_issue=_int32(place for place, _, _ in values),
            value_field=_codes(self.value_fields, (name for _, name, _ in values)),
            value=_codes(self.values, ((type(value), value) for _, _, value in values)),
            value_fields=tuple(self.value_fields),
            values=tuple(value for _, value in self.values),
        )


def _links(rows: Sequence[IssueRow]) -> list[tuple[int, int, Link]]:
    """Return place, place of the other end, and link, for each link whose other end is among ``rows``."""
    if not any(row.links for row in rows):
        return []
    places = {row.key: place for place, row in enumerate(rows)}
    return [
        (place, places[link.key], link)
        for place, row in enumerate(rows)
        for link in row.links
        if link.key in places
    ]


def _code(codes: dict[_T, int], value: _T) -> int:
    return codes.setdefault(value, len(codes))


def _codes(codes: dict[_T, int], values: Iterable[_T]) -> Any:
    known = codes.setdefault
    return _int32([known(value, len(codes)) for value in values])


def _int32(values: Iterable[int]) -> Any:
    return np.fromiter(values, np.int32)


def _int64(values: Iterable[int]) -> Any:
    return np.fromiter(values, np.int64)
