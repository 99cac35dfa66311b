"""What may be changed in a source, and which changes are taken."""

import ast
from textwrap import dedent

import pytest

from tools.mutants import TARGETS
from tools.mutants.changes import mutants, sampled
from tools.mutants.explained import Explanation, explanations
from tools.mutants.runs import ROOT


def changes(source: str) -> list[str]:
    source = dedent(source)
    return [mutant.change for mutant in mutants(source, ast.parse(source))]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = a < b", ["a < b -> a <= b", "a < b -> a >= b"]),
        ("x = a == b", ["a == b -> a != b"]),
        ("x = a not in b", ["a not in b -> a in b"]),
        ("x = a + b", ["a + b -> a - b"]),
        ("x += b", ["x += b -> x -= b", "removed: x += b"]),
        ("x = a and b", ["a and b -> a or b"]),
        ("x = 5", ["5 -> 6", "5 -> 4"]),
        ("x = f(True, None, 'text')", ["True -> False"]),
        ("x = not a", ["not a -> a"]),
        ("x = -a", ["-a -> a"]),
        ("x = b if a else c", ["condition negated: a"]),
        ("x = [a for a in b if a]", ["filter removed: a"]),
        ("f(a)", ["removed: f(a)"]),
        ("a.b = c", ["removed: a.b = c"]),
        ("raise a", ["removed: raise a"]),
        ("x = min(a)", ["min -> max"]),
        ("x = np.zeros(a)", ["np.zeros -> np.ones"]),
        ("x = f(side='left')", ["'left' -> 'right'"]),
    ],
)
def test_what_is_changed(source: str, expected: list[str]) -> None:
    assert changes(source) == expected


def test_loops_and_returns() -> None:
    source = """
        def f(a):
            while a:
                break
            return a
        """

    assert changes(source) == ["condition negated: a", "break -> continue", "returns None: a"]


@pytest.mark.parametrize(
    "source",
    [
        '"""What a file says of itself."""',
        "def f(a: Literal[3] = x) -> Literal[4]: ...",
        "@dataclass(frozen=True)\nclass A: ...",
        'x = f"{a:03d}"',
        'logger.debug("told")',
        "x = zip(a, b, strict=True)",
        'if sys.platform == "win32":\n    x = 5',
    ],
)
def test_what_stays(source: str) -> None:
    """Texts, types, decorators, lines of the log, and what another platform would run."""
    assert changes(source) == []


def test_equal_changes_of_a_line_are_numbered() -> None:
    assert changes("x = f(1, 1)") == ["1 -> 2", "1 -> 0", "1 -> 2 #2", "1 -> 0 #2"]


def test_a_sample_stays_the_same_wherever_its_lines_move() -> None:
    source = "a = 1\nb = 2\nc = 3\nd = 4\n"
    moved = "import x\n\n" + source
    here, there = (sampled(mutants(text, ast.parse(text)), 3) for text in (source, moved))

    assert [(one.text, one.change) for one in here] == [(one.text, one.change) for one in there]
    assert len(here) == 3
    assert len(sampled(mutants(source, ast.parse(source)), 99)) == 8


def test_an_explanation_is_for_one_change_of_one_line() -> None:
    source = "x = 5"
    up, down = mutants(source, ast.parse(source))
    known = Explanation("a.py", "x = 5", ["5 -> 6"], "because")

    assert [known.covers("a.py", up), known.covers("a.py", down), known.covers("b.py", up)] == [
        True,
        False,
        False,
    ]


def test_every_target_and_every_explained_file_is_there() -> None:
    """A file that moves takes its line in the table along."""
    files = [*TARGETS, *(test for tests in TARGETS.values() for test in tests)]

    assert [file for file in files if not (ROOT / file).exists()] == []
    assert [each for each in explanations() if not each.reason.endswith(".")] == []
