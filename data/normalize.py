"""Jira's JSON to issue rows. Pure; Jira's names end here.

Well-formed issues are decoded straight into typed structs that skip every
field we do not need. An issue that does not fit is read again field by field:
it stays, the bad value is left out, and its bit in ``malformed`` says so.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any, ClassVar, TypeVar, cast

import msgspec

from data.field_values import reduced_values
from data.requested_fields import STANDARD_FIELDS
from data.tables import (
    MISSING,
    OPEN,
    TODO,
    UNMAPPED,
    WATCHED_FIELDS,
    IssueRow,
    Link,
    StatusRef,
    Transition,
    TypeRef,
    Value,
    VersionRow,
    split_key,
)

FIELD_BIT = {name: 1 << place for place, name in enumerate(WATCHED_FIELDS)}
# Absent in a healthy issue, so their absence is no finding.
_OPTIONAL = frozenset(
    {"resolutiondate", "resolution", "parent", "labels", "components", "versions", "issuelinks"}
)
_CATEGORY_OF_KEY = {"new": TODO, "indeterminate": 1, "done": 2}
_QUOTES = re.compile("[\"'`\u00b4\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb\u2039\u203a]")
_STAMP = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MILLISECOND = dt.timedelta(milliseconds=1)
_EARLIEST, _LATEST = -2_208_988_800_000, 221_845_392_000_000  # the years 1900 to 9000
_parse = dt.datetime.fromisoformat
_FLAGGED = len("flagged")
_T = TypeVar("_T")


class JsonRecord(msgspec.Struct, gc=False):
    """Base of the structs below: unknown fields are skipped, so Jira may add what it likes."""


class _Named(JsonRecord):
    name: str | None = None
    id: str | int | None = None


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


class _Item(
    JsonRecord,
    rename={
        "from_id": "from",
        "from_name": "fromString",
        "to_id": "to",
        "to_name": "toString",
        "field_id": "fieldId",
    },
):
    field: str | None = None
    fieldtype: str | None = None
    field_id: str | None = None
    from_id: str | int | None = None
    from_name: str | None = None
    to_id: str | int | None = None
    to_name: str | None = None


# Instant, history id as a number, place inside the history: what orders changes; and the change.
_Entry = tuple[int, int, int, _Item]
_WHEN = itemgetter(0, 1, 2)


class History(JsonRecord):
    """One group of changes that somebody made at one moment."""

    id: str | int | None = None
    created: str | int | None = None
    items: list[_Item] = []


class Changelog(JsonRecord):
    """A page of histories; it is all of them only where ``total`` says so."""

    total: int | None = None
    histories: list[History] | None = None


class _Fields(
    JsonRecord,
    rename={"fix_versions": "fixVersions"},
):
    custom_fields: ClassVar[tuple[str, ...]] = ()  # ids of those behind the attributes custom_0, custom_1 ...
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
    fix_versions: list[_Named] | None = None
    versions: list[_Named] | None = None
    issuelinks: list[_Link] | None = None
    parent: _Other | None = None


class JiraIssue(JsonRecord):
    """An issue as the REST API sends it; only ``id`` and ``key`` must be there."""

    id: str | int
    key: str
    fields: _Fields
    changelog: Changelog | None = None


class _LooseIssue(JsonRecord):
    id: str | int
    key: str
    fields: dict[str, msgspec.Raw]
    changelog: msgspec.Raw = msgspec.Raw(b"null")


class NotAnIssueError(ValueError):
    """The JSON value has no id, key or fields: it is no Jira issue. Says what is wrong."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """What an issue is decoded into when further fields are read with it."""

    fields: type[_Fields]
    decoder: msgspec.json.Decoder[JiraIssue]
    json_names: Mapping[str, str]


@lru_cache(maxsize=32)
def _shape(ids: tuple[str, ...]) -> _Shape:
    """Return the structs for these further field ids; without any they are the plain ones."""
    names = {f"custom_{place}": field_id for place, field_id in enumerate(ids)}
    fields = msgspec.defstruct(
        "_Fields",
        [(name, Any, None) for name in names],
        bases=(_Fields,),
        namespace={"custom_fields": ids},
        rename=names,
        gc=False,
    )
    issue = msgspec.defstruct(
        "JiraIssue",
        [("id", str | int), ("key", str), ("fields", fields), ("changelog", Changelog | None, None)],
        bases=(JsonRecord,),
        gc=False,
    )
    kind = cast("type[_Fields]", fields)
    return _Shape(kind, msgspec.json.Decoder(issue), {**_JSON_NAMES, **names})


def custom_fields(fields: Iterable[str]) -> tuple[str, ...]:
    """Return those of ``fields`` that are not read of every issue anyway, sorted and distinct."""
    return tuple(sorted(set(fields) - {*STANDARD_FIELDS, ""}))


_issue = msgspec.json.Decoder(JiraIssue)
_loose_issue = msgspec.json.Decoder(_LooseIssue)


def fold(text: str) -> str:
    """Return ``text`` as names are compared: without case, quotes and extra white space."""
    return " ".join(_QUOTES.sub("", text).split()).casefold()


def instant_of(value: str | int | None) -> int:
    """Return a Jira stamp (ISO text or epoch milliseconds) as epoch milliseconds.

    Raises:
        ValueError: the value is no instant. None gives ``MISSING``.
    """
    if value.__class__ is str and value[7:14:3] == "-T:":
        # The forms that Jira sends, at a third of the cost: each stamp is parsed once, and there are many.
        try:
            gap = _parse(value) - _EPOCH
        except TypeError:
            return _any_instant(value)  # it has no zone
        at = gap.days * 86_400_000 + gap.seconds * 1000 + gap.microseconds // 1000
        return at if _EARLIEST <= at <= _LATEST else _any_instant(value)
    return _any_instant(value)


def _any_instant(value: str | int | None) -> int:
    if value is None or value == "":
        return MISSING
    if isinstance(value, int):
        if not _EARLIEST <= value <= _LATEST:
            raise ValueError(value)
        return value
    if not _STAMP.match(value):  # fromisoformat also takes bare dates and week dates; Jira sends neither
        raise ValueError(value)
    moment = dt.datetime.fromisoformat(value)
    if not 1900 <= moment.year <= 9000:  # outside, arithmetic with zones overflows
        raise ValueError(value)
    return ((moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)) - _EPOCH) // _MILLISECOND


def decode_issue(body: bytes | msgspec.Raw, custom: tuple[str, ...] = ()) -> tuple[JiraIssue, set[str]]:
    """Decode one issue of Jira's REST API; the set names the fields that could not be read.

    Args:
        body: JSON.
        custom: ids of further fields to read, as ``custom_fields`` gives them.

    Raises:
        NotAnIssueError: the text is JSON, but no issue.
        msgspec.DecodeError: the text is no JSON.
    """
    bad: set[str] = set()
    try:
        return (_shape(custom).decoder if custom else _issue).decode(body), bad
    except msgspec.ValidationError:
        return _read_loosely(body, bad, custom), bad


def read_issue(body: bytes | msgspec.Raw, custom: tuple[str, ...] = ()) -> IssueRow:
    """Decode one issue into a row; raises what ``decode_issue`` and ``issue_row`` raise."""
    return issue_row(*decode_issue(body, custom))


def read_version(raw: Mapping[str, Any], project_id: str = "") -> VersionRow:
    """Turn one entry of ``GET /project/KEY/versions`` into a row.

    Raises:
        NotAnIssueError: the entry has no id.
    """
    if not isinstance(raw, Mapping) or raw.get("id") in (None, ""):
        raise NotAnIssueError("a version without an id")
    return VersionRow(
        id=str(raw["id"]),
        name=str(raw.get("name") or ""),
        project_id=str(raw.get("projectId") or project_id),
        released=raw.get("released") is True,
        archived=raw.get("archived") is True,
        release_date=_release_date(raw.get("releaseDate")),
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
    return StatusRef(id=_text(raw.get("id")), name=_text(raw.get("name")), category=_text(key))


def category_of(key: str) -> int:
    """Return the category code of Jira's category key; ``undefined`` and "" are unmapped."""
    return _CATEGORY_OF_KEY.get(key, UNMAPPED)


