"""What a page loads of ours: one script, one style sheet, each under a name that changes with its text."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from callbacks.web import assets
from callbacks.web.assets import ASSETS, chart_asset, own_assets
from data.pipeline import ALL_METRICS
from tests.support.dashboards import PORT, dashboard_over
from ui import chart_library

HEADERS = {"Host": f"127.0.0.1:{PORT}"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """Return a client of the dashboard."""
    return dashboard_over(tmp_path_factory.mktemp("assets")).server.test_client()


def test_files_are_merged_in_the_order_of_their_names() -> None:
    """The designs come first, what connects the parts last, and all of it is strict."""
    script, style = own_assets(ALL_METRICS)
    first_lines = [path.read_text().splitlines()[1] for path in sorted(ASSETS.glob("*.js"))]
    places = [script.text.index(line) for line in first_lines]

    assert script.text.startswith('"use strict";\nconst designs = {')
    assert places == sorted(places)
    assert all(path.read_text() in style.text for path in ASSETS.glob("*.css"))


def test_a_name_changes_with_its_text(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And with nothing else."""
    before, again = own_assets(ALL_METRICS), own_assets(ALL_METRICS)
    for path in ASSETS.glob("*"):
        (tmp_path / path.name).write_text(path.read_text() + "/* */")
    monkeypatch.setattr(assets, "ASSETS", tmp_path)
    after = own_assets(ALL_METRICS)

    assert before == again
    assert all(re.fullmatch(r"/assets/throughline\.[0-9a-f]{12}\.(js|css)", each.address) for each in before)
    assert {each.address for each in before} & {each.address for each in after} == set()


def test_the_page_names_them_and_browsers_keep_them(client: FlaskClient) -> None:
    """For a year, without asking again; the page itself is kept by nobody."""
    page = client.get("/", headers=HEADERS)
    named = re.findall(r'(?:src|href)="(/assets/[^"]+)"', page.get_data(as_text=True))
    answers = [client.get(address, headers=HEADERS) for address in named]

    assert sorted(address.rsplit(".", 1)[1] for address in named) == ["css", "js"]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert {answer.headers["Cache-Control"] for answer in answers} == {"public, max-age=31536000, immutable"}
    assert page.headers["Cache-Control"] == "no-store"


def test_the_tab_has_the_mark_without_asking_for_it(client: FlaskClient) -> None:
    page = client.get("/", headers=HEADERS).get_data(as_text=True)

    assert page.count('rel="icon"') == 1
    assert 'rel="icon" href="data:image/svg+xml,%3Csvg' in page


def test_the_small_chart_library_is_named_where_it_was_fetched(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where it was not, Dash's own is left to Dash."""
    monkeypatch.setattr(chart_library, "BUNDLE", tmp_path / "plotly.min.js")
    missing = chart_asset()
    (tmp_path / "plotly.min.js").write_text("/* small */")
    fetched = chart_asset()
    page = dashboard_over(tmp_path).server.test_client().get("/", headers=HEADERS).get_data(as_text=True)

    assert missing is None
    assert fetched is not None
    assert f'<meta name="chart-script" content="{fetched.address}">' in page
