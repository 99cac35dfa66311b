"""From the start command to live demo charts."""

import time
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.conftest import Visits
from tests.commands import served


def benchmark_start_to_live_charts(browser: Browser, tmp_path: Path) -> None:
    """Within 10 s on two cores: the server, the simulated Jira, the sync, the cards and the first chart."""
    began = time.monotonic()
    server = served(tmp_path, "--demo")
    visits = Visits(browser, next(server))
    page = visits().open()
    cards = time.monotonic() - began
    page.wait_for_selector("#throughput .bars .point", timeout=20_000, state="attached")
    charts = time.monotonic() - began
    visits.close()
    server.close()

    print(f"\nstart to cards: {cards:.1f} s, to charts: {charts:.1f} s (goal 10 s)")
    assert charts < 10