def _text(value: str | int | None) -> str:
    return "" if value is None else str(value)


def _release_date(value: Any) -> str:
    """Return the civil date of a version, "" if there is none that can be read."""
    try:
        return dt.date.fromisoformat(value).isoformat() if isinstance(value, str) else ""
    except ValueError:
        return ""


def _read_loosely(body: bytes | msgspec.Raw, bad: set[str], custom: tuple[str, ...]) -> JiraIssue:
    """Read an issue field by field, leaving out (and naming in ``bad``) what has the wrong type."""
    try:
        loose = _loose_issue.decode(body)
    except msgspec.ValidationError as error:
        raise NotAnIssueError(str(error)) from error
    shape = _shape(custom)
    fields = {}
    for name in shape.fields.__struct_fields__:
        json_name = shape.json_names.get(name, name)
        if json_name in loose.fields:
            raw = loose.fields[json_name]
            if name in _FIELD_TYPES:
                fields[name] = _or_none(raw, _FIELD_TYPES[name], json_name, bad)
            else:
                fields[name] = _or_unreadable(raw)
    changelog = _or_none(loose.changelog, Changelog | None, "changelog", bad)
    return JiraIssue(id=loose.id, key=loose.key, fields=shape.fields(**fields), changelog=changelog)


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
# What every issue has, beside its changelog: name in Jira, attribute, and bit in the masks.
_REQUIRED = tuple(
    (name, _PYTHON_NAMES.get(name, name), bit)
    for name, bit in FIELD_BIT.items()
    if name not in _OPTIONAL and name != "changelog"
)


