"""Data quality: each oddity is counted, listed, explained and comes with a remedy."""

from dataclasses import replace as replace_table
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from msgspec.structs import replace

from configuration.profile import profile_from, setting_rows
from data.meaning import quality_rules as rules
from data.meaning.crowds import bulk_moves
from data.meaning.delivery import derive
from data.meaning.quality import find_in_tables, in_view
from data.metrics.report import View
from data.model.tables import IssueTable
from data.pipeline import compute
from data.store.columns import build_issue_table
from tests.support.builders import issue, status, status_list, version
from tests.support.rows import at, dataset, delivery, row

DOING = [("2026-03-02", "Doing")]


def findings(
    issues: list[dict], *, as_of: str = "2026-03-20T00:00:00Z", profile: dict | None = None, **beside: list
):
    tables = dataset(issues, beside.get("statuses", status_list()), beside.get("versions", ()))
    view = View(date_from="2026-03-02", date_to="2026-03-15", as_of=as_of)
    return {finding.code: finding for finding in compute(tables, profile_from(profile or {}), view).findings}


def raw(key: str, **changes: object) -> dict:
    made = issue(key, created="2026-03-01")
    made["fields"].update(changes)
    return made


HEALTHY = issue("B-1", created="2026-03-01", history=[*DOING, ("2026-03-05", "Done")])
CASES = {
    "history_mismatch": issue("A-1", created="2026-03-01", history=DOING, now="Done", updated="2026-03-05"),
    "history_clamped": issue("A-1", created="2026-03-03", history=DOING),
    "history_broken_chain": issue(
        "A-1", created="2026-03-01", history=[*DOING, ("2026-03-03", "Review", "Done")]
    ),
    "history_missing": issue("A-1", created="2026-03-01", has_changelog=False),
    "unmapped_status": issue(
        "A-1", created="2026-03-01", history=[("2026-03-02", ("9", "Gone")), ("2026-03-03", "Done")]
    ),
    "skipped_status": issue("A-1", created="2026-02-01", history=[("2026-03-04", "Done")]),
    "done_without_date": issue("A-1", created="2026-03-01", now="Done", has_changelog=False),
    "resolution_without_done": issue("A-1", created="2026-03-01", resolutiondate="2026-03-02"),
    "zombie": issue("A-1", created="2025-11-01", history=[("2025-12-01", "Doing")]),
    "malformed_created": raw("A-1", created="last spring"),
    "malformed_resolutiondate": raw("A-1", resolutiondate="soon"),
    "malformed_fixVersions": raw("A-1", fixVersions="1.0"),
    "missing_priority": raw("A-1", priority=None),
}


@pytest.mark.parametrize("code", CASES)
def test_each_oddity_is_found_and_others_are_not(code: str) -> None:
    """Beside a healthy issue, which is in no finding."""
    found = findings([CASES[code], HEALTHY])

    assert found[code].keys == ("A-1",)
    assert found[code].n == 1
    assert found[code].message.endswith(".")
    assert found[code].remedy.endswith(".")
    assert all("B-1" not in finding.keys for finding in found.values())


@pytest.mark.parametrize("code", CASES)
def test_each_remedy_names_a_setting_or_a_query(code: str) -> None:
    """What to change in the profile, or which issues to look at."""
    remedy = findings([CASES[code], HEALTHY])[code].remedy
    settings = [row.name for row in setting_rows()]

    assert "JQL: " in remedy or any(name in remedy for name in settings)


@pytest.mark.parametrize("code", CASES)
def test_what_is_created_after_t_is_in_no_finding(code: str) -> None:
    """Nothing of it has happened yet; only where nobody knows when it was created, its oddities stay."""
    found = findings([CASES[code], HEALTHY], as_of="2025-10-31T00:00:00Z")

    assert set(found) == ({"malformed_created"} if code == "malformed_created" else set())


def test_what_is_created_at_t_is_there() -> None:
    at_once = issue("A-1", created="2026-03-20T00:00", has_changelog=False, priority=None)

    assert {"history_missing"} <= set(findings([at_once]))
    assert findings([at_once], as_of="2026-03-19T23:59:59.999Z") == {}


