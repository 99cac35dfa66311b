"""The page of the public interface tells the truth: commands, codes, documents, variables, events."""

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from app import main
from configuration import errors
from configuration.errors import DashboardError
from configuration.logging_config import shutdown_logging
from configuration.settings import Home
from data.hosts.access import GITHUB, GITLAB
from data.simulator.server import JiraSimulator
from tests.support.commands import ROOT, written
from tests.support.dashboards import dashboard_over
from tests.support.examples import example_a
from tests.support.source import parsed
from ui.pages.registry import PAGES

PAGE = ROOT / "specs" / "interface.md"
COMMANDS = (
    "serve",
    "sync",
    "import",
    "metrics",
    "report",
    "forecast",
    "gate",
    "sprints",
    "issues",
    "check",
    "demo-jira",
    "keys",
    "worker",
    "logs",
    "store",
)
SHARED = {"--profile", "--log-level", "--help"}
PERIOD = ("--from", "2026-03-02", "--to", "2026-03-15", "--as-of", "2026-03-20T00:00Z")
# What logs, and at which level; ``log`` begins at DEBUG.
LEVELS = {name: name.upper() for name in ("debug", "info", "warning", "error")}
LEVELS |= {
    "log": "DEBUG",
    "log_exception_reference": "ERROR",
    "log_refusal_reference": "WARNING",
    "_make_event": "WARNING",
}
# Read by the library that asks Jira; we only tell people about them.
OF_LIBRARIES = {"REQUESTS_CA_BUNDLE", "HTTPS_PROXY"}
# Below these the keys are names of the data and not of the format.
FREE = {"excluded", "by_path", "counts", "shares"}


@pytest.fixture(autouse=True)
def _stop_logging() -> Iterator[None]:
    """Commands run in this process: what they started to log ends with the test."""
    yield
    shutdown_logging()


@cache
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def section(head: str) -> str:
    """The text below a head, up to the next one of its level or above."""
    marks = head.split(" ", 1)[0]
    found = re.search(
        rf"^{re.escape(head)}\n(.*?)(?=^#{{1,{len(marks)}}} |\Z)", page(), re.DOTALL | re.MULTILINE
    )
    assert found is not None, head
    return found[1]


