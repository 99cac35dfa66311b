"""The command line as scripts hold on to it: specs/interface.md through real processes."""

import csv
import io
import json
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.builders import issue, status_list, version
from tests.support.commands import (
    command,
    entries,
    environment,
    kept,
    metrics,
    printed,
    refused,
    run,
    written,
)
from tests.support.examples import example_a

DOCUMENT = [
    "schema",
    "profile",
    "revision",
    "complete",
    "as_of",
    "period",
    "scope",
    "filters",
    "metrics",
    "data_quality",
    "events",
]
METRIC = [
    "definition",
    "state",
    "message",
    "value",
    "unit",
    "n",
    "percentiles",
    "percentiles_withheld",
    "interval",
    "evidence",
    "previous",
    "trend",
    "confidence",
    "change",
    "band",
    "target",
    "filters_ignored",
]
METRIC_END = ["weekly", "series", "included", "excluded"]
EXTRA = {
    "flow_distribution": ["shares", "counts"],
    "flow_load": ["mean", "parked"],
    "blocked_time": ["days", "share", "reasons", "blocked", "circles"],
    "deployment_frequency": ["deployment_days", "deployments"],
}
ISSUE = [
    "id",
    "key",
    "type",
    "status",
    "status_category",
    "created",
    "updated",
    "resolution",
    "resolutiondate",
    "started_at",
    "completed_at",
    "transitions",
]
OUTCOME = ["state", "mode", "issues", "requests", "cache", "duration_s", "revision"]
PERIOD = ("--from", "2026-03-02", "--to", "2026-03-15", "--as-of", "2026-03-20T00:00Z")


