"""What stands in ``deploy/``: a container, units, and copies of the database that can be put back."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests import services

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
# Where the units expect the checkout.
EXPECTED = "/srv/throughline"


def copying(url: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the program as an administrator would, with PostgreSQL's programs at hand."""
    where = services.programs()
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "PATH": f"{where}{os.pathsep}{os.environ['PATH']}" if where else os.environ["PATH"],
    }
    command = [sys.executable, str(DEPLOY / "database_copy.py"), *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False)


def documents(url: str) -> list[tuple[str, str, bytes]]:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT folder, name, content FROM document ORDER BY 1, 2").fetchall()


def keep(url: str, name: str, content: bytes) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO document VALUES ('profiles', %s, %s)", [name, content])


def test_a_copy_is_put_back(postgres: services.PostgreSQL, database_url: str, tmp_path: Path) -> None:
    """Every byte comes back, in a database of another name, and nobody else may read the copy."""
    keep(database_url, "team.toml", b'timezone = "UTC"\n\0\xff')
    before = documents(database_url)
    written = copying(database_url, "backup", tmp_path / "copies")
    copy = Path(written.stdout.strip())
    fresh = postgres.url(postgres.create())

    assert written.returncode == 0, written.stderr
    assert copy.stat().st_mode & 0o077 == 0
    assert copying(fresh, "restore", copy).returncode == 0
    assert documents(fresh) == before


def test_what_is_there_is_not_replaced(database_url: str, tmp_path: Path) -> None:
    keep(database_url, "team.toml", b"old")
    copy = Path(copying(database_url, "backup", tmp_path).stdout.strip())
    refused = copying(database_url, "restore", copy)

    assert refused.returncode == 6
    assert "tables already, and nothing of it is replaced" in refused.stderr
    assert documents(database_url) == [("profiles", "team.toml", b"old")]


def test_a_copy_that_was_cut_changes_nothing(
    postgres: services.PostgreSQL, database_url: str, tmp_path: Path
) -> None:
    copy = Path(copying(database_url, "backup", tmp_path).stdout.strip())
    copy.write_bytes(copy.read_bytes()[:-200])
    fresh = postgres.url(postgres.create())
    refused = copying(fresh, "restore", copy)

    with psycopg.connect(fresh) as connection:
        found = connection.execute("SELECT to_regclass('document')").fetchone()
    assert refused.returncode == 6
    assert "pg_restore failed" in refused.stderr
    assert found == (None,)


def test_the_newest_fourteen_stay(database_url: str, tmp_path: Path) -> None:
    for day in range(10, 30):
        (tmp_path / f"throughline-202601{day}T000000Z.dump").write_bytes(b"old")
    made = Path(copying(database_url, "backup", tmp_path).stdout.strip())
    names = sorted(path.name for path in tmp_path.iterdir())

    assert len(names) == 14
    assert names[0] == "throughline-20260117T000000Z.dump"
    assert names[-1] == made.name


@pytest.mark.parametrize(
    ("url", "arguments", "says"),
    [
        ("", ["backup", "copies"], "DATABASE_URL is not set"),
        ("no address", ["backup", "copies"], "DATABASE_URL is no address"),
        ("postgresql://team@127.0.0.1:9/none", ["backup", "copies"], "pg_dump failed: "),
        ("postgresql://team@127.0.0.1:9/none", ["restore", "none.dump"], "There is no copy none.dump"),
    ],
)
def test_what_cannot_be_done_is_two_sentences(
    url: str, arguments: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if services.programs() is None:
        services.missing("PostgreSQL")
    monkeypatch.chdir(tmp_path)
    refused = copying(url, *arguments)

    assert refused.returncode == 6
    assert says in refused.stderr.splitlines()[0]
    assert len(refused.stderr.splitlines()) == 2
    assert not list(tmp_path.rglob("*.part"))


def test_the_containerfile_has_no_fault() -> None:
    """As hadolint sees it, where it is installed; ``make image`` builds it."""
    hadolint = Path(sys.executable).with_name("hadolint")
    if not hadolint.exists():
        services.missing("hadolint")
    done = subprocess.run(
        [str(hadolint), str(DEPLOY / "Containerfile")],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, "")


def test_the_container_holds_the_whole_program() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    let_in = set(re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))

    assert "COPY . " in text
    assert let_in == {"requirements-server.lock", "app.py", "callbacks", "configuration", "data", "ui"}
    assert "requirements-dev" not in text


def test_what_the_services_are_told_is_kept_out_of_git() -> None:
    """Passwords and keys; a path that does not begin with ./ is the name of a volume to some."""
    told = re.findall(r"(?:env_file: |file: \./)([\w.-]+)", (DEPLOY / "compose.yaml").read_text())

    assert set(told) == {"server.env", "database-password"}
    assert {f"/deploy/{name}" for name in told} <= set((ROOT / ".gitignore").read_text().splitlines())


def test_the_question_for_health_is_one_for_a_shell() -> None:
    """It asks, and fails where nobody answers."""
    text = (DEPLOY / "compose.yaml").read_text()
    (question,) = re.findall(r"test: >-\n +/opt/throughline/bin/python (.+)", text)
    asked = f"'{sys.executable}' {question.replace('8050', str(services.free_port()))}"
    done = subprocess.run(asked, shell=True, capture_output=True, encoding="utf-8", check=False)

    assert done.returncode == 1
    assert "Connection refused" in done.stderr


def test_the_units_are_understood(tmp_path: Path) -> None:
    """By systemd itself, where it is; their paths are those of this checkout meanwhile."""
    if shutil.which("systemd-analyze") is None:
        services.missing("systemd-analyze")
    (tmp_path / "bin").mkdir()
    for unit in UNITS:
        text = unit.read_text().replace(f"{EXPECTED}/.venv/bin", str(Path(sys.executable).parent))
        (tmp_path / unit.name).write_text(text.replace(EXPECTED, str(ROOT)))
    done = subprocess.run(
        ["systemd-analyze", "verify", *[str(tmp_path / unit.name) for unit in UNITS]],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if "throughline" in line]

    assert ours == []


def test_the_units_write_where_systemd_makes_the_folder() -> None:
    """A path that is not there ends a unit before it starts; each program is told the folder of its unit."""
    for unit in (unit for unit in UNITS if unit.suffix == ".service"):
        text = unit.read_text()
        (made,) = re.findall(r"^StateDirectory=(\S+)$", text, re.MULTILINE)

        assert re.search(rf"[ =]/var/lib/{made}$", text, re.MULTILINE), unit.name
        assert "ReadWritePaths" not in text


def test_every_variable_of_the_example_is_a_public_name() -> None:
    names = re.findall(r"^([A-Z_]+)=", (DEPLOY / "server.env.example").read_text(), re.MULTILINE)
    public = (ROOT / "specs" / "interface.md").read_text()

    assert names
    assert [name for name in names if f"`{name}" not in public and name not in public] == []
