"""Signing in with a browser at a real provider; a session that ends in the middle of some work."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from playwright.sync_api import Browser, Page, expect

from configuration.database.connection import Database
from tests.browser.axe import findings
from tests.browser.conftest import SIZES
from tests.support.commands import ROOT, command, environment, free_port, printed, wait_for, written
from tests.support.examples import example_a
from tests.support.provider import Provider, provider

ANN, REA = "ann@team.example", "rea@team.example"


@pytest.fixture(scope="module")
def known() -> Iterator[Provider]:
    """Return a provider that knows an administrator and a reader."""
    with provider() as started:
        started.tell(ANN, "all", "admins")
        started.tell(REA, "all")
        yield started


@pytest.fixture
def url(known: Provider, tmp_path: Path, database_url: str) -> Iterator[str]:
    """Serve an example from a database, to those who sign in there."""
    address = f"http://127.0.0.1:{free_port()}"
    given = {
        "DATABASE_URL": database_url,
        "THROUGHLINE_KEYS": Fernet.generate_key().decode(),
        "OIDC_ISSUER": known.url,
        "OIDC_CLIENT_ID": "throughline",
        "OIDC_CLIENT_SECRET": "-".join(["not", "one"]),
        "OIDC_GROUPS": "all=reader, admins=administrator",
        "PUBLIC_URL": address,
        "AUTHLIB_INSECURE_TRANSPORT": "1",  # the provider speaks http, on loopback
    }
    printed(tmp_path, "import", written(tmp_path / "a.jsonl", example_a().issues), **given)
    with (tmp_path / "out.txt").open("wb") as out:
        port = address.rpartition(":")[2]
        started = subprocess.Popen(
            command("serve", "--port", port),
            env=environment(tmp_path, **given),
            cwd=ROOT,
            stdout=out,
            stderr=out,
        )
        try:
            wait_for(address, started)
            yield address
        finally:
            started.terminate()
            started.wait(20)


def signed_in(page: Page, name: str) -> None:
    """Fill in the form of the provider, which leads back."""
    page.locator("input[name=sub]").fill(name)
    page.get_by_role("button", name="Authorize").click()


def test_a_session_that_ends_loses_nothing(browser: Browser, url: str, database: Database) -> None:
    """The page says so and leads to the sign-in in another tab; what was typed can be saved afterwards."""
    context = browser.new_context(viewport=SIZES["desktop"])
    page = context.new_page()
    page.goto(f"{url}/settings")
    signed_in(page, ANN)
    expect(page).to_have_url(re.compile(f"{url}/settings"))
    expect(page.locator("#who")).to_have_text(f"{ANN} administrator Sign out")
    name = page.get_by_role("textbox", name="New name")
    name.fill("crew")
    with database.transaction() as connection:
        connection.execute("DELETE FROM session")
    page.get_by_role("button", name="Create", exact=True).click()
    banner = page.locator("#signed-out")
    expect(banner).to_contain_text("your session has ended. Sign in again in another tab")

    with context.expect_page() as opened:
        banner.get_by_role("link", name="Sign in again").click()
    signed_in(opened.value, ANN)
    expect(opened.value.locator("#who")).to_be_visible()
    opened.value.close()
    expect(name).to_have_value("crew")
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.locator("#settings-profile-told")).to_contain_text("crew was created")
    expect(banner).to_be_hidden()
    context.close()


def test_a_key_is_made_on_the_page_and_ended_there(browser: Browser, url: str) -> None:
    """What is shown once opens the API for its profile, and nothing after it was revoked."""
    page = browser.new_page(viewport=SIZES["desktop"])
    page.goto(f"{url}/settings")
    signed_in(page, ANN)
    page.get_by_role("textbox", name="Name of the key").fill("ci")
    page.get_by_role("button", name="Make a key for the chosen profile").click()
    shown = page.locator("#settings-key-text")
    expect(shown).to_contain_text("throughline.ci.")
    key = shown.text_content()
    expect(page.locator("#settings-keys")).to_contain_text("ci (editor) for default")
    asked = f"{url}/api/metrics", {"Authorization": f"Bearer {key}"}
    opened = page.request.get(asked[0], headers=asked[1]).status
    assert findings(page) == []
    page.reload()
    expect(page.locator("#settings-keys")).to_contain_text("ci (editor) for default")
    expect(shown).to_have_count(0)
    page.get_by_role("button", name="Revoke the key ci").click()
    expect(page.locator("#settings-key-told")).to_have_text("The key ci opens nothing any more.")
    expect(page.locator("#settings-keys li")).to_have_count(0)

    assert (opened, page.request.get(asked[0], headers=asked[1]).status) == (200, 401)
    page.close()


def test_a_reader_is_told_why_not(browser: Browser, url: str) -> None:
    """No button to sync, none for profiles, a sentence in their place; signing out leads to a way in."""
    page = browser.new_page(viewport=SIZES["desktop"])
    page.goto(f"{url}/?days=30")
    signed_in(page, REA)
    expect(page).to_have_url(f"{url}/?days=30")
    expect(page.locator("#who .role")).to_have_text("reader")
    expect(page.locator("#sync-now")).to_be_hidden()
    page.goto(f"{url}/settings")
    expect(
        page.get_by_text("Only an editor may change the settings of default; your role is reader.")
    ).to_be_visible()
    expect(page.get_by_text("Only an administrator may create, rename and delete profiles")).to_be_visible()
    expect(page.get_by_role("button", name="Create", exact=True)).to_be_hidden()
    page.goto(f"{url}/diagnostics")
    expect(page.get_by_text("Only an administrator may read the log; your role is reader.")).to_be_visible()
    expect(page.get_by_role("heading", name="Audit log")).to_have_count(0)
    page.get_by_role("link", name="Sign out").click()
    expect(page.get_by_text("You are signed out of this dashboard.")).to_be_visible()
    page.close()
