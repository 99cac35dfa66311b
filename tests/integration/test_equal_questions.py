"""Equal questions get equal numbers: the page, its exports and the command line, over one real store."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from app import main
from callbacks.views import view_of
from callbacks.web.application import create_app
from configuration.logging_config import shutdown_logging
from configuration.settings import Home
from data.export.document import document
from data.profiles.sources import resolve
from data.workspace import Workspace
from tests.support.builders import issue, status_list, version
from tests.support.commands import written

PERIOD = {"from": "2026-01-05", "to": "2026-09-27"}
KINDS = ("Story", "Bug", "Incident", "Task")
LABELS = ([], ["web"], ["web", "shop"], ["Shop"])
RELEASES = [
    version(n, f"1.{n}", release_date=f"2026-{n:02d}-20", project_id=10000 + n % 2) for n in range(1, 10)
]


@pytest.fixture(autouse=True)
def _stop_logging() -> Iterator[None]:
    """Commands run in this process: what they started to log ends with the test."""
    yield
    shutdown_logging()


def made(n: int) -> dict:
    """An issue of one of two projects, of any type and label, done in one of nine months."""
    key, month, day = "AB"[n % 2], 1 + n % 9, 1 + n % 17
    return issue(
        f"{key}-{n}",
        KINDS[n % 4],
        created=f"2026-{month:02d}-01",
        history=[(f"2026-{month:02d}-{day:02d}T09:00", "Doing"), (f"2026-{month:02d}-{day + 2:02d}", "Done")],
        labels=LABELS[n % 4 if n % 3 else 1],
        components=["Core"] if n % 5 else [],
        fix_versions=[RELEASES[n % 9]] if n % 7 else [],
        project={"id": str(10000 + n % 2), "key": key, "name": key},
        parent={"id": "1", "key": "A-9000", "fields": {}} if n % 6 == 0 else None,
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with 400 issues over nine months, imported with statuses and versions; a small one beside it."""
    folder = tmp_path_factory.mktemp("equal")
    files = {"statuses": status_list(), "versions": RELEASES}
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    references = [part for name in files for part in (f"--{name}", str(folder / name))]
    everything = [made(n) for n in range(1, 401)]
    for profile, issues in {"default": everything, "small": everything[:40]}.items():
        path = str(written(folder / profile, issues))
        arguments = ["import", path, *references, "--profile", profile]
        assert main(arguments, {"THROUGHLINE_HOME": str(folder / "home")}) == 0
    shutdown_logging()
    return folder / "home"


@pytest.fixture(scope="module")
def workspace(home: Path) -> Workspace:
    return Workspace(Home(home), {}, resolve(Home(home), "default", {}))


@pytest.fixture(scope="module")
def client(workspace: Workspace) -> FlaskClient:
    return create_app(workspace, port=8050).server.test_client()


def told(
    capfdbinary: pytest.CaptureFixture[bytes], home: Path, *arguments: str, code: int = 0
) -> tuple[str, str]:
    """What a command prints, and what it says beside."""
    capfdbinary.readouterr()
    assert main(list(arguments), {"THROUGHLINE_HOME": str(home)}) == code
    found = capfdbinary.readouterr()
    return found.out.decode(), found.err.decode()


def options(filters: dict) -> list[str]:
    """The filters of a page as options of the command line."""
    return [part for name, values in filters.items() for v in values for part in (f"--{name}", v)]


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"project": ["A"]},
        {"type": ["Bug", "Incident"]},
        {"label": ["web"]},
        {"project": ["B"], "type": ["Bug"], "label": ["web", "Shop"]},
        {"label": ["nobody's"]},
    ],
)
def test_page_and_command_line_agree(
    filters: dict,
    capfdbinary: pytest.CaptureFixture[bytes],
    home: Path,
    client: FlaskClient,
    workspace: Workspace,
) -> None:
    """Byte for byte what the page exports, and every number of what its cards are made of."""
    period = ["--from", PERIOD["from"], "--to", PERIOD["to"]]
    printed, _ = told(capfdbinary, home, "metrics", "--json", *period, *options(filters))
    address = urlencode([*PERIOD.items(), *((name, v) for name, values in filters.items() for v in values)])
    exported = client.get(f"/export/metrics.json?{address}", headers={"Host": "127.0.0.1:8050"})
    pipeline = workspace.pipeline()
    shown = pipeline.report(view_of(pipeline, {**PERIOD, **filters}))

    assert exported.get_data(as_text=True) == printed
    assert json.loads(json.dumps(document(shown, "default"))) == json.loads(printed)
    assert json.loads(printed)["filters"] == {"project": [], "type": [], "label": [], **filters}


