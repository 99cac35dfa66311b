"""What every source of deployments promises: one world for each, the same questions to all."""

from collections.abc import Callable
from dataclasses import fields
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from configuration.profile import Profile, profile_from
from data.meaning.delivery import tell_work
from data.meaning.intervals import find_history_flags, flag_existing, lay_intervals
from data.meaning.lifecycle import Stays, read_lifecycle
from data.meaning.mapped_values import read_mapped
from data.meaning.workflow import read_workflow
from data.model.projects import project_groups
from data.model.tables import MISSING, Dataset, DeploymentRow, number_or_text
from data.sources.choice import SOURCES
from data.sources.port import DeploymentSource, Found, Material
from data.store.event_table import build_event_table
from tests.support.builders import issue, status_list, version
from tests.support.rows import UTC, at, dataset

OTHER = {"id": "2", "key": "B"}
AS_OF = at("2026-12-31")
World = Callable[[], tuple[Dataset, Profile]]


def done(key: str, day: str, **fields: object) -> dict:
    return issue(key, created="2026-01-01", history=[("2026-02-01", "Doing"), (day, "Done")], **fields)


def events() -> tuple[Dataset, Profile]:
    rows = [
        DeploymentRow("10", "ten", "A", at("2026-03-05T10:00"), "", False, ("A-1",)),
        DeploymentRow("9", "nine", "A", MISSING, "", False, (), day="2026-03-06"),
        DeploymentRow("x", "other", "B", at("2026-03-07T10:00"), "", True, ("A-1", "A-2")),
    ]
    found = dataset([issue("A-1"), issue("A-2"), issue("B-1", project=OTHER)], status_list())
    return Dataset(found.issues, found.statuses, (), build_event_table(rows)), Profile()


def told_by(origin: str) -> tuple[Dataset, Profile]:
    """A repository whose host, or clone, tells of two deployments, beside one that a file tells of."""
    rows = [
        DeploymentRow("9", "v1", "A", at("2026-03-05T10:00"), "", False, (), origin=origin, service="shop"),
        DeploymentRow("10", "v2", "A", at("2026-03-06T10:00"), "", False, (), origin=origin, service="shop"),
    ]
    others = [DeploymentRow("1", "not a tag", "A", MISSING, "", False, ("A-1",), day="2026-03-06")]
    found = dataset([issue("A-1"), issue("A-2")], status_list())
    return Dataset(found.issues, found.statuses, (), build_event_table([*others, *rows])), Profile()


def issues() -> tuple[Dataset, Profile]:
    rollouts = [done("A-9", "2026-03-05", type="Rollout"), done("A-10", "2026-03-06", type="Rollout")]
    others = [done("B-1", "2026-03-07", type="Rollout", project=OTHER), issue("A-1")]
    settings = profile_from({"deployments": {"source": "issues", "type": "Rollout"}})
    return dataset([*rollouts, *others], status_list()), settings


def versions() -> tuple[Dataset, Profile]:
    listed = [
        version(9, "1.0", release_date="2026-03-05"),
        version(10, "1.1", release_date="2026-03-06"),
        version(11, "1.2", release_date=None),
    ]
    return dataset([issue("A-1", fix_versions=[listed[0]])], status_list(), listed), Profile()


def statuses() -> tuple[Dataset, Profile]:
    entered = [done("A-1", "2026-03-05"), done("A-2", "2026-03-05T12:00"), done("A-3", "2026-03-06")]
    return dataset(entered, status_list()), profile_from({"deployments": {"status": "Done"}})


WORLDS: dict[str, World] = {
    "events": events,
    "github": partial(told_by, "github"),
    "gitlab": partial(told_by, "gitlab"),
    "git": partial(told_by, "git"),
    "issues": issues,
    "versions": versions,
    "status": statuses,
}
each_source = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)


def material(found: Dataset, profile: Profile, zone: ZoneInfo = UTC) -> Material:
    """What ``derive`` tells a source of these tables."""
    table = found.issues
    workflow, exists = read_workflow(table, found.statuses, profile), flag_existing(table, AS_OF)
    intervals = lay_intervals(table, workflow, AS_OF, find_history_flags(table, exists, AS_OF))
    lives = read_lifecycle(table, Stays(intervals, exists), AS_OF, profile)
    mapped = read_mapped(table, profile, zone, AS_OF)
    work = tell_work(lives.completed_at, intervals.known(), AS_OF, mapped)
    return Material(found, profile, zone, project_groups(table), work)


