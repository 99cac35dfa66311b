"""Jira's JSON to rows: whatever is odd about an issue, it stays, and what cannot be read is named."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.jira.issue_rows import (
    FIELD_BIT,
    NotAnIssueError,
    decode_issue,
    issue_row,
    met_versions,
    read_status,
    read_version,
)
from data.jira.requested_fields import FoundFields
from data.jira.stamps import latest_of
from data.model.instants import DAY_MS
from data.model.tables import (
    DEVELOPMENT_KINDS,
    MISSING,
    Change,
    Development,
    IssueRow,
    Sprint,
    StatusRef,
    Transition,
    VersionRow,
    split_key,
)
from tests.support.builders import changelog, entry, issue, version
from tests.support.rows import at, read_issue, row
from tests.support.sprints import sprint_item


def named(mask: int) -> set[str]:
    return {name for name, bit in FIELD_BIT.items() if mask & bit}


def test_a_row_has_what_the_issue_says() -> None:
    found = row(
        issue(
            "ABC-12",
            created="2026-03-01",
            history=[("2026-03-02", "Doing")],
            labels=["b", "a"],
            components=["Core"],
            fix_versions=[version(7, "1.0")],
            versions=[version(8, "0.9")],
            resolution="Done",
            resolutiondate="2026-03-03",
            parent={"key": "ABC-1"},
        )
    )

    assert (found.key, found.project_id, found.type.name, found.type.level) == ("ABC-12", "10000", "Story", 0)
    assert (found.labels, found.components) == (("b", "a"), ("Core",))
    assert (found.fix_versions, found.affected_versions, found.parent) == (("7",), ("8",), "ABC-1")
    assert (found.created, found.resolved, found.resolution) == (at("2026-03-01"), at("2026-03-03"), "Done")
    assert found.transitions == (Transition(at("2026-03-02"), "10000", "To Do", "3", "Doing"),)
    assert (found.newest, found.malformed, named(found.missing)) == (at("2026-03-02"), 0, set())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("created", "last spring"),
        ("created", {"a": 1}),
        ("updated", [1]),
        ("resolutiondate", "soon"),
        ("labels", "one"),
        ("labels", [1, 2]),
        ("status", 5),
        ("issuetype", "Story"),
        ("fixVersions", {"id": 1}),
        ("priority", "high"),
        ("summary", 7),
        ("issuelinks", "x"),
        ("components", [None]),
        ("parent", 5),
        ("project", []),
    ],
)
def test_a_bad_value_is_left_out_and_named(field: str, value: object) -> None:
    """The rest of the issue is read as if nothing had happened."""
    raw = issue("A-1", history=[("2026-03-02", "Doing")])
    raw["fields"][field] = value
    found = row(raw)

    assert named(found.malformed) == {field}
    assert field not in named(found.missing)
    assert len(found.transitions) == 1


@pytest.mark.parametrize("field", ["created", "status", "issuetype", "priority", "fixVersions", "summary"])
def test_what_is_not_there_is_named(field: str) -> None:
    raw = issue("A-1")
    del raw["fields"][field]

    assert field in named(row(raw).missing)
    assert row(raw).malformed == 0


def test_no_changelog_is_not_an_empty_one() -> None:
    assert not row(issue("A-1", has_changelog=False)).has_changelog
    assert row(issue("A-1")).has_changelog


@pytest.mark.parametrize("fields", ["null", "[]", '"none"', "7"])
def test_an_issue_without_readable_fields_is_kept_by_its_key(fields: str) -> None:
    """Nothing is known of it but who it is, and every field that each issue has says so."""
    found = read_issue(f'{{"id": "1", "key": "A-1", "fields": {fields}}}'.encode())

    assert (found.id, found.key, found.summary, found.created) == ("1", "A-1", "", MISSING)
    assert named(found.malformed) >= {"created", "updated", "status", "project", "summary"}
    assert named(found.missing) == {"changelog"}


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "42",
        "null",
        "{}",
        '{"id": "1"}',
        '{"id": "1", "key": "A-1"}',
        '{"id": "", "key": "A-1", "fields": {}}',
    ]
    + [json.dumps({"id": "1", "key": key, "fields": {}}) for key in ("A", "A-", "-1", "A-x", "A-1-", "")],
)
def test_what_is_no_issue(text: str) -> None:
    with pytest.raises(NotAnIssueError):
        read_issue(text.encode())


@pytest.mark.parametrize("text", ["", "{", '{"id": "1", "key": "A-1", "fields": {}', "hello"])
def test_what_is_no_json(text: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        read_issue(text.encode())


@given(st.sampled_from(["ABC", "A-B", "X_1"]), st.integers(0, 10**12))
def test_keys_split_and_join(project: str, number: int) -> None:
    assert split_key(f"{project}-{number}") == (project, number)


@pytest.mark.parametrize("key", ["A", "A-", "-1", "A-1x", "A-\u0661", "", "A-" + "9" * 19])
def test_what_is_no_key(key: str) -> None:
    assert split_key(key) is None


def test_versions() -> None:
    assert read_version(version(7, "1.0", release_date="2026-03-02")) == VersionRow(
        "7", "1.0", "10000", True, False, "2026-03-02"
    )
    unread = read_version({"id": 7, "releaseDate": "someday"})
    assert (unread.release_date, unread.unreadable_date) == ("", "someday")
    for raw in ({}, {"name": "1.0"}, [], None):
        with pytest.raises(NotAnIssueError):
            read_version(raw)


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ({"releaseDate": "2026-03-12"}, ("2026-03-12", "")),
        ({"releaseDate": "2026-03-12T00:00:00.000+0000"}, ("2026-03-12", "")),
        ({"releaseDate": "2026-03-12T23:30:00.000-0800"}, ("2026-03-12", "")),  # the day as it is written
        ({"releaseDate": "12/Mar/26"}, ("2026-03-12", "")),
        ({"releaseDate": "2/mar/2026"}, ("2026-03-02", "")),
        ({"userReleaseDate": "12/Mar/26"}, ("2026-03-12", "")),
        ({"releaseDate": "2026-03-12", "userReleaseDate": "13/Mar/26"}, ("2026-03-12", "")),
        ({"releaseDate": "31/Feb/26"}, ("", "31/Feb/26")),
        ({"releaseDate": "12/Mrz/26"}, ("", "12/Mrz/26")),
        ({"releaseDate": 20260312}, ("", "20260312")),
        ({}, ("", "")),
    ],
)
def test_the_dates_of_versions(dates: dict, expected: tuple[str, str]) -> None:
    """In every form that Jira gives them; what cannot be read is named as such."""
    read = read_version({"id": 7, **dates})
    (met,) = met_versions(
        decode_issue(json.dumps(issue("A-1", fix_versions=[{"id": 7, **dates}])).encode())[0]
    )

    assert (read.release_date, read.unreadable_date) == (met.release_date, met.unreadable_date) == expected


def test_an_issue_tells_of_its_versions() -> None:
    """Those that it is fixed in and those that it affects; one without an id is none that could be met."""
    raw = issue("A-1", fix_versions=[version(7, "1.0", release_date="2026-03-02")], versions=[{"id": 8}, {}])
    found = list(met_versions(decode_issue(json.dumps(raw).encode())[0]))

    assert found == [
        VersionRow("7", "1.0", "10000", True, False, "2026-03-02", met=True),
        VersionRow("8", "", "10000", False, False, "", met=True),
    ]


def test_statuses() -> None:
    assert read_status({"id": 3, "name": "Doing", "statusCategory": {"key": "new"}}) == StatusRef(
        "3", "Doing", "new"
    )
    assert read_status({"name": "Doing", "statusCategory": 5}).category == ""
    for raw in ({}, [], "Doing", None):
        with pytest.raises(NotAnIssueError):
            read_status(raw)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*FIELD_BIT, "changelog", "other"]), values, max_size=8), values)
def test_no_issue_is_too_odd_to_be_kept(fields: dict, changelog: object) -> None:
    """Whatever stands in its fields, an issue with an id and a key gives a row, or says that it is none."""
    raw = {"id": "1", "key": "A-1", "fields": fields, "changelog": changelog}

    assert row(raw).key == "A-1"


@pytest.mark.parametrize("field", ["created", "updated", "resolutiondate"])
def test_a_stamp_of_the_future_is_unreadable(field: str) -> None:
    """More than a day after the reader's clock; the issue stays and names it."""
    stamps = {"created": "2026-03-01", "updated": "2026-03-02", field: "2099-01-01"}
    body = json.dumps(issue("A-1", **stamps)).encode()
    clock = at("2098-12-30")
    early, late = (issue_row(*decode_issue(body), latest=latest_of(now)) for now in (clock, clock + DAY_MS))
    found = [(each.created, each.updated, each.resolved) for each in (early, late)]

    assert [named(early.malformed), named(late.malformed)] == [{field}, set()]
    assert [at("2099-01-01") in each for each in found] == [False, True]


