"""The quickstart is walked as it is printed: its commands in processes, its code as it stands."""

import http.server
import json
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.support.commands import ROOT, command, environment, run

QUICKSTART = ROOT / "specs" / "008-metrics-performance" / "quickstart.md"
STEP = re.compile(r"```console\n\$ python app\.py (.*?)\n```\n\n<!-- exit (\d+), shows: (.*?) -->", re.DOTALL)
QUERY = {"JIRA_JQL": "created is not EMPTY"}


@cache
def walk(name: str) -> str:
    """The text of one walk."""
    _, *parts = re.split(r"<!-- walk: (\w+) -->\n", QUICKSTART.read_text("utf-8"))
    return dict(zip(parts[::2], parts[1::2], strict=True))[name]


def walked(name: str, home: Path, **variables: str) -> str:
    """Run the commands of a walk, assert what each promises, and return all that they printed."""
    output = ""
    for arguments, code, shows in STEP.findall(walk(name)):
        done = run(home, *shlex.split(arguments), **variables)
        said = done.stdout + done.stderr
        assert done.returncode == int(code), (arguments, said)
        assert [promised for promised in shows.split(" | ") if promised not in said] == [], (arguments, said)
        output += said
    return output


class Refusing(http.server.BaseHTTPRequestHandler):
    """A Jira that refuses every token."""

    def do_GET(self) -> None:
        body = b'{"errorMessages": ["Client must be authenticated to access this resource."]}'
        self.send_response(401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - http.server calls it so

    def log_message(self, *_arguments: object) -> None:
        """Stay silent."""


@pytest.fixture
def refusing_jira() -> Iterator[dict[str, str]]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield {"JIRA_URL": f"http://127.0.0.1:{server.server_port}", "JIRA_EMAIL": "reader@example.com"}
        server.shutdown()


@pytest.fixture
def built_in_jira(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The Jira that the quickstart starts in another terminal."""
    arguments = re.search(r"^    python app\.py (demo-jira .*)$", walk("cache"), re.MULTILINE)
    assert arguments is not None
    home = environment(tmp_path / "jira")
    with subprocess.Popen(
        command(*arguments[1].split()), env=home, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as running:
        assert running.stdout is not None
        told = json.loads(running.stdout.readline())
        yield {f"JIRA_{name.upper()}": value for name, value in told.items()}
        running.kill()


def test_logs(tmp_path: Path, refusing_jira: dict[str, str]) -> None:
    """The reference that the failed sync prints leads to its line; the token is nowhere."""
    token = "q" * 10 + "7" * 10
    output = walked("logs", tmp_path, JIRA_TOKEN=token, **refusing_jira, **QUERY)
    reference = re.search(r"Log reference: (\w+)", output)

    assert len(STEP.findall(walk("logs"))) == 5
    assert reference is not None
    assert f"reference={reference[1]}" in output
    assert token not in output + "".join(path.read_text() for path in (tmp_path / "logs").glob("*.log"))


def test_cache_and_calculation(tmp_path: Path, built_in_jira: dict[str, str]) -> None:
    """One home for both walks: what the first stores the second computes with."""
    stored = walked("cache", tmp_path / "home", **built_in_jira, **QUERY)
    computed = walked("calculation", tmp_path / "home", **built_in_jira, **QUERY)

    assert (len(STEP.findall(walk("cache"))), len(STEP.findall(walk("calculation")))) == (4, 3)
    assert built_in_jira["JIRA_TOKEN"] not in stored + computed


def test_the_notebook(tmp_path: Path) -> None:
    """Begun on 2 March at 9, done on 5 March at 9: three days."""
    code, promised = re.findall(
        r"```python\n(.*?)```\n\n<!-- prints: (.*?) -->", walk("calculation"), re.DOTALL
    )[0]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert done.stdout == promised + "\n", done.stderr


def test_it_names_files_that_exist() -> None:
    paths = set(
        re.findall(
            r"`((?:configuration|callbacks|tests|specs|data)/[\w./-]+)`", QUICKSTART.read_text("utf-8")
        )
    )

    assert len(paths) >= 12
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []
