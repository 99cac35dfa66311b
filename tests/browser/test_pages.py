"""The pages as somebody uses them who goes from number to chart to issue, sends a link, and comes back."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.browser.holding import HOLDING, hold

PATHS = {"Overview": "/", "DORA": "/dora", "Flow": "/flow", "Settings": "/settings"}
PATHS["Diagnostics"] = "/diagnostics"


def callbacks(visitor) -> list[str]:  # what the page asked the server to compute
    return [url for url in visitor.requests if "_dash-update-component" in url]


def drawn(page: Page, chart: str):  # Playwright's locator
    return page.locator(f"#{chart} .js-plotly-plot .main-svg").first


@pytest.mark.parametrize(("title", "path"), PATHS.items())
def test_every_page_has_an_address(visit: Visits, title: str, path: str) -> None:
    """A pasted address shows its page, one heading, its title, and its place in the navigation."""
    page = visit().page
    page.goto(visit.url + path)

    expect(page.locator("h1:visible")).to_have_text(title)
    expect(page).to_have_title(f"{title} - Sample data, simulated - Throughline")
    expect(page.locator('nav a[aria-current="page"]')).to_have_text(title)


def test_what_does_not_exist_says_so(visit: Visits) -> None:
    """An unknown path is a page with ways on, and answers 404."""
    visitor = visit()
    answer = visitor.page.goto(visit.url + "/nowhere")

    assert answer is not None
    assert answer.status == 404
    visitor.page.get_by_role("link", name="Flow").click()
    expect(visitor.page.locator("h1:visible")).to_have_text("Flow")
    visitor.complaints.clear()  # the browser tells of the 404


def test_a_tab_change_computes_its_own_page_only(visit: Visits) -> None:
    """At most three callbacks; filters go along, and Back leads to the page before."""
    visitor = visit()
    page = visitor.open("/?project=WEB&days=30")
    visitor.settled()
    visitor.requests.clear()
    page.get_by_role("link", name="Flow", exact=True).click()
    expect(page.locator("#cards-flow .figure").first).to_be_visible()
    expect(drawn(page, "velocity")).to_be_visible(timeout=20_000)
    visitor.settled()

    assert len(callbacks(visitor)) <= 3
    expect(page).to_have_url(re.compile(r"/flow\?project=WEB&days=30$"))
    expect(page.locator("#heading-flow")).to_contain_text("30 days")
    page.go_back()
    expect(page.locator("h1:visible")).to_have_text("Overview")
    page.go_forward()
    expect(page.locator("h1:visible")).to_have_text("Flow")


def test_a_filter_change_computes_cards_and_the_charts_in_sight(visit: Visits) -> None:
    """At most four callbacks and 4 kB up, however many charts the page has."""
    visitor = visit()
    page = visitor.open("/flow")
    expect(drawn(page, "velocity")).to_be_visible(timeout=20_000)
    visitor.settled()
    visitor.requests.clear()
    visitor.uploads.clear()
    page.locator("#filter-period").click()
    page.get_by_role("option", name="Last 180 days").click()
    expect(page.locator("#heading-flow")).to_contain_text("180 days")
    visitor.settled()

    assert len(callbacks(visitor)) <= 4
    assert max(visitor.uploads) <= 4096


@pytest.mark.parametrize("path", ["/dora", "/flow"])
def test_a_page_of_a_family_loads_little(visit: Visits, path: str) -> None:
    """At most 35 requests and 8 callbacks, and charts out of sight are not drawn."""
    visitor = visit()
    page = visitor.open(path)
    visitor.settled()

    assert len(visitor.requests) <= 35
    assert len(callbacks(visitor)) <= 8
    assert max(visitor.uploads) <= 4096
    assert page.locator("section.chart:visible").count() >= 7
    assert page.locator(".js-plotly-plot:visible").count() < page.locator("section.chart:visible").count()


def test_a_chart_is_drawn_when_it_comes_into_sight(visit: Visits) -> None:
    """Scrolling to the last chart draws it, with the age of its data beneath it."""
    page = visit().open("/flow")
    last = page.locator("section.chart:visible").last
    last.scroll_into_view_if_needed()

    expect(last.locator(".js-plotly-plot .main-svg").first).to_be_visible(timeout=20_000)
    expect(last.locator(".chart-foot")).to_contain_text("Data as of")


def entry(page: Page, chart: str, name: str):  # Playwright's locator
    """Open the menu of a chart, and return one of its entries."""
    panel = page.locator(f"#{chart}")
    panel.locator('[data-action="menu"]').click()
    return panel.locator(".choice", has_text=name)


def test_every_chart_has_a_table(visit: Visits) -> None:
    """The twin is a real table with a caption and heads, and the chart comes back."""
    page = visit().open("/flow")
    panel = page.locator("#velocity")
    expect(drawn(page, "velocity")).to_be_visible(timeout=20_000)
    entry(page, "velocity", "Table").click()
    expect(panel.locator("caption")).to_contain_text("Throughput")
    assert panel.locator('th[scope="col"]').count() >= 3
    assert panel.locator("tbody tr").count() >= 12
    shown = entry(page, "velocity", "Table")
    expect(shown).to_have_attribute("aria-checked", "true")
    shown.click()
    expect(drawn(page, "velocity")).to_be_visible()


def test_a_chart_leaves_as_image_and_as_csv_with_the_filters_of_the_page(visit: Visits) -> None:
    """PNG is made in the browser, and named like the CSV; the address of the CSV carries the filters."""
    page = visit().open("/flow?project=WEB&from=2026-03-02&to=2026-04-26")
    expect(drawn(page, "velocity")).to_be_visible(timeout=20_000)
    with page.expect_download() as image:
        entry(page, "velocity", "PNG").click()
    with page.expect_download() as table:
        entry(page, "velocity", "CSV").click()

    assert image.value.suggested_filename == "throughline-demo-velocity-2026-03-02-2026-04-26.png"
    assert "/export/chart/velocity.csv?project=WEB" in table.value.url
    assert table.value.suggested_filename.removesuffix(".csv") == image.value.suggested_filename[:-4]


def test_the_menu_of_a_chart_is_walked_by_keyboard(visit: Visits) -> None:
    """Arrows go round, Escape leads back; enlarged, a chart fills the window and holds the focus."""
    page = visit().open("/flow")
    expect(drawn(page, "velocity")).to_be_visible(timeout=20_000)
    button = page.locator("#velocity").get_by_role("button", name="More: Throughput")
    button.focus()
    page.keyboard.press("ArrowDown")
    entries = page.locator("#velocity .choice")
    expect(entries.first).to_be_focused()
    expect(entries).to_have_text(["Table", "Enlarge", "Save as CSV", "Save as PNG", "Copy link"])
    expect(button).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowUp")
    expect(entries.last).to_be_focused()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(entries.first).to_be_hidden()
    for key in ("Enter", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    dialog = page.get_by_role("dialog", name="Throughput")
    expect(dialog.locator(".main-svg").first).to_be_visible()
    assert dialog.bounding_box() == {"x": 0, "y": 0, "width": 1440, "height": 900}
    assert dialog.locator(".main-svg").first.bounding_box()["height"] > 600
    for _ in range(3):
        page.keyboard.press("Tab")
        expect(dialog.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()


def test_a_point_leads_to_its_issue(visit: Visits) -> None:
    """A click on a dot opens the history of that issue; the address says which."""
    visitor = visit()
    page = visitor.open("/flow")
    page.locator("#scatter").scroll_into_view_if_needed()
    point = page.locator("#scatter .scatterlayer .point").first
    expect(point).to_be_visible(timeout=20_000)
    visitor.settled()
    box = point.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("#scatter .hoverlayer .hovertext").first).to_be_visible()
    page.mouse.down()
    page.mouse.up()

    expect(page.get_by_role("dialog").locator(".ribbon")).to_be_visible()
    expect(page).to_have_url(re.compile(r"issue=[A-Z]+-\d+"))


def test_a_stuck_item_shows_its_history(visit: Visits) -> None:
    """One click from the Overview to where an issue has been, as a ribbon and as a list."""
    page = visit().open()
    key = page.locator("#stuck li").first.get_by_role("button")
    name = key.inner_text()
    before = page.evaluate("history.length")
    key.click()

    box = page.get_by_role("dialog").locator(".issue-box")
    expect(box.locator("h3")).to_have_text(name)
    expect(box.locator(".ribbon")).to_have_attribute("aria-label", re.compile(f"{name}: .* days"))
    expect(box.locator("tbody tr").last).to_contain_text("still there")
    assert page.locator("#stuck li").count() == 5
    page.keyboard.press("Escape")
    expect(key).to_be_focused()
    expect(page).not_to_have_url(re.compile("issue"))
    # Opening is a step of the history, and closing is none: Back would lead into the drawer again.
    assert page.evaluate("history.length") - before == 1


def test_a_row_of_the_drawer_opens_its_issue_by_keyboard(visit: Visits) -> None:
    """Enter on a key shows the history above the rows; the link restores both."""
    page = visit().open("/flow?panel=flow_time")
    cell = page.locator('.ag-cell[col-id="key"]').first
    cell.locator("button").wait_for()
    cell.focus()
    page.keyboard.press("Enter")

    expect(page.locator(".issue-box .ribbon")).to_be_visible()
    expect(page).to_have_url(re.compile(r"panel=flow_time&issue="))
    page.reload()
    expect(page.locator(".issue-box .ribbon")).to_be_visible()
    expect(page.locator(".drawer-head")).to_contain_text("Median time")
    page.get_by_role("button", name="Close the history").click()
    expect(page.locator(".issue-box")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_be_visible()


def test_a_link_restores_everything(visit: Visits) -> None:
    """Profile, page, period, project, type, panel and issue, all from one address."""
    address = (
        "/flow?src=demo&project=WEB&type=Story&from=2026-03-02&to=2026-04-26&panel=flow_time&issue=WEB-12"
    )
    page = visit().open(address)

    expect(page.locator("h1:visible")).to_have_text("Flow")
    expect(page.locator("#heading-flow")).to_contain_text("2026-03-02 to 2026-04-26, 56 days")
    expect(page.locator(".filters")).to_contain_text("WEB")
    expect(page.locator(".filters")).to_contain_text("Story")
    expect(page.get_by_role("dialog").locator("h3")).to_have_text("WEB-12")
    expect(page.locator(".drawer-head")).to_contain_text("Median time")
    assert page.url.endswith(address)


def test_a_link_may_lead_to_a_chart(visit: Visits) -> None:
    """The chart is scrolled to and marked, and no drawer opens."""
    page = visit().open("/flow?panel=net_flow")

    expect(page.locator("#net_flow")).to_have_class(re.compile("pointed"))
    expect(page.locator("#net_flow")).to_be_in_viewport()
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_page_that_fails_says_so_once(visit: Visits) -> None:
    """One sentence with cause, remedy and the way on, where the eye is; the address keeps what was typed."""
    page = visit().page
    page.goto(visit.url + "/flow?src=nobody&days=30")
    told = page.get_by_text("There is no profile called nobody.").locator("visible=true")

    expect(told).to_have_count(1)
    expect(page.locator("#banner")).to_contain_text("Log reference")
    expect(page).to_have_url(re.compile(r"src=nobody&days=30$"))
    expect(page.locator("section.chart:visible")).to_have_count(0)
    page.locator("#banner").get_by_role("link", name="Show Sample data").click()
    expect(page.locator("#cards-overview .figure").first).to_be_visible()


@pytest.mark.parametrize(
    ("query", "cause"),
    [
        ("from=2026-02-30&to=2026-03-15", "The first day '2026-02-30' is not a date."),
        ("from=2026-03-02", "The period has one end only."),
        ("period=next-month", "There is no period called 'next-month'."),
        ("step=day", "There are no steps of a 'day'."),
    ],
)
def test_an_address_that_makes_no_sense_is_told_and_kept(visit: Visits, query: str, cause: str) -> None:
    """Nothing is silently replaced; one click leads to numbers again."""
    page = visit().page
    page.goto(f"{visit.url}/flow?{query}&type=Bug")

    expect(page.locator(".page-failed:visible")).to_contain_text(cause)
    expect(page.locator("#main .failed:visible")).to_have_count(1)
    assert set(query.split("&")) < set(page.url.split("?")[1].split("&"))
    page.get_by_role("link", name="Show the last 90 days").click()
    expect(page.locator("#heading-flow")).to_contain_text("90 days")
    expect(page).to_have_url(re.compile(r"/flow\?type=Bug$"))


def test_a_value_that_nobody_has_is_named(visit: Visits) -> None:
    """The filter keeps it, the page says why there are no numbers, and a click leaves it out."""
    page = visit().page
    page.goto(f"{visit.url}/?project=WBE")

    expect(page.locator("#heading-overview")).to_contain_text("No stored issue has the project 'WBE'")
    expect(page.locator(".many").first).to_contain_text("WBE")
    expect(page.locator("#cards-overview .why").first).to_have_text("No issue passes the filters.")
    expect(page).to_have_url(re.compile(r"\?project=WBE$"))
    page.get_by_role("link", name="Show WEB").click()
    expect(page.locator("#cards-overview .figure").first).not_to_have_text("n/a")
    expect(page).to_have_url(re.compile(r"\?project=WEB$"))


def test_a_period_is_chosen_typed_and_stepped(visit: Visits) -> None:
    """Last month, the month before, days of one's own; each in the address, and steps of months too."""
    page = visit().open("/flow")
    page.locator("#filter-period").click()
    page.get_by_role("option", name="Last month").click()
    expect(page).to_have_url(re.compile(r"\?period=last-month$"))
    page.get_by_role("button", name="One period back").click()
    expect(page.locator("#filter-from")).to_have_value(re.compile(r"^\d{4}-\d{2}-01$"))
    page.locator("#filter-from").fill("2026-02-30")
    page.locator("#filter-from").press("Enter")
    expect(page.locator(".page-failed:visible")).to_contain_text("'2026-02-30' is not a date.")
    page.locator("#filter-from").fill("2026-02-02")
    page.locator("#filter-from").press("Enter")
    expect(page.locator("#heading-flow")).to_contain_text("2026-02-02 to ")
    page.locator("#filter-step").click()
    page.get_by_role("option", name="Months").click()
    expect(page).to_have_url(re.compile(r"from=2026-02-02&to=[\d-]+&step=month$"))
    page.get_by_role("button", name="From: choose from a calendar").click()
    page.locator(".day-picker").fill("2026-01-05")
    expect(page).to_have_url(re.compile(r"\?from=2026-01-05&to=[\d-]+&step=month$"))