def yielded(source: DeploymentSource) -> Found:
    return source.deployments(material(*WORLDS[source.name]()))


def test_every_source_has_a_world() -> None:
    """A new source cannot join the list without answering the questions below."""
    assert [source.name for source in SOURCES] == list(WORLDS)
    assert len({source.singular for source in SOURCES}) == len(SOURCES)


@each_source
def test_there_is_something_to_look_at(source: DeploymentSource) -> None:
    found = yielded(source)

    assert len(found) >= 2
    assert found.dated


@each_source
def test_every_column_has_a_row_for_each_deployment(source: DeploymentSource) -> None:
    found = yielded(source)
    columns = {item.name: getattr(found, item.name) for item in fields(found)}
    holds, commits = columns.pop("holds"), columns.pop("commits")
    named = [columns.pop(name) for name in ("environments", "service", "listing")]

    assert {name: len(column) for name, column in columns.items()} == dict.fromkeys(columns, len(found))
    assert all(column is None or len(column) == len(found) for column in named)
    assert ((commits.owner >= 0) & (commits.owner < len(found))).all()
    assert len(commits.owner) == len(commits.first) == len(commits.last)
    assert len(holds.start) == len(found) + 1


@each_source
def test_ids_are_one_each_and_numbers_stand_in_their_order(source: DeploymentSource) -> None:
    """Each world holds a 9 and a 10, which as texts would stand the other way round."""
    found = yielded(source)
    ordered = [found.ids[row] for row in found.by_id.tolist()]

    assert sorted(found.by_id.tolist()) == list(range(len(found)))
    assert len(set(found.ids)) == len(found)
    assert ordered == sorted(ordered, key=number_or_text)


@each_source
def test_a_deployment_has_a_day_wherever_it_has_an_instant(source: DeploymentSource) -> None:
    found = yielded(source)
    instant = found.at != MISSING

    assert (found.day[instant] > 0).all()
    assert (found.day >= 0).all()


@each_source
def test_what_is_held_are_rows_of_issues(source: DeploymentSource) -> None:
    tables = material(*WORLDS[source.name]())
    found = source.deployments(tables)

    assert ((found.holds.value >= 0) & (found.holds.value < len(tables.dataset.issues))).all()
    assert found.holds.start.tolist() == sorted(found.holds.start.tolist())


@each_source
def test_what_names_something_is_not_unnamed(source: DeploymentSource) -> None:
    found = yielded(source)
    names = (found.holds.count > 0) | found.versions.flags(bool)

    assert not (names & found.unnamed).any()


@each_source
def test_its_groups_are_those_of_known_projects(source: DeploymentSource) -> None:
    tables = material(*WORLDS[source.name]())
    found = source.deployments(tables)

    assert set(found.group.tolist()) <= {-1, *tables.groups.of_code.tolist()}
    assert all(
        group == tables.groups.of_key.get(key, -1)
        for key, group in zip(found.projects, found.group.tolist(), strict=True)
    )


@each_source
def test_it_says_the_same_when_asked_again(source: DeploymentSource) -> None:
    tables = material(*WORLDS[source.name]())
    first, second = source.deployments(tables), source.deployments(tables)

    assert first.ids == second.ids
    assert np.array_equal(first.day, second.day)
    assert list(first.names) == list(second.names)


@each_source
def test_days_are_those_of_the_zone(source: DeploymentSource) -> None:
    """Fourteen hours east of Greenwich nothing happens on an earlier day."""
    here, east = (
        source.deployments(material(*WORLDS[source.name](), zone)) for zone in (UTC, ZoneInfo("Etc/GMT-14"))
    )

    day = dict(zip(here.ids, here.day.tolist(), strict=True))
    later = dict(zip(east.ids, east.day.tolist(), strict=True))
    assert all(0 <= later[name] - on <= 1 for name, on in day.items() if name in later)


@each_source
def test_where_there_is_nothing_it_yields_nothing(source: DeploymentSource) -> None:
    found = source.deployments(material(dataset([issue("A-1")], status_list()), Profile()))

    assert (len(found), found.dated, found.by_id.tolist()) == (0, False, [])


@each_source
def test_what_it_needs_is_a_setting(source: DeploymentSource) -> None:
    assert not source.needs or source.needs in {item.name for item in fields(Profile().deployments)}
