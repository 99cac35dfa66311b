"""The development field of the simulated web team: both dialects say the same of the same issue."""

from zoneinfo import ZoneInfo

from data.jira.development_values import read_development
from data.model.tables import DEVELOPMENT_KINDS, Development, Environment
from data.simulator.custom_values import deployed_at
from data.simulator.development import development_of
from data.simulator.model import Issue
from data.simulator.rendering import stamp
from data.simulator.world import World


def written(at_ms: int | None) -> str | None:
    return None if at_ms is None else stamp(at_ms, ZoneInfo("Asia/Kolkata"))


def told(issue: Issue, *, cloud: bool) -> tuple[Development, ...]:
    found, odd = read_development([development_of(issue, written, cloud=cloud)])
    assert not odd
    return found


def test_both_dialects_say_the_same(world: World) -> None:
    """Whole histories of a team: commits without a pull request, open ones, merged ones, deployed ones."""
    met = set()
    for issue in world.issues:
        found = told(issue, cloud=True)
        assert found == told(issue, cloud=False)
        assert bool(found) == (issue.first_commit_at is not None)
        met |= {(DEVELOPMENT_KINDS[each.kind], each.state) for each in found}

    kinds = {kind for kind, _ in met}
    assert kinds == {"repository", "pullrequest", "deployment-environment"}
    assert {state for kind, state in met if kind == "pullrequest"} == {"OPEN", "MERGED"}


def test_a_deployment_is_the_one_of_the_release(world: World) -> None:
    issue = next(each for each in world.issues if each.first_commit_at and deployed_at(each))
    *_, deployed = told(issue, cloud=True)
    at = deployed_at(issue)

    assert deployed.environments == (Environment("Production", "DEPLOYED", at),)
    assert (deployed.done, deployed.at) == (1, at)


def test_without_commits_the_field_is_empty_and_there(world: World) -> None:
    issue = next(each for each in world.issues if each.first_commit_at is None)

    assert development_of(issue, written, cloud=True) == development_of(issue, written, cloud=False) == "{}"