def test_a_mapped_stamp_of_the_future_cannot_be_read() -> None:
    raw = json.dumps(
        issue("A-1", customfield_1="2099-01-01T00:00:00.000+0000", customfield_2="2099-01-01")
    ).encode()
    found = issue_row(*decode_issue(raw, ("customfield_1", "customfield_2")), latest=at("2026-03-02"))

    assert found.mapped == (("customfield_1", None), ("customfield_2", "2099-01-01"))


@pytest.mark.parametrize(
    ("kind", "level"),
    [
        ({"name": "Epic"}, None),
        ({"name": "Story", "hierarchyLevel": 0}, 0),
        ({"name": "Epic", "hierarchyLevel": 1}, 1),
        ({"name": "Sub-task", "subtask": True}, -1),
        ({"name": "Sub-task", "subtask": True, "hierarchyLevel": -1}, -1),
        ({"name": "Story", "subtask": False}, None),
    ],
)
def test_the_level_is_what_jira_says(kind: dict, level: int | None) -> None:
    """Where it says none it is not guessed from the name."""
    raw = issue("A-1")
    raw["fields"]["issuetype"] = {"id": "1", **kind}

    assert row(raw).type.level == level


SPRINT = {"id": 7, "name": "Seven", "state": "active", "boardId": 1}


