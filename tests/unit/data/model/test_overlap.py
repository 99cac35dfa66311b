"""How many issues two stores hold in common."""

import pytest

from data.model.overlap import shared_issues
from data.model.tables import IssueTable
from tests.support.builders import issue, status_list
from tests.support.rows import dataset


def table(*keys: str) -> IssueTable:
    return dataset([issue(key) for key in keys], status_list()).issues


@pytest.mark.parametrize(
    ("mine", "theirs", "n"),
    [
        (["A-1", "A-2", "B-1"], ["A-1", "A-2", "B-1"], 3),
        (["A-1", "A-2", "B-1"], ["A-2", "A-3", "C-1"], 1),
        (["A-1"], ["B-1"], 0),
        ([], ["B-1"], 0),
    ],
)
def test_keys_are_counted_that_both_have(mine: list[str], theirs: list[str], n: int) -> None:
    assert shared_issues(table(*mine), table(*theirs)) == n
    assert shared_issues(table(*theirs), table(*mine)) == n
