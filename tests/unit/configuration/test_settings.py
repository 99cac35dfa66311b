"""Where this installation writes, and secrets that do not print."""

import subprocess
import sys
from pathlib import Path

import pytest

from configuration.program import FOLDER
from configuration.settings import Secret, home_from

TEXT = "-".join(("made", "up", "text"))


def test_a_secret_does_not_print() -> None:
    secret = Secret(TEXT)

    assert TEXT not in f"{secret} {secret!r} {[secret]} {secret:}"
    assert secret.reveal() == TEXT


def test_secrets_compare_and_hash_by_text() -> None:
    assert Secret(TEXT) == Secret(TEXT)
    assert Secret(TEXT) != Secret("other")
    assert Secret(TEXT) != TEXT
    assert len({Secret(TEXT), Secret(TEXT)}) == 1
    assert not Secret("")
    assert Secret(TEXT)


def test_a_secret_has_no_attributes_to_dump() -> None:
    assert not hasattr(Secret(TEXT), "__dict__")


@pytest.mark.parametrize("environment", [{}, {"THROUGHLINE_HOME": ""}])
def test_the_home_is_the_checkout_by_default(environment: dict[str, str]) -> None:
    assert home_from(environment).root == FOLDER
    assert (FOLDER / "app.py").exists()


def test_an_installed_program_keeps_its_data_with_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No pyproject.toml lies beside it: nothing is written among the packages."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.setenv("HOME", str(tmp_path))
    program = tmp_path / "site-packages" / "throughline"

    home = home_from({}, program).root

    assert home.name == "throughline"
    assert home.is_relative_to(tmp_path)
    assert not home.is_relative_to(program)
    assert home_from({"THROUGHLINE_HOME": str(tmp_path / "mine")}, program).root == tmp_path / "mine"


def test_the_home_holds_five_folders(tmp_path: Path) -> None:
    home = home_from({"THROUGHLINE_HOME": str(tmp_path)})

    assert [path.name for path in (home.logs, home.cache, home.profiles, home.secrets, home.run)] == [
        "logs",
        "cache",
        "profiles",
        "secrets",
        "run",
    ]
    assert not any(tmp_path.iterdir())


def test_a_database_holds_what_is_shared_where_the_environment_names_one(tmp_path: Path) -> None:
    """Nothing is connected, and nothing of it prints."""
    password, keys = "pass" + "word", ["key-" + "one", "key-" + "two"]
    environment = {
        "THROUGHLINE_HOME": str(tmp_path),
        "DATABASE_URL": f" postgresql://team:{password}%21@nowhere.invalid/throughline ",
        "THROUGHLINE_KEYS": f"{keys[0]}, ,{keys[1]}",
    }

    home = home_from(environment)

    assert home.root == tmp_path
    assert home.database is not None
    assert home.database.keys == tuple(keys)
    assert home.database.secrets() == (*keys, f"{password}!")
    assert password not in f"{home!r} {home.database}"
    assert home_from({"DATABASE_URL": " ", "THROUGHLINE_KEYS": keys[0]}).database is None


def test_a_laptop_imports_nothing_of_a_server() -> None:
    script = (
        "import sys; import app, callbacks.cli.console, data.pipeline, configuration.settings;"
        "from data.monitoring.endpoint import watched; from pathlib import Path;"
        "home = configuration.settings.Home(Path()); assert watched(home, {'METRICS_PORT': '9464'}) is None;"
        "theirs = ('psycopg', 'psycopg_pool', 'cryptography', 'prometheus_client', 'gunicorn');"
        "print([name for name in theirs if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=FOLDER, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


def test_a_relative_home_stays_where_it_was_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert home_from({"THROUGHLINE_HOME": "there"}).root == tmp_path / "there"


def test_initialize_writes_where_it_was_told(tmp_path: Path) -> None:
    """In a process of its own, since logging belongs to the whole process."""
    program = (
        "from pathlib import Path; from configuration.settings import Home, initialize;"
        "from configuration.logging_config import shutdown_logging;"
        f"initialize(Home(Path({str(tmp_path)!r})), console=False); shutdown_logging()"
    )
    subprocess.run([sys.executable, "-c", program], cwd=FOLDER, check=True)

    assert "logging.started" in (tmp_path / "logs" / "app.log").read_text(encoding="utf-8")


def test_a_lock_that_is_waited_for_does_not_fill_the_log(tmp_path: Path) -> None:
    """Also where everything is logged; what else is logged stays, and somebody may want to see it."""
    script = (
        "import logging, sys; from pathlib import Path; from configuration.settings import Home, initialize;"
        "from configuration.logging_config import shutdown_logging;"
        "initialize(Home(Path(sys.argv[1])), 'DEBUG', console=False, levels={'seen': 'DEBUG'});"
        "[logging.getLogger(name).debug(name + '.looked') for name in ('filelock', 'seen', 'other')];"
        "shutdown_logging()"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=FOLDER, check=True)
    lines = (tmp_path / "logs" / "app.log").read_text(encoding="utf-8")

    assert [name for name in ("filelock", "seen", "other") if f"{name}.looked" in lines] == ["seen", "other"]
