"""Who comes in behind a proxy, and what everybody else is told."""

import ipaddress
import json
import subprocess
import sys
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from callbacks.web.application import create_app
from callbacks.web.entrance import ByProxy
from configuration.people import present
from configuration.settings import Home
from configuration.sign_in import ProxySignIn, Roles
from tests.support.dashboards import PORT, workspace_over

HOST = {"Host": f"127.0.0.1:{PORT}"}
ANN = {**HOST, "X-User": "ann", "X-Groups": "all, admins"}
CALL = {"json": {"output": "x.children"}}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """Return a client of a dashboard that believes a proxy in 10.0.0.0/24."""
    roles = Roles((("all", "reader"), ("admins", "administrator")))
    sign_in = ProxySignIn((ipaddress.ip_network("10.0.0.0/24"),), "X-User", "X-Groups", roles)
    folder = tmp_path_factory.mktemp("entrance")
    app = create_app(workspace_over(folder), port=PORT, entrance=ByProxy(sign_in, Home(folder)))
    return app.server.test_client()


def asked(
    client: FlaskClient, path: str, headers: dict[str, str], address: str = "10.0.0.7"
) -> tuple[int, str]:
    answer = client.get(path, headers=headers, environ_base={"REMOTE_ADDR": address})
    return answer.status_code, answer.get_data().decode(errors="replace")


def test_the_page_says_who_it_is_for(client: FlaskClient) -> None:
    """The name, the highest role of the groups, and no way out: that is the proxy's."""
    status, text = asked(client, "/_dash-layout", ANN)

    assert status == 200
    assert '"ann"' in text
    assert '"administrator"' in text
    assert "Sign out" not in text
    assert present() is None


@pytest.mark.parametrize(
    ("changed", "address", "told"),
    [
        ({}, "10.0.1.7", (403, "open to the proxy before the dashboard alone")),
        ({}, "", (403, "open to the proxy before the dashboard alone")),
        ({}, "::ffff:10.0.0.7", (200, "")),
        ({"X-User": ""}, "10.0.0.7", (401, "did not say who asks")),
        ({"X-User": "eve,ann"}, "10.0.0.7", (403, "passed two names on")),
        ({"X-Groups": "others"}, "10.0.0.7", (403, "ann has no role")),
        ({"X-Groups": ""}, "10.0.0.7", (403, "ann has no role")),
    ],
)
@pytest.mark.parametrize("path", ["/", "/_dash-layout", "/export/metrics.csv"])
def test_others_are_told_why_not(
    client: FlaskClient, path: str, changed: dict[str, str], address: str, told: tuple[int, str]
) -> None:
    """One sentence each, and nothing of any data."""
    status, text = asked(client, path, {**ANN, **changed}, address)

    assert status == told[0]
    assert told[1] in text


def test_a_page_that_is_open_hears_it_as_a_sentence(client: FlaskClient) -> None:
    """By a header it tells this answer from one of a callback."""
    answer = client.post(
        "/_dash-update-component", headers=HOST, environ_base={"REMOTE_ADDR": "10.0.0.7"}, **CALL
    )

    assert answer.status_code == 401
    assert answer.headers["X-Throughline-Told"] == "1"
    assert answer.get_data(as_text=True).startswith("The proxy before this dashboard did not say who asks.")


def test_what_tells_nothing_is_open(client: FlaskClient) -> None:
    """A balancer asks whether the program runs; scripts and styles are the same for everybody."""
    assert asked(client, "/health", HOST, "192.0.2.1") == (200, "OK")
    assert asked(client, "/_favicon.ico", HOST, "192.0.2.1")[0] == 200


def test_a_laptop_loads_nothing_of_it(tmp_path: Path) -> None:
    """Serving on a laptop imports neither what signs people in nor what talks to PostgreSQL."""
    script = (
        "import json, sys; from pathlib import Path; from tests.support.dashboards import dashboard_over;"
        "app = dashboard_over(Path(sys.argv[1])); app.server.test_client().get('/', headers={'Host': "
        "'127.0.0.1:8050'}); print(json.dumps(sorted(sys.modules)))"
    )
    root = Path(__file__).resolve().parents[4]
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], cwd=root, capture_output=True, text=True, check=True
    )
    loaded = set(json.loads(done.stdout))

    assert not loaded & {"authlib", "joserfc", "cryptography", "psycopg", "callbacks.web.oidc"}
    assert "callbacks.web.entrance" in loaded


def test_a_command_loads_nothing_of_it() -> None:
    """What says who lets people in costs a command no more than its own lines."""
    script = "import sys, configuration.settings; before = set(sys.modules); import configuration.sign_in;"
    script += "print(sorted(set(sys.modules) - before))"
    root = Path(__file__).resolve().parents[4]
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "['configuration.people', 'configuration.sign_in']"
