"""What Cloud and Data Center call things: paths, searches, and the shape of their answers."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from data.jira.json_record import JsonRecord
from data.jira.requested_fields import STANDARD_FIELDS
from data.jira.transport import Call

T = TypeVar("T")
Issue = TypeVar("Issue")

# Asked for unless a profile maps more.
FIELDS = STANDARD_FIELDS
# Issues do not move in this order while they change, so no page boundary runs through a change.
STEADY_ORDER = "ORDER BY created ASC, key ASC"
_LONGEST_QUERY = 1800  # characters of a query string that every proxy lets through
_WORDS_LIMIT = 300
_BOM = b"\xef\xbb\xbf"
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u([dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
_QUOTED_OR_ORDER = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|\border\s+by\b""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ref:
    """An issue of an id-only sweep; ``key`` is "" where Jira gives none."""

    id: str
    key: str


class SearchPage(JsonRecord, Generic[Issue]):
    """One answer of a search of either dialect; ``data.jira.issue_pages`` says how its issues come.

    ``repaired`` says that broken characters were replaced before it could be read.
    """

    issues: list[Issue]
    token: str | None = msgspec.field(default=None, name="nextPageToken")
    is_last: bool | None = msgspec.field(default=None, name="isLast")
    start_at: int = msgspec.field(default=0, name="startAt")
    max_results: int = msgspec.field(default=0, name="maxResults")
    total: int | None = None
    warnings: msgspec.Raw = msgspec.field(default=msgspec.Raw(b"null"), name="warningMessages")
    repaired: bool = msgspec.field(default=False, name="-")

    def warning_words(self) -> list[str]:
        """Return what Jira says about the query although it answers, such as an unknown project."""
        try:
            said = msgspec.json.decode(self.warnings)
        except msgspec.DecodeError:
            return []
        return [str(words)[:_WORDS_LIMIT] for words in said] if isinstance(said, list) else []


class IssueHistories(JsonRecord):
    """The histories of one issue in a bulk answer; an issue may come in several pieces."""

    issue_id: str | int = msgspec.field(name="issueId")
    histories: msgspec.Raw = msgspec.field(default=msgspec.Raw(b"null"), name="changeHistories")

    def raws(self) -> list[msgspec.Raw] | None:
        """Return the histories, each still JSON; None where they are not a list."""
        try:
            return _raws.decode(self.histories)
        except msgspec.ValidationError:
            return None


class BulkPage(JsonRecord):
    """One answer of the bulk changelog endpoint; its entries are still JSON, each for itself."""

    logs: list[msgspec.Raw] | None = msgspec.field(name="issueChangeLogs")
    token: str | None = msgspec.field(default=None, name="nextPageToken")


class IssueHistory(JsonRecord):
    """One issue of which nothing but the history is wanted; that is still JSON."""

    id: str | int
    changelog: msgspec.Raw = msgspec.Raw(b"null")


class HistoryPage(JsonRecord):
    """One answer of the changelog endpoint of one issue, oldest first; null where Jira cannot tell."""

    values: list[msgspec.Raw] | None
    total: int | None
    start_at: int = msgspec.field(default=0, name="startAt")


_search_page = msgspec.json.Decoder(SearchPage[msgspec.Raw])
_bulk_page = msgspec.json.Decoder(BulkPage)
_raws = msgspec.json.Decoder(list[msgspec.Raw])
_issue_histories = msgspec.json.Decoder(IssueHistories)
_issue_history = msgspec.json.Decoder(IssueHistory)
_history_page = msgspec.json.Decoder(HistoryPage)
_object = msgspec.json.Decoder(dict[str, Any])
_list = msgspec.json.Decoder(list[Any])


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one kind of Jira is asked.

    Attributes:
        name: ``cloud`` or ``dc``.
        api: version of the REST API.
        page_size: issues with histories that one page may hold.
        ref_page_size: issues of an id-only page.
        embedded_cap: an embedded changelog this long was probably cut; 0 = never cut.
    """

    name: str
    api: str
    page_size: int
    ref_page_size: int
    embedded_cap: int

    def path(self, tail: str) -> str:
        """Return the path of an endpoint below the site."""
        return f"/rest/api/{self.api}/{tail}"

    def call(self, tail: str, params: dict[str, str] | None = None, **parts: str) -> Call:
        """Return a GET; ``{name}`` in ``tail`` is filled from ``parts``, quoted."""
        filled = {name: quote(part, safe="") for name, part in parts.items()}
        return Call(self.path(tail.format(**filled)), params or {}, template=self.path(tail))

    def search(
        self,
        jql: str,
        *,
        fields: Sequence[str] = FIELDS,
        size: int,
        histories: bool = False,
        token: str | None = None,
        start_at: int = 0,
    ) -> Call:
        """Return the call for one page; by GET while the query is short, else by POST."""
        asked: dict[str, Any] = {"jql": jql, "maxResults": size, "fields": list(fields)}
        if histories:
            asked["expand"] = "changelog" if self.name == "cloud" else ["changelog"]
        if self.name == "cloud":
            path = self.path("search/jql")
            if token:
                asked["nextPageToken"] = token
        else:
            path = self.path("search")
            asked["startAt"] = start_at
        params = {name: ",".join(v) if isinstance(v, list) else str(v) for name, v in asked.items()}
        if len(urlencode(params)) <= _LONGEST_QUERY:
            return Call(path, params, template=path)
        return Call(path, body=asked, template=path)


