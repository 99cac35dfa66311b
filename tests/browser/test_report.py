"""The report in a browser without a network: it opens, draws, asks for nothing, runs nothing."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.support.commands import printed, written
from tests.support.hostile import HOSTILE, hostile_issues, hostile_statuses, hostile_versions

WINDOW = ("--from", "2026-02-01", "--to", "2026-03-05")
SIZES = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 360, "height": 780}}
# Letters that no page shows, and white space, which a page joins.
_UNSEEN = re.compile(r"[\s\x00-\x1f\ufffd\ufffe\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")
HOVER = """() => {
  for (const node of document.querySelectorAll("[data-chart]")) {
    (node.calcdata || []).forEach((trace, curve) => {
      if (trace.length) Plotly.Fx.hover(node, [{ curveNumber: curve, pointNumber: 0 }]);
    });
  }
}"""


@pytest.fixture(scope="module")
def hostile_report(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Import hostile issues as a user would, and write their report; skipped where there is no browser."""
    place = tmp_path_factory.mktemp("hostile")
    files = {"statuses": hostile_statuses(), "versions": hostile_versions()}
    for name, content in files.items():
        (place / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    issues = written(place / "issues.ndjson", hostile_issues())
    beside = [part for name in files for part in (f"--{name}", place / f"{name}.json")]
    printed(place, "import", issues, *beside)
    printed(place, "report", "--out", place / "report.html", *WINDOW)
    return place / "report.html"


class Reader:
    """Somebody who opens a file without a network, and what happens to them."""

    def __init__(self, browser: Browser, path: Path, size: str = "desktop", scheme: str = "light") -> None:
        self.context = browser.new_context(viewport=SIZES[size], color_scheme=scheme, offline=True)
        self.page: Page = self.context.new_page()
        self.heard: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.heard.append(message.text))
        self.page.on("pageerror", lambda error: self.heard.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.heard.append(dialog.message), dialog.dismiss()))
        self.page.on("popup", lambda popup: self.heard.append(popup.url))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(path.as_uri())
        self.page.wait_for_selector("html[data-drawn]", timeout=60_000)

    def requests(self) -> list[str]:
        """Return what was asked for beside the file itself."""
        return [url for url in self.asked if url != self.page.url.partition("#")[0]]


@pytest.fixture
def reader(browser: Browser, hostile_report: Path, request: pytest.FixtureRequest) -> Iterator[Reader]:
    """Open the report, in the size and the scheme of the test; at the end nothing has been heard or asked."""
    reading = Reader(browser, hostile_report, *getattr(request, "param", ()))
    yield reading
    xss = reading.page.evaluate("window.__xss")
    heard, asked = reading.heard, reading.requests()
    reading.context.close()
    assert xss is None
    assert heard == []
    assert asked == []


def unseen(text: str) -> str:
    """Return a text without what a reader cannot see."""
    return _UNSEEN.sub("", text)


@pytest.mark.parametrize("reader", [("desktop", "light"), ("desktop", "dark")], indirect=True)
def test_it_draws_every_chart_offline(reader: Reader) -> None:
    """Each place for a chart has a drawing, in both schemes, and the first one is wide enough to read."""
    page = reader.page
    places = page.locator("[data-chart]")

    assert places.count() >= 4
    assert page.locator("[data-chart] svg.main-svg").count() >= places.count()
    assert page.locator("html").get_attribute("data-drawn") == str(places.count())
    assert places.first.locator("svg.main-svg").first.bounding_box()["width"] > 300


def test_hostile_texts_are_read_as_text(reader: Reader) -> None:
    """All 18 stand in the page as they were written; hovering, clicking and opening everything runs none."""
    page = reader.page
    page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.evaluate(HOVER)
    for legend in page.locator("[data-chart] .legendtoggle").all()[:6]:
        legend.dispatch_event("mousedown")
        legend.dispatch_event("mouseup")
    shown = unseen(page.evaluate("() => document.body.textContent"))

    assert [text for text in HOSTILE if unseen(text) not in shown] == []
    assert page.locator("a:not([href^='#']):not(.modebar-btn)").count() == 0
    assert page.locator("iframe, img, object, embed, link, form, base").count() == 0


def test_nothing_but_its_own_scripts_would_run(reader: Reader) -> None:
    """The policy itself holds, should anything slip through: inline code, handlers, loading are refused."""
    page = reader.page
    page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.__xss = 1";
          document.body.append(script);
          const image = document.createElement("img");
          image.setAttribute("onerror", "window.__xss = 1");
          image.src = "http://evil.invalid/x.png";
          document.body.append(image);
        }"""
    )
    page.wait_for_timeout(200)
    refused = [text for text in reader.heard if "Content Security Policy" in text]

    assert page.evaluate("window.__xss") is None
    assert len(refused) >= 2
    assert len(refused) == len(reader.heard)
    reader.heard.clear()  # what the browser says of the attempts above
    reader.asked[:] = [url for url in reader.asked if "evil.invalid" not in url]


@pytest.mark.parametrize("reader", [("phone", "light")], indirect=True)
def test_a_phone_needs_no_sideways_scroll(reader: Reader) -> None:
    """Also with every table open the page is as wide as the screen."""
    page = reader.page
    page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")

    assert page.evaluate("() => document.documentElement.scrollWidth") <= SIZES["phone"]["width"]


@pytest.mark.parametrize("reader", [("desktop", "dark")], indirect=True)
def test_the_scheme_follows_the_system_and_paper_is_light(reader: Reader) -> None:
    """Charts and page change with the system; what is printed is dark on white."""
    page = reader.page
    colour = "() => getComputedStyle(document.body).backgroundColor"
    text = "() => document.querySelector('[data-chart] .xtick text').style.fill"
    dark = page.evaluate(colour), page.evaluate(text)
    page.emulate_media(color_scheme="light")
    page.wait_for_function(f"() => ({text})() !== '{dark[1]}'")
    light = page.evaluate(colour), page.evaluate(text)
    page.emulate_media(color_scheme="dark", media="print")
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    page.wait_for_timeout(300)  # the change of the media must not undo it
    paper = page.evaluate(colour), page.evaluate(text)

    assert dark[0] != light[0]
    assert dark[1] != light[1]
    assert paper == ("rgb(255, 255, 255)", light[1])


def test_a_chart_can_be_saved_as_a_picture(reader: Reader) -> None:
    """The one button of a chart gives a PNG, made on the spot."""
    page = reader.page
    chart = page.locator("[data-chart]").first
    chart.scroll_into_view_if_needed()
    chart.hover()
    with page.expect_download(timeout=20_000) as saved:
        chart.locator(".modebar-btn").first.click()

    assert chart.locator(".modebar-btn").count() == 1
    assert saved.value.suggested_filename.endswith(".png")
    assert Path(saved.value.path()).read_bytes().startswith(b"\x89PNG")
    reader.asked[:] = [url for url in reader.asked if not url.startswith(("blob:", "data:"))]
