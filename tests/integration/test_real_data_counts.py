"""Real issues through the store: an independent count agrees, and no trap in them is met with silence."""

import datetime as dt
import gzip
import json
from collections import Counter
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from configuration.profile import Profile
from configuration.settings import home_from
from data.export.document import document
from data.export.issue_list import issue_entries
from data.intake.profile_import import ImportFiles, import_into
from data.metrics.report import View
from data.model.tables import CATEGORY_NAMES, MISSING
from data.pipeline import compute
from data.profiles.sources import resolve
from tests.reference.samples import facts, require, sample_issues, sample_json

ALOY, AC, SP = "titanium-ALOY.ndjson.gz", "titanium-AC.ndjson.gz", "jirametrics-SP.ndjson.gz"
BESIDE = {
    ALOY: {"versions": "titanium-ALOY-versions.json"},
    AC: {"versions": "titanium-AC-versions.json"},
    SP: {"statuses": "jirametrics-SP-status.json"},
}
CATEGORY = {"new": "todo", "indeterminate": "in_progress", "done": "done"}
EVERYTHING = {"include_subtasks": True, "include_epics": True, "not_delivered": ()}
files = pytest.mark.parametrize("name", [ALOY, AC, SP])


@cache
def imported(name: str):
    """What the import of a file stores: the published tables and the listed issues."""
    beside = {kind: (require(file),) for kind, file in BESIDE[name].items()}
    with TemporaryDirectory() as folder:
        home = home_from({"THROUGHLINE_HOME": folder})
        source = resolve(home, "default", {})
        outcome = import_into(source, home, ImportFiles(issues=(require(name),), **beside), None)
        return source.store.load(), list(issue_entries(source.store, Profile())), outcome


def listed(name: str) -> list[dict]:
    return imported(name)[1]


def measured(name: str, profile: Profile | None = None, **view: str) -> dict:
    report = compute(imported(name)[0], profile or Profile(), View(**view))
    return json.loads(json.dumps(document(report, "default")))


def quality(name: str, **view: str) -> dict[str, list[str]]:
    return {entry["code"]: entry["keys"] for entry in measured(name, **view)["data_quality"]}


def by_year(entries: list[dict], field: str) -> dict[str, int]:
    return dict(Counter(entry[field][:4] for entry in entries if entry[field]))


@files
def test_counts_agree_with_the_facts(name: str) -> None:
    """By type, status, category and resolution, by year of creation and of resolution."""
    known, entries = facts(name), listed(name)
    categories = Counter(entry["status_category"] for entry in entries)

    assert len(entries) == imported(name)[2].changes.stored == known["issues"]
    assert Counter(entry["type"] for entry in entries) == known["by_issuetype"]
    assert Counter(entry["status"] for entry in entries) == known["by_status"]
    assert Counter(entry["resolution"] or "null" for entry in entries) == known["by_resolution"]
    assert categories == {CATEGORY[key]: n for key, n in known["by_status_category_key"].items()}
    assert by_year(entries, "created") == known["created_per_year_utc"]
    assert by_year(entries, "resolutiondate") == known["resolved_per_year_utc"]
    assert sum(entry["resolutiondate"] is not None for entry in entries) == known["resolutiondate_set"]
    assert sum(entry["transitions"] for entry in entries) == known.get("status_transitions_total", 0)


@files
def test_the_order_is_project_then_number(name: str) -> None:
    numbers = [int(entry["key"].rpartition("-")[2]) for entry in listed(name)]

    assert numbers == sorted(numbers)
    assert len({entry["id"] for entry in listed(name)}) == len(numbers)


@files
def test_resolutions_per_week(name: str) -> None:
    """Weeks with most resolutions, bulk clean-ups among them, and eight ordinary ones."""
    profile = Profile(completion_source="resolution", **EVERYTHING)
    found = measured(name, profile, date_from="2011-01-01", date_to="2022-12-31", as_of="2022-12-31")
    weekly = {week["week"]: week["value"] for week in found["metrics"]["flow_velocity"]["weekly"]}
    known = {**facts(name)["resolved_per_iso_week_top5"], **facts(name)["resolved_8_weeks_mid"]}

    assert {week: weekly[week] for week in known} == known


@pytest.mark.parametrize("name", [ALOY, AC])
def test_what_has_no_history_says_so(name: str) -> None:
    """No changelog means that the source had none: no load, no start, and every issue listed."""
    found = measured(name, date_from="2015-01-01", date_to="2015-12-31")
    flow = found["metrics"]

    assert flow["flow_load"]["state"] == flow["flow_efficiency"]["state"] == "not_applicable"
    assert flow["flow_time"]["state"] == "no_data"
    assert "start_source" in flow["flow_time"]["message"]
    assert set(flow["flow_time"]["excluded"]) == {"never_started"}
    assert len(quality(name)["history_missing"]) == facts(name)["issues"]


def test_a_project_without_priority_and_fix_versions() -> None:
    """AC has neither field at all; 62 issues of ALOY have no priority."""
    ac = quality(AC)

    assert len(ac["missing_priority"]) == len(ac["missing_fixVersions"]) == facts(AC)["issues"]
    assert len(quality(ALOY)["missing_priority"]) == 62
    assert "missing_fixVersions" not in quality(ALOY)


def test_done_without_a_date() -> None:
    """One issue of ALOY is done without a resolution date; it is listed, and in no number."""
    (key,) = quality(ALOY)["done_without_date"]
    entry = next(entry for entry in listed(ALOY) if entry["key"] == key)

    assert (entry["status_category"], entry["resolutiondate"], entry["completed_at"]) == ("done", None, None)


