"""A list of attacks on the running product, by kind: each is refused or harmless, changes and tells nothing.

Those over HTTP meet one server in a process of its own; those with files, names and settings meet the
commands. The token that lies beside everything is looked for in every answer.
"""

import gzip
import http.client
import json
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from callbacks.cli.console import run
from tests.support.attacks import (
    ADDRESSES,
    EXPORTS,
    FILES,
    HTTP,
    JSON_BODIES,
    NAMES,
    SETTINGS,
    TEXTS,
    VIEWS,
    HttpAttack,
)
from tests.support.builders import issue
from tests.support.commands import kept, printed, served, written

TOKEN = "-".join(("attack", "me", "a1b2c3d4e5f6"))  # made here, so that it stands nowhere in one piece


@dataclass(frozen=True)
class Target:
    """The dashboard under attack."""

    url: str
    home: Path

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.url.rsplit(":", 1)[1])

    def answer(self, raw: bytes) -> tuple[int, bytes]:
        """Send bytes as they are; return the status, 0 for none, and all that comes back."""
        # Who is refused before everything was read may find the connection closed.
        with (
            socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection,
            suppress(OSError, http.client.HTTPException),
        ):
            connection.sendall(raw)
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            return answer.status, f"{answer.headers}".encode() + answer.read()
        return 0, b""


def secret_beside(home: Path) -> None:
    """Put a token where the program keeps them."""
    (home / "secrets").mkdir(mode=0o700)
    file = home / "secrets" / "default.json"
    file.write_text(json.dumps({"origin": "https://jira.example", "token": TOKEN}))
    file.chmod(0o600)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A dashboard over imported issues, with a token beside them."""
    home = tmp_path_factory.mktemp("home")
    printed(home, "import", written(home / "issues.jsonl", [issue("A-1"), issue("A-2")]))
    secret_beside(home)
    server = served(home)
    yield Target(next(server), home)
    server.close()


def sent(target: Target, attack: HttpAttack) -> tuple[int, bytes]:
    """Send an attack with the target's own host where it names none."""
    own = f"127.0.0.1:{target.port}"
    head = attack.head.replace("OWN", own).replace("PORT", str(target.port))
    body = attack.body.encode() if isinstance(attack.body, str) else attack.body
    lines = [head, f"Host: {own}" if "Host:" not in head else "", "Connection: close"]
    if body and "Content-Length" not in head:
        lines.append(f"Content-Length: {len(body)}")
    return target.answer("\r\n".join(filter(None, lines)).encode() + b"\r\n\r\n" + body)


@pytest.mark.parametrize("attack", [*HTTP, *JSON_BODIES, *EXPORTS], ids=lambda attack: attack.name)
def test_over_http(target: Target, attack: HttpAttack) -> None:
    """An expected status, no traceback, no token, nothing changed, and the next reader is served."""
    before = kept(target.home)
    status, answer = sent(target, attack)

    assert status in attack.expected, answer[:400]
    assert TOKEN.encode() not in answer
    assert b"Traceback" not in answer
    assert not any(spoilt.encode() in answer for spoilt in attack.must_not_answer)
    assert changed(target.home, before) == []
    assert target.answer(f"GET /health HTTP/1.0\r\nHost: 127.0.0.1:{target.port}\r\n\r\n".encode())[0] == 200


def changed(home: Path, before: dict[str, bytes]) -> list[str]:
    """What is not as it was; what SQLite keeps beside a store and the console's file do not count."""
    after = kept(home)
    passing = ("-wal", "-shm", "out.txt")
    return [
        name for name in before.keys() | after.keys()
        if not name.endswith(passing) and before.get(name) != after.get(name)
    ]  # fmt: skip


# Files, names, addresses and settings: the commands ------------------------------------