class TestFoundFields:
    """Sprints and development are read beside the mapped fields, from fields whose ids are told."""

    FOUND = FoundFields(("customfield_3", "customfield_1"), ("customfield_2",))
    CODE = '{json={"cachedValue":{"summary":{"repository":{"overall":{"count":2}}}}}}'

    def read(self, custom: tuple[str, ...] = (), **fields: object) -> IssueRow:
        raw = json.dumps(issue("A-1", **fields)).encode()
        return issue_row(*decode_issue(raw, custom, self.FOUND))

    def test_their_values_are_kept(self) -> None:
        found = self.read(customfield_1=[SPRINT], customfield_2=self.CODE, customfield_3=None)

        assert found.sprints == (Sprint("7", "Seven", "active", "1"),)
        assert found.development == (Development(DEVELOPMENT_KINDS.index("repository"), 2),)
        assert (found.mapped, found.malformed, named(found.missing)) == ((), 0, set())

    def test_without_them_nothing_is_missing(self) -> None:
        found = self.read()

        assert (found.sprints, found.development, found.malformed, found.missing) == ((), (), 0, 0)

    @pytest.mark.parametrize(
        ("told", "parent"),
        [
            ({"parent": {"key": "A-9"}, "customfield_4": "B-1"}, "A-9"),  # its own comes first
            ({"customfield_4": "B-1", "customfield_5": None}, "B-1"),  # an epic link
            ({"customfield_5": {"data": {"id": 3, "key": "C-2"}}}, "C-2"),  # a parent link
            ({"customfield_5": {"key": "C-2"}}, "C-2"),
            ({"customfield_4": "no key", "customfield_5": 7}, ""),
            ({}, ""),
        ],
    )
    def test_parents_of_data_center_stand_in_fields_of_their_own(self, told: dict, parent: str) -> None:
        found = FoundFields(parent=("customfield_4", "customfield_5"))
        raw = json.dumps(issue("A-1", **told)).encode()

        assert issue_row(*decode_issue(raw, (), found)).parent == parent

    @pytest.mark.parametrize(
        ("changes", "parent"),
        [
            ([("Epic Link", None, "B-1")], "B-1"),
            ([("Epic Link", None, "B-1"), ("Epic Link", "B-1", "B-2")], "B-2"),
            ([("Epic Link", None, "B-1"), ("Epic Link", "B-1", None)], ""),
            ([("Epic Link", None, "B-1"), ("IssueParentAssociation", "B-1", None)], ""),
            ([("Epic Link", None, "The old one")], ""),
        ],
    )
    def test_where_no_list_names_them_the_history_tells_the_epic(self, changes: list, parent: str) -> None:
        raw = issue("A-1")
        for place, (name, before, after) in enumerate(changes):
            item = {"field": name, "fieldtype": "custom" if name == "Epic Link" else "jira"}
            item |= {"fromString": before, "toString": after}
            created = f"2026-03-0{place + 1}T00:00:00.000+0000"
            raw["changelog"]["histories"].append({"id": str(place), "created": created, "items": [item]})

        assert row(raw).parent == parent

    @pytest.mark.parametrize("created", ["2026-03-01", {"a": 1}])
    def test_what_cannot_be_read_is_counted_by_kind(self, created: object) -> None:
        """Also in an issue that has to be read field by field, and beside what can be read."""
        raw = issue("A-1", customfield_1=[SPRINT, "Eight"], customfield_2="gone")
        raw["fields"]["created"] = created if isinstance(created, dict) else raw["fields"]["created"]
        found = issue_row(*decode_issue(json.dumps(raw).encode(), (), self.FOUND))

        assert named(found.malformed) - {"created"} == {"sprint", "development"}
        assert [sprint.id for sprint in found.sprints] == ["7"]

    def test_histories_of_a_sprint_field_count_under_any_name(self) -> None:
        """Jira shows the field in the language of the account; its id tells what it is."""
        moved = sprint_item("", "7", "customfield_3") | {"field": "Iteración"}
        raw = issue("A-1")
        raw["changelog"] = changelog([entry(1, "2026-03-02", moved)])
        found = issue_row(*decode_issue(json.dumps(raw).encode(), (), self.FOUND))

        assert found.changes == (Change(at("2026-03-02"), "Sprint", "", "", "7", "Web 7"),)

    def test_a_profile_may_map_the_same_field(self) -> None:
        found = self.read(("customfield_1", "customfield_9"), customfield_1=[SPRINT], customfield_9=5)

        assert found.mapped == (("customfield_1", ("Seven",)), ("customfield_9", 5.0))
        assert [sprint.id for sprint in found.sprints] == ["7"]