def test_a_filter_that_deployments_do_not_know_leaves_their_numbers_as_they_are(
    capfdbinary: pytest.CaptureFixture[bytes], home: Path
) -> None:
    """And each says so; the lead time follows the filter, because it is made of issues."""
    plain, filtered, project = (
        json.loads(told(capfdbinary, home, "metrics", "--json", *more)[0])["metrics"]
        for more in ([], ["--type", "Story", "--component", "Core"], ["--project", "A"])
    )
    deaf = [name for name, found in filtered.items() if found["filters_ignored"]]

    assert deaf == [
        "deployment_frequency",
        "change_fail_rate",
        "failed_deployment_recovery_time",
        "time_to_restore",
        "deployment_rework_rate",
    ]
    for name in deaf:
        assert filtered[name].pop("filters_ignored") == ["type", "component"]
        assert plain[name].pop("filters_ignored") == []
        assert filtered[name] == plain[name]
        assert project[name]["filters_ignored"] == []
    assert filtered["change_lead_time"]["n"] < plain["change_lead_time"]["n"]
    assert 0 < project["deployment_frequency"]["n"] < plain["deployment_frequency"]["n"]


def test_filters_of_the_command_line_alone(capfdbinary: pytest.CaptureFixture[bytes], home: Path) -> None:
    """Of 400 issues every sixth lies below the epic, and of these four in five are in the component."""
    below = json.loads(told(capfdbinary, home, "metrics", "--json", "--epic", "A-9000")[0])
    both = json.loads(
        told(capfdbinary, home, "metrics", "--json", "--epic", "A-9000", "--component", "Core")[0]
    )
    fixed = json.loads(told(capfdbinary, home, "metrics", "--json", "--fix-version", "1.3")[0])

    assert below["filters"] == {"project": [], "type": [], "label": [], "epic": ["A-9000"]}
    assert list(both["filters"]) == ["project", "type", "label", "component", "epic"]
    assert (below["scope"]["flow_items"], both["scope"]["flow_items"]) == (66, 53)
    assert fixed["scope"]["flow_items"] == len(
        [n for n in range(1, 401) if RELEASES[n % 9]["name"] == "1.3" and n % 7]
    )


def test_a_value_that_nobody_has_is_no_silent_zero(
    capfdbinary: pytest.CaptureFixture[bytes], home: Path
) -> None:
    printed, said = told(capfdbinary, home, "metrics", "--json", "--label", "shpo")

    assert json.loads(printed)["metrics"]["flow_velocity"]["n"] == 0
    assert said.splitlines() == [
        "No stored issue has the label 'shpo', so it lets no issue through. Did you mean 'shop'?"
    ]


@pytest.mark.parametrize("option", ["--step", "--by"])
def test_an_impossible_step_or_group_is_refused(
    option: str, capfdbinary: pytest.CaptureFixture[bytes], home: Path
) -> None:
    printed, said = told(capfdbinary, home, "metrics", option, "year", code=2)

    assert printed == ""
    assert f"Invalid value for '{option}'" in said


def test_steps_hold_what_lies_in_them(capfdbinary: pytest.CaptureFixture[bytes], home: Path) -> None:
    """Nine months: months by themselves; counts of weeks, months and quarters add up to the same."""
    period = ["--from", PERIOD["from"], "--to", PERIOD["to"]]
    series = {
        step: json.loads(told(capfdbinary, home, "metrics", "--json", *period, "--step", step)[0])["metrics"]
        for step in ("auto", "week", "month", "quarter")
    }
    velocity = {step: found["flow_velocity"]["series"] for step, found in series.items()}

    assert velocity["auto"] == velocity["month"]
    assert [point["step"] for point in velocity["quarter"]["points"]] == ["2026-Q1", "2026-Q2", "2026-Q3"]
    assert velocity["month"]["points"][0]["start"] == "2026-01-01"
    assert {sum(point["n"] for point in one["points"]) for one in velocity.values()} == {
        series["auto"]["flow_velocity"]["n"]
    }
    by_week = [(p["step"], p["start"], p["value"], p["n"], p["partial"]) for p in velocity["week"]["points"]]
    assert by_week == [tuple(week.values()) for week in series["week"]["flow_velocity"]["weekly"]]


