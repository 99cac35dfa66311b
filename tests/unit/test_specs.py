"""The papers keep their word: what proves a promise, a goal or a task exists, and so does each path."""

import ast
import re
from functools import cache
from pathlib import PurePosixPath

import pytest

from tests.support.source import ROOT, tracked

SPECS = "specs/"
TASKS = f"{SPECS}008-metrics-performance/tasks.md"
PROMISE_PAGE = f"{SPECS}promises.md"
GOAL_PAGE = f"{SPECS}performance.md"
ROOMS = ("configuration", "data", "ui", "callbacks", "tests", "tools", "specs", "docs", "logs", ".ci")
# Written into a home or by a tool at run time, and never committed.
AT_RUN_TIME = re.compile(r"logs/(app|errors)\.log")
# The file that CONTRIBUTING adds as an example.
EXAMPLES = {"data/metrics/defect_lead_time.py"}
_IN_CODE = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(rf"(?<![\w./-])(?:{'|'.join(map(re.escape, ROOMS))})/[\w./-]*[\w/]")
# Papers that are not here must not be pointed at; in pieces, so that this file does not point at them itself.
_PAPERS = "|".join(
    ("MET" + "RICS", "PERFORM" + "ANCE", "U" + "X", "STA" + "CK", "SER" + "VER", "SOUR" + "CES")
)
_ALONE = "|".join(("INTER" + "FACE", "PROM" + "ISES", "HO" + "USE"))
ABSENT = re.compile(rf"\b(?:{_PAPERS})(?:\.md\b| sections? \d)|\b(?:{_ALONE})\b|find" + r"ings/\w+\.md")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def texts() -> dict[str, str]:
    """Every committed text, by its path."""
    found = {}
    for name in tracked():
        path = ROOT / name
        if path.is_file() and path.suffix not in {".png", ".sqlite", ".lock", ".gz"}:
            found[name] = path.read_text(encoding="utf-8", errors="replace")
    return found


@cache
def collected(name: str) -> frozenset[str]:
    """What pytest collects of a test file, ``test_x`` or ``TestClass::test_x``; nothing of another file."""
    path = ROOT / name
    if not path.is_file() or not re.fullmatch(r"tests/.*/test_\w+\.py", name):
        return frozenset()
    return frozenset(_tests(ast.parse(path.read_text(encoding="utf-8")).body, ""))


def _tests(body: list[ast.stmt], prefix: str) -> list[str]:
    found = []
    for node in body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            found += _tests(node.body, f"{node.name}::")
        elif isinstance(node, ast.FunctionDef) and node.name.startswith(("test_", "benchmark_")):
            found.append(prefix + node.name)
    return found


@cache
def targets() -> frozenset[str]:
    """The commands of the Makefile."""
    return frozenset(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))


def is_proof(text: str) -> bool:
    """A test or benchmark that is collected, a command, or a file that is committed."""
    name, colons, test = text.partition("::")
    if colons:
        return test in collected(name)
    if text.startswith("make "):
        return text.removeprefix("make ") in targets()
    return text in tracked()


def proofs(text: str) -> list[str]:
    """What a text names in code: tests, commands and files."""
    return [
        found
        for found in _IN_CODE.findall(text)
        if "::" in found or found.startswith("make ") or _PATH.fullmatch(found)
    ]


def test_a_proof_is_told_from_what_is_not_one() -> None:
    """A test that is not there, one in a class named without it, a command nobody made."""
    here = "tests/unit/test_specs.py"

    assert is_proof(f"{here}::test_a_proof_is_told_from_what_is_not_one")
    assert is_proof("tests/integration/test_jira_client.py::TestRate::test_two_processes_of_ten_threads")
    assert is_proof("make test")
    assert is_proof(here)
    wrong = (
        f"{here}::is_proof",
        f"{here}::test_nothing",
        "tests/nothing.py::test_a",
        "tests/integration/test_jira_client.py::test_two_processes_of_ten_threads",
        "make nothing",
        "tests/unit/nothing.py",
    )
    assert [text for text in wrong if is_proof(text)] == []


def rows(name: str, head: str) -> list[list[str]]:
    """The rows of all tables of a page whose first cell is such an id."""
    lines = re.findall(rf"^\| (?:{head}) \|.*\|$", read(name), re.MULTILINE)
    return [[cell.strip() for cell in line.strip("|").split(" |")] for line in lines]


