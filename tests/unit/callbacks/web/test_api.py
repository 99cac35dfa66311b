"""The API over a real database: what a pipeline sends and gets, and everything that is refused."""

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import main
from callbacks.web.api_document import describe
from callbacks.web.guard import API_PATHS
from callbacks.web.limits import MOST_HEARD_BYTES, MOST_IMPORTED_BYTES
from callbacks.web.serving import server_on
from configuration.logging_config import shutdown_logging
from configuration.people import Person, present
from configuration.profile import Profile
from configuration.settings import home_from
from data.people.api_keys import make_key
from data.people.audit import last_lines
from data.people.owners import set_owners
from data.persistence import save_profile
from data.profiles import shelf
from data.profiles.sources import resolve
from data.workspace import Workspace
from tests.support.calls import AT_HOME
from tests.support.commands import written
from tests.support.dashboards import dashboard_over
from tests.support.examples import example_a
from tests.support.people import READER, acting, behind_proxy
from tests.support.schemas import faults

FIRST = {"id": "d1", "deployed_at": "2026-03-03T10:00:00Z", "issues": ["A-1"], "environment": "production"}
SECOND = {"id": "d2", "deployed_at": "2026-03-10", "failed": True}
BAD = {"id": "d3", "deployed_at": "soon"}
CHANGE = {"id": "shop#1", "first_commit_at": "2026-03-02T10:00Z", "merged_at": "2026-03-03T09:00Z"}
PERIOD = {"from": "2026-03-02", "to": "2026-03-15", "as_of": "2026-03-20T00:00Z"}


