"""The installed program: one name in site-packages, everything inside, its data with the user."""

import json
import os
import re
import subprocess
import sys
import sysconfig
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from configuration.program import VERSION
from tests.support.commands import ROOT, environment, wait_for
from tests.support.wheels import wheel

ROOMS = ("callbacks", "configuration", "data", "ui")
FOREIGN = "data"  # somebody else's package of a name that we use too


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built as ``pip install .`` builds it, by the tools that are here."""
    folder = tmp_path_factory.mktemp("dist")
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT)
    (path,) = folder.iterdir()
    return path


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the program beside a package named ``data``; what both need is lent to it."""
    folder = tmp_path_factory.mktemp("installed")
    wheel(folder, FOREIGN)
    venv = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    (site,) = venv.glob("lib/python*/site-packages")
    (site / "lent.pth").write_text(sysconfig.get_path("purelib"))
    foreign = folder / f"{FOREIGN}-1.0-py3-none-any.whl"
    pip(f"--python={venv / 'bin' / 'python'}", "install", "--no-deps", foreign, built)
    return venv


def pip(*arguments: str | Path) -> None:
    """Run pip without an index."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *map(str, arguments)]
    done = subprocess.run(
        command,
        env={**os.environ, "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def user(folder: Path) -> dict[str, str]:
    """The environment of somebody whose home is ``folder`` and who names no home for the program."""
    plain = environment(folder)
    del plain["THROUGHLINE_HOME"]
    return {**plain, "HOME": str(folder), "XDG_DATA_HOME": str(folder / "share")}


def asked(venv: Path, folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run ``throughline ARGUMENTS``."""
    return subprocess.run(
        [str(venv / "bin" / "throughline"), *arguments],
        env=user(folder),
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_a_wheel_claims_one_name_and_holds_every_file(built: Path) -> None:
    """Whatever lies in the rooms of the checkout, scripts, styles and templates too; nothing else."""
    with zipfile.ZipFile(built) as archive:
        names = [name for name in archive.namelist() if ".dist-info/" not in name]
    files = (path for room in ROOMS for path in (ROOT / room).rglob("*") if path.is_file())
    ours = {
        str(path.relative_to(ROOT))
        for path in files
        if path.suffix != ".pyc" and not path.name.endswith(".d.ts")
    }

    assert {name.partition("/")[0] for name in names} == {"throughline"}
    assert {name.removeprefix("throughline/") for name in names} == {
        *ours,
        "__init__.py",
        "__main__.py",
        "app.py",
    }


def test_its_version_is_told_by_command_and_module(installed: Path, tmp_path: Path) -> None:
    """``throughline --version``, and ``python -m throughline`` where no script is on the path."""
    module = subprocess.run(
        [str(installed / "bin" / "python"), "-m", "throughline", "--version"],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert asked(installed, tmp_path, "--version").stdout == f"Throughline {VERSION}\n"
    assert module.stdout == f"Throughline {VERSION}\n", module.stderr


def test_both_packages_named_data_work(installed: Path, tmp_path: Path) -> None:
    """The other one is what a process gets that did not ask for ours; ours is what the program uses."""
    ask = [str(installed / "bin" / "python"), "-c", "import throughline, data; print(data.VERSION)"]
    other = subprocess.run(ask, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
    numbers = asked(installed, tmp_path, "metrics", "--json")

    assert other.stdout == "1.0\n", other.stderr
    assert numbers.returncode == 0, numbers.stderr
    assert json.loads(numbers.stdout)["metrics"]["flow_time"]["value"] is None
    assert "start with throughline import FILE." in numbers.stderr
    assert (tmp_path / "share" / "throughline" / "logs" / "app.log").exists()


@pytest.fixture
def address(installed: Path, tmp_path: Path) -> Iterator[str]:
    """Where the installed program serves."""
    command = [str(installed / "bin" / "throughline"), "serve", "--port", "0"]
    with subprocess.Popen(command, env=user(tmp_path), cwd=tmp_path, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        found = re.search(rb"http://\S+", process.stdout.readline())
        assert found is not None
        try:
            wait_for(found[0].decode(), process)
            yield found[0].decode()
        finally:
            process.terminate()


def test_it_serves_its_page_and_keeps_out_of_its_packages(
    installed: Path, address: str, tmp_path: Path
) -> None:
    """The page, its own scripts and styles; what it writes goes to the user's folder for data."""
    with urllib.request.urlopen(f"{address}/") as answer:
        page = answer.read().decode()
    assets = re.findall(r'"(/assets/[^"?]+\.(?:css|js))', page)
    for asset in assets:
        with urllib.request.urlopen(f"{address}{asset}") as answer:
            assert answer.read(), asset
    packages = [path for path in installed.rglob("throughline/*") if path.is_dir()]

    assert "<title>Throughline" in page
    assert {Path(asset).suffix for asset in assets} == {".css", ".js"}
    assert (tmp_path / "share" / "throughline" / "logs" / "app.log").is_file()
    assert {path.name for path in packages} - {"__pycache__"} == set(ROOMS)