def cells(text: str, column: int = 0) -> list[str]:
    """The cells of a column, the rows of a table's head aside."""
    rows = [line.strip("|").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [row[column].strip() for row in rows if len(row) > column and row[0].strip() not in HEADS]


HEADS = {"option", "code", "variable", "path", "metric", "event"}


def options(text: str) -> set[str]:
    """Every option that a text names at the head of a line: of a table, or of ``--help``."""
    heads = re.findall(r"^(?:\| |  )(`?-{1,2}[a-z].*?)(?:  | \||$)", text, re.MULTILINE)
    return {found for head in heads for found in re.findall(r"(?<![\w-])--?[a-z][a-z-]*", head)}


def helped(capsys: pytest.CaptureFixture[str], home: Path, *arguments: str) -> str:
    """What ``--help`` prints."""
    assert main([*arguments, "--help"], {"THROUGHLINE_HOME": str(home)}) == 0
    return capsys.readouterr().out


def test_every_command_has_its_section(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    listed = helped(capsys, tmp_path).partition("Commands:")[2]

    assert sorted(re.findall(r"^  ([a-z-]+) ", listed, re.MULTILINE)) == sorted(COMMANDS)
    assert re.findall(r"^### `([a-z-]+)`$", section("## Commands"), re.MULTILINE) == list(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_stands_on_the_page(
    command: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """And every option on the page is one that the command takes."""
    asked = helped(capsys, tmp_path, command)

    assert options(section(f"### `{command}`")) | SHARED == options(asked)


def test_options_of_the_program_are_those_of_every_command(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """But for the version, which is asked for before a command only."""
    asked = helped(capsys, tmp_path)

    assert options(section("## Commands").partition("### ")[0]) == options(asked) == SHARED | {"--version"}


def kinds() -> Iterator[type[DashboardError]]:
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, DashboardError):
            yield kind


def test_every_error_stands_beside_its_exit_code() -> None:
    text = section("## Exit codes")
    told = {
        int(code): re.findall(r"`(\w+)`", names)
        for code, names in zip(cells(text), cells(text, 2), strict=True)
    }
    expected = {kind.__name__: kind.exit_code for kind in kinds()}

    assert {name: code for code, names in told.items() for name in names} == expected
    assert set(told) == {0, *expected.values()}
    assert told[0] == []


def variables() -> Iterator[str]:
    """Every name that is looked up in something called environment."""
    for tree in parsed().values():
        for node in ast.walk(tree):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=place, attr="get"), args=[ast.Constant(value=str(name)), *_]
                ):
                    if ast.unparse(place).endswith("environment"):
                        yield name
                case ast.Call(args=[ast.Name(id="environment"), ast.Constant(value=str(name)), *_]):
                    yield name
                case ast.Subscript(value=place, slice=ast.Constant(value=str(name))):
                    if ast.unparse(place).endswith("environment"):
                        yield name


def test_every_variable_of_the_environment_stands_on_the_page() -> None:
    told = [cell.strip("`") for cell in cells(section("## Environment"))]

    of_hosts = {name for kind in (GITHUB, GITLAB) for name in (kind.token_variable, kind.url_variable)}

    assert sorted(told) == sorted(set(variables()) | of_hosts | OF_LIBRARIES)


def test_every_folder_of_a_home_stands_on_the_page(tmp_path: Path) -> None:
    folders = {name for name, kind in vars(Home).items() if isinstance(kind, property)}
    told = {cell.strip("`/") for cell in cells(section("## Home"))}
    home = tmp_path / "home"
    main(["import", str(written(tmp_path / "issues", example_a().issues))], {"THROUGHLINE_HOME": str(home)})

    assert told == folders
    assert {path.name for path in home.iterdir()} <= told


def events() -> Iterator[tuple[str, str]]:
    """Every constant name that is given to a call that logs, and the level of the call."""
    for tree in parsed().values():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in LEVELS:
                yield from ((name, LEVELS[called]) for part in node.args for name in event_names(part))


def event_names(part: ast.expr) -> Iterator[str]:
    """The event names in an argument, those of a conditional expression too."""
    for node in ast.walk(part):
        if isinstance(node, ast.Constant) and re.fullmatch(r"[a-z]+\.[a-z_]+", str(node.value)):
            yield str(node.value)


def test_every_event_stands_on_the_page() -> None:
    """With the level it is logged at; that of a request depends on what became of it."""
    text = section("## Log events")
    told = [
        (name.strip("`"), level.partition(";")[0])
        for name, level in zip(cells(text), cells(text, 1), strict=True)
    ]

    assert sorted(told) == sorted(set(events()))


def document(name: str) -> Any:
    """The JSON document that the page shows under a name."""
    found = re.search(rf"<!-- document: {name} -->\n```json\n(.*?)```", page(), re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def same_shape(told: Any, real: Any, where: str = "") -> None:
    """Assert that what the page shows has the keys of the real thing, in its order, at every depth."""
    if isinstance(told, dict) and isinstance(real, dict):
        if where.rpartition(".")[2] not in {*FREE, "metrics"}:
            assert list(told) == list(real), where
        for name in told.keys() & real.keys():
            same_shape(told[name], real[name], f"{where}.{name}")
    elif isinstance(told, list) and isinstance(real, list) and told and real:
        same_shape(told[0], real[0], where)
    else:
        assert (told is None) == (real is None) or where.rpartition(".")[2] in {"message", "reason"}, where


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with example A."""
    home = tmp_path / "home"
    file = written(tmp_path / "issues", example_a().issues)
    assert main(["import", str(file)], {"THROUGHLINE_HOME": str(home)}) == 0
    return home


def answer(capfdbinary: pytest.CaptureFixture[bytes], home: Path, *arguments: str) -> str:
    """What a command prints."""
    capfdbinary.readouterr()
    assert main(list(arguments), {"THROUGHLINE_HOME": str(home)}) == 0
    return capfdbinary.readouterr().out.decode()


def test_the_document_of_metrics(capfdbinary: pytest.CaptureFixture[bytes], home: Path) -> None:
    """Keys in the order of the page, further keys as its table says, columns of the CSV as well."""
    real = json.loads(answer(capfdbinary, home, "metrics", "--json", *PERIOD))
    told = document("metrics")
    text = section("## JSON of `metrics --json`")
    more = dict(zip(cells(text), cells(text, 1), strict=True))
    common = list(told["metrics"]["flow_time"])
    before = common.index("weekly")
    table = answer(capfdbinary, home, "metrics", "--csv", *PERIOD)

    same_shape(told, real)
    for name, found in real["metrics"].items():
        own = re.findall(r"`(\w+)`", more.get(f"`{name}`", ""))
        assert list(found) == [*common[:before], *own, *common[before:]], name
    assert {name.strip("`") for name in more} <= set(real["metrics"])
    assert f"    {table.splitlines()[0]}\n" in text


def test_the_document_of_a_forecast(capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path) -> None:
    """Of the sample data, which have everything that the page shows."""
    with JiraSimulator(issues=900) as jira:
        settings = {
            "THROUGHLINE_HOME": str(tmp_path),
            "JIRA_URL": jira.url,
            "JIRA_EMAIL": jira.email,
            "JIRA_TOKEN": jira.token,
            "JIRA_JQL": "created is not EMPTY",
        }
        assert main(["sync"], settings) == 0
    capfdbinary.readouterr()
    assert main(["forecast", "--json"], settings) == 0
    told, real = document("forecast"), json.loads(capfdbinary.readouterr().out)

    assert list(told) == list(real)
    for name in ("question", "history", "open"):
        assert list(told[name]) == list(real[name]), name
    for name in ("answers", "record", "what_if"):
        assert list(told[name][0]) == list(real[name][0]), name
    for name in ("expectation", "risk", "limits"):
        assert list(next(iter(told[name].values()))) == list(next(iter(real[name].values()))), name


def test_the_document_of_an_import(capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path) -> None:
    file = written(tmp_path / "issues", example_a().issues)

    same_shape(
        document("outcome"), json.loads(answer(capfdbinary, tmp_path / "home", "import", str(file), "--json"))
    )


def test_a_line_of_issues(capfdbinary: pytest.CaptureFixture[bytes], home: Path) -> None:
    lines = answer(capfdbinary, home, "issues", "--jsonl").splitlines()
    columns = answer(capfdbinary, home, "issues", "--csv").splitlines()[0]

    same_shape(document("issues"), json.loads(lines[0]))
    assert columns.split(",") == list(document("issues"))


def test_documents_about_a_jira(capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path) -> None:
    """A check and a sync of a real one."""
    with JiraSimulator(issues=30) as jira:
        connection = {"JIRA_URL": jira.url, "JIRA_EMAIL": jira.email, "JIRA_TOKEN": jira.token}
        settings = {"THROUGHLINE_HOME": str(tmp_path), "JIRA_JQL": "created is not EMPTY", **connection}
        capfdbinary.readouterr()
        codes = main(["check", "--json"], settings), main(["sync", "--json"], settings)
    checked, synced = capfdbinary.readouterr().out.decode().split("\n}\n{")

    assert codes == (0, 0)
    same_shape(document("check"), json.loads(checked + "}"))
    same_shape(document("outcome"), json.loads("{" + synced))


def test_every_address_stands_on_the_page(tmp_path: Path) -> None:
    """Pages, files and health; what Dash itself asks for is nobody's to hold on to."""
    rules = (rule.rule for rule in dashboard_over(tmp_path).server.url_map.iter_rules())
    files = {re.sub(r"<\w+>", "ID", rule) for rule in rules if rule.startswith("/export/") and "." in rule}
    told = re.findall(r"`(/[\w/.]*)`", section("## Addresses"))

    assert sorted(told) == sorted({*files, "/health", "/ready", *(spec.path for spec in PAGES)})