CLOUD = Dialect("cloud", "3", page_size=100, ref_page_size=5000, embedded_cap=40)
SERVER = Dialect("dc", "2", page_size=200, ref_page_size=1000, embedded_cap=0)


def split_order(jql: str) -> str:
    """Return the query without its ORDER BY: pages need an order that holds still."""
    for match in _QUOTED_OR_ORDER.finditer(jql):
        if match.group(1) is None:
            return jql[: match.start()].strip()
    return jql.strip()


def narrowed(jql: str, clause: str) -> str:
    """Return the query, without an order, restricted further by ``clause``."""
    condition = split_order(jql)
    return f"({condition}) AND {clause}" if condition else clause


def decode_search(body: bytes) -> SearchPage[msgspec.Raw]:
    """Read one page of a search; its issues are still JSON.

    Raises:
        ValueError: it is cut, or no page.
    """
    page, repaired = _decode_repaired(_search_page.decode, body)
    page.repaired = repaired
    return page


def decode_bulk(body: bytes) -> BulkPage:
    """Read one answer of the bulk changelog endpoint; raises ValueError."""
    return _decode_repaired(_bulk_page.decode, body)[0]


def decode_issue_history(body: bytes) -> IssueHistory:
    """Read the answer to a single issue, whatever its fields look like; raises ValueError."""
    return _decode_repaired(_issue_history.decode, body)[0]


def read_bulk(raw: msgspec.Raw) -> IssueHistories | None:
    """Return one entry of a bulk answer, None where it does not say whose it is."""
    try:
        return _issue_histories.decode(raw)
    except msgspec.ValidationError:
        return None


def decode_history_page(body: bytes) -> HistoryPage:
    """Read one page of the changelog of one issue; raises ValueError."""
    return _decode_repaired(_history_page.decode, body)[0]


def decode_object(body: bytes) -> dict[str, Any]:
    """Read a JSON object; raises ValueError."""
    return _decode_repaired(_object.decode, body)[0]


def decode_list(body: bytes) -> list[Any]:
    """Read a JSON list; raises ValueError."""
    return _decode_repaired(_list.decode, body)[0]


def decode_objects(body: bytes) -> list[dict[str, Any]]:
    """Read a JSON list and keep what is an object in it; raises ValueError."""
    return objects_in(decode_list(body))


def objects_in(values: Any) -> list[dict[str, Any]]:
    """Return the objects of a decoded list; empty where it is not a list."""
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def without_mark(body: bytes) -> bytes:
    """Return a body without the mark that some proxies set before it."""
    return body.removeprefix(_BOM)


def _decode_repaired(decode: Callable[[bytes], T], body: bytes) -> tuple[T, bool]:
    """Decode; half surrogates and bytes that are not UTF-8 cost a character, not the page."""
    body = without_mark(body)
    try:
        body.decode()
        return decode(body), False
    except UnicodeDecodeError:
        repaired = body.decode("utf-8", "replace").encode()
    except ValueError:
        repaired = body
    repaired = _ESCAPE.sub(lambda match: rb"\ufffd" if match.group(1) else match.group(), repaired)
    return decode(repaired), repaired != body