@pytest.mark.parametrize("name", [ALOY, AC])
def test_resolved_without_being_done(name: str) -> None:
    """A status such as Reopened is to do again; a resolution date that stayed behind is a finding."""
    assert (
        len(quality(name).get("resolution_without_done", ()))
        == (facts(name)["resolutiondate_but_status_not_done_category"])
    )
    assert all(entry["status_category"] == "todo" for entry in listed(name) if entry["status"] == "Reopened")


def test_a_clean_up_shows_in_its_week_and_not_as_a_burst() -> None:
    """173 resolutions in week 40 of 2015, by hand: at most fifteen of one status in a minute."""
    view = {"date_from": "2015-09-28", "date_to": "2015-10-04", "as_of": "2022-01-01"}
    metric = measured(AC, Profile(**EVERYTHING), **view)["metrics"]["flow_velocity"]

    assert [(week["week"], week["value"]) for week in metric["weekly"]] == [("2015-W40", 173)]
    assert largest_burst(listed(AC)) == 15
    assert "bulk_edit" not in quality(AC)


def largest_burst(entries: list[dict]) -> int:
    """The most issues of one status that were resolved within sixty seconds."""
    times: dict[str, list[dt.datetime]] = {}
    for entry in sorted(entries, key=lambda entry: entry["resolutiondate"] or ""):
        if entry["resolutiondate"]:
            times.setdefault(entry["status"], []).append(dt.datetime.fromisoformat(entry["resolutiondate"]))
    minute = dt.timedelta(seconds=60)
    return max(
        sum(first <= at <= first + minute for at in ordered[place : place + 100])
        for ordered in times.values()
        for place, first in enumerate(ordered)
    )


def test_versions_without_a_date_and_sprints() -> None:
    """Released without a date: listed, out of the count, under one reason. Sprints: a notice."""
    versions = sample_json(BESIDE[ALOY]["versions"])
    released = [entry for entry in versions if entry["released"]]
    undated = {entry["name"] for entry in released if "releaseDate" not in entry}
    sprints = {entry["name"] for entry in released if "sprint" in entry["name"].casefold()}
    found = measured(ALOY, date_from="2011-01-01", date_to="2021-12-31")
    metric = found["metrics"]["deployment_frequency"]
    codes = quality(ALOY)

    assert undated
    assert set(codes["version_without_date"]) == undated
    assert len(metric["excluded"]["no_date"]) == len(undated)
    assert metric["excluded"]["after_as_of"] == ["21266"]  # the day after the newest issue
    assert metric["n"] + len(undated) + 1 == len(released)
    assert len(sprints) * 10 > len(released)
    assert set(codes["sprint_like_versions"]) >= sprints


def test_histories_that_come_newest_first_and_go_back() -> None:
    """SP-5 was done, reopened and done again; SP-14 jumped the queue; order in the file means nothing."""
    entries = {entry["key"]: entry for entry in listed(SP)}
    changes = facts(SP)["status_transitions_by_issue"]

    assert {key: entry["transitions"] for key, entry in entries.items()} == {
        key: len(steps) for key, steps in changes.items()
    }
    assert entries["SP-5"]["started_at"] == "2021-06-23T12:44:38.197Z"  # Selected is in progress there
    assert entries["SP-5"]["completed_at"] == "2021-10-11T12:49:07.261Z"
    assert (entries["SP-14"]["started_at"], entries["SP-14"]["completed_at"]) == (
        "2022-04-19T01:31:32.667Z",
        "2022-04-19T01:53:07.054Z",
    )
    assert measured(SP, as_of="2021-09-10", date_from="2021-09-01", date_to="2021-09-10")["metrics"][
        "flow_velocity"
    ]["included"] == ["SP-5", "SP-10"]


def test_everything_in_one_store(tmp_path: Path) -> None:
    """Three files, two runs, any order: the same rows and so the same revision."""
    revisions = set()
    for place, runs in enumerate((((ALOY, AC), (SP,)), ((SP, AC), (ALOY, AC)))):
        home = home_from({"THROUGHLINE_HOME": str(tmp_path / str(place))})
        source = resolve(home, "default", {})
        for names in runs:
            outcome = import_into(source, home, ImportFiles(tuple(map(require, names))), None)
        revisions.add(outcome.changes.revision)

    assert len(revisions) == 1
    assert outcome.changes.stored == sum(facts(name)["issues"] for name in (ALOY, AC, SP))


def test_the_shapes_of_a_file_are_told_by_content(tmp_path: Path) -> None:
    """Lines, an array and a search answer, plain or gzip, under any name, store the same."""
    issues = sample_issues(SP)
    lines = "".join(json.dumps(issue) + "\n" for issue in issues)
    shapes = [
        lines,
        json.dumps(issues),
        json.dumps(issues, indent=1),
        json.dumps({"issues": issues, "isLast": True}),
    ]
    contents = [shape.encode() for shape in shapes] + [gzip.compress(shape.encode()) for shape in shapes]
    revisions = []
    for place, content in enumerate(contents):
        home = home_from({"THROUGHLINE_HOME": str(tmp_path / str(place))})
        file = tmp_path / f"{place}.txt"
        file.write_bytes(content)
        source = resolve(home, "default", {})
        revisions.append(import_into(source, home, ImportFiles((file,)), None).changes.revision)

    assert len(set(revisions)) == 1


@files
def test_every_category_is_known(name: str) -> None:
    dataset = imported(name)[0]

    assert {CATEGORY_NAMES[code] for code in dataset.issues.category.tolist()} <= set(CATEGORY.values())
    assert (dataset.issues.created != MISSING).all()
