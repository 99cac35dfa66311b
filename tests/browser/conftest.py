"""A real Chromium over a real server; skipped where there is no Chromium, unless that is forbidden."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.support.commands import served

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Each window draws two pages of the browser's own that open under its address bar: a quarter of all work.
    # The rest is what Playwright too switches off by this flag, of which only the last counts.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup,PaintHolding,LensOverlay,"
    "HttpsUpgrades,MediaRouter,OptimizationHints,PreconnectToSearch,AvoidUnnecessaryBeforeUnloadCheckSync,"
    "DestroyProfileOnBrowserClose,ThirdPartyStoragePartitioning,NetworkTimeServiceQuerying,AimEnabled",
)
# A number of waits, not a goal: the machine may be doing something else beside.
PATIENCE_MS = 20_000
QUIET_CHECKS = 5
SIZES = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return Debian's Chromium."""
    path = shutil.which("chromium")
    if path is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail("Chromium is missing and REQUIRE_BROWSER=1")
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def demo_url(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start ``serve --demo`` on a free port, as a user would; return its address once its data are there."""
    for url in served(tmp_path_factory.mktemp("home"), "--demo"):
        page = browser.new_page()
        page.goto(url)
        page.locator("article.card .figure:visible").first.wait_for(timeout=60_000)
        # What counts callbacks must not count those that follow the first sync.
        page.locator("#job .job").wait_for(state="detached", timeout=60_000)
        page.close()
        yield url


class Visitor:
    """A page with what went wrong on it: console errors and requests that leave the machine."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.url = url
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.uploads: list[int] = []
        self.flying: set[object] = set()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._asked)
        for end in ("requestfinished", "requestfailed"):
            self.page.on(end, self._answered)

    def open(self, path: str = "/") -> Page:
        """Open a path of a page with cards and wait until they have their numbers."""
        self.page.goto(self.url + path)
        self.page.locator("article.card .figure:visible").first.wait_for(timeout=30_000)
        return self.page

    def settled(self) -> None:
        """Wait until nothing has been asked of the server for half a second.

        The browser's own "network idle" happens once per document: after a click it holds already.
        """
        calm, checks = 0, PATIENCE_MS // 100
        while calm < QUIET_CHECKS and checks:
            self.page.wait_for_timeout(100)
            calm, checks = 0 if self.flying else calm + 1, checks - 1
        assert calm == QUIET_CHECKS, f"still waiting for {self.flying}"

    def foreign(self) -> list[str]:
        """Return the requests that went anywhere else."""
        own = (self.url, "data:", "blob:")
        return [url for url in self.requests if not url.startswith(own)]

    def _heard(self, message: object) -> None:
        if message.type in ("error", "warning"):  # type: ignore[attr-defined]
            self.complaints.append(message.text)  # type: ignore[attr-defined]

    def _answered(self, request: object) -> None:
        self.flying.discard(request)

    def _asked(self, request: object) -> None:
        self.flying.add(request)
        self.requests.append(request.url)  # type: ignore[attr-defined]
        body = request.post_data_buffer  # type: ignore[attr-defined]
        if body:
            self.uploads.append(len(body))


@pytest.fixture
def visit(browser: Browser, demo_url: str) -> Iterator["Visits"]:
    """Open pages of the demo in fresh contexts; at the end none of them may have complained."""
    visits = Visits(browser, demo_url)
    yield visits
    visits.close()


class Visits:
    """Opens visitors and holds all of them to the same rules."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser = browser
        self.url = url
        self.visitors: list[Visitor] = []

    def __call__(self, size: str = "desktop", scheme: str = "light") -> Visitor:
        """Return a visitor with a fresh browser context."""
        context = self.browser.new_context(viewport=SIZES[size], color_scheme=scheme)
        self.visitors.append(Visitor(context, self.url))
        return self.visitors[-1]

    def close(self) -> None:
        """Close everything, and fail on console errors, warnings and foreign requests."""
        complaints = [text for visitor in self.visitors for text in visitor.complaints]
        foreign = [url for visitor in self.visitors for url in visitor.foreign()]
        for visitor in self.visitors:
            visitor.page.context.close()
        assert not complaints
        assert not foreign
