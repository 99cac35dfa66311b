"""Signing in at a real provider: the whole way, and every way of it that is not meant."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import pytest
from cryptography.fernet import Fernet
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from callbacks.web.application import create_app
from callbacks.web.oidc import ATTEMPT, SESSION
from callbacks.web.serving import entrance_of
from configuration.database.connection import Database
from configuration.settings import Home
from configuration.sign_in import sign_in_from
from data.people.audit import last_lines
from data.profiles.sources import resolve
from data.workspace import Workspace
from tests.support.commands import free_port
from tests.support.provider import Provider, provider

PUBLIC = "http://127.0.0.1:8050"
HOST = {"Host": "127.0.0.1:8050"}
ANN = "ann@team.example"


@pytest.fixture(scope="module")
def known() -> Iterator[Provider]:
    """Return a provider that knows Ann."""
    with provider() as started:
        yield started


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Return a database with a key."""
    made = Database(database_url, [Fernet.generate_key().decode()])
    yield made
    made.close()


def dashboard(folder: Path, database: Database, issuer: str) -> FlaskClient:
    """A browser, more or less, before a dashboard at which people sign in."""
    given = {
        "DATABASE_URL": "postgresql:",
        "OIDC_ISSUER": issuer,
        "OIDC_CLIENT_ID": "throughline",
        "OIDC_CLIENT_SECRET": "-".join(["not", "one"]),
        "OIDC_GROUPS": "all=reader, blue=editor, admins=administrator",
        "PUBLIC_URL": PUBLIC,
        "THROUGHLINE_KEYS": ",".join(database.keys),
    }
    home = Home(folder, database)
    workspace = Workspace(home, {}, resolve(home, "default", {}))
    return create_app(workspace, entrance=entrance_of(home, sign_in_from(given))).server.test_client()


@pytest.fixture
def client(
    tmp_path: Path, database: Database, known: Provider, monkeypatch: pytest.MonkeyPatch
) -> FlaskClient:
    """Return one whose provider is there, over http as it is on loopback."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    known.tell(ANN, "all", "blue")
    return dashboard(tmp_path, database, known.url)


def asked(client: FlaskClient, path: str) -> TestResponse:
    return client.get(path, headers=HOST)


def begun(client: FlaskClient, target: str = "/flow?days=30") -> str:
    """Ask for a page without having signed in, and return where the provider's form is."""
    first = asked(client, target)
    assert first.status_code == 302
    assert first.headers["Location"].startswith("/sign-in?to=")
    return asked(client, first.headers["Location"]).headers["Location"]


def back(client: FlaskClient, location: str) -> TestResponse:
    """Follow what the provider sends the browser back with."""
    assert location.startswith(f"{PUBLIC}/sign-in/back?")
    return asked(client, location.removeprefix(PUBLIC))


def changed(location: str, **values: str) -> str:
    """An address with other values in its query."""
    parts = urlsplit(location)
    query = {name: value[0] for name, value in parse_qs(parts.query).items()} | values
    return urlunsplit(parts._replace(query=urlencode(query)))


def aged(database: Database, column: str, interval: str) -> None:
    with database.transaction() as connection:
        connection.execute(f"UPDATE session SET {column} = {column} - interval '{interval}'".encode())


def test_the_whole_way(client: FlaskClient, known: Provider, database: Database, tmp_path: Path) -> None:
    """To the provider, back to the page that was asked for, and out; each in the audit log."""
    answer = back(client, known.sign_in(begun(client), ANN))
    cookie = next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith(f"{SESSION}="))
    layout = asked(client, "/_dash-layout").get_data(as_text=True)
    out = asked(client, "/sign-out")
    after = asked(client, "/_dash-layout")
    lines = [(line.person, line.action) for line in last_lines(Home(tmp_path, database), 9)]

    assert (answer.status_code, answer.headers["Location"]) == (302, "/flow?days=30")
    assert client.get_cookie(ATTEMPT, "127.0.0.1") is None
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert ANN in layout
    assert '"editor"' in layout
    assert "You are signed out" in out.get_data(as_text=True)
    assert after.status_code == 401
    assert lines == [(ANN, "signed out"), (ANN, "signed in")]


