"""A page read as a whole says what its issues say one by one, whatever is odd about one of them."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.jira.changelogs import read_decoded
from data.jira.dialects import decode_search
from data.jira.issue_pages import IssuePage, page_decoder
from data.jira.issue_rows import NotAnIssueError
from data.jira.requested_fields import FoundFields
from data.model.tables import IssueRow
from tests.support.builders import issue, version
from tests.support.rows import at

ODD = st.sampled_from(
    [None, "", 7, -1, True, "x", "2026-03-02T09:00:00.000+0530", "2026-13-02T09:00:00.000+0000", [], [1], {}]
)
PLACES = st.sampled_from(
    [
        ("id",),
        ("key",),
        ("fields",),
        ("changelog",),
        ("fields", "created"),
        ("fields", "updated"),
        ("fields", "resolutiondate"),
        ("fields", "summary"),
        ("fields", "status"),
        ("fields", "labels"),
        ("fields", "fixVersions"),
        ("fields", "customfield_1"),
        ("fields", "customfield_2"),
        ("fields", "customfield_3"),
        ("changelog", "total"),
        ("changelog", "histories"),
        ("changelog", "histories", 0),
        ("changelog", "histories", 0, "created"),
        ("changelog", "histories", 0, "items"),
        ("changelog", "histories", 0, "items", 0),
    ]
)

FOUND = FoundFields(("customfield_2",), ("customfield_3",))


def an_issue(number: int) -> dict:
    return issue(
        f"ABC-{number}",
        created="2026-03-01",
        history=[("2026-03-02", "Doing"), ("2026-03-03", "Done")],
        fix_versions=[version(number, "1.0")],
        resolution="Done",
        resolutiondate="2026-03-03",
        customfield_2=[{"id": number, "name": "One", "state": "active", "boardId": 1}],
        customfield_3='{json={"cachedValue":{"summary":{"repository":{"overall":{"count":2}}}}}}',
    )


def changed(raw: dict, place: tuple, value: Any) -> dict:
    """The issue with another value at a place, or without a change where there is no such place."""
    copy: Any = json.loads(json.dumps(raw))
    inner = copy
    try:
        for name in place[:-1]:
            inner = inner[name]
        inner[place[-1]] = value
    except (KeyError, IndexError, TypeError):
        pass  # an earlier change took the place away
    return copy


def body_of(issues: list[dict]) -> bytes:
    return json.dumps({"issues": issues, "total": len(issues)}).encode()


def rows(page: IssuePage, custom: tuple[str, ...]) -> list[IssueRow | str]:
    """The rows of a page; what is not an issue says so."""
    found: list[IssueRow | str] = []
    for entry in page.issues:
        try:
            found.append(read_decoded(entry, page.repaired, custom, found=FOUND).row)
        except NotAnIssueError:
            found.append("not an issue")
    return found


@given(
    st.lists(st.tuples(st.integers(0, 3), PLACES, ODD), max_size=3), st.sampled_from([(), ("customfield_1",)])
)
def test_a_page_has_the_rows_of_its_issues(changes: list, custom: tuple[str, ...]) -> None:
    """Whatever stands where something else should: decoded at once or one by one, the rows are the same."""
    issues = [an_issue(number) for number in range(4)]
    for number, place, value in changes:
        issues[number] = changed(issues[number], place, value)
    body = body_of(issues)

    assert rows(page_decoder(custom, FOUND)(body), custom) == rows(decode_search(body), custom)


def test_a_whole_page_is_decoded_once_with_its_stamps() -> None:
    page = page_decoder()(body_of([an_issue(1), an_issue(2)]))

    first = page.issues[0]
    assert not isinstance(first, msgspec.Raw)
    assert first.fields.created == at("2026-03-01")
    assert first.changelog.histories[0].created == at("2026-03-02")


def test_an_odd_issue_costs_itself() -> None:
    """What cannot be decoded of one issue changes no other, and the page stays."""
    odd = changed(an_issue(2), ("fields", "labels"), 7)
    page = page_decoder()(body_of([an_issue(1), odd, an_issue(3)]))

    found = rows(page, ())
    assert [row.malformed != 0 for row in found] == [False, True, False]
    assert [row.created for row in found] == [at("2026-03-01")] * 3


@pytest.mark.parametrize("text", [b"latin \xe4", rb"half \ud83d", "\ufffd of Jira".encode()])
def test_broken_characters(text: bytes) -> None:
    """Characters that cannot be read cost themselves; one that Jira itself replaced is not among them."""
    page = page_decoder()(b'{"issues":[{"id":"1","key":"A-1","fields":{"summary":"%s"}}]}' % text)

    (row,) = rows(page, ())
    assert "\ufffd" in row.summary
    assert (row.malformed != 0) == (b"Jira" not in text)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"issues":null}', b'{"issues":{}}', b"{}"])
def test_what_is_not_a_page(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        page_decoder()(body)
