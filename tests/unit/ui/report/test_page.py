"""The report as a text: one file, its scripts by hash, nothing to load, nothing that runs."""

import base64
import hashlib
import json
import re
import tempfile
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from configuration.profile import Profile
from data.metrics.report import Report, View
from data.pipeline import METRICS, compute
from tests.support.engine import stored
from tests.support.examples import example_a
from tests.support.hostile import HOSTILE, hostile_issues, hostile_statuses, hostile_versions
from tests.support.rows import dataset
from ui.figures.charts import CHARTS
from ui.report import page as report_module
from ui.report.page import Snapshot, inert_json, picture_words, report_page

SNAPSHOT = Snapshot(
    profile="default",
    sample=False,
    revision="0123456789abcdef",
    complete=True,
    as_of="20 Mar 2026, 00:00 UTC",
    written_at="21 Mar 2026, 10:00 UTC",
    date_from="2026-03-02",
    date_to="2026-03-15",
    days=14,
    timezone="UTC",
    issues=5,
    flow_items=5,
)
VIEW = View(date_from="2026-03-02", date_to="2026-03-15", as_of="2026-03-20T00:00:00Z")
# What makes a browser ask for something, by itself or at a click.
LOADING = {
    "src",
    "srcset",
    "href",
    "xlink:href",
    "action",
    "formaction",
    "data",
    "poster",
    "background",
    "ping",
}


