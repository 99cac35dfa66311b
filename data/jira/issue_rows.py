"""Jira's JSON to issue rows. Pure; Jira's names end here.

Well-formed issues are decoded straight into typed structs that skip every
field we do not need. An issue that does not fit is read again field by field:
it stays, the bad value is left out, and its bit in ``malformed`` says so.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any, ClassVar, cast

import msgspec

from data.jira.development_values import read_development
from data.jira.field_values import reduced_values
from data.jira.histories import Changelog, is_cut, read_changelog, read_changes, text_of
from data.jira.json_record import JsonRecord
from data.jira.requested_fields import NO_FIELDS, STANDARD_FIELDS, FoundFields
from data.jira.sprint_values import read_sprints
from data.jira.stamps import EARLIEST, LATEST, civil_date_of, instant_of
from data.model.tables import (
    MISSING,
    WATCHED_FIELDS,
    Change,
    Development,
    IssueRow,
    Link,
    Sprint,
    StatusRef,
    TypeRef,
    Value,
    VersionRow,
    split_key,
)

FIELD_BIT = {name: 1 << place for place, name in enumerate(WATCHED_FIELDS)}
_LONGEST_DATE = 40  # characters of one that cannot be read
# Absent in a healthy issue, so their absence is not a finding.
_OPTIONAL = frozenset(
    {
        "resolutiondate",
        "resolution",
        "parent",
        "labels",
        "components",
        "versions",
        "issuelinks",
        "sprint",
        "development",
    }
)


_NULL = msgspec.Raw(b"null")


class _Named(JsonRecord):
    name: str | None = None
    id: str | int | None = None


class _Version(
    _Named,
    rename={"release_date": "releaseDate", "user_date": "userReleaseDate", "project_id": "projectId"},
):
    released: Any = None
    archived: Any = None
    release_date: Any = None
    user_date: Any = None
    project_id: Any = None


class _Category(JsonRecord):
    key: str | None = None


class _Status(JsonRecord, rename={"category": "statusCategory"}):
    name: str | None = None
    id: str | int | None = None
    category: _Category | None = None


class _Type(JsonRecord, rename={"hierarchy_level": "hierarchyLevel"}):
    name: str | None = None
    id: str | int | None = None
    subtask: bool | None = None
    hierarchy_level: int | None = None


class _Project(JsonRecord):
    id: str | int | None = None
    key: str | None = None


class _LinkType(JsonRecord):
    inward: str | None = None
    outward: str | None = None


class _Other(JsonRecord):
    key: str | None = None


class _Link(JsonRecord, rename={"inward_issue": "inwardIssue", "outward_issue": "outwardIssue"}):
    type: _LinkType | None = None
    inward_issue: _Other | None = None
    outward_issue: _Other | None = None


class _Fields(
    JsonRecord,
    rename={"fix_versions": "fixVersions"},
):
    # Id and attribute of the fields that a profile maps; attributes of those that parts of Jira made, and
    # the ids of those of sprints.
    custom_fields: ClassVar[tuple[tuple[str, str], ...]] = ()
    sprint_fields: ClassVar[tuple[str, ...]] = ()
    sprint_ids: ClassVar[frozenset[str]] = frozenset()
    development_fields: ClassVar[tuple[str, ...]] = ()
    parent_fields: ClassVar[tuple[str, ...]] = ()
    project: _Project | None = None
    issuetype: _Type | None = None
    status: _Status | None = None
    summary: str | None = None
    resolution: _Named | None = None
    priority: _Named | None = None
    labels: list[str] | None = None
    components: list[_Named] | None = None
    created: str | int | None = None
    updated: str | int | None = None
    resolutiondate: str | int | None = None
    fix_versions: list[_Version] | None = None
    versions: list[_Version] | None = None
    issuelinks: list[_Link] | None = None
    parent: _Other | None = None


class JiraIssue(JsonRecord, rename={"address": "self"}):
    """An issue as the REST API sends it; only ``id`` and ``key`` must be there."""

    id: str | int
    key: str
    fields: _Fields
    changelog: Changelog | None = None
    address: Any = None


class _LooseIssue(JsonRecord, rename={"address": "self"}):
    id: str | int
    key: str
    fields: msgspec.Raw
    changelog: msgspec.Raw = msgspec.Raw(b"null")
    address: Any = None


class NotAnIssueError(ValueError):
    """The JSON value has no id, key or fields: it is not a Jira issue. Says what is wrong."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """What an issue is decoded into when further fields are read with it."""

    fields: type[_Fields]
    issue: type[JiraIssue]
    decoder: msgspec.json.Decoder[JiraIssue]
    json_names: Mapping[str, str]


@lru_cache(maxsize=32)
def _build_shape(custom: tuple[str, ...], found: FoundFields) -> _Shape:
    """Return the structs for these further fields; without any they are the plain ones."""
    ids = dict.fromkeys((*custom, *found.ids))
    names = {f"custom_{place}": field_id for place, field_id in enumerate(ids)}
    attributes = {field_id: name for name, field_id in names.items()}
    fields = msgspec.defstruct(
        "_Fields",
        [
            (name, msgspec.Raw, _NULL) if field_id in found.sprint else (name, Any, None)
            for name, field_id in names.items()
        ],
        bases=(_Fields,),
        namespace={
            "custom_fields": tuple((field_id, attributes[field_id]) for field_id in custom),
            "sprint_fields": tuple(attributes[field_id] for field_id in found.sprint),
            "sprint_ids": frozenset(found.sprint),
            "development_fields": tuple(attributes[field_id] for field_id in found.development),
            "parent_fields": tuple(attributes[field_id] for field_id in found.parent),
        },
        rename=names,
        gc=False,
    )
    issue = msgspec.defstruct(
        "JiraIssue",
        [
            ("id", str | int),
            ("key", str),
            ("fields", fields),
            ("changelog", Changelog | None, None),
            ("address", Any, None),
        ],
        bases=(JsonRecord,),
        rename={"address": "self"},
        gc=False,
    )
    kind = cast("type[_Fields]", fields)
    return _Shape(kind, cast("type[JiraIssue]", issue), msgspec.json.Decoder(issue), {**_JSON_NAMES, **names})


def issue_type(custom: tuple[str, ...], found: FoundFields = NO_FIELDS) -> type[JiraIssue]:
    """Return what an issue with the further fields of these ids is decoded into."""
    return _build_shape(custom, found).issue if custom or found.ids else JiraIssue


def custom_fields(fields: Iterable[str]) -> tuple[str, ...]:
    """Return those of ``fields`` that are not read of every issue anyway, sorted and distinct."""
    return tuple(sorted(set(fields) - {*STANDARD_FIELDS, ""}))


_issue = msgspec.json.Decoder(JiraIssue)
_loose_issue = msgspec.json.Decoder(_LooseIssue)
_raw_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])


def decode_issue(
    body: bytes | msgspec.Raw, custom: tuple[str, ...] = (), found: FoundFields = NO_FIELDS
) -> tuple[JiraIssue, set[str]]:
    """Decode one issue of Jira's REST API; the set names the fields that could not be read.

    Args:
        body: JSON.
        custom: ids of further fields to read, as ``custom_fields`` gives them.
        found: ids of the fields of sprints and development.

    Raises:
        NotAnIssueError: the text is JSON, but no issue.
        msgspec.DecodeError: the text is not JSON.
    """
    bad: set[str] = set()
    try:
        return (_build_shape(custom, found).decoder if custom or found.ids else _issue).decode(body), bad
    except msgspec.ValidationError:
        return _read_loosely(body, bad, _build_shape(custom, found)), bad


def read_version(raw: Mapping[str, Any], project_id: str = "") -> VersionRow:
    """Turn one entry of ``GET /project/KEY/versions`` into a row.

    Raises:
        NotAnIssueError: the entry has no id.
    """
    if not isinstance(raw, Mapping) or raw.get("id") in (None, ""):
        raise NotAnIssueError("a version without an id")
    day, unreadable = _release_date(raw.get("releaseDate"), raw.get("userReleaseDate"))
    return VersionRow(
        id=str(raw["id"]),
        name=str(raw.get("name") or ""),
        project_id=str(raw.get("projectId") or project_id),
        released=raw.get("released") is True,
        archived=raw.get("archived") is True,
        release_date=day,
        unreadable_date=unreadable,
    )


def met_versions(issue: JiraIssue) -> Iterator[VersionRow]:
    """Yield the versions that an issue names, as far as it tells of them; they are ``met``."""
    project = issue.fields.project or _Project()
    for version in (*(issue.fields.fix_versions or ()), *(issue.fields.versions or ())):
        if version.id not in (None, ""):
            day, unreadable = _release_date(version.release_date, version.user_date)
            yield VersionRow(
                id=str(version.id),
                name=version.name or "",
                project_id=str(version.project_id or text_of(project.id)),
                released=version.released is True,
                archived=version.archived is True,
                release_date=day,
                unreadable_date=unreadable,
                met=True,
            )


def read_status(raw: Mapping[str, Any]) -> StatusRef:
    """Turn one entry of ``GET /status`` into a reference.

    Raises:
        NotAnIssueError: the entry has neither id nor name.
    """
    if not isinstance(raw, Mapping) or not (raw.get("id") or raw.get("name")):
        raise NotAnIssueError("a status with neither id nor name")
    category = raw.get("statusCategory")
    key = category.get("key") if isinstance(category, Mapping) else ""
    return StatusRef(id=text_of(raw.get("id")), name=text_of(raw.get("name")), category=text_of(key))


def _release_date(value: Any, shown: Any) -> tuple[str, str]:
    """Return the civil date of a version and, where there is one that cannot be read, its text.

    Args:
        value: as Jira's API gives it, or a stamp, whose date counts as it is written.
        shown: as Jira shows it to people, such as 12/Mar/26.
    """
    for told in (value, shown):
        if told not in (None, ""):
            day = civil_date_of(told)
            return (day.isoformat(), "") if day else ("", str(told)[:_LONGEST_DATE])
    return "", ""


def _read_loosely(body: bytes | msgspec.Raw, bad: set[str], shape: _Shape) -> JiraIssue:
    """Read an issue field by field, leaving out (and naming in ``bad``) what has the wrong type."""
    try:
        loose = _loose_issue.decode(body)
    except msgspec.ValidationError as error:
        raise NotAnIssueError(str(error)) from error
    raws = _fields_of(loose, bad)
    fields = {}
    for name in shape.fields.__struct_fields__:
        json_name = shape.json_names.get(name, name)
        if json_name in raws:
            raw = raws[json_name]
            if name in _FIELD_TYPES:
                fields[name] = _or_none(raw, _FIELD_TYPES[name], json_name, bad)
            else:
                fields[name] = raw if name in shape.fields.sprint_fields else _or_unreadable(raw)
    return JiraIssue(
        loose.id, loose.key, shape.fields(**fields), _read_histories(loose.changelog, bad), loose.address
    )


def _read_histories(raw: msgspec.Raw, bad: set[str]) -> Changelog | None:
    try:
        return read_changelog(raw)
    except msgspec.ValidationError:
        bad.add("changelog")
        return None


def _fields_of(loose: _LooseIssue, bad: set[str]) -> dict[str, msgspec.Raw]:
    """Return the fields of an issue; where they are not an object, none of them could be read."""
    try:
        return _raw_fields.decode(loose.fields)
    except msgspec.ValidationError:
        bad.update(name for name, _, _ in _REQUIRED)
        return {}


def _or_none(raw: msgspec.Raw, kind: Any, name: str, bad: set[str]) -> Any:
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError:
        bad.add(name)
        return None


def _or_unreadable(raw: msgspec.Raw) -> Any:
    """Decode any JSON; an object stands for what cannot be, such as a number beyond all bounds."""
    try:
        return msgspec.json.decode(raw)
    except msgspec.ValidationError:
        return {}


_FIELD_TYPES: dict[str, Any] = {name: _Fields.__annotations__[name] for name in _Fields.__struct_fields__}
_JSON_NAMES = {"fix_versions": "fixVersions"}
_PYTHON_NAMES = {"fixVersions": "fix_versions"}
_OF_CHANGES = frozenset({"changelog", "history"})
# What every issue has, beside its changelog: name in Jira, attribute, and bit in the masks.
_REQUIRED = tuple(
    (name, _PYTHON_NAMES.get(name, name), bit)
    for name, bit in FIELD_BIT.items()
    if name not in _OPTIONAL and name not in _OF_CHANGES
)

_never_empty = attrgetter(*(attribute for _, attribute, _ in _REQUIRED if attribute != "fix_versions"))


def issue_row(
    issue: JiraIssue,
    bad: set[str],
    flag_marks: Callable[[], Collection[str]] = tuple,
    latest: int = LATEST,
    impediment: str = "",
) -> IssueRow:
    """Reduce a decoded issue to what the store keeps.

    Args:
        issue: from ``decode_issue``.
        bad: names the fields already found unreadable; what is found here joins them.
        flag_marks: as for ``read_changes``.
        latest: the last instant that a stamp may tell; a later one is unreadable, as ``latest_of`` says.
        impediment: as for ``read_changes``.

    Raises:
        NotAnIssueError: id or key are not those of an issue.
    """
    _check_identity(issue)
    fields = issue.fields
    missing = _count_missing(issue, bad)
    changes = read_changes(issue.changelog, flag_marks, latest, impediment, fields.sprint_ids)
    if changes.odd:
        bad.add("history")
    sprints = _sprints_of(fields, bad) if fields.sprint_fields else ()
    development = _development_of(fields, bad) if fields.development_fields else ()
    return IssueRow(
        id=str(issue.id),
        key=issue.key,
        project_id=text_of(fields.project.id) if fields.project else "",
        type=_read_type(fields.issuetype),
        summary=fields.summary or "",
        status=_read_status(fields.status),
        resolution=fields.resolution.name if fields.resolution else None,
        priority=fields.priority.name if fields.priority else None,
        labels=tuple(fields.labels or ()),
        components=_read_names(fields.components),
        created=_read_instant(fields.created, "created", bad, latest),
        updated=_read_instant(fields.updated, "updated", bad, latest),
        resolved=_read_instant(fields.resolutiondate, "resolutiondate", bad, latest),
        fix_versions=_read_ids(fields.fix_versions),
        affected_versions=_read_ids(fields.versions),
        links=tuple(_read_links(fields.issuelinks or ())),
        parent=_parent_of(fields, changes.kept),
        has_changelog=issue.changelog is not None and issue.changelog.histories is not None,
        transitions=changes.moves,
        flagged=changes.flagged,
        newest=changes.newest,
        missing=missing,
        malformed=sum(FIELD_BIT[name] for name in bad),
        mapped=_custom_values(fields, latest) if fields.custom_fields else (),
        truncated=issue.changelog is not None and is_cut(issue.changelog, changes.known),
        changes=changes.kept,
        sprints=sprints,
        development=development,
    )


def _check_identity(issue: JiraIssue) -> None:
    """Raise NotAnIssueError where id or key are not those of an issue."""
    if split_key(issue.key) is None:
        raise NotAnIssueError(f"{issue.key!r} is not an issue key")
    if issue.id == "":
        raise NotAnIssueError("the id is empty")


def _sprints_of(fields: _Fields, bad: set[str]) -> tuple[Sprint, ...]:
    sprints, odd = read_sprints(tuple(bytes(getattr(fields, name)) for name in fields.sprint_fields))
    if odd:
        bad.add("sprint")
    return sprints


def _development_of(fields: _Fields, bad: set[str]) -> tuple[Development, ...]:
    development, odd = read_development([getattr(fields, name) for name in fields.development_fields])
    if odd:
        bad.add("development")
    return development


def _parent_of(fields: _Fields, kept: Sequence[Change]) -> str:
    """Return the key of the parent: as such, else as epic or parent link, else as the history says last.

    Data Center has a parent for sub-tasks alone, and two fields for what stands above other issues. In files
    nothing tells which these are, but the histories name them.
    """
    told = (getattr(fields, name) for name in fields.parent_fields)
    keys = [fields.parent.key if fields.parent else None, *(_key_of(value) for value in told)]
    found = next((key for key in keys if key), "")
    if found or fields.parent_fields:
        return found
    last = next((change for change in reversed(kept) if change.field in ("Epic Link", "Parent")), None)
    return last.to_name if last and last.field == "Epic Link" and split_key(last.to_name) else ""


def _key_of(value: Any) -> str:
    """Return the key that a field of parents holds: as a text, or within an object, or one in another."""
    if isinstance(value, Mapping):
        value = value.get("key") or _key_of(value.get("data"))
    return value if isinstance(value, str) and split_key(value) else ""


def _custom_values(fields: _Fields, latest: int) -> tuple[tuple[str, Value], ...]:
    """Return id and value of the further fields that were asked for and have one."""
    raws = ((field_id, getattr(fields, name)) for field_id, name in fields.custom_fields)
    values = ((name, _or_unreadable(raw) if isinstance(raw, msgspec.Raw) else raw) for name, raw in raws)
    return reduced_values(values, instant_of, latest)


def _count_missing(issue: JiraIssue, bad: set[str]) -> int:
    fields = issue.fields
    mask = 0 if issue.changelog is not None or "changelog" in bad else FIELD_BIT["changelog"]
    if fields.fix_versions is not None and all(_never_empty(fields)):
        return mask  # so it is with nearly all issues
    for name, attribute, bit in _REQUIRED:
        value = getattr(fields, attribute)
        if (value is None or value == "") and name not in bad:
            mask |= bit
    return mask


def _read_instant(value: str | int | None, name: str, bad: set[str], latest: int) -> int:
    if value.__class__ is int and EARLIEST <= value <= latest:
        return value
    try:
        at = instant_of(value)
    except (ValueError, OverflowError):
        at = latest + 1
    if at <= latest:
        return at
    bad.add(name)
    return MISSING


def _read_type(kind: _Type | None) -> TypeRef:
    if kind is None:
        return TypeRef("", "")
    level = kind.hierarchy_level
    if level is None and kind.subtask:
        level = -1
    return TypeRef(text_of(kind.id), kind.name or "", level)


def _read_status(status: _Status | None) -> StatusRef:
    if status is None:
        return StatusRef("", "")
    category = status.category.key if status.category else None
    return StatusRef(text_of(status.id), status.name or "", category or "")


def _read_names(values: Sequence[_Named] | None) -> tuple[str, ...]:
    return tuple(value.name for value in values or () if value.name)


def _read_ids(values: Any) -> tuple[str, ...]:
    return (
        tuple(text_of(value.id) for value in values or () if value.id is not None)
        if isinstance(values, list)
        else ()
    )


def _read_links(links: Iterable[_Link]) -> Iterable[Link]:
    for link in links:
        for other, inward in ((link.inward_issue, True), (link.outward_issue, False)):
            if other and other.key and link.type:
                yield Link((link.type.inward if inward else link.type.outward) or "", inward, other.key)
