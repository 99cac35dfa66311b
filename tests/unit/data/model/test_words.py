"""How names are compared, and what Jira's categories become."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.model.tables import DONE, IN_PROGRESS, TODO, UNMAPPED
from data.model.words import category_of, fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("In Review", "in review"),
        ("  in   REVIEW\t", "in review"),
        ("\u201eIn Review\u201c", "in review"),
        ("Won't Do", "wont do"),
        ("Won\u2019t Do", "wont do"),
        ("STRASSE", "strasse"),
        ("Stra\u00dfe", "strasse"),
        ("", ""),
        ('"\'"', ""),
    ],
)
def test_names_that_people_hold_equal_are_equal(text: str, folded: str) -> None:
    """Case, quotes of any kind and white space do not make another name."""
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("key", "code"),
    [("new", TODO), ("indeterminate", IN_PROGRESS), ("done", DONE), ("undefined", UNMAPPED), ("", UNMAPPED)],
)
def test_jiras_three_categories(key: str, code: int) -> None:
    """Three keys have a meaning; any other is unmapped."""
    assert category_of(key) == code


@given(st.text(max_size=12))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
