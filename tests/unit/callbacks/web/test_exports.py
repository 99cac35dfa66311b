"""Exports over the real application: number = rows = CSV rows, the page's filters, the guard everywhere."""

import csv
import io
import json
import logging
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from data.export.document import as_json_text, document
from data.metrics.report import View
from data.pipeline import METRICS
from data.workspace import Workspace
from tests.support.dashboards import PORT, dashboard_over, pipeline_over, workspace_over
from tests.support.hostile import HOSTILE, hostile_issues
from ui.figures.charts import CHARTS

HOST = f"127.0.0.1:{PORT}"
WINDOW = "from=2026-03-02&to=2026-03-15&as_of=2026-03-20T00:00:00Z"
VIEW = View(date_from="2026-03-02", date_to="2026-03-15", as_of="2026-03-20T00:00:00Z")
ROUTES = (
    "/export/metrics.json",
    "/export/metrics.csv",
    "/export/sprints.csv",
    "/export/issues.csv",
    "/export/metric/flow_time.csv",
    "/export/chart/throughput.csv",
    "/export/report.html",
    "/export/forecasts.csv",
    "/export/nothing",
    "/export/",
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """Return a client of the dashboard over worked example A."""
    return dashboard_over(tmp_path_factory.mktemp("exports")).server.test_client()


@pytest.fixture(scope="module")
def hostile_client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """Return a client of the dashboard over hostile issues."""
    return dashboard_over(tmp_path_factory.mktemp("hostile"), hostile_issues()).server.test_client()


def get(client: FlaskClient, path: str, **headers: str):  # a Werkzeug test response
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(path, headers={"Host": HOST, **named})


def rows(client: FlaskClient, path: str) -> list[dict[str, str]]:
    """Return the rows of a CSV that must exist."""
    answer = get(client, path)
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True), newline="")))


def test_json_is_what_the_command_prints(client: FlaskClient, tmp_path: Path) -> None:
    """The document of ``metrics --json``, to the byte."""
    report = pipeline_over(tmp_path).report(VIEW)

    assert get(client, f"/export/metrics.json?{WINDOW}").get_data(as_text=True) == as_json_text(
        document(report, "default")
    )


def test_number_is_rows_is_csv_rows(client: FlaskClient) -> None:
    """For every metric: as many rows as n, and as many for each reason as were left out."""
    metrics = json.loads(get(client, f"/export/metrics.json?{WINDOW}").data)["metrics"]

    assert list(metrics) == [metric.id for metric in METRICS]
    assert metrics["flow_velocity"]["n"] == 3  # A-4 was not delivered
    for name, metric in metrics.items():
        counted = rows(client, f"/export/metric/{name}.csv?{WINDOW}")
        assert [row["key"] for row in counted] == metric["included"]
        assert len(counted) == metric["n"]
        for reason, keys in metric["excluded"].items():
            left_out = rows(client, f"/export/metric/{name}.csv?{WINDOW}&reason={reason}")
            assert [row["key"] for row in left_out] == keys


def test_the_rows_of_an_example(client: FlaskClient) -> None:
    """A-1 took three days, A-2 from its first start to its last completion eight."""
    found = rows(client, f"/export/metric/flow_time.csv?{WINDOW}")

    assert [(row["key"], row["days"]) for row in found] == [("A-1", "3.0"), ("A-2", "8.0")]


@pytest.mark.parametrize(
    ("asked", "keys"),
    [
        ("sort=-days", ["A-2", "A-1"]),
        ("sort=key&find=a-1", ["A-1"]),
        ("by=type&group=nothing", []),
        ("by=project&group=A&sort=-key", ["A-2", "A-1"]),
        ("find=nothing", []),
    ],
)
def test_the_rows_of_the_drawer(client: FlaskClient, asked: str, keys: list[str]) -> None:
    """A file has the rows that are looked at, in their order; another question gets another file."""
    found = rows(client, f"/export/metric/flow_time.csv?{WINDOW}&{asked}")

    assert [row["key"] for row in found] == keys


def test_metrics_and_issues(client: FlaskClient) -> None:
    """One row a metric; every stored issue whatever the filters."""
    assert [row["metric"] for row in rows(client, "/export/metrics.csv")] == [m.id for m in METRICS]
    assert [row["key"] for row in rows(client, "/export/issues.csv?type=Bug")] == [
        f"A-{number}" for number in range(1, 6)
    ]


@pytest.mark.parametrize("chart_id", [spec.id for spec in CHARTS])
def test_every_chart_has_its_rows(client: FlaskClient, chart_id: str, tmp_path: Path) -> None:
    """The CSV has the heads and the rows of the chart."""
    spec = next(spec for spec in CHARTS if spec.id == chart_id)
    drawn = spec.build(pipeline_over(tmp_path).report(VIEW))
    answer = get(client, f"/export/chart/{chart_id}.csv?{WINDOW}")
    head, *body = csv.reader(io.StringIO(answer.get_data(as_text=True), newline=""))

    assert answer.status_code == 200
    assert head == list(spec.columns)
    assert len(body) == len(drawn.rows)


