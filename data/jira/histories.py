"""The changes of an issue: Jira's histories to status moves, flags, and the changes that are kept. Pure.

One history or item that cannot be read costs itself and nothing else.
"""

from collections.abc import Callable, Collection, Sequence
from operator import itemgetter
from typing import TypeVar

import msgspec

from data.jira.json_record import JsonRecord
from data.jira.stamps import EARLIEST, LATEST, instant_of
from data.model.tables import ESTIMATE, MISSING, OPEN, Change, Transition
from data.model.words import LOWERED, fold

_T = TypeVar("_T")
_C = TypeVar("_C")
_FLAGGED = len("flagged")
_RESOLUTION = "resolution"
_SPRINT = "Sprint"
# Fields whose changes are kept, by the ids and the names that Jira's histories give them: Cloud gives
# both, but neither for links and parents; Data Center gives names.
_KEPT = {
    "resolution": _RESOLUTION,
    "Key": "Key",
    "issuekey": "Key",
    "Link": "Link",
    "issuelinks": "Link",
    "Parent": "Parent",
    "parent": "Parent",
    "Parent Issue": "Parent",
    "IssueParentAssociation": "Parent",
}
_KEPT_CUSTOM = {_SPRINT: _SPRINT, "Epic Link": "Epic Link", "Parent Link": "Parent"}
# What Jira calls the estimates that it brings along. There may be several, and which one counts is mapped:
# so their changes go by the id of their field where there is one.
ESTIMATES = frozenset({ESTIMATE, "Story point estimate"})
_NAMES = frozenset([*_KEPT, *_KEPT_CUSTOM, *ESTIMATES])


class HistoryItem(
    JsonRecord,
    rename={
        "from_id": "from",
        "from_name": "fromString",
        "to_id": "to",
        "to_name": "toString",
        "field_id": "fieldId",
    },
):
    """The change of one field."""

    field: str | None = None
    fieldtype: str | None = None
    field_id: str | None = None
    from_id: str | int | None = None
    from_name: str | None = None
    to_id: str | int | None = None
    to_name: str | None = None


class History(JsonRecord):
    """One group of changes that somebody made at one moment; None stands for what cannot be read."""

    id: str | int | None = None
    created: str | int | None = None
    items: list[HistoryItem | None] | None = msgspec.field(default_factory=list)


class Changelog(JsonRecord):
    """A page of histories; it is all of them only where ``total`` says so.

    ``cut`` says that Jira would not give the rest, whatever ``total`` says.
    """

    total: int | None = None
    histories: list[History] | None = None
    cut: bool = msgspec.field(default=False, name="-")


class _LooseHistory(JsonRecord):
    id: msgspec.Raw = msgspec.Raw(b"null")
    created: msgspec.Raw = msgspec.Raw(b"null")
    items: msgspec.Raw = msgspec.Raw(b"[]")


class _LooseChangelog(JsonRecord):
    total: msgspec.Raw = msgspec.Raw(b"null")
    histories: list[msgspec.Raw] | None = None


_changelog: msgspec.json.Decoder[Changelog | None] = msgspec.json.Decoder(Changelog | None)
_loose_changelog = msgspec.json.Decoder(_LooseChangelog)
_history = msgspec.json.Decoder(History)
_loose_history = msgspec.json.Decoder(_LooseHistory)
_item: msgspec.json.Decoder[HistoryItem | None] = msgspec.json.Decoder(HistoryItem | None)
_raws = msgspec.json.Decoder(list[msgspec.Raw])
_text_or_number: msgspec.json.Decoder[str | int | None] = msgspec.json.Decoder(str | int | None)
_number: msgspec.json.Decoder[int | None] = msgspec.json.Decoder(int | None)

# Instant and place inside the history of a change; the change, and its history.
_Entry = tuple[int, int, _C, History]
_AT = itemgetter(0)


class Changes(msgspec.Struct, frozen=True, gc=False):
    """What the histories of an issue say.

    Attributes:
        moves: changes of the status, ordered, without those that change nothing.
        flagged: stretches in which the issue was flagged, as ``IssueRow`` has them.
        kept: other changes that the store keeps, ordered.
        newest: instant of the newest history that can be read, ``MISSING`` where there is none.
        known: how many different histories there are, unreadable ones too.
        odd: something in them could not be read.
    """

    moves: tuple[Transition, ...] = ()
    flagged: tuple[tuple[int, int], ...] = ()
    kept: tuple[Change, ...] = ()
    newest: int = MISSING
    known: int = 0
    odd: bool = False


