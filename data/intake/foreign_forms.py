"""Forms of files that cannot be read, told by their content, and how to get one that can.

Jira's own exports (CSV, XML, HTML, Excel) hold the fields of issues and not what
happened to them; its backups hold everything in a form that changes with each version.
"""

import csv
import html
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from configuration.program import command

CLOUD_LINE = (
    "curl -sS -u EMAIL:TOKEN -G https://SITE.atlassian.net/rest/api/3/search/jql"
    " --data-urlencode 'jql=project = ABC' -d 'fields=*all' -d expand=changelog -d maxResults=100"
    " -o issues.json"
)
CENTER_LINE = (
    "curl -sS -H 'Authorization: Bearer TOKEN' -G https://JIRA/rest/api/2/search"
    " --data-urlencode 'jql=project = ABC' -d 'fields=*all' -d expand=changelog -d maxResults=500"
    " -o issues.json"
)
_WORDS_LIMIT = 300
_SHOWN_BYTES = 16 * 1024
_JIRA_COLUMNS = frozenset({"issue key", "issue id", "issue type", "project key"})
_KNOWN_COLUMNS = frozenset({"issue_key", "issue_id", "issue_type", "summary", "id", "deployed_at"})
_PACKED = (
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!", "RAR"),
)
_SIGNS = (
    (b"%PDF-", "pdf", "is a PDF"),
    (b"\xd0\xcf\x11\xe0", "sheet", "is a spreadsheet or document of Microsoft Office (the old form)"),
    (b"{\\rtf", "export", "is a text document (RTF)"),
    (b"SQLite format 3\x00", "binary", "is a SQLite database"),
    (b"PAR1", "binary", "is a Parquet file"),
)
_LOGIN = (b"login-form", b"os_username", b"id.atlassian.com/login", b"samlrequest", b"log in", b"sign in")
_OFFICE = (b"urn:schemas-microsoft-com:office", b"progid", b"application/vnd.ms-excel")


@dataclass(frozen=True, slots=True)
class Form:
    """A form that is not read.

    Attributes:
        kind: ``csv``, ``export``, ``sheet``, ``pdf``, ``backup``, ``login``, ``page``, ``headers``,
            ``packed``, ``python`` or ``binary``.
        words: what to say behind the name of the file.
        columns: of a table, as its first line names them.
    """

    kind: str
    words: str
    columns: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def how_to_ask() -> str:
    """Return how issues with their histories are had: the lines to run, and the command that needs none."""
    return (
        f"Ask Jira's REST API: Cloud: {CLOUD_LINE} (further pages: -d nextPageToken=...);"
        f" Data Center: {CENTER_LINE} (further pages: -d startAt=500);"
        f" or set JIRA_URL, JIRA_TOKEN and JIRA_JQL and run {command('sync')}, which fetches all pages."
    )


def advice_for_issues(form: Form) -> str:
    """Return what to do where a file of issues has this form."""
    advice = {
        "login": "Create a new token, and name it in the request, as follows. " + how_to_ask(),
        "page": "Check address and token of the request that wrote the file. " + how_to_ask(),
        "headers": "Leave out -i (--include) of curl, so that the file holds the JSON alone.",
        "packed": "Unpack it, or pack it as gzip or zip.",
        "python": "Write it with json.dumps(...) instead of print(...) or str(...).",
    }
    if form.kind == "csv" and "deployed_at" in map(folded, form.columns):
        return "Give deployments with --deployments."
    return advice.get(form.kind) or how_to_ask()


@lru_cache(maxsize=256)
def folded(name: str) -> str:
    """Return the name of a column as it is compared: ``Deployed At`` is ``deployed_at``."""
    return re.sub(r"[\s_-]+", "_", name.strip()).casefold()


def binary_form(head: bytes) -> Form | None:
    """Tell from its first bytes what a file is that is not text; None where it may be text."""
    for sign, name in _PACKED:
        if head.startswith(sign):
            return Form("packed", f"is packed with {name}")
    for sign, kind, words in _SIGNS:
        if head.startswith(sign):
            return Form(kind, words)
    if head[257:262] == b"ustar":
        return Form("packed", "is a tar archive")
    if b"\x00" in head[:_SHOWN_BYTES]:
        return Form("binary", "holds bytes that are not text")
    return None