@pytest.mark.parametrize(
    ("query", "n"),
    [
        (WINDOW, 3),
        (f"{WINDOW}&type=Bug", 1),
        (f"{WINDOW}&type=Bug&type=Story", 3),
        (f"{WINDOW}&project=A", 3),
        (f"{WINDOW}&project=ZZZ", 0),
        (f"{WINDOW}&label=none", 0),
        (f"{WINDOW}&src=default", 3),
        (f"{WINDOW}&src=&project=&panel=flow_time", 3),
        # Without an as-of the data end just after the 10th begins, when A-3 has been done.
        ("from=2026-03-06&to=2026-03-15", 2),
        ("from=2026-03-07&to=2026-03-15", 1),
        ("from=2026-03-02&to=2026-03-15&as_of=2026-03-05", 1),
        ("days=30", 3),
        ("days=31", 3),
        ("period=last-2-weeks", 2),  # to the 8th of March
        ("component=none", 0),
        (f"{WINDOW}&step=quarter", 3),
        ("as_of=2026-03-06&days=30", 2),
        ("as_of=2026-03-04&days=30", 0),  # A-2 had been opened again on the 3rd
        ("", 3),
    ],
)
def test_filters_are_those_of_the_page(client: FlaskClient, query: str, n: int) -> None:
    """Profile, period, project, type, label and as-of of the address decide."""
    assert len(rows(client, f"/export/metric/flow_velocity.csv?{query}")) == n


@pytest.mark.parametrize(
    ("path", "status", "cause"),
    [
        ("metric/nothing.csv", 404, "There is no metric called &#39;nothing&#39;."),
        ("metric/flow_time.csv?reason=because", 404, "leaves nothing out for &#39;because&#39;."),
        ("chart/nothing.csv", 404, "There is no chart called &#39;nothing&#39;."),
        ("metric/..%2f..%2fetc%2fpasswd.csv", 404, "There is no export called"),
        ("metric/%00.csv", 404, "There is no metric called"),
        ("metrics.xlsx", 404, "There is no export called &#39;metrics.xlsx&#39;."),
        ("", 404, "There is no export called"),
        ("metrics.json?from=2026-02-30&to=2026-03-15", 400, "is not a date."),
        ("metrics.csv?from=x&to=y", 400, "is not a date."),
        ("report.html?from=2026-03-15&to=2026-03-02", 400, "The period ends on 2026-03-02"),
        ("metrics.json?from=2026-03-02", 400, "The period has one end only."),
        ("metrics.json?days=7.5", 400, "A period of &#39;7.5&#39; days is not offered."),
        ("metrics.json?period=soon", 400, "There is no period called &#39;soon&#39;."),
        ("metrics.json?step=day", 400, "There are no steps of a &#39;day&#39;."),
        ("metrics.json?as_of=yesterday", 400, "is neither a date nor an instant."),
        ("metrics.json?src=nobody", 400, "There is no profile called nobody."),
        ("issues.csv?src=..%2F..%2Fsecrets", 400, "cannot be the name of a profile."),
        ("metric/%3Cscript%3E.csv", 404, "&lt;script&gt;"),
    ],
)
def test_what_cannot_be_given_is_told(client: FlaskClient, path: str, status: int, cause: str) -> None:
    """Cause, remedy and log reference on a page; no file, no traceback."""
    answer = get(client, f"/export/{path}")
    page = answer.get_data(as_text=True)

    assert (answer.status_code, answer.mimetype) == (status, "text/html")
    assert "Content-Disposition" not in answer.headers
    assert cause in page
    assert "Log reference: " in page
    assert "Traceback" not in page
    assert "<script>" not in page


