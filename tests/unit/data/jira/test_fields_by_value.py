"""Fields of sprints and development are found in issues that come without a list of fields."""

import json
from typing import Any

import pytest

from data.jira.fields_by_value import fields_by_value, may_hold_more
from data.jira.issue_rows import decode_issue, issue_row
from data.jira.requested_fields import FoundFields
from tests.support.builders import issue
from tests.support.rows import row

SPRINTS = [{"id": 3, "name": "Three", "state": "active", "boardId": 2}]
CODE = '{json={"cachedValue":{"summary":{"repository":{"overall":{"count":2}}}}}}'


def body(**fields: Any) -> bytes:
    return json.dumps(issue("A-1", **fields)).encode()


def test_each_field_is_found_by_its_own_values() -> None:
    """An option has a state and an id too; words about boards are no sprint."""
    found = fields_by_value(
        body(
            customfield_1=SPRINTS,
            customfield_2=CODE,
            customfield_3={"id": "1", "value": "EU", "state": "on"},
            customfield_4="boardId and cachedValue",
            customfield_5=SPRINTS,
        )
    )

    assert found == FoundFields(("customfield_1", "customfield_5"), ("customfield_2",))


@pytest.mark.parametrize("text", [b"[]", b"{}", b'{"fields": 3}', b'{"fields": {"a": 1e999}}', b"{"])
def test_what_is_not_an_issue_has_no_such_fields(text: bytes) -> None:
    assert fields_by_value(text) == FoundFields()


def test_an_issue_is_looked_into_only_where_it_may_hold_more() -> None:
    """Not without the words that every such value holds, and not where both are known."""
    text = body(customfield_1=SPRINTS, customfield_2=CODE)
    known = issue_row(*decode_issue(text, (), FoundFields(("customfield_1",), ("customfield_2",))))

    assert may_hold_more(text, row(issue("A-1")))
    assert not may_hold_more(text, known)
    assert not may_hold_more(body(customfield_1="x"), row(issue("A-1")))
