"""Rows put into columns of events: the result is what is made of all rows, in every bit."""

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from data.model.changes import ChangeRow
from data.model.tables import DeploymentRow
from data.store.event_patch import patched
from data.store.event_table import (
    build_change_table,
    build_event_table,
    order_of_change,
    order_of_event,
)
from data.store.references import stored_as

Row = Any
KEYS = ["A-1", "A-2", "A-10", "B-1", "B-02", "nonsense"]


def deployment(rng: random.Random) -> DeploymentRow:
    return DeploymentRow(
        id=rng.choice([str(rng.randrange(40)), f"v{rng.randrange(9)}", "07"]),
        name=rng.choice("abc"),
        project=rng.choice(["", "A", "B"]),
        at=rng.randrange(9),
        environment=rng.choice(["", "prod"]),
        failed=rng.random() < 0.5,
        issues=tuple(rng.sample(KEYS, rng.randrange(3))),
        result=rng.choice(["", "ok"]),
        commits=tuple(f"{rng.getrandbits(80):020x}" for _ in range(rng.randrange(3))),
        origin=rng.choice(["", "git"]),
        service=rng.choice(["shop", "pay"]),
    )


def change(rng: random.Random) -> ChangeRow:
    return ChangeRow(
        id=f"{rng.choice(['shop', 'pay'])}{rng.choice('#@')}{rng.randrange(30)}",
        project=rng.choice(["", "A"]),
        issues=tuple(rng.sample(KEYS, rng.randrange(3))),
        first_commit_at=rng.randrange(9),
        opened_at=rng.randrange(9),
        first_review_at=rng.randrange(9),
        merged_at=rng.randrange(9),
        commits=tuple(f"{rng.getrandbits(80):020x}" for _ in range(rng.randrange(3))),
        deployments=tuple(rng.sample(["v1", "v2", "v3"], rng.randrange(3))),
        origin=rng.choice(["", "git", "github"]),
        service=rng.choice(["shop", "pay"]),
        reverts=tuple(f"{rng.getrandbits(80):020x}" for _ in range(rng.randrange(2))),
    )


def bits(table: Any) -> list[Any]:
    """Every column of a table with its type."""
    values = [(name, getattr(table, name)) for name in table.__slots__]
    return [
        (name, str(each.dtype), each.tolist()) if isinstance(each, np.ndarray) else (name, each)
        for name, each in values
    ]


@pytest.mark.parametrize(
    ("make", "build", "order"),
    [(deployment, build_event_table, order_of_event), (change, build_change_table, order_of_change)],
    ids=["deployments", "changes"],
)
def test_what_is_put_in_is_as_if_it_had_been_there(
    make: Callable[..., Row], build: Callable[..., Any], order: Callable[..., Any]
) -> None:
    """Rows come, change their project and go, some of them with words that nobody else uses."""
    done = 0
    for seed in range(150):
        rng = random.Random(seed)
        stored = {stored_as(row): row for row in (make(rng) for _ in range(rng.randrange(40)))}
        put = {stored_as(row): row for row in (make(rng) for _ in range(rng.randrange(6)))}
        gone = rng.sample(sorted(stored), min(len(stored), rng.randrange(4)))
        touched = {row.id for row in put.values()} | {stored[name].id for name in gone}
        now = {name: row for name, row in stored.items() if name not in gone} | put
        ordered = [now[name] for name in sorted(now)]
        base = build(stored[name] for name in sorted(stored))
        fresh = build(row for row in ordered if row.id in touched)
        found = patched(base, fresh, touched, order)
        if found is not None:
            done += 1
            assert bits(found) == bits(build(ordered)), seed

    assert done > 100


def test_two_that_are_ordered_alike_are_left_to_whoever_knows_their_names() -> None:
    one, other = (DeploymentRow(name, "", "A", 1, "", False, ()) for name in ("7", "07"))

    assert patched(build_event_table([one]), build_event_table([other]), {"07"}, order_of_event) is None