_NO_CHANGES = Changes()


def read_changelog(raw: bytes | msgspec.Raw) -> Changelog | None:
    """Decode a changelog by itself, history by history where one of them is odd; None where there is none.

    Raises:
        msgspec.ValidationError: it is not a changelog at all.
    """
    try:
        return _changelog.decode(raw)
    except msgspec.ValidationError:
        loose = _loose_changelog.decode(raw)
    histories = None if loose.histories is None else [read_history(each) for each in loose.histories]
    return Changelog(_or_none(loose.total, _number), histories)


def read_history(raw: msgspec.Raw) -> History:
    """Decode one history; what cannot be read of it is None, be it an item or all of them."""
    try:
        return _history.decode(raw)
    except msgspec.ValidationError:
        pass
    loose = _or_none(raw, _loose_history)
    if loose is None:
        return History(items=None)
    items = _or_none(loose.items, _raws)
    return History(
        _or_none(loose.id, _text_or_number),
        _or_none(loose.created, _text_or_number),
        None if items is None else [_or_none(item, _item) for item in items],
    )


def _or_none(raw: msgspec.Raw, decoder: "msgspec.json.Decoder[_T]") -> _T | None:
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError:
        return None


def without_repetitions(histories: Sequence[History]) -> Sequence[History]:
    """Return histories of which each id is there once: pages may overlap.

    Of several with one id the first that has a time stays.
    """
    ids = {history.id for history in histories}
    if len(ids) == len(histories) and len(set(map(type, ids))) == 1:  # 1 and "1" are one id
        return histories
    seen: dict[str, History] = {}
    nameless = [history for history in histories if history.id is None]
    for history in histories:
        if history.id is not None and (str(history.id) not in seen or seen[str(history.id)].created is None):
            seen[str(history.id)] = history
    return [*seen.values(), *nameless]


def is_cut(changelog: Changelog, known: int) -> bool:
    """Tell whether there are more histories than the ``known`` different ones."""
    return changelog.cut or (changelog.total is not None and changelog.total > known)


def changes_status(history: History) -> bool:
    """Tell whether a history holds a status change."""
    return any(is_status_change(item) for item in history.items or () if item is not None)


def read_changes(
    changelog: Changelog | None,
    flag_marks: Callable[[], Collection[str]] = tuple,
    latest: int = LATEST,
    impediment: str = "",
    sprint_ids: Collection[str] = frozenset(),
) -> Changes:
    """Read the histories of an issue.

    Args:
        changelog: None or an empty one holds no changes.
        flag_marks: tells ids and folded names of fields that mark blocked work; asked where one may be met.
        latest: the last instant that a stamp may tell.
        impediment: id of the field that is mapped as a flag as well, "" for none.
        sprint_ids: of the sprint fields, whose changes are known by them under any name.
    """
    if changelog is None or not changelog.histories:
        return _NO_CHANGES
    histories = without_repetitions(changelog.histories)
    moves: list[_Entry[HistoryItem]] = []
    flags: list[_Entry[HistoryItem]] = []
    kept: list[_Entry[Change]] = []
    resolving: set[int] = set()  # histories that set a resolution, as the identities of their objects
    newest, odd = MISSING, False
    # One loop and no calls where none is needed: there are ten items an issue, and a million issues.
    for history in histories:
        at = _read_instant(history.created)
        if not MISSING < at <= latest or history.items is None:
            odd = True
            continue
        newest = max(newest, at)
        for place, item in enumerate(history.items):
            if item is None:
                odd = True
            elif (field_id := item.field_id) == "status" or (field_id is None and is_status_change(item)):
                if item.to_id or item.to_name:
                    moves.append((at, place, item, history))
                else:
                    odd = True
            elif (item.field in _NAMES or field_id in _NAMES or field_id in sprint_ids) and (
                name := _kept_field(item, sprint_ids)
            ):
                kept.append((at, place, _change_of(item, at, name), history))
                if name is _RESOLUTION and (item.to_id or item.to_name):
                    resolving.add(id(history))
            elif (item.fieldtype == "custom" or len(item.field or "") == _FLAGGED) and _is_flag(
                item, flag_marks, impediment
            ):
                flags.append((at, place, item, history))
    return Changes(
        _make_transitions(moves, resolving) if moves else (),
        _find_flagged(flags) if flags else (),
        tuple([change for _, _, change, _ in _in_order(kept)]) if kept else (),
        newest,
        len(histories),
        odd,
    )


