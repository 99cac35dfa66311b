"""A Jira full of hostile text: every page, hover, table, drawer and file shows it, and nothing runs."""

import csv
import io
import json
import re
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Visitor, Visits
from tests.support.commands import printed, served, written
from tests.support.hostile import HOSTILE, hostile_issues, hostile_statuses, hostile_versions

PERIOD = "from=2026-02-01&to=2026-03-05"
HOVER = """() => {
  let hovered = 0;
  for (const node of document.querySelectorAll(".js-plotly-plot")) {
    (node.calcdata || []).forEach((trace, curve) => {
      if (trace.length) { Plotly.Fx.hover(node, [{ curveNumber: curve, pointNumber: 0 }]); hovered += 1; }
    });
  }
  return hovered;
}"""


@pytest.fixture(scope="module")
def hostile_url(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over a home into which the hostile issues were imported as files."""
    home = tmp_path_factory.mktemp("hostile")
    files = {"statuses": hostile_statuses(), "versions": hostile_versions()}
    for name, content in files.items():
        (home / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    beside = [part for name in files for part in (f"--{name}", home / f"{name}.json")]
    printed(home, "import", written(home / "issues.ndjson", hostile_issues()), *beside)
    yield from served(home, "--profile", "default")


@pytest.fixture
def reader(browser: Browser, hostile_url: str) -> Iterator[Visitor]:
    """Somebody who reads those pages; at the end nothing ran, nothing was asked of anybody else."""
    visits = Visits(browser, hostile_url)
    visitor = visits()
    visitor.page.on("dialog", lambda dialog: (visitor.complaints.append(dialog.message), dialog.dismiss()))
    visitor.page.on("popup", lambda popup: visitor.complaints.append(popup.url))
    yield visitor
    xss = visitor.page.evaluate("window.__xss")
    visits.close()
    assert xss is None


def see_all(visitor: Visitor) -> None:
    """Scroll through the page so that every chart is drawn, then wait for the last one."""
    for panel in visitor.page.locator("section.chart:visible").all():
        panel.scroll_into_view_if_needed()
        drawn_or_told = panel.locator(".js-plotly-plot .main-svg, .state-box").first
        expect(drawn_or_told).to_be_attached(timeout=30_000)
    visitor.settled()


@pytest.mark.parametrize("path", ["/", "/dora", "/flow"])
def test_pages_charts_hovers_and_tables_run_nothing(reader: Visitor, path: str) -> None:
    """Each chart is drawn, hovered over trace by trace, and turned into its table."""
    page = reader.open(f"{path}?{PERIOD}")
    see_all(reader)
    hovered = page.evaluate(HOVER)
    charts = page.locator("section.chart:visible", has=page.locator(".js-plotly-plot"))
    for name in charts.evaluate_all("(panels) => panels.map((panel) => panel.id)"):
        page.locator(f'#{name} [data-action="menu"]').click()
        page.locator(f'#{name} [data-action="table"]').click()
        expect(page.locator(f"#{name} table")).to_be_visible()

    assert hovered >= (1 if path == "/" else 3)
    assert page.locator("section.chart table:visible").count() >= 1
    assert page.locator("#main iframe, #main object, #main embed, #main a[href^='javascript']").count() == 0


@pytest.mark.parametrize("path", ["/settings", "/diagnostics", f"/sprints?{PERIOD}"])
def test_pages_without_charts_run_nothing(reader: Visitor, path: str) -> None:
    """Statuses stand in the workflow, findings in the Diagnostics, sprints in a table, all as text."""
    page = reader.page
    page.goto(reader.url + path)
    reader.settled()
    page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    reader.settled()

    expect(page.locator("h1:visible")).to_be_visible()
    assert page.locator("#main iframe, #main object, #main embed, #main a[href^='javascript']").count() == 0


def test_the_drawer_shows_the_texts_themselves(reader: Visitor) -> None:
    """Row after row: ribbon and list of each issue name its status as it was written."""
    page = reader.open(f"/flow?{PERIOD}&panel=flow_time")
    keys = page.locator('.ag-cell[col-id="key"] button')
    expect(keys).to_have_count(len(HOSTILE))
    lost = []
    for key in keys.all():
        name = key.inner_text()
        key.click()
        box = page.locator(".issue-box")
        expect(box.locator("h3")).to_have_text(name)
        expect(box.locator(".ribbon")).to_be_visible()
        text = HOSTILE[int(name[1:].partition("-")[0]) - 1]
        if _seen(text) not in _seen(box.evaluate("(node) => node.textContent")):
            lost.append(text)

    assert lost == []


@pytest.mark.parametrize("name", ["type", "label"])
def test_the_filters_offer_them_as_text(reader: Visitor, name: str) -> None:
    """Every name can be chosen, stands in the field as it was written, and goes into the address."""
    page = reader.open(f"/flow?{PERIOD}")
    page.locator(f"#filter-{name}").click()
    options = page.get_by_role("option")
    expect(options).to_have_count(len(HOSTILE))
    shown = {_seen(text) for text in options.all_text_contents()}
    chosen = options.filter(has_text="onerror").first
    text = chosen.inner_text()
    chosen.click()

    assert shown == {_seen(text) for text in HOSTILE}
    expect(page.locator(".filters")).to_contain_text(text)
    expect(page).to_have_url(re.compile(f"{name}=.*onerror"))


def test_no_file_of_rows_begins_a_formula(hostile_url: str) -> None:
    """No cell of the CSV that the drawer gives starts as a spreadsheet's formula would."""
    address = f"{hostile_url}/export/metric/flow_time.csv?{PERIOD}"
    with urllib.request.urlopen(address, timeout=20) as answer:
        rows = list(csv.reader(io.StringIO(answer.read().decode(), newline="")))

    assert len(rows) > len(HOSTILE)
    assert [cell for row in rows for cell in row if cell[:1] in ("=", "+", "@", "\t", "\r")] == []


def _seen(text: str) -> str:
    """Return the letters and digits of a text: what no font, no escape and no joining of spaces changes."""
    return "".join(letter for letter in text if letter.isascii() and letter.isprintable() and letter != " ")
