"""Which projects are one, and the rows of each."""

from dataclasses import replace

import numpy as np

from data.model.projects import project_groups, rows_by_number
from data.model.tables import Project
from data.store.columns import build_issue_table
from tests.support.builders import issue
from tests.support.rows import row


def test_a_project_that_changed_its_key_is_one() -> None:
    """The third has no id, so that its key tells which it is."""
    table = build_issue_table([row(issue("A-1")), row(issue("B-1"))])
    projects = (Project("7", "OLD"), Project("8", "B"), Project("7", "NEW"), Project("", "C"))
    groups = project_groups(replace(table, projects=projects))

    assert groups.of_code.tolist() == [0, 1, 0, 2]
    assert groups.of_id == {"7": 0, "8": 1}
    assert groups.of_key == {"OLD": 0, "B": 1, "NEW": 0, "C": 2}


def test_rows_of_each_number_are_ascending() -> None:
    found = rows_by_number(np.array([5, -1, 5, 2, 5]))

    assert {number: rows.tolist() for number, rows in found.items()} == {-1: [1], 2: [3], 5: [0, 2, 4]}
    assert rows_by_number(np.zeros(0, np.int64)) == {}