@pytest.mark.parametrize(
    ("profile", "remedy"),
    [
        ({}, "Set completion_source = resolution, or put the resolution of the clean-up into not_delivered."),
        ({"completion_source": "resolution"}, "Put the resolution of the clean-up into not_delivered."),
    ],
)
def test_no_setting_is_advised_that_is_made_already(profile: dict, remedy: str) -> None:
    moved = [
        issue(f"A-{n}", created="2026-03-01", history=[("2026-03-02T10:00", "Done")], resolution="Done")
        for n in range(20)
    ]

    assert findings(moved, profile=profile)["bulk_edit"].remedy == remedy


@pytest.mark.parametrize(
    ("rule", "made", "begins", "ends"),
    [
        (rules.HISTORY_MISMATCH, "completion_source = resolution", "Leave them out", "(...)."),
        (rules.LITTLES_LAW, "completion_source = resolution", "Look for", "in workflow.not_started."),
        (rules.HISTORY_MISSING, "start_source = created", "Import", "(expand=changelog)."),
        (rules.TRUNCATED, "start_source = created", "Fetch", "KEY/changelog."),
        (rules.HISTORY_CLAMPED, "start_source = created", "Set start_source", "another tool."),
        (rules.BULK_DAY, "start_source = created", "Set completion_source", "into not_delivered."),
    ],
)
def test_what_is_left_of_a_remedy(rule: rules.Rule, made: str, begins: str, ends: str) -> None:
    left = rules.without_settings(rule.remedy, [made])

    assert left.startswith(begins)
    assert left.endswith(ends)


def test_a_skipped_status_needs_a_workflow_in_use_and_a_history() -> None:
    """Straight from To Do to Done: worth a word only where others were in progress, and by status."""
    straight = issue("A-1", created="2026-02-01", history=[("2026-03-04", "Done")])
    created = {"start_source": "created"}

    assert findings([straight, HEALTHY])["skipped_status"].keys == ("A-1",)
    assert "skipped_status" not in findings([straight])
    assert "skipped_status" not in findings([straight, HEALTHY], profile=created)


@pytest.mark.parametrize(("started", "found"), [("2025-12-20T00:00", False), ("2025-12-19T23:59", True)])
def test_a_zombie_is_older_than_ninety_days(started: str, found: bool) -> None:
    """T is 2026-03-20 00:00; exactly ninety days before is not more than ninety."""
    old = issue("A-1", created="2025-11-01", history=[(started, "Doing")])

    assert ("zombie" in findings([old])) == found


@pytest.mark.parametrize(
    ("n", "last_second", "found"), [(20, 60, True), (19, 60, False), (20, 61, False), (25, 10, True)]
)
def test_a_bulk_edit_is_twenty_equal_moves_in_a_minute(n: int, last_second: int, found: bool) -> None:
    def moved(number: int) -> dict:
        second = last_second if number == n else 0
        time = f"2026-03-02T10:{second // 60:02d}:{second % 60:02d}"
        return issue(f"A-{number}", created="2026-03-01", history=[(time, "Done")])

    flagged = bulk_moves(delivery([moved(number) for number in range(1, n + 1)]))

    assert flagged.tolist() == [found] * n


def test_a_bulk_edit_needs_equal_moves_that_have_happened() -> None:
    issues = [
        issue(f"A-{n}", created="2026-03-01", history=[("2026-03-02", "Done" if n % 2 else "Doing")])
        for n in range(1, 31)
    ]

    assert not bulk_moves(delivery(issues)).any()
    assert not bulk_moves(
        delivery([issue(f"A-{n}", history=DOING) for n in range(1, 31)], "2026-03-01")
    ).any()


def test_without_histories_resolutions_are_the_moves() -> None:
    issues = [
        issue(f"A-{n}", created="2026-03-01", now="Done", resolutiondate="2026-03-02", has_changelog=False)
        for n in range(1, 21)
    ]

    assert findings(issues)["bulk_edit"].n == 20


def test_versions() -> None:
    undated = [version(n, f"{n}.0", release_date="2026-03-02") for n in range(1, 10)] + [version(10, "Ten")]
    one_in_ten = [version(n, f"{n}.0", release_date="2026-03-02") for n in range(1, 10)] + [
        version(10, "Sprint 10", release_date="2026-03-02")
    ]
    two = [*one_in_ten, version(11, "Iteration 2", release_date="2026-03-02")]

    assert findings([issue("A-1")], versions=undated)["version_without_date"].keys == ("Ten",)
    assert "sprint_like_versions" not in findings([issue("A-1")], versions=one_in_ten)  # exactly a tenth
    assert findings([issue("A-1")], versions=two)["sprint_like_versions"].n == 2