def issue_row(issue: JiraIssue, bad: set[str]) -> IssueRow:
    """Reduce a decoded issue to what the store keeps; ``bad`` names the fields already found unreadable.

    Raises:
        NotAnIssueError: id or key are not those of an issue.
    """
    if split_key(issue.key) is None:
        raise NotAnIssueError(f"{issue.key!r} is no issue key")
    if issue.id == "":
        raise NotAnIssueError("the id is empty")
    fields = issue.fields
    missing = _missing(issue, bad)
    transitions, flagged, newest = _read_changelog(issue.changelog, bad)
    project = fields.project or _Project()
    return IssueRow(
        id=str(issue.id),
        key=issue.key,
        project_id=_text(project.id),
        type=_type(fields.issuetype),
        summary=fields.summary or "",
        status=_status(fields.status),
        resolution=fields.resolution.name if fields.resolution else None,
        priority=fields.priority.name if fields.priority else None,
        labels=tuple(fields.labels or ()),
        components=_names(fields.components),
        created=_instant(fields.created, "created", bad),
        updated=_instant(fields.updated, "updated", bad),
        resolved=_instant(fields.resolutiondate, "resolutiondate", bad),
        fix_versions=_ids(fields.fix_versions),
        affected_versions=_ids(fields.versions),
        links=tuple(_links(fields.issuelinks or ())),
        parent=(fields.parent.key or "") if fields.parent else "",
        has_changelog=issue.changelog is not None and issue.changelog.histories is not None,
        transitions=transitions,
        flagged=flagged,
        newest=newest,
        missing=missing,
        malformed=sum(FIELD_BIT[name] for name in bad),
        mapped=_custom_values(fields) if fields.custom_fields else (),
    )


def _custom_values(fields: _Fields) -> tuple[tuple[str, Value], ...]:
    """Return id and value of the further fields that were asked for and have one."""
    raws = ((name, getattr(fields, f"custom_{place}")) for place, name in enumerate(fields.custom_fields))
    return reduced_values(raws, instant_of)


def _missing(issue: JiraIssue, bad: set[str]) -> int:
    fields = issue.fields
    mask = 0 if issue.changelog is not None or "changelog" in bad else FIELD_BIT["changelog"]
    for name, attribute, bit in _REQUIRED:
        value = getattr(fields, attribute)
        if (value is None or value == "") and name not in bad:
            mask |= bit
    return mask


def _instant(value: str | int | None, name: str, bad: set[str]) -> int:
    try:
        return instant_of(value)
    except (ValueError, OverflowError):
        bad.add(name)
        return MISSING


def _type(kind: _Type | None) -> TypeRef:
    if kind is None:
        return TypeRef("", "")
    level = kind.hierarchy_level
    if level is None:
        level = -1 if kind.subtask else int(fold(kind.name or "") == "epic")
    return TypeRef(_text(kind.id), kind.name or "", level)


