"""Data quality: each oddity is counted, listed, explained and comes with a remedy."""

import pytest

from configuration.profile import profile_from, setting_rows
from data.pipeline import View, compute
from data.quality import bulk_moves
from tests.builders import issue, status, status_list, version
from tests.rows import at, dataset, delivery

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
    """Ten items of one day each against three that were never finished: load far above the law."""
    quick = [
        issue(
            f"A-{n}",
            created="2026-03-01",
            history=[(f"2026-03-{n + 2:02d}", "Doing"), (f"2026-03-{n + 3:02d}", "Done")],
        )
        for n in range(1, 11)
    ]
    stuck = [issue(f"B-{n}", created="2026-02-01", history=[("2026-02-02", "Doing")]) for n in range(1, 4)]

    assert "littles_law_mismatch" not in findings(quick)
    assert findings([*quick, *stuck])["littles_law_mismatch"].n == 10
    assert "littles_law_mismatch" not in findings([*quick[1:], *stuck])  # nine are too few to say


def test_a_healthy_store_has_no_findings() -> None:
    assert findings([issue("A-1", created="2026-03-01", history=[*DOING, ("2026-03-05", "Done")])]) == {}


def test_what_is_found_is_found_as_of_t() -> None:
    """A contradiction that begins after T has not happened."""
    contradictory = CASES["history_mismatch"]

    assert "history_mismatch" not in findings([contradictory], as_of="2026-03-04T00:00:00Z")
    assert at("2026-03-05") == dataset([contradictory]).issues.updated[0]
    assert status("Done")["statusCategory"]["key"] == "done"
