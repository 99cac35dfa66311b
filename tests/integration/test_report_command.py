"""``report`` as a process, and the exports of a server that runs: files, exit codes, what is in them."""

import csv
import io
import json
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from data.simulator.server import JiraSimulator
from tests.support.commands import command, environment, kept, metrics, printed, refused, run, served, written
from tests.support.examples import example_a
from tests.support.hostile import hostile_issues
from ui.chart_library import chart_library

WINDOW = ("--from", "2026-03-02", "--to", "2026-03-15", "--as-of", "2026-03-20T00:00:00Z")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home with worked example A in it."""
    place = tmp_path / "home"
    place.mkdir()
    printed(place, "import", written(tmp_path / "issues.ndjson", example_a().issues))
    return place


def test_a_report_is_written(home: Path, tmp_path: Path) -> None:
    """The answer names the file; the file has the numbers of ``metrics``; the store stays as it was."""
    before, out = kept(home), tmp_path / "report.html"
    answer = run(home, "report", "--out", out, *WINDOW, "--timezone", "Europe/Berlin")
    page = out.read_text(encoding="utf-8")
    n = metrics(home, *WINDOW, "--timezone", "Europe/Berlin")["metrics"]["flow_velocity"]["n"]

    assert (answer.returncode, answer.stdout, answer.stderr) == (0, f"{out}\n", "")
    assert "2026-03-02 to 2026-03-15, 14 days, Europe/Berlin" in page
    assert n == 3
    assert f"<summary>{n} issues counted</summary>" in page
    assert kept(home) == before


def test_filters_and_groups_are_those_of_metrics(home: Path, tmp_path: Path) -> None:
    """The filter stands on the page, a value that nobody has is named, and the groups have a table."""
    out = tmp_path / "report.html"
    answer = run(home, "report", "--out", out, *WINDOW, "--type", "Bug", "--label", "no", "--by", "label")
    page = out.read_text(encoding="utf-8")

    assert answer.returncode == 0
    assert "No stored issue has the label 'no'" in answer.stderr
    assert '<dt>Type</dt><dd dir="auto">Bug</dd>' in page
    assert '<h2 id="groups" tabindex="-1">By label</h2>' in page


@pytest.mark.parametrize(("profile", "start"), [("default", "import FILE"), ("demo", "serve --demo")])
def test_over_an_empty_home(tmp_path: Path, profile: str, start: str) -> None:
    """A report that says that there are no data, and a hint on stderr."""
    out = tmp_path / "report.html"
    answer = run(tmp_path, "report", "--out", out, "--profile", profile)

    assert (answer.returncode, answer.stdout) == (0, f"{out}\n")
    assert f"start with python app.py {start}." in answer.stderr
    assert "There are no data" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), ("--out",)),
        (("--out", "missing/report.html"), ("missing/report.html", "No such file")),
        (("--out", "."), ("it is not a file",)),
        (("--out", "r.html", "--from", "2026-02-30"), ("--from", "is not a date")),
        (("--out", "r.html", "--from", "2026-03-15", "--to", "2026-03-02"), ("before it begins",)),
        (("--out", "r.html", "--timezone", "Mars/Base"), ("Mars/Base",)),
        (("--out", "r.html", "--as-of", "soon"), ("--as-of",)),
        (("--out", "r.html", "--profile", "nobody"), ("nobody",)),
        (("--out", "r.html", "--json"), ("--json",)),
        (("--out", "r.html", "--since", "7d"), ("--since belongs to a digest",)),
        (("--out", "r.html", "--cut", "2026-03-02", *WINDOW), ("cannot be cut at 2026-03-02",)),
        (("--out", "r.html", "--marks", "all"), ("Charts cannot be marked with 'all'",)),
        (("--format", "text", "--since", "soon"), ("--since 'soon' is neither",)),
        (("--format", "mail", "--by", "type"), ("--by has no place in a digest",)),
    ],
)
def test_what_cannot_be_written_is_refused(
    home: Path, tmp_path: Path, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    """Exit 2, a sentence, nothing on stdout, and no file."""
    placed = [str(tmp_path / value) if before == "--out" else value for before, value in pairs(arguments)]

    refused(run(home, "report", *placed), 2, *words)
    assert list(tmp_path.rglob("*.html")) == []


def pairs(arguments: tuple[str, ...]) -> list[tuple[str, str]]:
    """Each argument with the one before it."""
    return list(zip(("", *arguments), arguments, strict=False))


def test_a_digest_goes_to_standard_output_or_into_a_file(home: Path, tmp_path: Path) -> None:
    """What happened in the last seven days of the period; the mail is the same as HTML, without a script."""
    text, out = printed(home, "report", "--format", "text", *WINDOW), tmp_path / "mail.html"
    answer = run(home, "report", "--format", "mail", "--since", "2026-03-02", "--out", out, *WINDOW)
    mail = out.read_text(encoding="utf-8")

    assert "COMPLETED SINCE 2026-03-09: 1 ITEM\n  - A-3" in text
    assert (answer.returncode, answer.stdout) == (0, f"{out}\n")
    assert "Completed since 2026-03-02: 3 items" in mail
    assert "<script" not in mail


def test_a_full_disk_leaves_the_old_report(home: Path, tmp_path: Path) -> None:
    """Where no file may grow beyond 1 MB, the old report stays whole and no other file is left."""
    out = tmp_path / "folder" / "report.html"
    out.parent.mkdir()
    out.write_text("old")
    limited = ["bash", "-c", 'ulimit -f 1000; exec "$@"', "_", *command("report", "--out", out)]
    answer = subprocess.run(
        limited, env=environment(home), capture_output=True, encoding="utf-8", timeout=60, check=False
    )

    refused(answer, 2, "File too large")
    assert out.read_text() == "old"
    assert list(out.parent.iterdir()) == [out]


def test_nothing_private_is_in_a_report(tmp_path: Path) -> None:
    """After a real sync: no token, no account, no path of this machine, no address of the Jira."""
    out = tmp_path / "report.html"
    with JiraSimulator(issues=150) as jira:
        known = {
            "JIRA_URL": jira.url,
            "JIRA_EMAIL": jira.email,
            "JIRA_TOKEN": jira.token,
            "JIRA_JQL": "created is not EMPTY ORDER BY key",
        }
        printed(tmp_path, "sync", **known)
        printed(tmp_path, "report", "--out", out, **known)
    page = out.read_text(encoding="utf-8")

    assert '<span class="figure">' in page
    assert [
        text for text in (jira.token, jira.email, jira.url, str(tmp_path), "created is not") if text in page
    ] == []


def fetched(url: str) -> tuple[int, str, str]:
    """Return status, type and text of what a running server answers."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status, answer.headers.get_content_type(), answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get_content_type(), error.read().decode()


