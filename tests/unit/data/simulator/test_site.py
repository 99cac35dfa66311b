"""The running Jira: changes, keys, index lag, rights."""

from zoneinfo import ZoneInfo

import pytest

from data.simulator import catalogue as c
from data.simulator.history import full_history, history_id
from data.simulator.model import seeded
from data.simulator.mutation import Mutator
from data.simulator.site import Site
from data.simulator.world import build_world

from .conftest import ENDS_AT

ALL = "project in (WEB, PAY, MOB) ORDER BY key"


class Clock:
    """A server clock that stands still until it is told to go on."""

    def __init__(self):
        self.now = ENDS_AT + 1_000

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def site(clock):
    return Site(build_world(5, 300, ENDS_AT), clock, 0, ZoneInfo("UTC"))


@pytest.fixture
def lagging(clock):
    return Site(build_world(5, 300, ENDS_AT), clock, 5_000, ZoneInfo("UTC"))


def _found(site, jql=ALL):
    return [issue.id for issue in site.search(jql)[1].issues]


def test_a_change_replaces_the_issue_and_moves_updated(site, clock):
    before = site.find("WEB-5")
    clock.now += 60_000

    after = Mutator(site, 1).edit(before, seeded(1))

    assert site.find("WEB-5") is after is not before
    assert before.updated < after.updated == clock.now
    assert len(after.changes) == len(before.changes) + 1
    assert after.changes[-1].at == clock.now


def test_two_changes_at_one_instant_follow_one_another(site):
    mutator, rng = Mutator(site, 1), seeded(1)

    first = mutator.edit(site.find("WEB-5"), rng)
    second = mutator.edit(first, rng)

    assert second.updated == first.updated + 1


def test_history_ids_of_old_entries_stay(site):
    before = site.find("WEB-5")
    ids = [history_id(before, place) for place, _ in enumerate(full_history(5, before))]

    after = Mutator(site, 1).transition(before, seeded(1))

    later = full_history(5, after)
    assert later[: len(ids)] == full_history(5, before)
    assert [history_id(after, place) for place, _ in enumerate(later)][: len(ids)] == ids


def test_a_transition_keeps_status_resolution_and_history_together(site):
    issue = next(i for i in site.issues() if i.status is c.IN_PROGRESS)

    done = Mutator(site, 1).transition(issue, seeded(1), c.FINISHED)
    open_again = Mutator(site, 1).transition(done, seeded(1))

    assert (done.status, done.resolution) == (c.FINISHED, c.RESOLVED)
    assert done.resolved_at is not None
    assert {item.field_id for item in done.changes[-1].items} == {"status", "resolution"}
    assert (open_again.status, open_again.resolution, open_again.resolved_at) == (c.IN_PROGRESS, None, None)


def test_a_new_issue_gets_the_next_id_and_number(site, clock):
    numbers = [issue.number for issue in site.issues() if issue.project == "PAY"]

    issue = Mutator(site, 1).add(seeded(1), "PAY")

    assert issue.id == 10_301
    assert issue.number == max(numbers) + 1
    assert issue.created == issue.updated == clock.now
    assert issue.id in _found(site)


def test_a_moved_issue_keeps_its_id_and_its_old_key_still_leads_to_it(site):
    issue = site.find("WEB-5")

    moved = Mutator(site, 1).move(issue, seeded(1), "PAY")

    assert moved.id == issue.id
    assert moved.key.startswith("PAY-")
    assert site.find("WEB-5") is moved
    assert site.find(moved.key) is moved
    assert {item.field_id for item in moved.changes[-1].items} == {"project", "key"}
    assert moved.id not in _found(site, "project = WEB")
    assert moved.id in _found(site, "project = PAY")


def test_a_deleted_issue_is_gone_from_everything_and_its_id_is_never_used_again(site):
    last = site.issues()[-1]
    neighbour_ids = [link.other for link in last.links]

    site.delete(last)
    new = Mutator(site, 1).add(seeded(1))

    assert site.find(last.key) is None
    assert last.id not in _found(site)
    assert new.id == last.id + 1
    assert all(end.other != last.id for other in neighbour_ids for end in site.issue(other).links)


def test_deletion_frees_neighbours_without_touching_their_updated(site):
    cause = next(i for i in site.issues() if i.links)
    others = {link.other: site.issue(link.other).updated for link in cause.links}

    site.delete(cause)

    for issue_id, updated in others.items():
        assert site.issue(issue_id).updated == updated
        assert all(link.other != cause.id for link in site.issue(issue_id).links)


def test_search_misses_changes_until_the_index_has_caught_up(lagging, clock):
    mutator, rng = Mutator(lagging, 1), seeded(1)
    issue = lagging.find("WEB-5")
    known = _found(lagging)

    new = mutator.add(rng)
    clock.now += 3_000
    first = mutator.edit(issue, rng)
    clock.now += 2_500
    mutator.edit(first, rng)

    # The birth is 5.5 s old and visible; the first edit is 2.5 s old and is not.
    assert set(_found(lagging)) == {*known, new.id}
    assert issue.updated == next(i for i in lagging.search(ALL)[1].issues if i.id == issue.id).updated
    clock.now += 2_500
    # Now the first edit is, and the second still is not.
    assert first.updated == next(i for i in lagging.search(ALL)[1].issues if i.id == issue.id).updated
    assert lagging.find("WEB-5").updated > first.updated


def test_a_hidden_project_does_not_exist(site):
    site.hide_project("PAY")

    assert site.find("PAY-1") is None
    assert site.project("PAY") is None
    assert all(issue.project != "PAY" for issue in site.issues())
    site.show_project("PAY")
    assert site.find("PAY-1") is not None


def test_an_issue_says_something_new_when_its_neighbour_changed(site):
    parent = next(i for i in site.issues() if site.children(i.id))
    child = site.children(parent.id)[0]
    before = site.edition(child)

    Mutator(site, 1).edit(parent, seeded(1))

    assert site.edition(child) > before


def test_random_life_is_repeatable_and_keeps_the_site_sound(clock):
    logs = []
    for _ in range(2):
        clock.now = ENDS_AT + 1_000
        site = Site(build_world(5, 300, ENDS_AT), clock, 0, ZoneInfo("UTC"))
        mutator, log = Mutator(site, 5), []
        for _ in range(40):
            clock.now += 30_000
            log += mutator.mutate(5)
        logs.append(log)
        assert sorted(_found(site)) == [issue.id for issue in site.issues()]
        assert len({issue.key for issue in site.issues()}) == len(site.issues())
        for issue in site.issues():
            instants = [change.at for change in full_history(5, issue)]
            assert instants == sorted(instants)
            assert issue.updated >= max(instants, default=0)
            assert (issue.resolution is not None) == (issue.status.category is c.DONE)

    assert logs[0] == logs[1]
    assert {line.split()[0] for line in logs[0]} == {"transition", "edit", "add", "move", "delete"}