def test_every_task_is_there_once_in_order() -> None:
    assert [row[0] for row in rows(TASKS, r"T\d+")] == [f"T{number:03}" for number in range(1, 105)]


@pytest.mark.parametrize("row", rows(TASKS, r"T\d+"), ids=lambda row: row[0])
def test_every_task_has_its_proof(row: list[str]) -> None:
    """And where its work, or its proof, stands elsewhere than it was asked for, the line says why."""
    _, _, named, proof, elsewhere = row
    file = named.strip("`")
    found = proofs(proof) + [text for text in _IN_CODE.findall(proof) if text in tracked()]

    assert found
    assert [text for text in found if not is_proof(text)] == []
    assert file in tracked()
    if file.startswith("tests/"):
        assert elsewhere or any(text.partition("::")[0] == file or text.startswith("make ") for text in found)
    for path in proofs(elsewhere):
        assert is_proof(path)


def test_no_task_is_left_open() -> None:
    assert not re.search(r"(?i)defer|skip|stub|\[ \]|todo", read(TASKS))


@pytest.mark.parametrize(("page", "letter", "last"), [(PROMISE_PAGE, "P", 18), (GOAL_PAGE, "G", 17)])
def test_every_promise_and_goal_is_there_with_its_proof(page: str, letter: str, last: int) -> None:
    """A section each, in order; the tests or benchmarks it names exist."""
    sections = re.split(rf"^## ({letter}\d+) ", read(page), flags=re.MULTILINE)[1:]
    named = dict(zip(sections[::2], sections[1::2], strict=True))
    numbers = [int(name[1:]) for name in named]

    assert numbers == sorted(set(numbers))
    assert set(range(1, last + 1)) <= set(numbers)
    for name, text in named.items():
        found = [proof for proof in proofs(text) if "::" in proof]
        assert found, name
        assert [proof for proof in found if not is_proof(proof)] == [], name
        assert "**Today.**" in text, name


def papers() -> list[str]:
    return sorted(name for name in tracked() if name.endswith(".md"))


@pytest.mark.parametrize("name", papers())
def test_every_path_in_a_paper_is_there(name: str) -> None:
    """In code as in links; tests by name too."""
    text = texts()[name]
    paths = {found for found in _IN_CODE.findall(text) if _PATH.match(found) and "*" not in found} - EXAMPLES
    missing = [
        path
        for path in paths
        if not (is_proof(path) if "::" in path else (ROOT / path).exists() or AT_RUN_TIME.match(path))
    ]
    links = re.findall(r"\]\((?!\w+:)([^)#\s]+)[^)]*\)", text)
    folder = PurePosixPath(name).parent

    assert missing == []
    assert [link for link in links if not (ROOT / folder / link).exists()] == []


@pytest.mark.parametrize("word", ["specs", "docs"])
def test_every_paper_that_is_named_anywhere_is_there(word: str) -> None:
    """In code, tests and documents: a reference leads somewhere."""
    wrong = {
        (name, found)
        for name, text in texts().items()
        for found in re.findall(rf"(?<![\w./-]){word}/[\w./-]*\w", text)
        if not (ROOT / found).exists() and not AT_RUN_TIME.match(found)
    }

    assert wrong == set()


def test_no_text_names_a_paper_that_is_not_here() -> None:
    wrong = {(name, found[0]) for name, text in texts().items() if (found := ABSENT.search(text)) is not None}

    assert ABSENT.search("see " + "INTER" + "FACE: the home") is not None
    assert wrong == set()


def test_the_glossary_says_where_each_word_lives() -> None:
    lines = [line for line in read(f"{SPECS}glossary.md").splitlines() if line.startswith("| ")]
    words = [line.strip("| ").split(" | ") for line in lines if not line.startswith("| word ")]

    assert len(words) >= 60
    assert [
        word for word in words if len(word) != 3 or not (proofs(word[2]) or "](" in word[2] or "`" in word[2])
    ] == []


def test_the_way_in_leads_to_every_page() -> None:
    """From CONTRIBUTING to the index and the glossary, from the index to every page."""
    contributing, index = read("CONTRIBUTING.md"), read(f"{SPECS}README.md")
    pages = [name.removeprefix(SPECS) for name in papers() if re.fullmatch(r"specs/[\w-]+\.md", name)]

    assert "(specs/README.md)" in contributing
    assert "(specs/glossary.md)" in contributing
    assert [page for page in pages if page != "README.md" and f"({page})" not in index] == []
