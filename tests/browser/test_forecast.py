"""The Forecast page: a question, an answer with its record, and the way to what it is made of."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Visits

ANSWER = "#forecast-answer"


def test_a_lead_asks_when_and_how_many(visit: Visits) -> None:
    """The question stands in the address, and an address asks the question."""
    page = visit().page
    page.goto(visit.url + "/forecast")
    answer = page.locator(ANSWER)
    expect(answer).to_contain_text(re.compile(r"items: by \d+ \w+ \d{4} at 85 %"), timeout=30_000)
    expect(answer).to_contain_text(re.compile(r"held \d+ of \d+ times"))

    page.locator("#forecast-by").fill("2031-01-01")
    page.get_by_role("button", name="Ask").click()
    expect(page).to_have_url(re.compile(r"/forecast\?by=2031-01-01"))
    expect(answer).to_contain_text("No answer")
    expect(answer).to_contain_text("weeks ahead")

    page.goto(visit.url + "/forecast?items=12")
    expect(page.locator("#forecast-items")).to_have_value("12", timeout=30_000)
    expect(answer).to_contain_text("12 items: by")


def test_a_sceptic_leaves_out_a_week_and_looks_at_what_came(visit: Visits) -> None:
    """A bar leaves its week out, the address says so; a past forecast leads to the items of its weeks."""
    page = visit().page
    page.goto(visit.url + "/forecast")
    answer = page.locator(ANSWER)
    week = answer.locator("button.week").first
    week.wait_for(timeout=30_000)
    name = week.get_attribute("data-week") or ""
    week.click()
    expect(page).to_have_url(re.compile(rf"exclude={name}"))
    expect(answer).to_contain_text(f"Without {name}, which somebody left out.")
    expect(week).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#forecast-exclude")).to_have_value(name)

    page.locator("#forecast-cap").fill("7")
    page.get_by_role("button", name="Try").click()
    expect(page).to_have_url(re.compile(rf"exclude={name}.*cap=7"))
    expect(answer).to_contain_text("With no more than 7 items in progress at once")

    answer.get_by_role("button", name="2 weeks ahead: show each forecast", exact=True).click()
    expect(answer).to_contain_text("Forecasts 2 weeks ahead, one by one")
    answer.get_by_text("As a table, each with its items").click()
    row = answer.locator(".past tbody tr").nth(4)
    came = row.locator("a").inner_text().split()[0]
    row.locator("a").click()
    expect(page.get_by_role("dialog")).to_contain_text(f"{came} issues", timeout=20_000)


def test_what_is_at_risk_opens_its_history(visit: Visits) -> None:
    page = visit().page
    page.goto(visit.url + "/forecast")
    first = page.locator(f"{ANSWER} .plain-list button").first
    first.wait_for(timeout=30_000)
    key = first.inner_text()
    first.click()

    expect(page.get_by_role("dialog")).to_contain_text(key, timeout=20_000)


def test_a_question_that_makes_no_sense_gets_a_sentence(visit: Visits) -> None:
    page = visit().page
    page.goto(visit.url + "/forecast?items=many")

    expect(page.locator(ANSWER)).to_contain_text("'many' is not a number of items.", timeout=30_000)
    expect(page.locator("#forecast-items")).to_have_value("many")
