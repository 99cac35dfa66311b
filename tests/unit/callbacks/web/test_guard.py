"""Who may ask: the matrix of hosts, origins, sites, methods and paths."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from callbacks.web.application import create_app
from tests.support.dashboards import PORT, dashboard_over, workspace_over
from ui.pages.registry import PAGES

HOST = f"127.0.0.1:{PORT}"
GUARDED = ("/", "/_dash-layout", "/_dash-dependencies", "/assets/throughline.css")
ROUTES = (*GUARDED, "/health", "/ready")
VISIT = {"Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """Return a client of the real application."""
    return dashboard_over(tmp_path_factory.mktemp("guard")).server.test_client()


@pytest.fixture(scope="module")
def hosted(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """Return a client of the application as another server runs it."""
    workspace = workspace_over(tmp_path_factory.mktemp("hosted"))
    return create_app(workspace, allowed_hosts=("board.example",), port=None).server.test_client()


def status(client: FlaskClient, path: str = "/", **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with client.get(path, headers={"Host": HOST, **named}) as answer:
        return answer.status_code


@pytest.mark.parametrize("route", GUARDED)
@pytest.mark.parametrize(
    ("host", "expected"),
    [
        (f"127.0.0.1:{PORT}", 200),
        (f"localhost:{PORT}", 200),
        (f"LOCALHOST:{PORT}", 200),
        (f"[::1]:{PORT}", 200),
        ("127.0.0.1", 403),
        (f"127.0.0.1:{PORT + 1}", 403),
        ("evil.example", 403),
        (f"evil.example:{PORT}", 403),
        (f"127.0.0.1.evil.example:{PORT}", 403),
        (f"localhost.:{PORT}", 403),
        ("", 403),
    ],
)
def test_host_matrix(client: FlaskClient, route: str, host: str, expected: int) -> None:
    """A page that re-points its own name to this machine is refused on every route that tells anything."""
    assert status(client, route, Host=host) == expected


@pytest.mark.parametrize("path", ["/health", "/ready"])
@pytest.mark.parametrize("host", ["10.0.0.7:8000", "evil.example", ""])
def test_health_is_told_to_everybody_and_tells_no_more(client: FlaskClient, host: str, path: str) -> None:
    """A balancer asks by whatever name it has; what others may learn is that somebody listens."""
    answer = client.get(path, headers={"Host": host})

    assert (answer.status_code, answer.get_data(as_text=True)) == (200, "OK")


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("route", ["/", "/?src=demo&days=30", "/dora", "/health"])
def test_a_link_from_elsewhere_leads_here(client: FlaskClient, route: str, site: str) -> None:
    """The way back from a sign-in, and a link in a mail: a visit, whose answer its reader alone sees."""
    assert status(client, route, Sec_Fetch_Site=site, **VISIT) == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"Sec_Fetch_Mode": "cors", "Sec_Fetch_Dest": "empty"},
        {"Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "image"},
        {"Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "script"},
        {"Sec_Fetch_Dest": "iframe"},
        {"Sec_Fetch_Dest": "embed"},
        {"Sec_Fetch_Mode": "cors"},
        {"Sec_Fetch_Mode": "websocket"},
        {"Host": "evil.example"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ],
)
@pytest.mark.parametrize("route", GUARDED)
def test_what_is_not_a_visit_of_ours_is_refused(
    client: FlaskClient, route: str, changed: dict[str, str]
) -> None:
    """Frames, pictures, scripts and requests of another site; what comes to a foreign name is no visit."""
    assert status(client, route, **{"Sec_Fetch_Site": "cross-site", **VISIT, **changed}) == 403


@pytest.mark.parametrize(
    "kind", ["application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_a_form_of_another_site_is_not_a_visit(client: FlaskClient, kind: str) -> None:
    """It is posted by navigation too, and may change something."""
    named = {"Host": HOST, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    answer = client.post(
        "/_dash-update-component",
        data=b"{}",
        content_type=kind,
        headers={**named, "Sec-Fetch-Dest": "document"},
    )

    assert answer.status_code == 403


def test_a_file_is_downloaded_by_a_link_from_elsewhere(client: FlaskClient) -> None:
    """Its reader gets it, as a file of his own; the site that linked to it reads nothing of it."""
    named = {"Host": HOST, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    answer = client.get("/export/metrics.csv", headers={**named, "Sec-Fetch-Dest": "document"})

    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("port", "host", "expected"),
    [
        ("8123", "127.0.0.1:8123", 200),
        ("8123", f"127.0.0.1:{PORT}", 403),
        ("8123", "board.example", 200),
        ("8123", "board.example:8123", 200),
        ("8123", "evil.example:8123", 403),
        ("80", "localhost", 200),
        ("", "localhost", 200),
        ("", "evil.example", 403),
        ("none", "localhost", 200),
    ],
)
def test_the_server_tells_the_port_where_nobody_else_does(
    hosted: FlaskClient, port: str, host: str, expected: int
) -> None:
    """Another server listens for us, and may do so on a socket without a port."""
    told = {"SERVER_PORT": port, "HTTP_HOST": host}

    with hosted.get("/_dash-dependencies", environ_overrides=told) as answer:
        assert answer.status_code == expected


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(
    ("site", "expected"), [("same-origin", 200), ("none", 200), ("cross-site", 403), ("same-site", 403)]
)
def test_cross_site_requests_are_refused(client: FlaskClient, route: str, site: str, expected: int) -> None:
    """A request that another page makes is refused on every route."""
    assert status(client, route, Sec_Fetch_Site=site) == expected


@pytest.mark.parametrize(
    ("address", "path", "expected"),
    [
        ("127.0.0.1", "/dora", 200),
        ("127.0.0.8", "/dora", 200),
        ("::1", "/dora", 200),
        ("", "/dora", 200),  # by a socket of this machine
        ("192.168.1.7", "/dora", 403),
        ("nonsense", "/dora", 403),
        ("192.168.1.7", "/health", 200),
    ],
)
def test_the_network_is_answered_where_hosts_were_named(
    tmp_path_factory: pytest.TempPathFactory, hosted: FlaskClient, address: str, path: str, expected: int
) -> None:
    """Another server may listen anywhere: that others may ask is said by naming what they ask for."""
    unnamed = create_app(workspace_over(tmp_path_factory.mktemp("unnamed")), port=None).server.test_client()
    told = {"SERVER_PORT": "8123", "HTTP_HOST": "localhost:8123", "REMOTE_ADDR": address}

    assert unnamed.get(path, environ_overrides=told).status_code == expected
    assert hosted.get(path, environ_overrides=told).status_code == 200


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        (f"http://{HOST}", 200),
        (f"http://localhost:{PORT}", 403),
        ("http://evil.example", 403),
        ("null", 403),
        (f"http://{HOST}.evil.example", 403),
    ],
)
def test_origin_is_the_host_itself(client: FlaskClient, origin: str, expected: int) -> None:
    """Browsers without Sec-Fetch-Site still say where a request comes from."""
    assert status(client, Origin=origin) == expected


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_only_json_is_posted(client: FlaskClient, kind: str) -> None:
    """What a form or a request without preflight can send changes nothing."""
    answer = client.post("/_dash-update-component", data=b"{}", content_type=kind, headers={"Host": HOST})

    assert answer.status_code == 403


@pytest.mark.parametrize(
    "path", ["/console", "/?__debugger__=yes", "/_mcp", "/_reload-hash", "/admin", "/assets/../app.py"]
)
def test_what_is_not_ours_is_not_there(client: FlaskClient, path: str) -> None:
    """No debugger, no catch-all page, no way out of the assets."""
    assert status(client, path) == 404


@pytest.mark.parametrize("route", ["/", "/_dash-layout", "/health"])
def test_headers(client: FlaskClient, route: str) -> None:
    """Scripts by hash only, no sniffing, no frame, nothing kept."""
    headers = client.get(route, headers={"Host": HOST}).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))

    assert "'unsafe-inline'" not in policy["script-src"]
    assert "'unsafe-eval'" not in policy["script-src"]
    assert policy["frame-ancestors"] == "'none'"
    assert policy["default-src"] == "'self'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in headers


def test_a_named_host_is_allowed(tmp_path: Path) -> None:
    """ALLOWED_HOSTS adds names, and only those."""
    app = create_app(workspace_over(tmp_path), allowed_hosts=("board.example",), port=PORT)
    client = app.server.test_client()

    assert status(client, Host="board.example") == 200
    assert status(client, Host=f"board.example:{PORT}") == 200
    assert status(client, Host="other.example") == 403


def test_the_library_of_the_table_waits_for_the_drawer(client: FlaskClient) -> None:
    """The page names its address and does not load it; the server has it."""
    page = client.get("/", headers={"Host": HOST}).get_data(as_text=True)
    address = re.search(r'<meta name="table-script" content="([^"]+)">', page)

    assert address is not None
    assert '<script src="/_dash-component-suites/dash_ag_grid' not in page
    assert status(client, address[1]) == 200


def test_what_no_page_uses_is_not_loaded(client: FlaskClient) -> None:
    """Dash's own table stays where it is; the components that the pages are made of come."""
    page = client.get("/", headers={"Host": HOST}).get_data(as_text=True)

    assert "/dash_table/" not in page
    assert '<script src="/_dash-component-suites/dash/dcc/dash_core_components.' in page


@pytest.mark.parametrize("path", [spec.path for spec in PAGES])
def test_every_page_is_served(client: FlaskClient, path: str) -> None:
    """A pasted address of any page answers."""
    assert status(client, path) == 200
