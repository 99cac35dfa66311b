"""A view split into groups: every issue where it belongs, the same numbers as a view of that group alone."""

import pytest

from configuration.profile import Profile, profile_from
from data.metrics.filters import FILTERS
from data.metrics.groups import MOST_GROUPS, NO_VALUE, Grouping, group_by
from data.metrics.report import Report, View
from data.model.tables import Dataset
from data.pipeline import ALL_METRICS, compute
from tests.support.builders import issue, status_list, version
from tests.support.rows import dataset
from tests.support.synthetic import PROFILE, labelled_dataset

PERIOD = {"date_from": "2026-03-02", "date_to": "2026-03-15", "as_of": "2026-03-20T00:00:00Z"}
PROFILE_READ = profile_from(PROFILE)
MOVES = [("2026-03-02", "Doing"), ("2026-03-05", "Done")]


def story(key: str, **more: object) -> dict:
    return issue(key, **{"created": "2026-02-20", "history": MOVES, **more})


def answered(tables: Dataset, **view: object) -> Report:
    return compute(tables, Profile(), View(**{**PERIOD, **view}))


def split(report: Report, by: str, note: str | None = None) -> Grouping:
    assert report.context is not None
    return group_by(report.context, [m for m in ALL_METRICS if m.id in report.results], by, note)


def sizes(grouping: Grouping) -> dict[str, tuple[int, int]]:
    """Items of each group, and how many of them were delivered in the period."""
    return {group.name: (group.flow_items, group.results["flow_velocity"].n) for group in grouping.groups}


@pytest.fixture(scope="module")
def tables() -> Dataset:
    return dataset(
        [
            story("A-1", labels=["shop", "Web"], priority={"id": "1", "name": "High"}),
            story("A-2", type="Bug", labels=["shop"]),
            story("A-3", type="Bug", history=[]),
            story("A-4", type="Sub-task", labels=["hidden"]),
            story("B-1", labels=["Web", "api"], priority=None),
        ],
        status_list(),
    )


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("label", {"api": (1, 1), "shop": (2, 2), "Web": (2, 2), NO_VALUE: (1, 0)}),
        ("type", {"Bug": (2, 1), "Story": (2, 2)}),
        ("project", {"A": (3, 2), "B": (1, 1)}),
        ("flow_item", {"Defect": (2, 1), "Feature": (2, 2)}),
        ("priority", {"High": (1, 1), "Medium": (2, 1), NO_VALUE: (1, 1)}),
    ],
)
def test_groups_in_folded_order_with_those_without_a_value_last(
    tables: Dataset, by: str, expected: dict[str, tuple[int, int]]
) -> None:
    """A-1 counts under both of its labels; the sub-task's label is in no group, for it is no flow item."""
    found = sizes(split(answered(tables), by))

    assert found == expected
    assert list(found) == list(expected)


def test_groups_lie_inside_the_filters_of_the_view(tables: Dataset) -> None:
    assert sizes(split(answered(tables, types=("Bug",)), "label")) == {"shop": (1, 1), NO_VALUE: (1, 0)}
    assert sizes(split(answered(tables, projects=("B",)), "project")) == {"B": (1, 1)}
    assert split(answered(tables, labels=("nobody's",)), "label").groups == ()


def test_deployments_have_projects_alone(tables: Dataset) -> None:
    """By anything else their metrics say why they have no number; the lead time of issues has one."""
    by_label, by_project = (split(answered(tables, types=("Story",)), by) for by in ("label", "project"))
    frequency = by_label.groups[0].results["deployment_frequency"]

    assert frequency.state == "not_applicable"
    assert frequency.message == (
        "Deployments and their incidents have no label, so this metric goes by project or profile only."
    )
    assert frequency.filters_ignored == ("type",)
    assert by_label.groups[0].results["change_lead_time"].state == "not_configured"
    assert by_project.groups[0].results["deployment_frequency"].state == "not_configured"


