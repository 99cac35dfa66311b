"""A mapped field travels the whole way: asked of Jira or read from a file, stored, and in the numbers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from configuration.profile import Profile
from configuration.settings import Home, Secret
from data.intake.profile_import import ImportFiles, import_into
from data.jira.issue_rows import custom_fields
from data.jira.requested_fields import requested_fields
from data.jira_query_manager import TokenBucket
from data.jira_simple import Connection, JiraClient
from data.metrics.report import View
from data.persistence import save_profile
from data.pipeline import Pipeline
from data.profiles.sources import demo_profile, resolve
from data.simulator.catalogue import DETECTED, FIRST_COMMIT, POINTS
from data.simulator.server import JiraSimulator
from tests.servers.fault_server import truth
from tests.support.builders import issue
from tests.support.commands import written
from tests.support.rows import read_issue

FIELDS = requested_fields(demo_profile())


@pytest.fixture(scope="module", params=["cloud", "dc"])
def jira(request: pytest.FixtureRequest) -> Iterator[JiraSimulator]:
    with JiraSimulator(dialect=request.param, issues=300) as simulator:
        yield simulator


def client_of(jira: JiraSimulator, fields: tuple[str, ...]) -> JiraClient:
    email = jira.email if "/3" in jira._dialect.api else ""
    connection = Connection(jira.url, email, Secret(jira.token), fields=fields)
    return JiraClient(connection, TokenBucket(100_000), page_size=50)


def test_a_jira_is_asked_for_mapped_fields(jira: JiraSimulator) -> None:
    """Every row of every page has the values of its mapped fields, however the page came."""
    rows = {row.id: row for page in client_of(jira, FIELDS).pages("created >= 0") for row in page}
    custom = custom_fields(FIELDS)
    expected = {row.id: row for row in (read_issue(raw, custom) for raw in truth(jira, FIELDS))}

    assert rows == expected
    met = {name for row in rows.values() for name, _ in row.mapped}
    assert {POINTS, FIRST_COMMIT, DETECTED} <= met
    assert all(row.has_changelog for row in rows.values())


def test_a_mapping_of_more_fields_is_another_scope(tmp_path: Path) -> None:
    """What was fetched without a field is not taken for what was fetched with it."""
    home = Home(tmp_path)
    environment = {"JIRA_URL": "https://a.example", "JIRA_JQL": "project = A"}
    stores = []
    for fields in ({}, {"story_points": "customfield_7"}, {"commit_date": "customfield_7"}):
        save_profile(home, "team", Profile(fields=fields))
        stores.append(resolve(home, "team", environment).store.place.path)

    assert stores[0] != stores[1] == stores[2]


def test_a_mapping_that_is_added_later_needs_the_files_again(tmp_path: Path) -> None:
    """Imported without the mapping nothing has points, and a finding says so; imported again they count."""
    home = Home(tmp_path / "home")
    raw = issue("A-1", history=[("2026-03-03", "Done")], customfield_7=5)
    files = ImportFiles((written(tmp_path / "issues", [raw]),))
    view = View("2026-03-02", "2026-03-08", "2026-03-09")
    import_into(resolve(home, "team", {}, creating=True), home, files, None)
    save_profile(home, "team", Profile(fields={"story_points": "customfield_7"}))
    later = resolve(home, "team", {})
    before = Pipeline(later).report(view)
    again = import_into(later, home, files, None)
    after = Pipeline(later).report(view)

    assert before.results["flow_velocity_points"].excluded == {"no_estimate": ("A-1",)}
    assert "missing_story_points" in {finding.code for finding in before.findings}
    assert (again.changes.updated, again.changes.changed) == (1, True)
    assert (after.results["flow_velocity_points"].value, after.results["flow_velocity_points"].n) == (5, 1)
    assert import_into(later, home, files, None).changes.changed is False