def test_an_unexpected_failure_has_a_sentence_too(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of the inside is told."""
    monkeypatch.setattr("callbacks.web.exports.document", lambda *_: 1 / 0)
    answer = get(client, "/export/metrics.json?label=nobody-asked-for-it-before")

    assert answer.status_code == 500
    assert "This file could not be made." in answer.get_data(as_text=True)
    assert "ZeroDivision" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("metrics.json", "metrics-2026-03-02-2026-03-15.json"),
        ("metrics.csv", "metrics-2026-03-02-2026-03-15.csv"),
        ("metric/flow_time.csv", "flow_time-2026-03-02-2026-03-15.csv"),
        ("metric/flow_time.csv?reason=never_started", "flow_time-never_started-2026-03-02-2026-03-15.csv"),
        ("chart/throughput.csv", "throughput-2026-03-02-2026-03-15.csv"),
        ("issues.csv", "issues.csv"),
        ("report.html", "report-2026-03-02-2026-03-15.html"),
    ],
)
def test_files_are_downloads_with_a_name(client: FlaskClient, path: str, name: str) -> None:
    """The name says what is in it; nothing is kept, guessed or shown in place."""
    answer = get(client, f"/export/{path}{'&' if '?' in path else '?'}{WINDOW}")

    assert answer.headers["Content-Disposition"] == f"attachment; filename=throughline-default-{name}"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "script-src" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path",
    ["metrics.json", "metrics.csv", "metric/flow_time.csv", "chart/throughput.csv"],
)
def test_a_file_that_has_not_changed_is_not_sent_again(client: FlaskClient, path: str) -> None:
    """Whoever names the ETag of what they have is told that it still holds; of another view it does not."""
    address = f"/export/{path}?{WINDOW}"
    first, second = get(client, address), get(client, address)
    same = get(client, address, If_None_Match=first.headers["ETag"])
    other = get(client, f"{address}&project=NONE", If_None_Match=first.headers["ETag"])

    assert (first.data, first.headers["ETag"]) == (second.data, second.headers["ETag"])
    assert (same.status_code, same.data) == (304, b"")
    assert (other.status_code, other.data == first.data) == (200, False)


def test_a_file_asked_for_twice_is_made_once(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is computed for the second, whatever was looked at in between."""
    addresses = [f"/export/metric/flow_time.csv?from=2026-02-{day:02d}&to=2026-03-15" for day in range(1, 21)]
    first = [get(client, address).data for address in addresses]
    caplog.clear()
    with caplog.at_level(logging.INFO, logger="data.pipeline"):
        second = [get(client, address).data for address in addresses]

    assert second == first
    assert [record.message for record in caplog.records] == []


@pytest.mark.parametrize("route", ROUTES)
def test_the_guard_holds(client: FlaskClient, route: str) -> None:
    """Foreign hosts, other sites and foreign origins are refused before anything is computed."""
    with_host = {"Host": "evil.example"}

    assert client.get(route, headers=with_host).status_code == 403
    assert client.get(route, headers={"Host": f"evil.example:{PORT}"}).status_code == 403
    assert get(client, route, Sec_Fetch_Site="cross-site").status_code == 403
    assert get(client, route, Sec_Fetch_Site="same-site").status_code == 403
    assert get(client, route, Origin="http://evil.example").status_code == 403
    assert get(client, route, Origin="null").status_code == 403
    assert client.post(route, data={"a": "b"}, headers={"Host": HOST}).status_code == 403
    assert get(client, f"{route}?__debugger__=yes").status_code == 404


@pytest.mark.parametrize("route", ROUTES[:-2])
def test_nothing_is_changed_by_an_export(client: FlaskClient, route: str) -> None:
    """Only reading is offered, to the page itself."""
    assert get(client, route, Sec_Fetch_Site="same-origin").status_code == 200
    assert client.head(route, headers={"Host": HOST}).status_code == 200
    assert client.post(route, json={}, headers={"Host": HOST}).status_code == 405
    assert "Access-Control-Allow-Origin" not in get(client, route).headers


def test_hostile_texts_are_cells(hostile_client: FlaskClient) -> None:
    """Each text is one cell that no spreadsheet runs, in as many rows as there are issues."""
    found = rows(hostile_client, "/export/metric/flow_velocity.csv")
    cells = [cell for row in found for cell in row.values()]
    summaries = {row["summary"].lstrip("'") for row in found}

    assert len(found) == len(HOSTILE)
    assert [
        cell for cell in cells if cell.lstrip(" \"'\u202e")[:1] in tuple("=+-@\t\r") and cell[0] != "'"
    ] == []
    assert summaries == {re.sub("[\x00\b\x1b]", "\ufffd", text).lstrip("'") for text in HOSTILE}


def test_an_empty_store(tmp_path: Path) -> None:
    """Files without rows, and a report that says so."""
    client = dashboard_over(tmp_path, []).server.test_client()

    assert rows(client, "/export/issues.csv") == []
    assert rows(client, "/export/metric/flow_time.csv?as_of=2026-03-06") == []
    assert "There are no data" in get(client, "/export/report.html").get_data(as_text=True)
    assert json.loads(get(client, "/export/metrics.json").data)["period"]["from"] is None


def test_the_token_is_in_no_export(tmp_path: Path) -> None:
    """Neither token nor account nor a path of this machine leaves with a file."""
    token, email = "tok" + "en-" + "7" * 24, "robin@" + "example.test"
    environment = {"JIRA_TOKEN": token, "JIRA_EMAIL": email}
    workspace = Workspace(workspace_over(tmp_path).home, environment, pipeline_over(tmp_path).source)
    from callbacks.web.application import create_app

    client = create_app(workspace, port=PORT).server.test_client()
    bodies = [get(client, route).get_data(as_text=True) for route in ROUTES]

    assert [route for route, body in zip(ROUTES, bodies, strict=True) if token in body or email in body] == []
    assert [route for route, body in zip(ROUTES, bodies, strict=True) if str(tmp_path) in body] == []