def archive_form(names: Sequence[str], read: Callable[[str], bytes]) -> Form | None:
    """Tell from the names inside a zip what it is; None where it is a plain archive.

    Args:
        names: of its members.
        read: gives the content of a small member.
    """
    last = {name.rpartition("/")[2].casefold() for name in names}
    if last & {"entities.xml", "activeobjects.xml"}:
        return Form("backup", "is a backup of a Jira (entities.xml)")
    if "[Content_Types].xml" in names:
        return Form("sheet", _office_words(names))
    if "mimetype" in names and b"opendocument" in read("mimetype")[:200]:
        what = "spreadsheet" if b"spreadsheet" in read("mimetype")[:200] else "document"
        return Form("sheet", f"is a {what} (OpenDocument)")
    return None


def _office_words(names: Sequence[str]) -> str:
    if any(name.startswith("xl/") for name in names):
        return "is a spreadsheet (Excel)"
    return "is a document of Microsoft Office"


def text_form(head: bytes) -> Form | None:
    """Tell from its beginning what a text is that is not JSON; None where it may be JSON."""
    start = head.lstrip()
    if start.startswith(b"HTTP/"):
        return Form("headers", "begins with the headers of an answer")
    if start.startswith((b"{'", b"[{'", b'{"id": \'')):
        return Form("python", "is what Python prints, which is not JSON")
    if start.startswith(b"<"):
        return _markup_form(start[:_SHOWN_BYTES])
    if start and not start.startswith((b"{", b"[")):
        return _table_form(head)
    return None


def _markup_form(start: bytes) -> Form:
    low = start.lower()
    if b"<entity-engine-xml" in low:
        return Form("backup", "is a backup of a Jira (entities.xml)")
    if b"<rss" in low:
        return Form("export", "is Jira's XML export (RSS), which holds no histories")
    if any(sign in low for sign in (b"<html", b"<!doctype html", b"<table", b"<head")):
        return _page_form(start)
    if b"mso-application" in low or b"<workbook" in low:
        return Form("sheet", "is a spreadsheet (XML)")
    return Form("export", "is XML and not JSON")


def _page_form(start: bytes) -> Form:
    low, words = start.lower(), _page_words(start)
    told = f': "{words}"' if words else ""
    if any(sign in low for sign in _OFFICE):
        return Form("export", "is Jira's export for Excel, an HTML page that holds no histories")
    if b"issuetable" in low or b"issuerow" in low or b"issue-table" in low:
        return Form("export", "is Jira's HTML export, which holds no histories")
    if any(sign in low for sign in _LOGIN):
        return Form("login", f"is a login page instead of Jira's answer{told}")
    return Form("page", f"is a web page instead of Jira's answer{told}")


def _page_words(page: bytes) -> str:
    """Return what a page says of itself: its title and its first headings."""
    text = page.decode("utf-8", "replace")
    found = re.findall(
        r"<(?:title|h1|h2)\b[^>]*>(.{0,2000}?)</(?:title|h1|h2)>", text, re.DOTALL | re.IGNORECASE
    )
    plain = (html.unescape(re.sub(r"<[^>]{0,500}>", " ", each)) for each in found[:3])
    said = dict.fromkeys(" ".join(each.split()) for each in plain)
    return " - ".join(filter(None, said)).rstrip(".")[:_WORDS_LIMIT]


def _table_form(head: bytes) -> Form | None:
    """Tell whether a text is a table; prose and broken JSON are not."""
    text = head.decode("utf-8", "replace")
    delimiter = find_delimiter(text)
    if delimiter is None:
        return None
    columns = first_cells(text, delimiter)
    if _JIRA_COLUMNS & {column.strip().casefold() for column in columns}:
        return Form("csv", "is Jira's CSV export, which holds no histories", columns)
    return Form("csv", "is a table (CSV), which holds no histories", columns)


def find_delimiter(text: str) -> str | None:
    """Return what separates the cells of a table's first lines, None where they are not a table."""
    best = max(",;\t|", key=lambda each: (_count_known(text, each), len(first_cells(text, each))))
    rows = _first_rows(text, best, 2)
    if not rows or len(rows[0]) < 2 or not all(cell.strip() for cell in rows[0][:2]):
        return None
    is_table = len(rows) == 2 and len(rows[0]) == len(rows[1])
    return best if is_table or _count_known(text, best) else None


def _count_known(text: str, delimiter: str) -> int:
    """Return how many names of columns the first line holds that are usual here."""
    return len({folded(cell) for cell in first_cells(text, delimiter)} & _KNOWN_COLUMNS)


def first_cells(text: str, delimiter: str) -> tuple[str, ...]:
    """Return the cells of the first line of a table."""
    rows = _first_rows(text, delimiter, 1)
    return tuple(rows[0]) if rows else ()


def _first_rows(text: str, delimiter: str, count: int) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if row and not (not rows and row[0].startswith("sep=")):
                rows.append(row)
            if len(rows) == count:
                break
    except csv.Error:
        return rows
    return rows