def _read_instant(value: str | int | None) -> int:
    if value.__class__ is int and EARLIEST <= value <= LATEST:
        return value  # the stamps of a page were read at once
    try:
        return instant_of(value)
    except (ValueError, OverflowError):
        return MISSING


def is_status_change(item: HistoryItem) -> bool:
    """Tell whether a change is one of the status; Data Center names its field without an id."""
    if item.field_id is not None:
        return item.field_id == "status"
    return item.field == "status" and item.fieldtype != "custom"


def _kept_field(item: HistoryItem, sprint_ids: Collection[str]) -> str | None:
    """Return the canonical name of the field where its changes are kept."""
    if item.field_id in sprint_ids:
        return _SPRINT
    name = item.field or ""
    if name in _KEPT_CUSTOM:
        return _KEPT_CUSTOM[name]
    if name in ESTIMATES:
        return item.field_id or ESTIMATE
    return None if item.fieldtype == "custom" else _KEPT.get(item.field_id or name)


def _change_of(item: HistoryItem, at: int, name: str) -> Change:
    return Change(
        at, name, text_of(item.from_id), item.from_name or "", text_of(item.to_id), item.to_name or ""
    )


def text_of(value: str | int | None) -> str:
    """Return an id or a name as text, "" for None."""
    return "" if value is None else str(value)


def _is_flag(item: HistoryItem, flag_marks: Callable[[], Collection[str]], impediment: str) -> bool:
    """Tell whether a change raises or lowers a flag, also where its field has a translated name."""
    name = item.field or ""
    if len(name) == _FLAGGED and name.casefold() == "flagged":
        return True
    if item.fieldtype != "custom":
        return False
    # A flag is a box that is ticked: its changes name options, as "[10019]"; what is mapped may be anything.
    ticked = _is_options(item.from_id) or _is_options(item.to_id)
    if impediment and (item.field_id == impediment or not (item.field_id or ticked)):
        return bool(item.field_id) or fold(name) in flag_marks()
    if not ticked:
        return False
    return (item.field_id or fold(name)) in flag_marks()


def _is_options(value: str | int | None) -> bool:
    return isinstance(value, str) and value.startswith("[")


def _parse_number(history_id: str | int | None) -> int:
    try:
        return int(history_id) if history_id is not None else -1
    except ValueError:
        return -1


def _in_order(entries: list[_Entry[_C]]) -> list[_Entry[_C]]:
    """Return entries by instant, history id as a number, and place inside the history."""
    if len({at for at, *_ in entries}) == len(entries):  # so it is with nearly all issues
        return sorted(entries, key=_AT)
    return sorted(entries, key=lambda entry: (entry[0], _parse_number(entry[3].id), entry[1]))


def _make_transitions(moves: list[_Entry[HistoryItem]], resolving: Collection[int]) -> tuple[Transition, ...]:
    made = []
    for at, _, item, history in _in_order(moves):
        source, target = item.from_id, item.to_id
        if source.__class__ is not str or target.__class__ is not str:
            source, target = text_of(source), text_of(target)
        from_name, to_name = item.from_name or "", item.to_name or ""
        if source != target if source and target else not same_status(source, from_name, target, to_name):
            made.append(Transition(at, source, from_name, target, to_name, id(history) in resolving))
    return tuple(made)


def same_status(id_a: str, name_a: str, id_b: str, name_b: str) -> bool:
    """Tell whether two status references mean one status: by id where both have one, else by name."""
    if id_a and id_b:
        return id_a == id_b
    return fold(name_a) == fold(name_b)


def _is_raised(value: str | int | None, name: str | None) -> bool:
    return bool(value or name) and fold(name or "") not in LOWERED


def _find_flagged(flags: list[_Entry[HistoryItem]]) -> tuple[tuple[int, int], ...]:
    """Return ``(from, until)`` stretches; a first item that unflags means flagged since creation."""
    stretches: list[tuple[int, int]] = []
    since: int | None = None
    for place, (at, _, item, _) in enumerate(_in_order(flags)):
        raised = _is_raised(item.to_id, item.to_name)
        if raised and since is None:
            since = at
        elif not raised and (since is not None or (place == 0 and _is_raised(item.from_id, item.from_name))):
            stretches.append((MISSING if since is None else since, at))
            since = None
    if since is not None:
        stretches.append((since, OPEN))
    return tuple(stretches)
