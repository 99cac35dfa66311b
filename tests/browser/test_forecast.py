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
