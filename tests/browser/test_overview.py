"""The Overview as a team lead uses it: nothing typed, one click to the issues, one link to a colleague."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from ui.chart_library import fetched_library

METRICS = (
    "deployment_frequency",
    "flow_velocity",
    "flow_time",
    "request_lead_time",
    "flow_load",
    "flow_distribution",
    "flow_efficiency",
    "blocked_time",
)


def card(page: Page, metric: str):  # Playwright's locator
    return page.locator(f'article[data-metric="{metric}"]:visible')


def test_live_cards_and_charts_with_nothing_typed(visit: Visits) -> None:
    """Every metric has a number, the demo says what it is, and both charts are drawn."""
    page = visit().open()

    for metric in METRICS:
        expect(card(page, metric).locator(".figure")).to_have_text(re.compile(r"\d"))
    expect(page.locator("#banner")).to_contain_text("You are looking at sample data.")
    expect(page.locator("h1:visible")).to_have_text("Overview")
    expect(page.locator("#throughput .bars .point").first).to_be_attached(timeout=20_000)
    expect(page.locator("#load .scatterlayer .trace").first).to_be_attached()
    assert page.locator("html").get_attribute("lang") == "en"


def test_cards_do_not_wait_for_the_chart_library(visit: Visits) -> None:
    """A number is on the screen although plotly.js never arrives."""
    visitor = visit()
    visitor.page.route(re.compile("plotly"), lambda route: route.abort())
    page = visitor.open()

    expect(card(page, "flow_time").locator(".figure")).to_have_text(re.compile(r"\d"))
    visitor.complaints.clear()  # the browser tells of the script that was held back


def test_a_click_opens_the_issues_behind_a_number(visit: Visits) -> None:
    """The drawer has formula, count and rows; the number on the card is the number of rows."""
    page = visit().open()
    more = card(page, "flow_time").locator("button.more")
    n = int(re.match(r"[\d\u202f]+", more.inner_text())[0].replace("\u202f", ""))
    more.click()

    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text("Median time from the first status in progress")
    expect(drawer.locator(".chip.chosen")).to_have_text(f"{n} issues counted")
    expect(drawer.locator(".ag-center-cols-container .ag-row").first).to_be_visible()
    expect(page).to_have_url(re.compile(r"panel=flow_time"))
    page.wait_for_function(
        f"() => document.querySelector('.ag-root')?.getAttribute('aria-rowcount') === '{n + 1}'"
    )


def test_escape_closes_the_drawer_and_focus_returns(visit: Visits) -> None:
    """The keyboard alone opens and closes, and lands where it came from."""
    page = visit().open()
    more = card(page, "flow_velocity").locator("button.more")
    more.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(more).to_be_focused()
    expect(page).not_to_have_url(re.compile("panel"))


def test_what_happens_at_once_all_counts(visit: Visits) -> None:
    """A filter changed in the moment in which the drawer closes takes neither back."""
    page = visit().open("/?panel=flow_velocity")
    expect(page.get_by_role("dialog")).to_contain_text("Flow velocity")
    page.evaluate(
        "() => { const set = window.dash_clientside.set_props;"
        " set('filter-period', { value: '180' }); set('drawer', { opened: false }); }"
    )

    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page).to_have_url(re.compile(r"/\?days=180$"))


def test_what_was_left_out_is_one_click_away(visit: Visits) -> None:
    """A reason shows its own rows, as many as it says."""
    page = visit().open("/?panel=flow_velocity")
    chip = page.locator(".chip", has_text="closed without being delivered")
    n = int(re.match(r"\d+", chip.inner_text())[0])
    chip.click()

    expect(page.locator(".chip.chosen")).to_contain_text("closed without being delivered")
    page.wait_for_function(
        f"() => document.querySelector('.ag-root')?.getAttribute('aria-rowcount') === '{n + 1}'"
    )
    expect(page).to_have_url(re.compile("reason=not_delivered"))


def test_a_pasted_link_restores_filters_and_drawer(visit: Visits) -> None:
    """Project, period and panel come from the URL; closing the drawer is no step to go back over."""
    page = visit().open("/?project=WEB&from=2026-03-02&to=2026-04-26&panel=flow_time")

    expect(page.get_by_role("dialog")).to_contain_text("Flow time")
    expect(page.locator("#heading-overview")).to_contain_text("2026-03-02 to 2026-04-26, 56 days")
    expect(page.locator(".filters")).to_contain_text("WEB")
    steps = page.evaluate("history.length")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page).to_have_url(re.compile(r"/\?project=WEB&from=2026-03-02&to=2026-04-26$"))
    assert page.evaluate("history.length") == steps


def test_a_filter_changes_numbers_and_url(visit: Visits) -> None:
    """Choosing a period recomputes the cards, uploads next to nothing, and Reset undoes it."""
    visitor = visit()
    page = visitor.open()
    before = page.locator("#heading-overview").inner_text()
    visitor.uploads.clear()
    visitor.requests.clear()
    page.locator("#filter-period").click()
    page.get_by_role("option", name="Last 30 days").click()
    expect(page.locator("#heading-overview")).to_contain_text("30 days")
    visitor.settled()
    updates = [url for url in visitor.requests if "_dash-update-component" in url]

    assert "days=30" in page.url
    assert len(updates) <= 4
    assert max(visitor.uploads) <= 4096
    page.get_by_role("button", name="Reset").click()
    expect(page.locator("#heading-overview")).to_have_text(before)
    expect(page).not_to_have_url(re.compile("days"))


def test_light_and_dark_by_system_and_by_hand(visit: Visits) -> None:
    """The page follows the system until somebody chooses; the choice stays."""
    page = visit(scheme="dark").open()
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    page.locator("#theme-toggle").click()
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "light")
    page.reload()
    page.wait_for_selector("article.card .figure")

    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "light")


@pytest.mark.parametrize("width", [360, 390])
def test_a_phone_scrolls_one_way(visit: Visits, width: int) -> None:
    """Nothing is wider than the phone."""
    visitor = visit("phone")
    visitor.page.set_viewport_size({"width": width, "height": 800})
    page = visitor.open()

    assert page.evaluate("document.documentElement.scrollWidth") <= width


# The goal is 450 kB before the first number (G19). Dash itself is 246 kB of that and Mantine, which comes as
# one file whatever is used of it, 224: 510 are reached, and this is 1.1 times that.
BEFORE_THE_FIRST_NUMBER = 560_000


def test_first_load_is_small(visit: Visits) -> None:
    """At most 30 requests, 1.2 MB on the wire and 8 callbacks until everything stands still (G19).

    Without the small chart library (``make charts``) the whole of plotly.js comes in its place: 2.2 MB.
    """
    visitor = visit()
    finished = []
    # A list's own method is not what Playwright takes for a handler.
    visitor.page.on("requestfinished", lambda request: finished.append(request))  # noqa: PLW0108
    page = visitor.open()
    charts = re.compile(r"plotly|async-graph")
    expect(page.locator("#throughput .bars .point").first).to_be_attached(timeout=20_000)
    visitor.settled()
    sizes = {request: request.sizes()["responseBodySize"] for request in finished}
    first = sum(size for request, size in sizes.items() if not charts.search(request.url))
    callbacks = [url for url in visitor.requests if "_dash-update-component" in url]

    assert len(visitor.requests) <= 30
    assert 100_000 < first <= BEFORE_THE_FIRST_NUMBER
    assert sum(sizes.values()) <= (1_200_000 if fetched_library() else 2_200_000)
    assert len(callbacks) <= 8


@pytest.mark.parametrize("path", ["/", "/dora", "/flow"])
def test_layout_does_not_jump(visit: Visits, path: str) -> None:
    """Panels have their final size from the start: cumulative layout shift below 0.1."""
    visitor = visit()
    visitor.page.add_init_script(
        "window.shift = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries())"
        " if (!entry.hadRecentInput) window.shift += entry.value; })"
        ".observe({ type: 'layout-shift', buffered: true });"
    )
    page = visitor.open(path)
    visitor.settled()

    assert page.evaluate("window.shift") < 0.1


def test_a_question_mark_explains_its_number(visit: Visits) -> None:
    """By hover and by keyboard; Dash need not look through the page for what may have changed in it."""
    page = visit().open()
    mark = page.get_by_role("button", name=re.compile("^Change lead time: ")).first
    mark.hover()
    expect(page.get_by_role("tooltip")).to_contain_text("first commit")
    page.mouse.move(0, 0)
    expect(page.get_by_role("tooltip")).to_have_count(0)
    mark.focus()
    expect(page.get_by_role("tooltip")).to_contain_text("first commit")

    assert page.evaluate("'dashChildrenUpdate' in window.dash_mantine_components.Tooltip") is False
