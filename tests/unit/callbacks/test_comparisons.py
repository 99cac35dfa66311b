"""What the Compare page asks for, and what it finds: rows, what is said of them, the file of the table."""

import csv
import io
from pathlib import Path

import pytest

from callbacks.comparisons import Compared, Layout, compare_groups, compare_profiles, read_layout
from configuration.errors import InputError
from data.metrics.report import View
from data.profiles.sources import files_store
from tests.support.builders import issue, status_list
from tests.support.dashboards import PORT, dashboard_over, pipeline_over, workspace_over
from tests.support.engine import stored

MARCH = {"date_from": "2026-03-01", "date_to": "2026-03-31"}
DONE = [("2026-03-02", "Doing"), ("2026-03-05", "Done")]


def story(key: str, **more: object) -> dict:
    return issue(key, **{"created": "2026-02-20", "history": DONE, **more})


LABELLED = [
    *(story(f"WEB-{n}", labels=["shop"] if n < 6 else ["shop", "api"]) for n in range(1, 8)),
    story("OPS-1", type="Bug"),
]


def compared(folder: Path, search: str, issues: list[dict] | None = None, **view: object) -> Compared:
    pipeline = pipeline_over(folder, LABELLED if issues is None else issues)
    return compare_groups(pipeline, pipeline.report(View(**{**MARCH, **view})), read_layout(search))


@pytest.mark.parametrize(
    ("search", "layout"),
    [
        (
            "rows=label&columns=flow_time,flow_velocity&order=-flow_time&picture=flow_velocity",
            Layout("label", ("flow_time", "flow_velocity"), "-flow_time", "flow_velocity"),
        ),
        ("?rows=type&columns=flow_time", Layout("type", ("flow_time",), "name", "flow_time")),
        ("columns=flow_time,flow_time", Layout("project", ("flow_time",), "name", "flow_time")),
        ("columns=open,stuck", Layout("project", ("open", "stuck"), "name", "")),
        (
            "columns=flow_time&order=items&picture=flow_load",
            Layout("project", ("flow_time",), "items", "flow_time"),
        ),
    ],
)
def test_an_address_says_rows_columns_and_order(search: str, layout: Layout) -> None:
    assert read_layout(search) == layout


def test_an_address_that_says_nothing_compares_projects_by_name() -> None:
    layout = read_layout(None)

    assert (layout.by, layout.order) == ("project", "name")
    assert "deployment_frequency" in layout.columns
    assert "deployment_frequency" not in read_layout("rows=label").columns


@pytest.mark.parametrize(
    ("search", "words"),
    [
        ("rows=assignee", "There are no rows called 'assignee'."),
        ("columns=flow_time,speed", "There is no metric called 'speed'."),
        ("order=luck", "There is no order by 'luck'."),
    ],
)
def test_what_does_not_exist_is_refused(search: str, words: str) -> None:
    """People are no rows."""
    with pytest.raises(InputError) as refused:
        read_layout(search)

    assert refused.value.message == words
    assert "flow_time" in refused.value.hint or "label" in refused.value.hint


def test_labels_beside_each_other(tmp_path: Path) -> None:
    """Two of the seven stories count twice; what is made of deployments is no column, and that is said."""
    found = compared(tmp_path, "rows=label&columns=flow_velocity,change_fail_rate")

    assert [(group.name, group.flow_items) for group in found.groups] == [
        ("api", 2),
        ("shop", 7),
        ("(none)", 1),
    ]
    assert list(found.groups[1].results) == ["flow_velocity"]
    assert found.groups[1].results["flow_velocity"].n == 7
    assert found.notes == [
        "An issue counts in each of its labels.",
        "Deployments and their incidents go by project or profile only.",
    ]
    assert found.alone == ""


@pytest.mark.parametrize(
    ("search", "view", "words"),
    [
        (
            "rows=project",
            {"projects": ("WEB",)},
            "There is one project in view, WEB. Choose other rows to compare.",
        ),
        ("rows=label", {"types": ("Bug",)}, "No issue in view has a label. Choose other rows."),
        ("rows=label", {"types": ("Epic",)}, "No issue is in view, so there is nothing to compare."),
    ],
)
def test_a_single_row_says_that_there_is_nothing_to_compare(
    tmp_path: Path, search: str, view: dict, words: str
) -> None:
    assert compared(tmp_path, search, **view).alone == words


def test_of_a_thousand_labels_the_fifty_with_most_items_are_shown(tmp_path: Path) -> None:
    """The others are counted, and so are rows of which each is too small."""
    issues = [story(f"A-{n}", labels=[f"l{n:04d}", "all"]) for n in range(1, 1001)]
    found = compared(tmp_path, "rows=label&order=-items", issues)

    assert [group.name for group in found.groups[:3]] == ["all", "l0001", "l0002"]
    assert len(found.groups) == 50
    assert found.notes[0].startswith("951 rows more with fewer items not shown: these are the 50 labels")


