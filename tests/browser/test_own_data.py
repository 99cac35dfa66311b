"""Every page over the data that real teams have, at every size, in both themes and on paper."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.axe import axe_source, findings
from tests.browser.conftest import Visitor
from tests.support.commands import served
from tests.support.own_data import LONG, PROFILES, fill_home

# 720 is a window of 1440 at 200 %.
WIDTHS = (2560, 1920, 1440, 1366, 1024, 768, 720, 390, 320)
WHITE = "rgb(255, 255, 255)"
NUMBERS = ("/", "/dora", "/flow")
OTHERS = (
    ("plain", "/forecast"),
    ("one", "/forecast"),
    ("plain", "/settings"),
    ("plain", "/diagnostics"),
    (LONG, "/settings"),
    (LONG, "/diagnostics"),
)
LOOKS = [(name, path) for name in PROFILES[:-2] for path in NUMBERS]
LOOKS += [(LONG, "/"), (LONG, "/flow"), (PROFILES[-1], "/dora"), *OTHERS]
# What is wrong with a page as it stands: sideways scroll, text that is cut, parts that leave their panel.
FAULTS = """() => {
  const faults = [];
  const page = document.documentElement;
  const room = page.clientWidth;
  if (page.scrollWidth > room) faults.push(`scrolls sideways: ${page.scrollWidth} in ${room}`);
  // A drawing follows its panel a moment later, and what scrolls is not cut.
  const scrolled = ".ag-root, .mantine-MultiSelect-input, .table-box, .log-tail";
  const drawn = ".chart-content:has(.js-plotly-plot), .ribbon, " + scrolled;
  const away = "[hidden], details:not([open]) > :not(summary)";
  // Found once: to ask every element for its ancestors takes most of the time.
  const skipped = new Set(document.querySelectorAll(`${drawn}, ${away}`));
  const { FILTER_ACCEPT, FILTER_REJECT } = NodeFilter;
  const pass = (one) => (skipped.has(one) ? FILTER_REJECT : FILTER_ACCEPT);
  function* within(root) {
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT, pass);
    while (walk.nextNode()) yield walk.currentNode;
  }
  const seen = (one) => one.getClientRects().length > 0 && !one.closest(away);
  for (const one of within(document.body)) {
    const over = one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 2;
    if (!over || one.clientWidth <= 3 || !one.textContent.trim()) continue;
    const { overflowX, overflowY } = getComputedStyle(one);
    const cuts = [overflowX, overflowY].some((how) => how === "hidden" || how === "clip");
    if (cuts) faults.push(`cut: ${one.className}: ${one.textContent.slice(0, 60)}`);
  }
  for (const panel of document.querySelectorAll(".card, .panel")) {
    if (!seen(panel)) continue;
    const box = panel.getBoundingClientRect();
    for (const one of within(panel)) {
      if (one.children.length || !one.getClientRects().length) continue;
      if (getComputedStyle(one).position === "absolute") continue;
      const own = one.getBoundingClientRect();
      const leaves = own.right > box.right + 1 || own.bottom > box.bottom + 1;
      if (leaves) faults.push(`leaves its panel: ${one.outerHTML.slice(0, 80)}`);
    }
  }
  const parts = "header.top > *, .filter-row > *, .filters > *, .page-tools > *";
  const bars = [...document.querySelectorAll(parts)].filter(seen);
  for (const [place, one] of bars.entries()) {
    for (const other of bars.slice(place + 1)) {
      if (one.contains(other) || other.contains(one)) continue;
      if (one.closest("nav") || other.closest("nav")) continue;
      const a = one.getBoundingClientRect(), b = other.getBoundingClientRect();
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 1 && high > 1) faults.push(`overlaps: ${one.className} and ${other.className}`);
    }
  }
  return faults.slice(0, 8);
}"""
# Two frames later what follows a new width has followed it.
FOLLOWED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
LINKS = """() => [...document.querySelectorAll("a[href]:not([download], [target])")]
  .filter((link) => link.origin === window.location.origin)
  .map((link) => link.getAttribute("href"))
  .filter((href) => !href.startsWith("#") && !href.startsWith("/export"))"""


@pytest.fixture(scope="module")
def own_url(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a home with a profile for each kind of data."""
    home = tmp_path_factory.mktemp("own")
    fill_home(home)
    yield from served(home, "--profile", "plain")


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Return one context for all looks: none of them leaves anything in it but scripts, read once."""
    opened = browser.new_context(viewport={"width": WIDTHS[0], "height": 900}, reduced_motion="reduce")
    yield opened
    opened.close()


@pytest.fixture
def visitor(context: BrowserContext, own_url: str) -> Iterator[Visitor]:
    """Return a visitor who may see no error and no foreign request."""
    one = Visitor(context, own_url)
    yield one
    one.page.close()
    assert one.complaints == []
    assert one.foreign() == []


def faults(page: Page, *widths: int) -> list[str]:
    """Return what is wrong at each of these widths, once the page has followed."""
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(FOLLOWED)
        found += [f"{width}: {fault}" for fault in page.evaluate(FAULTS)]
    return found


@pytest.mark.parametrize(("name", "path"), LOOKS)
def test_a_page_stands_at_every_size(visitor: Visitor, name: str, path: str) -> None:
    """No sideways scroll, nothing cut or overlapping; light, dark and on paper; no finding of axe.

    Axe looks at every other page on a phone in dark and at the others on a desk in light.
    The profile is named on top and in the title, and every link keeps it and the period.
    """
    page = visitor.page
    page.goto(f"{visitor.url}{path}?src={name}&days=180")
    page.locator("#main h1:visible").wait_for()
    visitor.settled()
    found = faults(page, *WIDTHS)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    if LOOKS.index((name, path)) % 2:
        found += findings(page)  # on a phone, in dark
    page.emulate_media(color_scheme="dark", media="print")
    found += [f"on paper: {fault}" for fault in faults(page, 720)]
    assert page.evaluate("getComputedStyle(document.querySelector('.panel')).backgroundColor") == WHITE
    page.emulate_media(color_scheme="light", media="screen", reduced_motion="reduce")
    if not LOOKS.index((name, path)) % 2:
        found += [*faults(page, 1440), *findings(page)]

    assert not found, "\n".join(found)
    assert page.locator("#filter-src").input_value() == name
    assert name in page.title()
    assert [href for href in page.evaluate(LINKS) if not keeps(href, name)] == []


def keeps(href: str, name: str) -> bool:
    """Tell whether a link of the page stays with its profile and period, or says itself which period."""
    query = parse_qs(urlsplit(href).query)
    return query.get("src") == [name] and bool({"days", "from", "period"} & set(query))


@pytest.fixture(scope="module", autouse=True)
def axe() -> str:
    """Skip where the library is missing."""
    return axe_source()