def test_groups_as_json_csv_and_table(capfdbinary: pytest.CaptureFixture[bytes], home: Path) -> None:
    """The same groups in the same order, without keys of issues."""
    found = json.loads(told(capfdbinary, home, "metrics", "--json", "--by", "label")[0])
    rows = list(csv.DictReader(io.StringIO(told(capfdbinary, home, "metrics", "--csv", "--by", "label")[0])))
    table = told(capfdbinary, home, "metrics", "--by", "label")[0]
    one = found["groups"]["web"]["metrics"]

    assert list(found)[-3:] == ["by", "groups", "other_groups"]
    assert (found["by"], list(found["groups"]), found["other_groups"]) == (
        "label",
        ["Shop", "shop", "web", "(none)"],
        0,
    )
    assert list(one) == list(found["metrics"])
    assert "A-" not in json.dumps(found["groups"])
    assert not {"included", "excluded"} & set(one["flow_velocity"])
    assert one["deployment_frequency"]["state"] == "not_applicable"
    assert list(rows[0])[:3] == ["group", "metric", "definition"]
    assert list(dict.fromkeys(row["group"] for row in rows)) == ["", *found["groups"]]
    velocity = {row["group"]: int(row["n"]) for row in rows if row["metric"] == "flow_velocity"}
    assert velocity.pop("") == found["metrics"]["flow_velocity"]["n"]
    assert velocity == {name: g["metrics"]["flow_velocity"]["n"] for name, g in found["groups"].items()}
    below = table.partition("\nGroup ")[2].splitlines()[1:]
    assert [line.split()[0] for line in below if line.split()[0] in found["groups"]] == list(found["groups"])


def test_profiles_beside_each_other(capfdbinary: pytest.CaptureFixture[bytes], home: Path) -> None:
    """Each as it is alone, with its revision, instant and scope; and at last all of them as one."""
    both = ["--profile", "small", "--profile", "default"]
    found = json.loads(told(capfdbinary, home, "metrics", "--json", "--by", "profile", *both)[0])
    lines = told(capfdbinary, home, "metrics", "--csv", "--by", "profile", *both)[0].splitlines()
    table = told(capfdbinary, home, *both, "metrics", "--by", "profile")[0]

    together = found["groups"].pop("(all)")
    assert list(found["groups"]) == ["default", "small"]
    assert (together["revision"], together["scope"]["resolutions"], together["events"]) == (None, None, [])
    assert "(all)" in table
    assert (found["profile"], found["metrics"], found["by"]) == (None, {}, "profile")
    for name, group in found["groups"].items():
        alone = json.loads(told(capfdbinary, home, "metrics", "--json", "--profile", name)[0])
        for part in ("revision", "complete", "as_of", "period", "scope"):
            assert group[part] == alone[part]
        velocity = alone["metrics"]["flow_velocity"]
        del velocity["included"], velocity["excluded"]
        assert group["metrics"]["flow_velocity"] == velocity
        assert group["revision"] in table
    assert list(dict.fromkeys(row["group"] for row in csv.DictReader(lines))) == [
        "default",
        "small",
        "(all)",
    ]


def test_several_profiles_without_a_way_to_show_them_are_refused(
    capfdbinary: pytest.CaptureFixture[bytes], home: Path
) -> None:
    printed, said = told(capfdbinary, home, "metrics", "--profile", "small", "--profile", "default", code=2)

    assert printed == ""
    assert said.splitlines()[:2] == [
        "Error: Several profiles were named: small, default.",
        "Add --by profile to put them beside each other, or name one.",
    ]
