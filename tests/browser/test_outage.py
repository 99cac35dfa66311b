"""PostgreSQL goes away and comes back under a dashboard: one sentence, then the numbers again."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import services
from tests.support.commands import hosted, working

UNREACHABLE = "The database cannot be reached."


@pytest.fixture
def own_postgres() -> Iterator[services.PostgreSQL]:
    """Return a PostgreSQL that nobody else uses, so that it may stop."""
    if services.programs() is None:
        services.missing("PostgreSQL")
    server = services.PostgreSQL(services.new_folder())
    server.make()
    yield server
    server.stop()


def numbers(page: Page) -> None:
    expect(page.locator(".heading:visible .about")).to_contain_text(
        re.compile(r"of 2.000 issues in scope"), timeout=90_000
    )


def test_an_outage_is_one_sentence_and_ends_by_itself(
    own_postgres: services.PostgreSQL, tmp_path: Path, browser: Browser
) -> None:
    """Both for who has the page open and for who opens it meanwhile; nobody has to load it again."""
    url = own_postgres.url(own_postgres.create())
    with hosted(tmp_path, workers=1, DATABASE_URL=url) as server, working(tmp_path, DATABASE_URL=url):
        page = browser.new_page()
        page.goto(server.url)
        numbers(page)
        own_postgres.stop()
        page.locator("nav.pages a[href^='/flow']").click()
        expect(page.locator("body")).to_contain_text(UNREACHABLE, timeout=30_000)
        other = browser.new_page()
        other.goto(server.url + "/dora")
        expect(other.get_by_role("alert")).to_contain_text(UNREACHABLE, timeout=30_000)
        expect(other.get_by_role("alert")).to_contain_text("This page tries again by itself.")
        own_postgres.start()
        numbers(other)
        page.locator("nav.pages a[href^='/dora']").click()
        numbers(page)
        for each in (page, other):
            each.close()