def begun(key: str, day: str) -> dict:
    return issue(key, created="2026-02-20", history=[(f"2026-03-{day}", "Doing")])


def test_what_is_open_is_a_column_and_an_order(tmp_path: Path) -> None:
    """At the end of 31 March: 30 days in WEB, 12 in OPS, nothing in API, which stands last both ways."""
    issues = [*LABELLED, begun("WEB-9", "02"), begun("OPS-2", "20"), issue("API-1", created="2026-03-01")]
    found = {
        order: compared(tmp_path, f"columns=open,oldest&order={order}", issues, as_of="2026-03-31")
        for order in ("-oldest", "oldest")
    }

    assert [group.name for group in found["-oldest"].groups] == ["WEB", "OPS", "API"]
    assert [group.name for group in found["oldest"].groups] == ["OPS", "WEB", "API"]
    assert {name: (one.open, one.oldest) for name, one in found["oldest"].work.items()} == {
        "API": (1, None),
        "OPS": (1, 12.0),
        "WEB": (1, 30.0),
    }
    assert compared(tmp_path, "columns=flow_time", issues).work == {}


def test_profiles_with_the_same_issues_are_told(tmp_path: Path) -> None:
    """Each with its own data; two that hold the same say so, and one without data says that."""
    workspace = workspace_over(tmp_path, LABELLED)
    home = workspace.home
    for folder in (home.profiles, home.cache):
        folder.mkdir()
    for name in ("empty", "twin"):
        (home.profiles / f"{name}.toml").write_text("", encoding="utf-8")
    stored(home.cache, LABELLED, status_list(), file=files_store(home, "twin").place.path.name)
    found = compare_profiles(workspace, {}, read_layout("rows=profile&order=-items"))

    rows = [(group.name, group.flow_items) for group in found.groups]
    assert rows == [("default", 8), ("twin", 8), ("empty", 0)]
    assert found.notes[0] == "default and twin hold 8 issues in common: these count in both."
    assert "empty: no data yet." in found.notes
    assert sum("in common" in note for note in found.notes) == 1
    assert found.together is not None
    assert (found.together.name, found.together.flow_items) == ("All together", 8)
    assert found.together.results["flow_velocity"].n == found.groups[0].results["flow_velocity"].n > 0
    assert any(note.startswith("All together is what one team") for note in found.notes)


def test_profiles_beyond_the_rows_are_counted(tmp_path: Path) -> None:
    """Fifty rows, and a sentence for what is not among them."""
    workspace = workspace_over(tmp_path, LABELLED)
    workspace.home.profiles.mkdir()
    for n in range(52):
        (workspace.home.profiles / f"empty{n:02d}.toml").write_text("", encoding="utf-8")
    found = compare_profiles(workspace, {}, read_layout("rows=profile"))

    assert len(found.groups) == 50
    assert found.notes[0] == "3 profiles more not shown as rows: these are the first 50 in this order."
    assert found.together is None


def test_the_file_has_the_rows_of_the_table(tmp_path: Path) -> None:
    """In its order, with its columns, as ``metrics --by`` prints them."""
    client = dashboard_over(tmp_path, LABELLED).server.test_client()
    asked = "from=2026-03-01&to=2026-03-31&rows=type&columns=flow_time,flow_velocity&order=-items"
    answer = client.get(f"/export/compare.csv?{asked}", headers={"Host": f"127.0.0.1:{PORT}"})
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))

    assert [(row["group"], row["metric"], row["n"]) for row in rows] == [
        ("Story", "flow_velocity", "7"),
        ("Story", "flow_time", "7"),
        ("Bug", "flow_velocity", "1"),
        ("Bug", "flow_time", "1"),
    ]


def test_the_file_tells_what_is_open(tmp_path: Path) -> None:
    """One item under way since the 3rd, one that nobody began, one that ended on the 13th, the newest."""
    issues = [
        issue("A-1", created="2026-03-01", history=[("2026-03-03", "Doing")]),
        issue("A-2", created="2026-03-01"),
        issue("A-3", created="2026-03-01", history=[("2026-03-12", "Doing"), ("2026-03-13", "Done")]),
    ]
    client = dashboard_over(tmp_path, issues).server.test_client()
    asked = "from=2026-03-01&to=2026-03-13&rows=type&columns=open,oldest,flow_velocity"
    answer = client.get(f"/export/compare.csv?{asked}", headers={"Host": f"127.0.0.1:{PORT}"})
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))

    assert [(row["group"], row["metric"], row["unit"], row["message"]) for row in rows] == [
        ("Story", "open", "items", ""),
        ("Story", "oldest", "days", "A-1 in Doing"),
        ("Story", "flow_velocity", "items/week", ""),
    ]
    assert [float(row["value"]) for row in rows[:2]] == pytest.approx([2, 10])