def test_sync_now_reads_what_is_new(visit: Visits) -> None:
    """The button starts a job, the page says so, and the age of the data is that of a moment ago."""
    page = visit().open()
    before = page.locator("#status [data-instant]").get_attribute("data-instant")
    page.get_by_role("button", name="Sync now").click()

    expect(page.locator("#live")).to_have_text("The sync has started.")
    expect(page.locator("#status [data-instant]")).not_to_have_attribute(
        "data-instant", before or "", timeout=30_000
    )
    expect(page.locator("#status")).to_contain_text("just now")
    expect(page.locator("#job .job")).to_have_count(0)


def test_the_keyboard_begins_at_the_skip_link(visit: Visits) -> None:
    """The first stop leads past the navigation; every stop after it can be seen."""
    page = visit().open()
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    stops = []
    for _ in range(12):
        page.keyboard.press("Tab")
        stops.append(
            page.evaluate(
                "() => { const box = document.activeElement.getBoundingClientRect();"
                " return box.width > 0 && box.height >= 23 && !document.activeElement.closest('[hidden]'); }"
            )
        )

    assert all(stops)


def test_colours_tables_scales_and_legends_ask_the_server_for_nothing(visit: Visits) -> None:
    """What is on the page already is shown in another way by the browser alone."""
    visitor = visit()
    page = visitor.open("/flow")
    for chart in ("velocity", "flow_time_trend", "scatter"):
        page.locator(f"#{chart}").scroll_into_view_if_needed()
        expect(drawn(page, chart)).to_be_visible(timeout=20_000)
    visitor.settled()
    visitor.requests.clear()
    bar = page.locator("#velocity .bars .point path").first
    before = bar.evaluate("bar => getComputedStyle(bar).fill")
    page.locator("#theme-toggle").click()
    expect(bar).not_to_have_css("fill", before)
    entry(page, "velocity", "Table").click()
    expect(page.locator("#velocity table")).to_be_visible()
    expect(entry(page, "scatter", "Next scale")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#scatter .updatemenu-button", has_text="log").click(force=True)
    expect(page.locator("#scatter .updatemenu-button", has_text="log")).to_be_visible()
    page.locator("#flow_time_trend .legendtoggle").first.click(force=True)
    visitor.settled()

    assert visitor.requests == []


def test_a_filter_change_moves_nothing(visit: Visits) -> None:
    """Cards and charts keep their places while other numbers come: cumulative layout shift below 0.02."""
    visitor = visit()
    page = visitor.open("/flow")
    expect(drawn(page, "velocity")).to_be_visible(timeout=20_000)
    visitor.settled()
    page.evaluate(
        "window.shift = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries())"
        " window.shift += entry.value; }).observe({ type: 'layout-shift' });"
    )
    page.evaluate("window.dash_clientside.set_props('filter-period', { value: '180' })")
    expect(page.locator("#heading-flow")).to_contain_text("180 days")
    visitor.settled()

    assert page.evaluate("window.shift") < 0.02


@pytest.mark.parametrize(
    ("act", "followed"),
    [
        ("document.getElementById('link-settings').click()", "#page-settings h1"),
        (
            "dash_clientside.set_props('filter-period', { value: '180' })",
            "#heading-overview :text('180 days')",
        ),
    ],
    ids=["page", "filter"],
)
def test_what_is_done_as_an_answer_comes_is_followed(visit: Visits, act: str, followed: str) -> None:
    """Where new numbers are drawn between a click and what follows it, the page of the address comes."""
    visitor = visit()
    visitor.page.add_init_script(HOLDING)
    page = visitor.open()
    visitor.settled()
    hold(page, "answer-overview.data", 'dash_clientside.set_props("revision", { data: "another" })')
    page.evaluate(f"() => {{ window.holding = ''; {act}; window.release(); }}")

    expect(page.locator(followed).first).to_be_visible()


def test_a_forecast_that_was_left_while_it_was_made_is_there_on_return(visit: Visits) -> None:
    """What is opened and closed on another page in the meantime stands in place of no question."""
    visitor = visit()
    visitor.page.add_init_script(HOLDING)
    page = visitor.open()
    hold(page, "forecast-answer.children", 'document.getElementById("link-forecast").click()')
    page.locator("#link-flow").click()
    page.locator("#cards-flow [data-action=open]").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.evaluate("() => { window.holding = ''; window.release(); }")
    visitor.settled()
    page.locator("#link-forecast").click()

    expect(page.locator("#forecast-answer")).to_contain_text("items: by")
