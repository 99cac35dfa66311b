"""What a walk over ids leaves out is gone only if everything else says so too."""

import re
from collections.abc import Iterator, Sequence

import pytest

from configuration.errors import AnonymousError, QueryError
from data.intake.census import confirmed, swept

JQL = "project = A"


class Jira:
    """A client whose walks end early, one after the other, and whose count may be off."""

    def __init__(
        self,
        truth: str,
        walks: Sequence[str] = (),
        count: int | None = 0,
        *,
        known: bool = True,
    ) -> None:
        self.truth, self.walks, self.known = truth, list(walks), known
        self._count = count
        self.asked: list[str] = []

    def ids(self, jql: str) -> Iterator[tuple[str, str]]:
        named = re.search(r"id in \((.*)\)", jql)
        self.asked.append(named[1] if named else "walk")
        if named is None:
            return iter([(each, f"A-{each}") for each in self.walks.pop(0)])
        asked = named[1].split(", ")
        if not set(asked) <= set(self.truth):
            raise QueryError("A value does not exist.", hint="Correct it.")
        return iter([(each, f"A-{each}") for each in asked])

    def count(self, jql: str) -> int | None:
        self.asked.append("count")
        return self._count

    def verify_account(self) -> None:
        self.asked.append("account")
        if not self.known:
            raise AnonymousError("Nobody is logged in.", hint="Log in.")


def refs(text: str) -> dict[str, str]:
    return {each: f"A-{each}" for each in text}


def test_nothing_is_asked_where_nothing_is_missing() -> None:
    jira = Jira("123")

    assert confirmed(jira, JQL, set("12"), refs("123")) == refs("123")
    assert jira.asked == []


def test_a_walk_as_long_as_the_count_is_believed() -> None:
    """Two requests; where the count is known, one."""
    jira, counted = Jira("12", count=2), Jira("12")

    assert confirmed(jira, JQL, set("123"), refs("12")) == refs("12")
    assert jira.asked == ["account", "count"]
    assert confirmed(counted, JQL, set("123"), refs("12"), 2) == refs("12")
    assert counted.asked == ["account"]


def test_a_walk_that_ended_early_is_repeated() -> None:
    jira = Jira("123", walks=["123"], count=3)

    assert confirmed(jira, JQL, set("123"), refs("12")) == refs("123")
    assert jira.asked == ["account", "count", "walk"]


@pytest.mark.parametrize("count", [30, None])
def test_what_two_walks_lack_is_asked_for_by_name(count: int | None) -> None:
    """Two of 26 are missing: one is still there, and Jira refuses a list that names the other."""
    everyone = "abcdefghijklmnopqrstuvwxyz"
    there = everyone.replace("z", "")
    short = there.replace("y", "")
    jira = Jira(there, walks=[short], count=count)

    assert confirmed(jira, JQL, set(everyone), refs(short)) == refs(there)
    assert jira.asked == ["account", "count", "walk", "y, z", "y", "z"]


def test_very_many_are_not_asked_for_by_name() -> None:
    """So many are held back anyway."""
    jira = Jira("1234567890", walks=["12345678"], count=10)

    assert confirmed(jira, JQL, set("1234567890"), refs("12345678")) == refs("12345678")
    assert jira.asked == ["account", "count", "walk"]


def test_nobody_is_believed_who_is_not_logged_in() -> None:
    with pytest.raises(AnonymousError):
        confirmed(Jira("12", known=False), JQL, set("12"), {})


@pytest.mark.parametrize(
    ("walks", "count", "found"),
    [(["123"], 3, "123"), (["12", "123"], 3, "123"), (["12", "13"], 3, "123"), (["12", "1"], None, "12")],
)
def test_a_sweep_that_is_shorter_than_the_count_is_repeated(
    walks: list[str], count: int | None, found: str
) -> None:
    jira = Jira("123", walks=walks, count=count)

    assert swept(jira, JQL) == refs(found)
    assert jira.walks == []
