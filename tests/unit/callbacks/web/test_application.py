"""The web application as Dash makes it ready: whoever asks first waits, and so do those beside."""

import inspect
import re
import threading
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.support.dashboards import PORT, dashboard_over

HEADERS = {"Host": f"127.0.0.1:{PORT}"}


def test_a_script_asked_for_beside_the_first_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One process gives the page, another is asked for its scripts alone, several at once."""
    page = dashboard_over(tmp_path).server.test_client().get("/", headers=HEADERS).text
    script = re.findall(r'src="(/_dash-component-suites/[^"]+)"', page)[0]
    app = dashboard_over(tmp_path)
    begun, let_go, make = threading.Event(), threading.Event(), app._generate_scripts_html
    statuses: list[int] = []

    def make_slowly() -> str:
        begun.set()
        let_go.wait(10)
        return make()

    def ask() -> None:
        statuses.append(app.server.test_client().get(script, headers=HEADERS).status_code)

    monkeypatch.setattr(app, "_generate_scripts_html", make_slowly)
    asking = [threading.Thread(target=ask) for _ in range(2)]
    asking[0].start()
    begun.wait(10)
    asking[1].start()
    asking[1].join(0.3)  # without a wait it would be answered by now
    let_go.set()
    for thread in asking:
        thread.join(10)

    assert statuses == [200, 200]


def test_a_callback_is_answered_in_the_thread_of_its_request(tmp_path: Path) -> None:
    """Also where asgiref is installed, as it is here and on a server: Dash would start a thread for each."""
    app = dashboard_over(tmp_path)
    app.server.test_client().get("/", headers=HEADERS)
    views = [view for name, view in app.server.view_functions.items() if "_dash-update-component" in name]

    assert find_spec("asgiref") is not None
    assert [inspect.iscoroutinefunction(view) for view in views] == [False]