@pytest.fixture(scope="module")
def home_a(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that holds example A, imported from a file with statuses and one version."""
    folder = tmp_path_factory.mktemp("a")
    home = folder / "home"
    files = {"statuses": status_list(), "versions": [version(1, "1.0", release_date="2026-03-04")]}
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    written(folder / "issues", example_a().issues)
    printed(
        home,
        "import",
        folder / "issues",
        "--statuses",
        folder / "statuses",
        "--versions",
        folder / "versions",
    )
    return home


def test_metrics_as_json(home_a: Path) -> None:
    """Keys in their published order, two spaces, full precision, the same bytes in every process."""
    first = printed(home_a, "metrics", "--json", *PERIOD)
    second = printed(home_a, "metrics", "--json", *PERIOD, PYTHONHASHSEED="7", TZ="Asia/Tokyo")
    found = json.loads(first)

    assert first == second
    assert first == json.dumps(found, indent=2, ensure_ascii=False) + "\n"
    assert list(found) == DOCUMENT
    assert found["schema"] == 2
    assert found["profile"] == "default"
    assert re.fullmatch(r"[0-9a-f]{16}", found["revision"])
    assert found["complete"] is True
    assert found["as_of"] == "2026-03-20T00:00:00.000Z"
    assert found["period"] == {"from": "2026-03-02", "to": "2026-03-15", "days": 14, "timezone": "UTC"}
    assert list(found["period"]) == ["from", "to", "days", "timezone"]
    assert found["scope"] == {
        "issues": 5,
        "flow_items": 5,
        "resolutions": {"Done": {"n": 3, "delivered": True}, "Won't Do": {"n": 1, "delivered": False}},
        "done_statuses": {"Done": {"n": 4, "delivered": True}},
    }
    for name, metric in found["metrics"].items():
        assert list(metric)[: len(METRIC)] == METRIC
        assert list(metric)[-len(METRIC_END) :] == METRIC_END
        assert set(EXTRA.get(name, [])) <= set(metric)
        version = 3 if name == "change_lead_time" else 2
        assert metric["definition"] == f"{name}/{version}"
        for week in metric["weekly"]:
            assert list(week) == ["week", "start", "value", "n", "partial"]
    assert found["metrics"]["flow_velocity"]["value"] == 1.5
    assert found["metrics"]["flow_time"]["percentiles"] == {"p50": 5.5, "p85": None, "p95": None}
    for finding in found["data_quality"]:
        assert list(finding) == ["code", "n", "keys", "message", "remedy"]


def test_metrics_as_csv_and_for_people(home_a: Path) -> None:
    rows = {
        row["metric"]: row
        for row in csv.DictReader(io.StringIO(printed(home_a, "metrics", "--csv", *PERIOD)))
    }
    table = printed(home_a, "metrics", *PERIOD)

    assert list(rows["flow_time"]) == (
        [
            "metric",
            "definition",
            "state",
            "value",
            "unit",
            "n",
            "p50",
            "p85",
            "p95",
            "previous_value",
            "previous_n",
            "trend",
            "confidence",
            "message",
        ]
    )
    assert (rows["flow_velocity"]["value"], rows["flow_velocity"]["n"]) == ("1.5", "3")
    assert (rows["flow_velocity"]["previous_value"], rows["flow_velocity"]["previous_n"]) == ("0.0", "0")
    assert (rows["flow_time"]["p50"], rows["flow_time"]["p85"]) == ("5.5", "")
    assert "Flow velocity" in table
    assert "2026-03-02 to 2026-03-15, 14 days, UTC" in table


def test_issues_in_every_format(home_a: Path) -> None:
    lines = entries(home_a)
    rows = list(csv.DictReader(io.StringIO(printed(home_a, "issues", "--csv"))))

    assert [line["key"] for line in lines] == ["A-1", "A-2", "A-3", "A-4", "A-5"]
    assert all(list(line) == ISSUE for line in lines)
    assert lines[0] == {
        "id": lines[0]["id"],
        "key": "A-1",
        "type": "Story",
        "status": "Done",
        "status_category": "done",
        "created": "2026-02-20T09:00:00.000Z",
        "updated": "2026-03-05T09:00:00.000Z",
        "resolution": "Done",
        "resolutiondate": None,
        "started_at": "2026-03-02T09:00:00.000Z",
        "completed_at": "2026-03-05T09:00:00.000Z",
        "transitions": 3,
    }
    assert isinstance(lines[0]["id"], str)
    assert list(rows[0]) == ISSUE
    assert [row["transitions"] for row in rows] == ["3", "4", "1", "2", "1"]
    assert (rows[4]["resolution"], rows[4]["completed_at"]) == ("", "")
    assert "A-5" in printed(home_a, "issues")


def test_options_before_and_after_the_command(home_a: Path) -> None:
    """``--profile`` and ``--log-level`` go on either side; a profile that nobody made is refused."""
    plain = printed(home_a, "issues", "--jsonl")

    assert printed(home_a, "--profile", "default", "--log-level", "ERROR", "issues", "--jsonl") == plain
    assert printed(home_a, "issues", "--jsonl", "--profile", "default", "--log-level", "error") == plain
    for place in (("--profile", "nobody", "issues"), ("issues", "--profile", "nobody")):
        refused(run(home_a, *place), 2, "nobody", "--profile")


def test_what_cannot_be_asked(home_a: Path) -> None:
    """Usage errors are exit 2, and leave the store alone."""
    before = kept(home_a)

    refused(run(home_a, "metrics", "--json", "--csv"), 2, "--json", "--csv")
    refused(run(home_a, "issues", "--csv", "--jsonl"), 2, "--jsonl")
    refused(run(home_a, "metrics", "--nonsense"), 2, "--nonsense", "--help")
    refused(run(home_a, "nonsense"), 2, "nonsense")
    refused(run(home_a, "issues", "--profile", "../x"), 2, "../x")
    refused(run(home_a, "issues", "--profile", "x" * 65), 2)
    refused(run(home_a, "issues", LOG_LEVEL="loud"), 2, "loud", "LOG_LEVEL")
    refused(run(home_a, "import"), 2, "No file")
    assert kept(home_a) == before


def test_an_empty_home(tmp_path: Path) -> None:
    """Nothing stored is not a failure: no rows, nulls, and a hint on stderr."""
    listed, measured = run(tmp_path, "issues", "--jsonl"), run(tmp_path, "metrics", "--json")
    found = json.loads(measured.stdout)

    assert (listed.returncode, listed.stdout) == (0, "")
    assert "import" in listed.stderr
    assert "import" in measured.stderr
    assert measured.returncode == 0
    assert list(found) == DOCUMENT
    assert found["as_of"] is None
    assert found["scope"] == {"issues": 0, "flow_items": 0, "resolutions": {}, "done_statuses": {}}
    for metric in found["metrics"].values():
        assert (metric["value"], metric["state"], metric["n"]) == (None, "no_data", 0)
        assert metric["message"]
    assert not (tmp_path / "cache").exists()
    assert not (tmp_path / "profiles").exists()


def test_an_import_is_an_upsert(tmp_path: Path) -> None:
    """Files and runs add up; a newer or equal update wins; the same file twice changes nothing."""
    home = tmp_path / "home"
    one = written(tmp_path / "one", [issue("A-1", updated="2026-02-01"), issue("A-2", updated="2026-02-01")])
    older = written(tmp_path / "older", [issue("A-1", updated="2026-01-31", summary="old")])
    newer = written(tmp_path / "newer", [issue("A-1", updated="2026-02-01", labels=["new"]), issue("B-1")])

    first = json.loads(printed(home, "import", one, "--json"))
    stored = kept(home)
    again = json.loads(printed(home, "import", one, "--json"))
    stale = json.loads(printed(home, "import", older, "--json"))
    unchanged = [line["updated"] for line in entries(home)]
    last = json.loads(printed(home, "import", newer, one, "--json"))

    assert list(first) == OUTCOME
    assert list(first["issues"]) == [
        "stored",
        "fetched",
        "created",
        "updated",
        "deleted",
        "moved",
        "held_back",
        "bad",
    ]
    assert list(first["requests"]) == ["total", "retries", "throttled_s", "bytes", "by_path"]
    assert (first["state"], first["mode"], first["cache"]) == (
        "ok",
        "import",
        {"hit": False, "reason": "cold"},
    )
    assert first["issues"]["created"] == first["issues"]["stored"] == 2
    assert again["revision"] == stale["revision"] == first["revision"]
    assert again["cache"] == {"hit": True, "reason": None}
    assert (again["issues"]["created"], again["issues"]["updated"], again["issues"]["fetched"]) == (0, 0, 2)
    assert stale["issues"]["updated"] == 0
    assert unchanged == ["2026-02-01T00:00:00.000Z"] * 2
    assert set(kept(home)) == set(stored)
    assert (last["issues"]["stored"], last["issues"]["created"]) == (3, 1)


def test_importing_twice_leaves_every_answer_the_same(home_a: Path, tmp_path: Path) -> None:
    before = metrics(home_a, *PERIOD), entries(home_a)
    printed(home_a, "import", written(tmp_path / "again", reversed_issues()))

    assert (metrics(home_a, *PERIOD), entries(home_a)) == before


def reversed_issues() -> list[dict]:
    return example_a().issues[::-1]


def test_profiles_are_apart(tmp_path: Path) -> None:
    """``import`` makes the profile it names; each has a store of its own."""
    file = written(tmp_path / "file", [issue("A-1")])
    home = tmp_path / "home"
    printed(home, "import", file, "--profile", "team.one")

    assert len(entries(home, "--profile", "team.one")) == 1
    assert entries(home) == []
    assert (home / "profiles" / "team.one.toml").exists()
    assert [
        path.name for path in (home / "cache").iterdir() if re.fullmatch(r"[0-9a-f]{32}\.sqlite", path.name)
    ]


def test_one_source_per_profile(tmp_path: Path) -> None:
    """A profile with an address takes no files, the demo takes neither files nor syncs."""
    file = written(tmp_path / "file", [issue("A-1")])
    home = tmp_path / "home"
    address = {"JIRA_URL": "https://jira.example.org"}

    refused(run(home, "import", file, **address), 2, "default", "--profile")
    refused(run(home, "import", file, "--profile", "demo"), 2, "demo", "--profile")
    refused(run(home, "sync", "--profile", "demo"), 2, "demo")
    assert kept(home) == {}


def test_a_sync_without_a_connection_names_the_variable(tmp_path: Path) -> None:
    """Told before any request; an empty variable is unset; nothing travels in the clear."""
    token = "-".join(("made", "up", "token"))
    url, jql = "https://jira.example.org", "project = A"

    refused(run(tmp_path, "sync"), 2, "JIRA_URL")
    refused(run(tmp_path, "sync", JIRA_URL=""), 2, "JIRA_URL")
    refused(run(tmp_path, "sync", JIRA_URL=url, JIRA_JQL=jql), 2, "JIRA_TOKEN")
    refused(run(tmp_path, "sync", JIRA_URL=url, JIRA_TOKEN=token), 2, "JIRA_JQL")
    given = {"JIRA_URL": "http://jira.example.org", "JIRA_TOKEN": token, "JIRA_JQL": jql}
    refused(run(tmp_path, "sync", **given), 2, "jira.example.org", "https")
    logs = [path.read_text("utf-8") for path in (tmp_path / "logs").iterdir()]
    assert any("JIRA_JQL" in text for text in logs)
    assert all(token not in text for text in logs)


def test_a_reader_that_has_seen_enough(home_a: Path) -> None:
    """``| head -1`` ends quietly."""
    many = home_a.parent / "many"
    lines = written(home_a.parent / "many.ndjson", [issue(f"M-{n}") for n in range(1, 1500)])
    printed(many, "import", lines)
    piped = subprocess.Popen(
        command("issues", "--jsonl"), env=environment(many), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with piped:
        assert piped.stdout is not None
        assert piped.stderr is not None
        first = json.loads(piped.stdout.readline())
        piped.stdout.close()
        said = piped.stderr.read()

    assert first["key"] == "M-1"
    assert said == b""


def test_ctrl_c_is_130(tmp_path: Path) -> None:
    """A command that runs until it is interrupted says so; what it printed before stands."""
    running = subprocess.Popen(
        command("demo-jira", "--issues", "5"),
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that runs the tests in the background makes its children deaf to Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  # one thread here
    )
    with running:
        assert running.stdout is not None
        assert running.stderr is not None
        told = json.loads(running.stdout.readline())
        time.sleep(0.2)
        running.send_signal(signal.SIGINT)
        said = running.stderr.read()

    assert list(told) == ["url", "email", "token"]
    assert running.returncode == 130
    assert "Interrupted." in said
    assert "Traceback" not in said


def test_a_check_of_files_tells_how_things_ended(tmp_path: Path) -> None:
    """There is no Jira to ask; resolutions and done statuses are listed with how they count."""
    moves = [("2026-03-02", "Doing"), ("2026-03-05", "Done")]
    issues = [
        issue("A-1", history=moves, resolution="Done"),
        issue("A-2", history=moves, resolution="Withdrawn"),
    ]
    (tmp_path / "issues.json").write_text(json.dumps(issues))
    assert run(tmp_path, "import", str(tmp_path / "issues.json")).returncode == 0
    checked = run(tmp_path, "check")

    assert checked.returncode == 0
    assert "This profile reads imported files" in checked.stdout
    assert "Withdrawn (1)" in checked.stdout
    assert run(tmp_path / "none", "check").returncode == 2