def test_a_server_gives_the_same_files(home: Path) -> None:
    """JSON as the command prints it, rows as the number says, the report, a page for what is not there."""
    query = "from=2026-03-02&to=2026-03-15&as_of=2026-03-20T00:00:00Z"
    server = served(home)
    url = next(server)
    _, _, text = fetched(f"{url}/export/metrics.json?{query}")
    _, _, rows = fetched(f"{url}/export/metric/flow_velocity.csv?{query}")
    _, kind, page = fetched(f"{url}/export/report.html?{query}")
    missing = fetched(f"{url}/export/metric/nothing.csv")
    server.close()

    assert text == printed(home, "metrics", "--json", *WINDOW)
    assert (
        len(list(csv.DictReader(io.StringIO(rows)))) == json.loads(text)["metrics"]["flow_velocity"]["n"] == 3
    )
    assert (kind, page.startswith("<!doctype html>")) == ("text/html", True)
    assert chart_library().read_text("utf-8") in page  # whole, whichever of the two is there to draw with
    assert missing[:2] == (404, "text/html")
    assert "There is no metric called" in missing[2]


def test_issues_of_a_hostile_jira_as_csv(tmp_path: Path) -> None:
    """``issues --csv`` has a row for each issue and no cell that a spreadsheet runs."""
    printed(tmp_path, "import", written(tmp_path / "issues.ndjson", hostile_issues()))
    rows = list(csv.DictReader(io.StringIO(printed(tmp_path, "issues", "--csv"), newline="")))
    cells = [cell for row in rows for cell in row.values()]

    assert len(rows) == len(hostile_issues())
    assert [cell for cell in cells if cell[:1] in tuple("=+-@\t\r")] == []
    assert any(cell.startswith("'=HYPERLINK(") for cell in cells)
