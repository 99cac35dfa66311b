"""Values of custom fields: read whatever their kind, kept small, never dropped without a trace."""

import json

import msgspec
import pytest

from data.cache_manager import References
from data.jira.field_values import LONGEST_TEXT, is_empty, reduced
from data.jira.issue_rows import custom_fields
from data.jira.stamps import instant_of
from data.model.tables import IssueRow
from data.store.columns import build_issue_table
from tests.support.builders import issue
from tests.support.rows import at, read_issue
from tests.support.stores import store_at

DOCUMENT = {
    "type": "doc",
    "version": 1,
    "content": [
        {"type": "paragraph", "content": [{"type": "text", "text": "Production"}]},
        {"type": "paragraph", "content": [{"type": "text", "text": "EU "}, {"type": "text", "text": "west"}]},
    ],
}


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("2026-03-02T10:00:00.000+0100", at("2026-03-02T09:00")),
        ("2026-03-02", "2026-03-02"),  # a day has no instant before it has a zone
        ("2026-02-30T10:00:00.000+0000", "2026-02-30T10:00:00.000+0000"),  # no such day: text it stays
        (" Production ", "Production"),
        (3, 3.0),
        (0, 0.0),
        (-1.5, -1.5),
        (True, "true"),
        ({"id": "7", "value": "Production", "self": "x"}, "Production"),
        ({"id": "7", "name": "2.0"}, "2.0"),
        ({"value": "EU", "child": {"value": "Berlin"}}, "EU / Berlin"),
        ({"value": "EU", "child": None}, "EU"),
        ([{"value": "EU", "child": {"value": "Berlin"}}, {"value": "US"}], ("EU / Berlin", "US")),
        (DOCUMENT, "Production EU west"),
        ([{"value": "EU"}, {"value": "US"}], ("EU", "US")),
        (["a", "b"], ("a", "b")),
        ({"accountId": "5"}, None),
        ([{"value": "EU"}, 4], None),
        (10**400, None),
        ("x" * 5000, "x" * LONGEST_TEXT),
    ],
)
def test_every_kind_of_value_has_one_form(raw: object, kept: object) -> None:
    """Instants, numbers, texts, truths and names; None is a value that cannot be read."""
    found = reduced(raw, instant_of)

    assert (type(found), found) == (type(kept), kept)


@pytest.mark.parametrize("raw", [None, "", "  ", [], {"type": "doc"}, {"type": "doc", "content": []}])
def test_nothing_is_no_value(raw: object) -> None:
    """An empty field is empty, not malformed."""
    assert is_empty(raw)


def read(raw: dict, *custom: str) -> IssueRow:
    return read_issue(json.dumps(raw).encode(), custom)


def test_only_asked_fields_are_read() -> None:
    """Further fields are read by their id, and only those with a value are kept."""
    raw = issue("A-1", customfield_1=5, customfield_2=None, customfield_3="secret")

    assert read(raw, "customfield_1", "customfield_2").mapped == (("customfield_1", 5.0),)
    assert read(raw).mapped == ()


def test_a_bad_standard_field_takes_no_custom_field_with_it() -> None:
    """An issue that is read field by field keeps its further fields, the unreadable one as such."""
    text = json.dumps(issue("A-1", summary=7, customfield_1={"value": "EU"}, customfield_2="HUGE"))
    row = read_issue(text.replace('"HUGE"', "1e999").encode(), ("customfield_1", "customfield_2"))

    assert row.mapped == (("customfield_1", "EU"), ("customfield_2", None))
    assert row.malformed


def test_rows_without_further_fields_are_those_of_before() -> None:
    """What was stored without the last entry decodes, and reads as an issue without values."""
    row = read(issue("A-1"))
    before = msgspec.msgpack.encode(list(msgspec.structs.astuple(row))[:-3])

    assert msgspec.msgpack.decode(before, type=IssueRow) == row


def test_standard_fields_are_not_read_twice() -> None:
    """A mapped standard field is in the columns already."""
    assert custom_fields(["resolutiondate", "customfield_2", "", "customfield_1", "customfield_2"]) == (
        "customfield_1",
        "customfield_2",
    )


def test_values_come_back_from_a_store_as_they_went_in(tmp_path) -> None:
    """Columns and rows keep the kinds apart: 1 as an instant and 1.0 as a number are two values."""
    fields = ("customfield_1", "customfield_2")
    raws = [
        issue("A-1", customfield_1=1, customfield_2="1970-01-01T00:00:00.001Z"),
        issue("A-2", customfield_1=True, customfield_2=["x", "y"]),
        issue("A-3", customfield_2={"no": "name"}),
    ]
    rows = [read(raw, *fields) for raw in raws]
    store = store_at(tmp_path / "scope.sqlite")
    store.add(rows, References())
    table = store.load().issues

    assert table.value_issue.tolist() == [0, 0, 1, 1, 2]
    assert [table.value_fields[code] for code in table.value_field.tolist()] == [*fields, *fields, fields[1]]
    found = [table.values[code] for code in table.value.tolist()]
    assert [(type(value), value) for value in found] == [
        (float, 1.0),
        (int, 1),
        (str, "true"),
        (tuple, ("x", "y")),
        (type(None), None),
    ]
    assert store.rows(["A-1"])["A-1"] == rows[0]


def test_a_store_without_a_mapping_has_nothing_of_it() -> None:
    """No values, no columns to speak of."""
    table = build_issue_table([read(issue("A-1"))])

    assert (len(table.value), table.values, table.value_fields) == (0, (), ())
