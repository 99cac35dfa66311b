"""What issues come wrapped in: pages, webhooks, records of taps; and what only looks like issues.

A value is an issue by having ``id``, ``key`` and ``fields``. Everything else says what it is, and what
to do to get issues.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec

from data.intake.foreign_forms import how_to_ask
from data.jira.answers import server_words

# What a tap or Airbyte says beside its records.
_MESSAGES = frozenset(
    {"SCHEMA", "STATE", "LOG", "CATALOG", "SPEC", "TRACE", "CONTROL", "CONNECTION_STATUS", "ACTIVATE_VERSION"}
)
_DEPTH_HINT = "Write it with ConvertTo-Json -Depth 20, so that PowerShell keeps what is deep inside."
_CUT = ("@{", "System.Object[]", "System.Collections.")
_CUT_BYTES = (b'"@{', b'"System.')


_NULL = msgspec.Raw(b"null")


class _Envelope(msgspec.Struct):
    """Members by which a value is told."""

    id: msgspec.Raw = _NULL
    key: msgspec.Raw = _NULL
    fields: msgspec.Raw = _NULL
    issues: msgspec.Raw = _NULL
    values: msgspec.Raw = _NULL
    issue: msgspec.Raw = _NULL
    record: msgspec.Raw = _NULL
    data: msgspec.Raw = _NULL
    type: Any = None
    stream: Any = None
    raw_record: msgspec.Raw = msgspec.field(default=_NULL, name="_airbyte_data")

    def given(self, *names: str) -> msgspec.Raw | None:
        """Return the first of some members that is there and not null."""
        found = (getattr(self, name) for name in names)
        return next((raw for raw in found if bytes(raw) != b"null"), None)

    def missing(self) -> list[str]:
        """Return which of the members of an issue are not there."""
        return [name for name in ("id", "key", "fields") if self.given(name) is None]


@dataclass(frozen=True, slots=True)
class NoIssue:
    """Why a value is not an issue.

    Attributes:
        reason: what to say behind its place.
        remedy: one sentence; "" where nothing better is known than to correct the entry.
    """

    reason: str
    remedy: str = ""


Inner = list[msgspec.Raw]


def unwrapped(raw: bytes | msgspec.Raw) -> Inner | NoIssue | None:
    """Return what is inside a JSON value that is not itself an issue.

    Args:
        raw: the value; it is JSON.

    Returns:
        The values inside, which may be issues (none for the messages of a tap that carry no issue); why
        there are none; or None where the value has ``id``, ``key`` and ``fields``, and they cannot be read.

    Raises:
        msgspec.DecodeError: the text inside a record is not JSON.
    """
    start = bytes(raw).lstrip()[:1]
    if start == b"[":
        return msgspec.json.decode(raw, type=Inner)
    if start != b"{":
        return NoIssue("is not a JSON object")
    found = msgspec.json.decode(raw, type=_Envelope)
    inner = _inner_of(found)
    return _explain(raw, found) if inner is None and found.missing() else inner


def _inner_of(found: _Envelope) -> Inner | NoIssue | None:
    """Return what an object is wrapped around, None where it is not a wrapping that is known."""
    page, issue, record = (
        found.given("issues", "values"),
        found.given("issue"),
        found.given("record", "raw_record"),
    )
    if page is not None:
        return _list_of(page)
    if issue is not None and found.given("key") is None:
        return [issue]  # a webhook
    if record is not None:
        return _issue_of_record(found, record)
    return [] if isinstance(found.type, str) and found.type in _MESSAGES else None


def _list_of(page: msgspec.Raw) -> Inner | NoIssue:
    if not bytes(page).lstrip().startswith(b"["):
        return NoIssue("is a search answer whose issues are not a list")
    return msgspec.json.decode(page, type=Inner)


def _issue_of_record(found: _Envelope, record: msgspec.Raw) -> Inner:
    """Return the issue of a record of a Singer tap or of Airbyte; those of other streams are passed over."""
    if bytes(record).lstrip().startswith(b'"'):  # Airbyte's raw tables hold the data as a text
        record = msgspec.Raw(msgspec.json.decode(record, type=str).encode())
    inner = msgspec.json.decode(record, type=_Envelope)
    stream = found.stream or inner.stream
    if isinstance(stream, str) and stream.casefold() != "issues":
        return []
    return [inner.given("data") or record]


def _explain(raw: bytes | msgspec.Raw, found: _Envelope) -> NoIssue:
    """Tell what an object is that is not an issue."""
    words = server_words(bytes(raw))
    missing = found.missing()
    if words and {"key", "fields"} <= set(missing):
        return NoIssue(
            f'is an error of Jira and not an issue: "{words.rstrip(".")}"',
            "Correct the request. " + how_to_ask(),
        )
    if missing == ["id"]:
        return NoIssue(
            "has no id; jira-cli leaves it out of jira issue list --raw",
            "Ask for single issues with jira issue view KEY --raw, or as follows. " + how_to_ask(),
        )
    other = what_else(msgspec.json.decode(raw))
    if other is not None:
        return other
    asked_for_less = "fields" in missing and len(missing) < 3
    remedy = (
        "Ask for all fields (fields=*all), and keep issues as Jira sends them. " if asked_for_less else ""
    )
    return NoIssue(
        f"is not a Jira issue: it has no {' and no '.join(missing)}", remedy and remedy + how_to_ask()
    )


def what_else(value: Any) -> NoIssue | None:
    """Tell what an object of Jira is by its members, None where they say nothing."""
    if not isinstance(value, Mapping):
        return None
    return next((told for names, told in _kinds() if value.keys() >= names), None)


@lru_cache(maxsize=1)
def _kinds() -> tuple[tuple[set[str], NoIssue], ...]:
    """Return the members by which a kind of object is told, and what to say of it."""
    version = NoIssue("is a version", "Give versions with --versions.")
    history = NoIssue("is a history without its issue", how_to_ask())
    return (
        ({"key", "fields"}, NoIssue("is an issue", "Give issues as FILE, without an option before it.")),
        ({"statusCategory"}, NoIssue("is a status", "Give statuses with --statuses.")),
        ({"deployed_at"}, NoIssue("is a deployment", "Give deployments with --deployments.")),
        ({"merged_at"}, NoIssue("is a change", "Give changes with --changes.")),
        ({"detected_at"}, NoIssue("is an incident", "Give incidents with --incidents.")),
        ({"releaseDate"}, version),
        ({"released", "archived"}, version),
        ({"items", "created"}, history),
        ({"changeHistories"}, history),
        ({"issueChangeLogs"}, history),
        ({"subtask", "statuses"}, NoIssue("is an issue type", "Give its statuses with --statuses.")),
    )


def cut_by_powershell(raw: bytes | msgspec.Raw) -> NoIssue | None:
    """Tell whether PowerShell left out what was deep inside of an issue."""
    text = bytes(raw)
    if not any(sign in text for sign in _CUT_BYTES):
        return None
    issue = msgspec.json.decode(text)
    fields = issue.get("fields") if isinstance(issue, dict) else None
    log = issue.get("changelog") if isinstance(issue, dict) else None
    inner = [fields, log]
    if isinstance(fields, dict):
        inner += [fields.get(name) for name in ("status", "issuetype", "project", "resolution", "priority")]
    if isinstance(log, dict):
        histories = log.get("histories")
        inner.append(histories)
        for history in histories if isinstance(histories, list) else ():
            inner += [history, *_items(history)]
    if any(isinstance(value, str) and value.startswith(_CUT) for value in inner):
        return NoIssue('was cut by PowerShell ("@{...}" stands where objects were)', _DEPTH_HINT)
    return None


def _items(history: Any) -> list[Any]:
    items = history.get("items") if isinstance(history, dict) else None
    return items if isinstance(items, list) else [items]