def test_littles_law() -> None:
    """Twenty items of one day each in 14 days: 20 / 14 a day, so a mean load of 1.43 by the law.

    Three that are never finished make it 4.43, at both ends of the period alike: too much by two thirds.
    One that begins within the period makes the load rise, where the law does not hold.
    """
    quick = [
        issue(
            f"A-{n}",
            created="2026-03-01",
            history=[(f"2026-03-{n // 2 + 3:02d}", "Doing"), (f"2026-03-{n // 2 + 4:02d}", "Done")],
        )
        for n in range(20)
    ]
    stuck = [issue(f"B-{n}", created="2026-02-01", history=[("2026-02-02", "Doing")]) for n in range(1, 4)]
    rising = [issue(f"C-{n}", created="2026-02-01", history=[("2026-03-03", "Doing")]) for n in range(1, 4)]
    code, created = "littles_law_mismatch", {"start_source": "created"}

    assert code not in findings(quick)
    assert findings([*quick, *stuck])[code].n == 20
    assert code not in findings([*quick[1:], *stuck])  # nineteen are too few to say
    assert code not in findings([*quick, *rising])
    assert code not in findings([*quick, *stuck], profile=created)


def test_a_healthy_store_has_no_findings() -> None:
    assert findings([issue("A-1", created="2026-03-01", history=[*DOING, ("2026-03-05", "Done")])]) == {}


def test_what_is_found_is_found_as_of_t() -> None:
    """A contradiction that begins after T has not happened."""
    contradictory = CASES["history_mismatch"]

    assert "history_mismatch" not in findings([contradictory], as_of="2026-03-04T00:00:00Z")
    assert at("2026-03-05") == dataset([contradictory]).issues.updated[0]
    assert status("Done")["statusCategory"]["key"] == "done"


def crowd(n: int, day: str, project: str = "A", first: int = 1) -> list[dict]:
    return [issue(f"{project}-{first + k}", created=f"{day}T12:00") for k in range(n)]


USUAL = [row for k in range(3) for row in crowd(5, f"2026-02-0{k + 1}", first=200 + 10 * k)]


@pytest.mark.parametrize(("n", "found"), [(51, True), (50, False), (49, False)])
def test_many_created_on_one_day_are_a_crowd(n: int, found: bool) -> None:
    """Three days of five make a median of 5: more than fifty, and fifty at least."""
    assert ("bulk_created" in findings([*USUAL, *crowd(n, "2026-03-03")])) == found


def test_fifty_are_a_crowd_where_the_median_day_has_fewer() -> None:
    """Days of four: fifty are more than ten times as many; forty-nine are not fifty."""
    quiet = [row for row in USUAL if not row["key"].endswith("4")]

    assert findings([*quiet, *crowd(50, "2026-03-03")])["bulk_created"].n == 50
    assert "bulk_created" not in findings([*quiet, *crowd(49, "2026-03-03")])


def test_a_crowd_is_of_one_project_and_of_one_day() -> None:
    halves = [*crowd(30, "2026-03-03"), *crowd(30, "2026-03-03", "B")]
    times = ("2026-03-03T23:30", "2026-03-04T00:30")
    nights = [issue(f"A-{k}", created=times[k % 2]) for k in range(1, 61)]

    assert "bulk_created" not in findings([*USUAL, *halves])
    assert "bulk_created" not in findings([*USUAL, *nights])  # two days in UTC
    berlin = findings([*USUAL, *nights], profile={"timezone": "Europe/Berlin"})
    assert berlin["bulk_created"].n == 60  # 23:30 and 00:30 are 00:30 and 01:30 of one day there


def test_many_completed_on_one_day() -> None:
    def done(key: str, day: str) -> dict:
        return issue(key, created="2026-02-01", history=[("2026-02-02", "Doing"), (day, "Done")])

    usual = [done(f"A-{k}", f"2026-03-0{k}T10:00") for k in range(2, 5)]
    burst = [done(f"A-{100 + k}", f"2026-03-09T{k % 24:02d}:{k:02d}") for k in range(55)]

    assert findings([*usual, *burst])["bulk_day"].keys == tuple(row["key"] for row in burst)