class Server:
    """A dashboard of server mode behind a proxy, two profiles, and the command line beside it."""

    def __init__(self, folder: Path, url: str, capture: pytest.CaptureFixture[bytes]) -> None:
        keys = Fernet.generate_key().decode()
        self.environment = {"THROUGHLINE_HOME": str(folder), "DATABASE_URL": url, "THROUGHLINE_KEYS": keys}
        self.home = home_from(self.environment)
        self.folder, self._capture = folder, capture
        for name in ("team", "other"):
            save_profile(self.home, name, Profile())
        self.workspace = Workspace(self.home, self.environment, resolve(self.home, "team", {}))
        self.client: FlaskClient = behind_proxy(self.workspace, url).server.test_client()
        self.asked: list[TestResponse] = []

    def command(self, *arguments: str) -> tuple[int, str, str]:
        """Run a command; return its code, what it printed, and what it said."""
        self._capture.readouterr()
        code = main([*arguments], self.environment)
        out, said = self._capture.readouterr()
        return code, out.decode(), said.decode()

    def key(self, role: str = "editor", *profiles: str) -> str:
        """Return a new key, for team where no profile is named."""
        named = [word for name in profiles or ("team",) for word in ("--profile", name)]
        code, key, _ = self.command("keys", "api", f"ci-{len(profiles)}-{role}", "--role", role, *named)
        assert code == 0
        return key.strip()

    def ask(self, path: str, key: str = "", *, method: str = "GET", **sent: Any) -> TestResponse:
        """Send a request as a pipeline does, and hold what is answered against the description."""
        shown = {"Authorization": f"Bearer {key}"} if key else {}
        headers = {**AT_HOME, **shown, **sent.pop("headers", {})}
        answer = self.client.open(path, method=method, headers=headers, **sent)
        whole = describe()
        operation = whole["paths"].get(path.partition("?")[0], {}).get(method.lower())
        refusal = {"$ref": "#/components/schemas/Refusal"}
        if operation is not None:
            refusal = operation["responses"][str(answer.status_code)]["content"]["application/json"]["schema"]
        assert answer.mimetype == "application/json"
        assert faults(refusal, answer.get_json(), whole) == []
        assert present() is None
        return answer

    def post(self, path: str, key: str, body: Any, **sent: Any) -> TestResponse:
        """Send rows."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.ask(path, key, method="POST", data=data, content_type="application/json", **sent)


@pytest.fixture
def server(tmp_path: Path, database_url: str, capsysbinary: pytest.CaptureFixture[bytes]) -> Iterator[Server]:
    """Return a server without a sync running."""
    made = Server(tmp_path, database_url, capsysbinary)
    yield made
    made.workspace.close()
    shutdown_logging()
    assert made.home.database is not None
    made.home.database.close()


def told(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["error"]


LINES = b"\n".join(json.dumps(row).encode() for row in (FIRST, SECOND))


@pytest.mark.parametrize(
    ("body", "created"),
    [(FIRST, 1), ([FIRST, SECOND], 2), (LINES, 2), (json.dumps(FIRST, indent=2).encode(), 1)],
)
def test_rows_are_stored_once_however_often_they_come(server: Server, body: Any, created: int) -> None:
    """An object, an array, JSON lines, an object over several lines; the numbers are those of the command."""
    key = server.key()
    first = server.post("/api/deployments", key, body).get_json()
    again = server.post("/api/deployments?profile=team", key, body).get_json()

    assert (first["mode"], first["deployments"]["created"], first["deployments"]["stored"]) == (
        "import",
        created,
        created,
    )
    assert (again["deployments"]["created"], again["deployments"]["updated"]) == (0, 0)
    assert again["revision"] == first["revision"]
    assert [(line.person, line.action, line.subject) for line in last_lines(server.home, 2)] == [
        ("key ci-0-editor", "deployments imported", "team")
    ] * 2


def test_changes_come_in_too(server: Server) -> None:
    key = server.key()
    lines = server.ask(
        "/api/changes", key, method="POST", data=json.dumps(CHANGE), content_type="application/x-ndjson"
    )

    assert lines.get_json()["changes"]["created"] == 1


def test_numbers_are_those_of_the_command_to_the_byte(server: Server) -> None:
    """With filters, groups and a cut, after an import by the key; a reader gets them as an editor does."""
    statuses = ("--statuses", str(written(server.folder / "s.json", example_a().statuses)))
    issues = str(written(server.folder / "issues.json", example_a().issues))
    assert server.command("import", issues, *statuses, "--profile", "team")[0] == 0
    server.post("/api/deployments", server.key(), [FIRST, SECOND])
    reader = server.key("reader")
    options = [word for name, value in PERIOD.items() for word in (f"--{name.replace('_', '-')}", value)]
    for more in ({}, {"by": "project"}, {"cut": "2026-03-09"}, {"type": "Bug", "step": "week"}):
        words = [*options, *(word for name, value in more.items() for word in (f"--{name}", value))]
        code, printed, _ = server.command("metrics", "--json", "--profile", "team", *words)
        answer = server.ask("/api/metrics", reader, query_string={**PERIOD, **more})

        assert (code, answer.status_code) == (0, 200)
        assert answer.get_data().decode() == printed
        assert '"n": ' in printed
    tag = answer.headers["ETag"]
    same = server.client.get(
        "/api/metrics",
        query_string={**PERIOD, **more},
        headers={**AT_HOME, "Authorization": f"Bearer {reader}", "If-None-Match": tag},
    )

    assert same.status_code == 304


@pytest.mark.parametrize("body", [[FIRST, BAD], [BAD]])
def test_a_bad_row_is_told_as_the_command_tells_it(server: Server, body: list[dict[str, Any]]) -> None:
    """The same two sentences, but for how to leave rows out; nothing is stored, or all but the bad ones."""
    key, file = server.key(), server.folder / "body"
    file.write_text(json.dumps(body), encoding="utf-8")
    code, _, said = server.command("import", "--deployments", str(file), "--profile", "other")
    answer = server.post("/api/deployments", key, body)
    cause, remedy = answer.get_json()["error"], answer.get_json()["hint"]

    assert (code, answer.status_code) == (2, 400)
    assert f"Error: {cause}\n{remedy.replace('skip_bad=true', '--skip-bad')}\n" in said
    assert "is not a deployment: deployed_at is 'soon'" in cause
    assert "--skip-bad" not in remedy

    skipped = server.post("/api/deployments?skip_bad=true", key, body)
    if len(body) == 1:
        assert told(skipped)[0] == 400
    else:
        assert skipped.get_json()["deployments"]["bad"] == 1
        assert skipped.get_json()["left_out"] == [
            "body, entry 2: is not a deployment: deployed_at is 'soon', which is neither an instant nor a day"
        ]


def test_what_a_key_does_not_allow(server: Server) -> None:
    """Roles and profiles hold; a key is for the profile that it was made for, whoever owns that."""
    reader, editor, both = server.key("reader"), server.key(), server.key("editor", "team", "other")
    with acting(Person("ada", "administrator")):
        set_owners(server.home, "team.toml", ["blue"])

    assert told(server.post("/api/deployments", reader, FIRST)) == (
        403,
        "Only an editor may import deployments into team; your role is reader.",
    )
    assert told(server.post("/api/changes?profile=other", editor, CHANGE)) == (
        403,
        "The key ci-0-editor is not for a profile called other.",
    )
    assert told(server.ask("/api/metrics", both)) == (400, "No profile was named.")
    assert server.post("/api/deployments", editor, FIRST).status_code == 200
    assert [line.action for line in last_lines(server.home, 9)].count("refused") == 1

    shelf.delete(server.home, "team")

    assert told(server.ask("/api/metrics", reader)) == (
        403,
        "The key ci-0-reader opens nothing: its profiles were deleted.",
    )
    assert told(server.ask("/api/metrics?profile=team", both))[0] == 403
    assert server.command("keys", "revoke", "ci-0-reader")[0] == 0
    assert told(server.ask("/api/metrics", reader))[0] == 401
    assert server.command("keys", "list")[1].splitlines() == [
        "ci-0-editor  editor  (none left)",
        "ci-2-editor  editor  other",
    ]


def test_nothing_without_a_key(server: Server) -> None:
    """What a browser sends by itself opens nothing: no cookie, no name that a proxy passes on."""
    for path in API_PATHS:
        for headers in ({}, READER, {"Cookie": "session=x"}, {"Authorization": "Basic eDp5"}):
            answer = server.ask(path, headers=headers)
            assert told(answer)[0] == 401
            assert answer.headers["WWW-Authenticate"] == "Bearer"
    for kind in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
        form = {"data": b"{}", "content_type": kind, "headers": {"Cookie": "session=x"}}
        assert told(server.ask("/api/deployments", method="POST", **form))[0] == 401


def test_what_is_refused_before_it_is_read(server: Server) -> None:
    """Each refusal is a sentence of cause and one of remedy, whatever it is about."""
    key = server.key()
    foreign = "evil.example"
    for headers in ({"Host": foreign}, {"Origin": f"https://{foreign}"}, {"Sec-Fetch-Site": "cross-site"}):
        assert told(server.ask("/api/metrics", key, headers=headers))[0] == 403
    assert told(server.ask("/api/deployments", key))[0] == 405
    assert told(server.ask("/api/metrics", key, method="DELETE"))[0] == 405
    assert told(server.ask("/api/nothing", key))[0] == 404
    for sent in ({"content_type": "text/csv"}, {"headers": {"Content-Encoding": "gzip"}}):
        kind = {"content_type": "application/json", **sent}
        assert told(server.ask("/api/deployments", key, method="POST", data=b"{}", **kind))[0] == 415
    twice = "from=2026-01-01&from=2026-02-01"
    for query in (
        "froom=2026-01-01",
        "from=x&to=y",
        "step=day",
        "by=profile",
        "by=type&cut=2026-01-01",
        twice,
    ):
        assert told(server.ask(f"/api/metrics?{query}", key))[0] == 400
    for body in (b"", b"id,deployed_at\n1,2026-01-01\n", b"\x1f\x8b\x08", b'"text"', b'{"id": '):
        assert told(server.post("/api/deployments", key, body))[0] == 400


def test_a_body_beyond_the_cap(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page's own limit does not hold for imports; theirs does, and nothing of a larger one is stored."""
    key, row = server.key(), json.dumps({**FIRST, "name": "x" * 2_000_000}).encode()
    taken = server.post("/api/deployments", key, row)
    monkeypatch.setattr("callbacks.web.api.MOST_IMPORTED_BYTES", 1_000_000)
    refused = server.post("/api/deployments", key, row)

    assert taken.status_code == 200
    assert told(refused) == (413, "The body is larger than 16 MiB.")