def no_server(*_: object, **__: object) -> None:
    raise AssertionError("nothing was to be served")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a token in it and nothing else."""
    folder = tmp_path / "home"
    folder.mkdir()
    secret_beside(folder)
    return folder


@pytest.fixture
def command(home: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> Callable[..., tuple[int, str]]:
    """Runs a command of the program; returns its exit code and everything it said."""

    def act(*arguments: str | Path, **environment: str) -> tuple[int, str]:
        code = run([*map(str, arguments)], {"THROUGHLINE_HOME": str(home), **environment}, no_server)
        told = capsysbinary.readouterr()
        said = (told.out + told.err).decode("utf-8", "backslashreplace")
        assert TOKEN not in said
        assert "Traceback" not in said
        return code, said

    return act


@pytest.mark.parametrize(("content", "codes"), FILES.values(), ids=FILES)
def test_files_to_import(
    command: Callable[..., tuple[int, str]],
    home: Path,
    tmp_path: Path,
    content: Callable[[], bytes],
    codes: tuple[int, ...],
) -> None:
    """Refused as a whole, or read as what it is; a refusal leaves nothing behind."""
    file = tmp_path / "attack"
    file.write_bytes(content())
    before = kept(home)
    code, _ = command("import", file)

    assert code in codes
    assert code == 0 or changed(home, before) == []


@pytest.mark.parametrize("link", ["/etc/passwd", "/dev/zero", "/proc/self/environ", "."])
def test_links_to_import(
    command: Callable[..., tuple[int, str]], home: Path, tmp_path: Path, link: str
) -> None:
    """What is not issues is refused without a word of its content, however long it is."""
    (tmp_path / "link").symlink_to(link)
    before = kept(home)
    code, said = command("import", tmp_path / "link", STOLEN="stolen-value")

    assert code == 2
    assert "root:" not in said
    assert "stolen-value" not in said
    assert changed(home, before) == []


@pytest.mark.parametrize("name", NAMES)
def test_names_of_profiles(
    command: Callable[..., tuple[int, str]], home: Path, tmp_path: Path, name: str
) -> None:
    """No name leaves its folder, be it for reading or for writing."""
    file = written(tmp_path / "issues.jsonl", [issue("A-1")])
    around = {path.name for path in tmp_path.iterdir()}
    before = kept(home)

    assert command("import", file, "--profile", name)[0] == 2
    assert command("metrics", "--profile", name)[0] == 2
    assert changed(home, before) == []
    assert {path.name for path in tmp_path.iterdir()} == around


@pytest.mark.parametrize(("address", "codes"), ADDRESSES)
def test_addresses_of_a_jira(
    command: Callable[..., tuple[int, str]], home: Path, address: str, codes: tuple[int, ...]
) -> None:
    """A profile names it and a token lies in the environment: nothing is asked, nothing is sent."""
    (home / "profiles").mkdir()
    (home / "profiles" / "default.toml").write_text(
        f'[jira]\nurl = {json.dumps(address)}\njql = "project = A"\n'
    )
    code, said = command("sync", JIRA_TOKEN=TOKEN, JIRA_DEADLINE="2")

    assert code in codes, said
    assert not (home / "cache").exists()


@pytest.mark.parametrize("text", SETTINGS)
def test_settings(command: Callable[..., tuple[int, str]], home: Path, text: str) -> None:
    """A profile that nobody means is refused with a sentence; its file stays."""
    (home / "profiles").mkdir()
    file = home / "profiles" / "default.toml"
    file.write_text(text)
    code, _ = command("metrics", "--json")

    assert code == 2
    assert file.read_text() == text


@pytest.mark.parametrize("options", VIEWS, ids=lambda options: " ".join(options)[:40])
def test_views(command: Callable[..., tuple[int, str]], options: tuple[str, ...]) -> None:
    """Dates, instants and zones that make no sense, or would cost without end."""
    assert command("metrics", *options)[0] == 2


@pytest.mark.parametrize("text", TEXTS)
def test_texts(command: Callable[..., tuple[int, str]], home: Path, tmp_path: Path, text: str) -> None:
    """In a CSV nothing begins a formula, in a report nothing runs, in the log nothing makes a line."""
    file = written(tmp_path / "issues.jsonl", [issue("A-1", summary=text, status=text, type=text)])
    assert command("import", file)[0] == 0
    csv = command("issues", "--csv")[1]
    report = tmp_path / "report.html"
    assert command("report", "--out", report)[0] == 0
    lines = (home / "logs" / "app.log").read_text(encoding="utf-8").splitlines()

    cells = [cell.strip('"') for line in csv.splitlines() for cell in line.split(",")]
    assert [cell for cell in cells if cell[:1] in ("=", "@", "\t") or cell.startswith(("+", "-1+"))] == []
    assert text not in report.read_text(encoding="utf-8") or "<" not in text
    assert all(isinstance(json.loads(line), dict) for line in lines)
    assert stat.S_IMODE((home / "secrets" / "default.json").stat().st_mode) == 0o600


def test_a_bomb_in_an_import_costs_little(
    command: Callable[..., tuple[int, str]], home: Path, tmp_path: Path
) -> None:
    """A hundred megabytes in a line of a file of a hundred kilobytes."""
    file = tmp_path / "bomb.gz"
    file.write_bytes(gzip.compress(b" " * 100 + b'{"id": "' + b"9" * (100 << 20), compresslevel=1))

    assert command("import", file)[0] == 2
    assert not (home / "cache").exists()


def test_there_are_at_least_a_hundred() -> None:
    kinds = (HTTP, JSON_BODIES, EXPORTS, FILES, NAMES, ADDRESSES, SETTINGS, VIEWS, TEXTS)

    assert sum(map(len, kinds)) >= 100
