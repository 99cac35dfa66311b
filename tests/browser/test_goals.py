"""What the page promises in numbers and no other test of this folder counts."""

import urllib.error
import urllib.request

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visits

SHIFT = (
    "window.shift = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries())"
    " if (!entry.hadRecentInput) window.shift += entry.value; })"
    ".observe({ type: 'layout-shift', buffered: true });"
)


@pytest.mark.parametrize(
    "path", ["/console", "/?__debugger__=yes", "/flow?__debugger__=yes&cmd=resource", "/_alive", "/_reload"]
)
def test_debug_routes_do_not_exist(demo_url: str, path: str) -> None:
    """Nobody finds a debugger where none is."""
    with pytest.raises(urllib.error.HTTPError) as told:
        urllib.request.urlopen(demo_url + path, timeout=10)
    told.value.close()

    assert told.value.code == 404


def test_a_warm_reload_is_small(visit: Visits) -> None:
    """At most 0.15 MB come over the wire when a page is opened for the second time."""
    page = visit().open()
    drawn = page.locator("#throughput .bars .point").first
    drawn.wait_for(state="attached", timeout=20_000)  # or the charts' library comes with the second visit
    page.wait_for_load_state("networkidle")
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    received: list[float] = []
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.reload()
    page.wait_for_load_state("networkidle")
    expect(drawn).to_be_attached(timeout=20_000)

    assert 1_000 < sum(received) <= 150_000


@pytest.mark.parametrize("path", ["/settings", "/diagnostics"])
def test_layout_does_not_jump(visit: Visits, path: str) -> None:
    """Cumulative layout shift below 0.1 on the pages without cards as well."""
    page = visit().page
    page.add_init_script(SHIFT)
    page.goto(visit.url + path)
    page.wait_for_load_state("networkidle")

    assert page.evaluate("window.shift") < 0.1


INSIDE = "document.activeElement.closest('[role=dialog]') !== null"


@pytest.mark.parametrize("way", ["click", "link"])
def test_the_drawer_takes_keeps_and_returns_the_focus(visit: Visits, way: str) -> None:
    """Whoever has no mouse is in the drawer as long as it is open, and back where they were afterwards."""
    visitor = visit()
    page = visitor.open("/flow" if way == "click" else "/flow?panel=flow_time")
    more = page.locator('article[data-metric="flow_time"] .more:visible')
    if way == "click":
        more.focus()
        page.keyboard.press("Enter")
    page.wait_for_function(INSIDE, timeout=10_000)
    page.locator(".ag-row").first.wait_for(timeout=20_000)
    outside = 0
    for _ in range(20):
        page.keyboard.press("Tab")
        outside += not page.evaluate(INSIDE)
    page.keyboard.press("Shift+Tab")

    assert outside == 0
    assert page.evaluate(INSIDE)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    if way == "click":
        expect(more).to_be_focused()