def test_an_own_category_against_the_servers() -> None:
    """The list says that Doing is in progress; what says nothing contradicts nobody."""
    odd = issue("A-1", status=status("Doing", category="done"))
    silent = issue("A-2", status=status("Doing", category="undefined"))

    assert findings([odd, silent, HEALTHY])["status_category_conflict"].keys == ("A-1",)


def test_an_inferred_status_is_named_and_files_are_told_of_statuses() -> None:
    """Once with the server's list, once without."""
    moved = issue(
        "A-1", created="2026-03-01", history=[("2026-03-02", ("7", "In Arbeit")), ("2026-03-03", "Done")]
    )
    listed, unlisted = findings([moved]), findings([moved], statuses=[])

    assert listed["inferred_status"].keys == ("A-1",)
    assert listed["inferred_status"].message.endswith(": In Arbeit.")
    assert "--statuses" not in listed["inferred_status"].remedy
    assert "--statuses" in unlisted["inferred_status"].remedy
    assert "--statuses" in findings([CASES["unmapped_status"]], statuses=[])["unmapped_status"].remedy


def test_unclassified_types_are_named_with_their_counts() -> None:
    """Three of five delivered items are tasks or spikes; three of six are not more than half."""

    def done(key: str, kind: str) -> dict:
        return issue(key, kind, created="2026-03-01", history=[*DOING, ("2026-03-05", "Done")])

    kinds = ("Task", "Spike", "Task", "Story", "Bug")
    delivered = [done(f"A-{n}", kind) for n, kind in enumerate(kinds, start=1)]

    found = findings(delivered)["unclassified_types"]
    assert found.keys == ("A-1", "A-2", "A-3")
    assert found.message.endswith(": Task (2), Spike (1).")
    assert "unclassified_types" not in findings([*delivered, done("A-6", "Story")])


def test_findings_are_those_of_the_issues_in_view() -> None:
    """Of two projects, of two types; versions go by their project."""
    mine, other = CASES["zombie"], {**CASES["zombie"], "key": "B-1", "id": "77"}
    other = {**other, "fields": {**other["fields"], "project": {"id": "20", "key": "B", "name": "B"}}}
    tables = dataset([mine, other], status_list(), [version(1, "1.0"), version(2, "2.0", project_id=20)])

    def seen(**filters: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
        view = View(date_from="2026-03-02", date_to="2026-03-15", as_of="2026-03-20T00:00:00Z", **filters)
        found = compute(tables, profile_from({}), view).findings
        return {finding.code: finding.keys for finding in found}

    assert seen() == {"zombie": ("A-1", "B-1"), "version_without_date": ("1.0", "2.0")}
    assert seen(projects=("B",)) == {"zombie": ("B-1",), "version_without_date": ("2.0",)}
    assert "zombie" not in seen(types=("Bug",))


def test_nobody_names_issues_to_find_out_how_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither over everything nor in a view; the keys are looked up when they are read."""
    named: list[int] = []
    look_up = IssueTable.keys

    def keys(table: IssueTable, rows: np.ndarray) -> tuple[str, ...]:
        named.extend(rows.tolist())
        return look_up(table, rows)

    tables = dataset([CASES["zombie"], HEALTHY], status_list())
    derived = derive(tables, profile_from({}), ZoneInfo("UTC"), at("2026-03-20"))
    monkeypatch.setattr(IssueTable, "keys", keys)
    (found,) = in_view(find_in_tables(tables, derived), np.array([True, False]), frozenset())

    assert (found.code, found.n, named) == ("zombie", 1, [])
    assert (found.keys, named) == (("A-1",), [0])


def test_a_truncated_history_is_found() -> None:
    cut = replace(row(HEALTHY), truncated=True)
    tables = replace_table(
        dataset([]), issues=build_issue_table([cut]), statuses=dataset([], status_list()).statuses
    )
    view = View(date_from="2026-03-02", date_to="2026-03-15", as_of="2026-03-20T00:00:00Z")
    found = {one.code: one for one in compute(tables, profile_from({}), view).findings}

    assert found["history_truncated"].keys == ("B-1",)
    assert "sync" in found["history_truncated"].remedy
    assert "skipped_status" not in found