def test_a_project_that_only_deploys_has_a_group() -> None:
    """The frequency of the groups adds up to that of the view."""
    elsewhere = {"project": {"id": "77", "key": "Z", "name": "Z"}}
    versions = [
        version(1, "1.0", release_date="2026-03-03"),
        version(2, "1.1", release_date="2026-03-10"),
        version(3, "9.0", release_date="2026-03-10", project_id=77),
    ]
    subtask = issue("Z-1", "Sub-task", created="2026-02-01", **elsewhere)
    tables = dataset([story("B-1"), subtask], status_list(), versions)
    report = answered(tables)
    groups = {group.name: group for group in split(report, "project").groups}

    assert {name: group.results["deployment_frequency"].n for name, group in groups.items()} == {
        "B": 2,
        "Z": 1,
    }
    assert groups["Z"].flow_items == 0
    assert report.results["deployment_frequency"].n == 3


def test_the_smallest_beyond_fifty_are_counted_and_left_out() -> None:
    """Of 53 labels those with two issues stay, then the first by name; ``(none)`` is not one of the fifty."""
    issues = [story(f"A-{n}", labels=[f"l{n:02d}", "zz"] if n == 52 else [f"l{n:02d}"]) for n in range(1, 53)]
    found = split(
        answered(dataset([*issues, story("A-60", labels=["zz"]), story("A-61")], status_list())), "label"
    )

    names = [group.name for group in found.groups]
    assert (len(names), found.others) == (MOST_GROUPS + 1, 3)
    assert names == [*(f"l{n:02d}" for n in range(1, 50)), "zz", NO_VALUE]


@pytest.mark.parametrize("by", ["project", "type", "label"])
def test_a_group_has_the_numbers_of_a_view_of_it_alone(by: str) -> None:
    """Over 2 000 issues, to the last digit, in every step and every week."""
    tables, period = labelled_dataset(2_000, 9), {"date_from": "2024-12-30", "date_to": "2025-12-28"}
    report = compute(tables, PROFILE_READ, View(**period))
    groups = [group for group in split(report, by).groups if group.name != NO_VALUE]

    assert groups
    for group in groups[:3]:
        alone = compute(tables, PROFILE_READ, View(**period, **{FILTERS[by]: (group.name,)}))
        assert group.flow_items == alone.flow_items
        for name, result in group.results.items():
            if result.state == "not_applicable" and by != "project":
                continue
            other = alone.results[name]
            assert (result.value, result.n, result.weekly) == (other.value, other.n, other.weekly), name
            assert result.previous == other.previous, name
            told, elsewhere = (
                (each.trend, each.confidence, each.change, each.percentiles, each.interval, each.extra)
                for each in (result, other)
            )
            assert told == elsewhere, name
            assert (result.series.step, result.series.points) == ("month", other.series.points), name


def test_groups_of_what_stands_above() -> None:
    """An epic of another project and one that nobody can see are groups; who lies below none is in (none)."""

    def placed(key: str, above: str | None, type: str, level: int) -> dict:
        made = issue(key, type, created="2026-02-20", parent={"key": above} if above else None)
        made["fields"]["issuetype"]["hierarchyLevel"] = level
        return made

    stories = {"P-2": "P-1", "Q-3": "P-1", "Q-4": "SECRET-1", "Q-5": None}
    made = [placed(key, above, "Story", 0) for key, above in stories.items()]
    made += [placed("I-1", None, "Initiative", 2), placed("P-1", "I-1", "Epic", 1)]
    report = answered(dataset(made))

    def items(by: str) -> list[tuple[str, int]]:
        return [(group.name, group.flow_items) for group in split(report, by).groups]

    assert items("epic") == [("P-1", 2), ("SECRET-1", 1), ("(none)", 1)]
    assert items("initiative") == [("I-1", 2), ("(none)", 2)]