def test_who_sends_too_much_hears_why(server: Server) -> None:
    """Over the web server that ``serve`` runs: one just beyond is heard out and answered."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        running = server_on(listener, server.client.application, MOST_HEARD_BYTES)
        thread = threading.Thread(target=running.run)
        thread.start()
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            shown = {"Authorization": f"Bearer {server.key()}", "Content-Type": "application/json"}
            connection.request(
                "POST", "/api/deployments", b" " * (MOST_IMPORTED_BYTES + 1), {**AT_HOME, **shown}
            )
            answer = connection.getresponse()
            said = json.loads(answer.read())
        running.trigger.pull_trigger(running.close)
        thread.join(20)

    assert (answer.status, said["error"]) == (413, "The body is larger than 16 MiB.")
    assert not thread.is_alive()


def test_the_description_describes_what_there_is(server: Server) -> None:
    """Each path and no other, references that lead somewhere, and rows that fit and do not."""
    found = server.ask("/api/openapi.json", server.key("reader")).get_json()
    row = {"$ref": "#/components/schemas/Deployment"}

    assert found == describe()
    assert sorted(found["paths"]) == sorted(API_PATHS)
    assert [faults(row, each, found) for each in (FIRST, SECOND, BAD)] == [[], [], []]
    assert faults(row, {"id": "d1"}, found) == ["$ lacks deployed_at"]
    assert faults({"$ref": "#/components/schemas/Change"}, CHANGE, found) == []


def test_a_laptop_has_none(tmp_path: Path) -> None:
    """Without a database the address leads nowhere."""
    client = dashboard_over(tmp_path).server.test_client()

    assert [client.get(path, headers=AT_HOME).status_code for path in API_PATHS] == [404] * 4
    assert client.post("/api/deployments", headers=AT_HOME, json=FIRST).status_code == 404


def test_a_key_is_for_profiles_that_exist(server: Server) -> None:
    code, out, said = server.command("keys", "api", "x", "--role", "reader", "--profile", "none")
    nameless = server.command("keys", "api", "x", "--role", "reader")

    assert (code, out, nameless[0]) == (2, "", 2)
    assert "There is no profile called none." in said
    assert "No profile was named." in nameless[2]
    assert make_key(server.home, "x", "reader", ["team"]).startswith("throughline.x.")