def _status(status: _Status | None) -> StatusRef:
    if status is None:
        return StatusRef("", "")
    category = status.category.key if status.category else None
    return StatusRef(_text(status.id), status.name or "", category or "")


def _names(values: Sequence[_Named] | None) -> tuple[str, ...]:
    return tuple(value.name for value in values or () if value.name)


def _ids(values: Any) -> tuple[str, ...]:
    return (
        tuple(_text(value.id) for value in values or () if value.id is not None)
        if isinstance(values, list)
        else ()
    )


def _links(links: Iterable[_Link]) -> Iterable[Link]:
    for link in links:
        for other, inward in ((link.inward_issue, True), (link.outward_issue, False)):
            if other and other.key and link.type:
                yield Link((link.type.inward if inward else link.type.outward) or "", inward, other.key)


def _read_changelog(
    changelog: Changelog | None, bad: set[str]
) -> tuple[tuple[Transition, ...], tuple[tuple[int, int], ...], int]:
    """Return the status changes, the flagged stretches and the newest instant of a history."""
    if changelog is None or not changelog.histories:
        return (), (), MISSING
    moves: list[_Entry] = []
    flags: list[_Entry] = []
    newest = MISSING
    for history in _distinct(changelog.histories):
        try:
            at = instant_of(history.created)
        except (ValueError, OverflowError):
            at = MISSING
        if at == MISSING:
            bad.add("changelog")
            continue
        newest = max(newest, at)
        for place, item in enumerate(history.items):
            if _is_status(item):
                if not (item.to_id or item.to_name):
                    bad.add("changelog")
                    continue
                moves.append((at, _number(history.id), place, item))
            elif item.field and len(item.field) == _FLAGGED and item.field.casefold() == "flagged":
                flags.append((at, _number(history.id), place, item))
    return _transitions(moves), _flagged(flags), newest


def _distinct(histories: Sequence[History]) -> Iterable[History]:
    """Return histories without repetitions: pages may overlap, and an id counts once."""
    if len({str(history.id) for history in histories}) == len(histories):
        return histories
    seen: dict[str, History] = {}
    nameless = [history for history in histories if history.id is None]
    for history in histories:
        if history.id is not None:
            seen.setdefault(str(history.id), history)
    return [*seen.values(), *nameless]


def _is_status(item: _Item) -> bool:
    if item.field_id is not None:
        return item.field_id == "status"
    return item.field == "status" and item.fieldtype != "custom"


def _number(history_id: str | int | None) -> int:
    try:
        return int(history_id) if history_id is not None else -1
    except ValueError:
        return -1


def _in_order(entries: list[_Entry]) -> list[_Entry]:
    """Return entries by instant, history id as a number, and place inside the history."""
    return sorted(entries, key=_WHEN) if len(entries) > 1 else entries


def _transitions(moves: list[_Entry]) -> tuple[Transition, ...]:
    made = []
    for at, _, _, item in _in_order(moves):
        source, target = _text(item.from_id), _text(item.to_id)
        from_name, to_name = item.from_name or "", item.to_name or ""
        if not same_status(source, from_name, target, to_name):
            made.append(Transition(at, source, from_name, target, to_name))
    return tuple(made)


def same_status(id_a: str, name_a: str, id_b: str, name_b: str) -> bool:
    """Tell whether two status references mean one status: by id where both have one, else by name."""
    if id_a and id_b:
        return id_a == id_b
    return fold(name_a) == fold(name_b)


def _flagged(flags: list[_Entry]) -> tuple[tuple[int, int], ...]:
    """Return ``(from, until)`` stretches; a first item that unflags means flagged since creation."""
    stretches: list[tuple[int, int]] = []
    since: int | None = None
    for place, (at, _, _, item) in enumerate(_in_order(flags)):
        raised = bool(item.to_name or item.to_id)
        if raised and since is None:
            since = at
        elif not raised and (since is not None or place == 0):
            stretches.append((MISSING if since is None else since, at))
            since = None
    if since is not None:
        stretches.append((since, OPEN))
    return tuple(stretches)