def test_what_is_tampered_with_is_refused(client: FlaskClient, known: Provider, database: Database) -> None:
    """400 and one sentence; nobody is signed in by it, and the code is of no use afterwards."""
    early = known.sign_in(begun(client), ANN)
    begun(client)  # another one, in the same browser
    answers = [back(client, early), back(client, changed(early, state="x"))]
    for name, value in (("code", "x"), ("iss", "https://evil.example"), ("error", "access_denied")):
        location = known.sign_in(begun(client), ANN)
        answers.append(back(client, changed(location, **{name: value})))
    with database.reading() as connection:
        sessions = connection.execute("SELECT count(*) FROM session").fetchone()

    assert {answer.status_code for answer in answers} == {400}
    assert all("not one to this sign-in" in answer.get_data(as_text=True) for answer in answers)
    assert sessions == (0,)


def test_what_was_used_is_used(client: FlaskClient, known: Provider) -> None:
    """The way back is gone once, also for a browser that kept everything."""
    location = known.sign_in(begun(client), ANN)
    kept = client.get_cookie(ATTEMPT, "127.0.0.1")
    assert kept is not None
    first = back(client, location)
    client.set_cookie(ATTEMPT, kept.value, domain="127.0.0.1")
    second = back(client, location)

    assert (first.status_code, second.status_code) == (302, 400)


def test_a_nonce_of_another_sign_in(client: FlaskClient, known: Provider) -> None:
    """A code that was got for another sign-in fits neither verifier nor nonce."""
    stolen = parse_qs(urlsplit(known.sign_in(begun(client), ANN)).query)["code"][0]
    answer = back(client, changed(known.sign_in(begun(client), ANN), code=stolen))
    form = changed(begun(client), nonce="another")
    other = back(client, known.sign_in(form, ANN))

    assert (answer.status_code, other.status_code) == (400, 400)


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_the_way_back_stays_here(client: FlaskClient, known: Provider, target: str) -> None:
    """Whatever an address asks for, people come back to us."""
    form = asked(client, f"/sign-in?{urlencode({'to': target})}").headers["Location"]

    assert back(client, known.sign_in(form, ANN)).headers["Location"] == "/"


def test_a_role_that_is_taken_away(client: FlaskClient, known: Provider, database: Database) -> None:
    """At the first request after ten minutes: another role, then none; and no tokens end the session."""
    back(client, known.sign_in(begun(client), ANN))
    known.tell(ANN, "all")
    before = asked(client, "/_dash-layout").get_data(as_text=True)
    aged(database, "checked_at", "10 minutes")
    after = asked(client, "/_dash-layout").get_data(as_text=True)
    known.tell(ANN)
    aged(database, "checked_at", "10 minutes")
    none = asked(client, "/_dash-layout")
    known.tell(ANN, "all")
    known.revoke(ANN)
    aged(database, "checked_at", "10 minutes")
    gone = asked(client, "/_dash-layout")

    assert '"editor"' in before
    assert '"reader"' in after
    assert none.status_code == 403
    assert f"{ANN} has no role" in none.get_data(as_text=True)
    assert gone.status_code == 401


def test_nobody_without_a_role_comes_in(client: FlaskClient, known: Provider) -> None:
    """The provider knows him, and none of his groups is ours."""
    known.tell("eve@other.example", "others")
    answer = back(client, known.sign_in(begun(client), "eve@other.example"))

    assert answer.status_code == 400
    assert "eve@other.example has no role" in answer.get_data(as_text=True)
    assert client.get_cookie(SESSION, "127.0.0.1") is None


def test_a_provider_that_is_down(tmp_path: Path, database: Database) -> None:
    """One sentence, and nothing is kept of the attempt that a browser could come back with."""
    client = dashboard(tmp_path, database, f"http://127.0.0.1:{free_port()}")
    answer = asked(client, "/sign-in?to=/")

    assert answer.status_code == 503
    assert "The provider that people sign in at does not answer as it should." in answer.get_data(
        as_text=True
    )
    assert client.get_cookie(ATTEMPT, "127.0.0.1") is None
