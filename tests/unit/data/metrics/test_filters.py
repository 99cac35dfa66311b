"""Which issues a view lets through, and what is said of a value that nobody has."""

from dataclasses import replace

import numpy as np
import pytest

from data.metrics.context import EVERYTHING
from data.metrics.filters import choose_rows, filters_in_use, find_unknown_values, word_unknown_value
from data.metrics.report import View
from data.model.tables import Dataset
from tests.support.builders import issue, version
from tests.support.rows import dataset

RELEASE, OTHER = version(201, "1.0"), version(202, "2.0")


def parent(key: str) -> dict:
    return {"parent": {"id": "1", "key": key, "fields": {}}}


@pytest.fixture(scope="module")
def tables() -> Dataset:
    """Two projects; A-3 lies below A-2, A-2 below the epic A-1, whose key was once OLD-7."""
    made = dataset(
        [
            issue("A-1", "Epic", labels=["web"]),
            issue("A-2", labels=["web", "shop"], components=["Core"], **parent("A-1")),
            issue("A-3", "Sub-task", **parent("A-2")),
            issue("A-4", "Bug", labels=["shop"], fix_versions=[RELEASE]),
            issue("B-1", "Bug", components=["Core", "Edge"], fix_versions=[RELEASE, OTHER]),
        ],
        versions=[RELEASE, OTHER],
    )
    first = np.zeros(1, np.int32)
    renamed = replace(made.issues, past_keys=("OLD-7",), past_key=first, past_key_issue=first)
    return replace(made, issues=renamed)


@pytest.mark.parametrize(
    ("view", "keys"),
    [
        (View(projects=("A",)), "A-1 A-2 A-3 A-4"),
        (View(projects=("A", "B"), types=("Bug",)), "A-4 B-1"),
        (View(labels=("web", "shop")), "A-1 A-2 A-4"),
        (View(components=("Core",)), "A-2 B-1"),
        (View(components=("Edge",), labels=("shop",)), ""),
        (View(epics=("A-1",)), "A-2 A-3"),  # at any depth, without the epic itself
        (View(epics=("A-2",)), "A-3"),
        (View(epics=("OLD-7",)), "A-2 A-3"),  # a key that an issue once had is that issue
        (View(fix_versions=("1.0",)), "A-4 B-1"),
        (View(fix_versions=("202",)), "B-1"),  # by id, where nobody gave the names
        (View(projects=("a",)), ""),
    ],
)
def test_any_value_within_a_filter_and_all_filters_together(tables: Dataset, view: View, keys: str) -> None:
    rows = choose_rows(tables, view).rows

    assert rows is not None
    assert " ".join(tables.issues.keys(rows.nonzero()[0])) == keys


def test_a_view_without_filters_chooses_everything(tables: Dataset) -> None:
    assert choose_rows(tables, View(date_from="2026-01-01")) is EVERYTHING


def test_what_is_made_of_deployments_sees_projects_alone(tables: Dataset) -> None:
    choice = choose_rows(tables, View(projects=("B",), types=("Bug",), components=("None",)))
    seen = choice.by_project()

    assert choice.blind == ("type", "component")
    assert seen.rows is not None
    assert seen.rows.tolist() == [False, False, False, False, True]
    assert (seen.projects, seen.blind) == ({"B"}, ())


def test_filters_in_use_have_the_names_of_the_command_line() -> None:
    view = View(projects=("A",), fix_versions=("1.0", "2.0"))

    assert filters_in_use(view) == {"project": ("A",), "fix_version": ("1.0", "2.0")}


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (View(projects=("C",)), ["No stored issue has the project 'C', so it lets no issue through."]),
        (
            View(types=("bug",)),
            ["No stored issue has the type 'bug', so it lets no issue through. Did you mean 'Bug'?"],
        ),
        (
            View(labels=("shop", "wep")),
            ["No stored issue has the label 'wep', so it lets no issue through. Did you mean 'web'?"],
        ),
        (
            View(fix_versions=("1.00",)),
            ["No stored issue has the fix version '1.00', so it lets no issue through. Did you mean '1.0'?"],
        ),
        (
            View(epics=("A-4",)),
            [
                "No stored issue lies below 'A-4', so that epic lets no issue through. "
                "Did you mean 'A-2' or 'A-1'?"
            ],
        ),
        (View(labels=("web",), components=("Core",)), []),
    ],
)
def test_a_value_that_nobody_has_is_told_with_those_that_look_like_it(
    tables: Dataset, view: View, words: list[str]
) -> None:
    told = [word_unknown_value(unknown) for unknown in find_unknown_values(tables, view)]

    assert told == words


def test_other_spellings_come_before_the_merely_alike() -> None:
    found = find_unknown_values(
        dataset([issue("A-1", labels=["Web", "webs", "wet", "webb", "wb"])]), View(labels=("web",))
    )

    assert found[0].near[0] == "Web"
    assert len(found[0].near) == 3