class Outline(HTMLParser):
    """Elements with their attributes, the text of scripts, and all other text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.text = ""
        self._raw = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._raw = tag if tag in ("script", "style") else ""
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self._raw == "script":
            self.scripts[-1] += data
        elif self._raw != "style":
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        self._raw = ""

    def attribute(self, name: str) -> list[str]:
        """Return the values of one attribute."""
        return [attributes[name] or "" for _, attributes in self.elements if name in attributes]


def page_of(report: Report, snapshot: Snapshot = SNAPSHOT) -> str:
    return report_page(snapshot, METRICS, report, report.findings)


def example_report() -> Report:
    example = example_a()
    with tempfile.TemporaryDirectory() as folder:
        data = stored(Path(folder), example.issues, example.statuses).load()
    return compute(data, Profile(), VIEW)


def hostile_report() -> Report:
    with tempfile.TemporaryDirectory() as folder:
        data = stored(Path(folder), hostile_issues(), hostile_statuses(), hostile_versions()).load()
    return compute(data, Profile(), View(date_from="2026-02-01", date_to="2026-03-05"))


@pytest.fixture(scope="module")
def page() -> str:
    return page_of(example_report())


@pytest.fixture(scope="module")
def hostile_page() -> str:
    return page_of(hostile_report())


def test_every_metric_answers_its_questions(page: str) -> None:
    """What it is, how much, from which issues, by which formula, compared with what."""
    outline = Outline(page)
    text = " ".join(outline.text.split())

    assert outline.attribute("data-metric") == [metric.id for metric in METRICS]
    assert all(metric.formula in text and metric.definition in text for metric in METRICS)
    assert "2026-03-02 to 2026-03-15, 14 days, UTC" in text
    assert "Data as of 20 Mar 2026, 00:00 UTC" in text
    assert "0123456789abcdef" in text
    # Worked example A: are finished, A-3 never started, A-4 was not delivered.
    assert "2 issues counted A-1, A-2" in text
    assert "1 left out: never in a status in progress A-3" in text
    assert "1 left out: closed without being delivered A-4" in text


def test_the_answer_comes_first(page: str) -> None:
    """What the Overview says in words stands above the numbers and the facts of the file."""
    text = " ".join(Outline(page).text.split())

    assert text.index("1.5 items a week are delivered") < text.index("Data as of")
    assert 'class="headline"' in page


def test_every_chart_is_drawn_or_says_why_not(page: str) -> None:
    """A chart has a design, data for it and a table, or a sentence."""
    outline = Outline(page)
    figures = json.loads(outline.scripts[0])
    drawn = outline.attribute("data-chart")

    assert set(drawn) == set(figures["charts"])
    assert all(figure["design"]["data"] and figure["data"] for figure in figures["charts"].values())
    assert set(figures["colours"]) == {"light", "dark"}
    assert len(drawn) + page.count('<p class="empty">') == len(CHARTS)
    assert [spec.title for spec in CHARTS if spec.title not in outline.text] == []


def test_a_picture_says_whose_numbers_it_shows_and_how_old_they_are() -> None:
    """Profile, period, filters and ages; its file is named after them."""
    filtered = replace(SNAPSHOT, profile="team a", filters=(("Project", "WEB"),))
    known = "Data as of 20 Mar 2026, 00:00 UTC", "written 21 Mar 2026, 10:00 UTC"

    assert picture_words(filtered) == {
        "file": "throughline-team-a-CHART-2026-03-02-2026-03-15",
        "lines": [["team a", "2026-03-02 to 2026-03-15", "Project: WEB"], [*known]],
    }
    started = replace(SNAPSHOT, sample=True, complete=False, date_from="", date_to="")
    assert picture_words(started)["lines"] == [
        ["default, sample data"],
        [known[0], "still reading", known[1]],
    ]


def test_the_policy_lets_these_scripts_run_and_nothing_load(page: str) -> None:
    """The hashes are those of the scripts that stand in the page, byte for byte."""
    outline = Outline(page)
    policy = outline.attribute("content")[0]
    data, *scripts = outline.scripts
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts]

    assert len(scripts) == 3
    assert json.loads(data)
    assert policy.startswith(
        "default-src 'none'; script-src " + " ".join(f"'sha256-{h}'" for h in hashes) + ";"
    )
    assert "'unsafe-inline'" not in policy.split("; ")[1]
    assert "'unsafe-eval'" not in policy
    assert "http" not in policy


@pytest.mark.parametrize("which", ["page", "hostile_page"])
def test_nothing_is_asked_for(which: str, request: pytest.FixtureRequest) -> None:
    """No element loads anything or leads anywhere but within the page, and none has a handler."""
    outline = Outline(request.getfixturevalue(which))
    attributes = [pair for _, given in outline.elements for pair in given.items()]

    assert [value for name, value in attributes if name in LOADING and not value.startswith("#")] == []
    assert [name for name, _ in attributes if name.startswith("on")] == []
    assert {tag for tag, _ in outline.elements} & {
        "img",
        "link",
        "iframe",
        "object",
        "embed",
        "base",
        "form",
    } == set()


def test_plotly_comes_along_with_its_licence(page: str) -> None:
    library = Outline(page).scripts[1]

    assert library.startswith("/**\n* plotly.js ")
    assert "Licensed under the MIT license" in library[:300]


def test_hostile_texts_are_text(hostile_page: str) -> None:
    """The page has the same elements as any other, and the texts that get into tables are all there."""
    outline = Outline(hostile_page)

    assert len(outline.scripts) == 4
    assert json.loads(outline.scripts[0])
    assert HOSTILE[0] in outline.text
    assert "\x00" not in hostile_page


def test_over_nothing() -> None:
    """An empty store gives a report that says so."""
    empty = compute(dataset([]), Profile(), View())
    nothing = Snapshot("default", True, "", True, "", "today", "", "", 0, "UTC", 0, 0)
    outline = Outline(page_of(empty, nothing))
    text = " ".join(outline.text.split())

    assert "There are no data: the store of this profile holds no issues." in text
    assert "These are sample data of a simulated Jira." in text
    assert json.loads(outline.scripts[0])["charts"] == {}
    assert len(outline.attribute("data-metric")) == len(METRICS)


def test_what_limits_the_numbers_is_told() -> None:
    """Filters and a first fetch that goes on stand at the top."""
    limited = replace(SNAPSHOT, complete=False, filters=(("Type", "Bug, <b>x</b>"),))
    text = Outline(page_of(example_report(), limited)).text

    assert "These numbers are partial" in text
    assert "Bug, <b>x</b>" in text


def test_long_tables_are_cut_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit a table tells how many rows are missing."""
    monkeypatch.setattr(report_module, "SHOWN_ROWS", 1)
    text = Outline(page_of(example_report())).text

    assert re.search(r"\d+ more rows are not shown here", text)


def test_the_same_data_give_the_same_text(page: str) -> None:
    assert page_of(example_report()) == page


@pytest.mark.parametrize("text", HOSTILE)
def test_json_cannot_end_its_element(text: str) -> None:
    """No sign that a browser looks for inside a script is left, and the value survives."""
    written = inert_json({text: [text, float("nan")]})

    assert not set("<>&\u2028\u2029") & set(written)
    assert json.loads(written) == {text: [text, None]}
