"""Pages that stand alone: everything is escaped, a cell is readable, a missing name is an error."""

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from tests.support.hostile import HOSTILE
from ui.report.standalone import NOTHING, plain, problem_page, template, visible


@pytest.mark.parametrize("text", HOSTILE)
def test_a_problem_is_told_in_text(text: str) -> None:
    """Whatever was asked for stands there as text."""
    page = problem_page(text, text, text, text)

    assert page.count("<") == problem_page("t", "c", "r", "x").count("<")
    assert "\x00" not in page


def test_a_problem_without_a_reference() -> None:
    assert "Log reference: ab12cd34" in problem_page("t", "c", "r", "ab12cd34")
    assert "Log reference" not in problem_page("t", "c", "r")


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, NOTHING),
        (float("nan"), NOTHING),
        (True, "yes"),
        (False, "no"),
        (0, "0"),
        (0.0, "0"),
        (1 / 3, "0.333333"),
        (1204, "1204"),
        ("A-1", "A-1"),
        ("", ""),
    ],
)
def test_cells(value: object, cell: str) -> None:
    assert plain(value) == cell


def test_what_a_page_cannot_show() -> None:
    """Controls become a mark, line ends and letters of any script stay, markup of ours passes."""
    assert visible("a\x00b\x1bc\ufffed\te\nf\u05d0") == "a\ufffdb\ufffdc\ufffdd\te\nf\u05d0"
    assert visible(Markup("<b>")) == "<b>"
    assert visible(3) == 3


def test_a_name_that_is_missing_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        template("problem.html").render()
