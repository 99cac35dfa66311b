"""Which deployment carried out a change, where the commits say it."""

import tracemalloc

import pytest

from configuration.profile import Profile
from data.meaning.delivery import DeliveryTables, derive
from data.model.changes import ChangeRow
from data.model.tables import MISSING, Dataset, DeploymentRow
from data.store.event_table import build_change_table, build_event_table
from tests.support.rows import UTC, at, dataset

FULL, OTHER, NONE = "ab" * 20, "cd" * 20, "0" * 40


def change(name: str, *commits: str, reverts: tuple[str, ...] = ()) -> ChangeRow:
    moments = at("2026-03-02"), MISSING, MISSING, at("2026-03-03")
    return ChangeRow(name, "", (), *moments, commits=commits, service="shop", reverts=reverts)


def deployed(name: str, when: str, *commits: str) -> DeploymentRow:
    return DeploymentRow(name, name, "", at(when), "", False, (), commits=commits, service="shop")


def derived(changes: list[ChangeRow], deployments: list[DeploymentRow]) -> DeliveryTables:
    as_of = at("2026-03-31")
    events, table = build_event_table(deployments), build_change_table(changes)
    tables = Dataset(dataset([]).issues, (), (), events, table, as_of=as_of)
    return derive(tables, Profile(), UTC, as_of)


def carriers(changes: list[ChangeRow], deployments: list[DeploymentRow]) -> list[str]:
    delivery = derived(changes, deployments)
    ids = [*delivery.deployments.ids, ""]
    return [ids[row] for row in delivery.code.deployment.tolist()]


@pytest.mark.parametrize(
    ("commits", "carrier"),
    [
        ((FULL,), "first"),  # a second deployment of the same commit changes nothing
        ((FULL[:12],), ""),  # the change says less than the deployment
        ((FULL, OTHER), "cut"),  # all of it is out with the last of it
        ((NONE,), ""),
        (("deadbeef" * 5,), ""),
    ],
)
def test_the_earliest_deployment_that_names_a_commit_carries_it(
    commits: tuple[str, ...], carrier: str
) -> None:
    """One of zeros alone is how git writes that there is no commit: it ties nothing together."""
    deployments = [
        deployed("again", "2026-03-09", FULL, NONE),
        deployed("first", "2026-03-05", FULL, NONE),
        deployed("cut", "2026-03-07", OTHER[:7]),
    ]

    assert carriers([change("shop#1", *commits)], deployments) == [carrier]


def test_nothing_takes_back_a_change_without_a_commit() -> None:
    changes = [change("shop#1", NONE), change("shop#2", OTHER, reverts=(NONE,))]

    assert not len(derived(changes, [deployed("one", "2026-03-05", OTHER)]).code.reverted)


def test_one_commit_of_them_all_is_not_every_pair() -> None:
    """Three thousand deployments of one commit, which three thousand changes name: nine million pairs."""
    changes = [change(f"shop#{n}", FULL) for n in range(3_000)]
    deployments = [deployed(f"d{n:04}", "2026-03-05", FULL) for n in range(3_000)]
    derived(changes[:1], deployments[:1])  # what is imported once
    tracemalloc.start()
    found = derived(changes, deployments)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (found.code.deployment >= 0).all()
    assert most < 30_000_000  # the pairs alone would be 72 MB
