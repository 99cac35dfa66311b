"""Every maker in the table is known, alone and inside a sentence, and by a shape that no word has."""

import re

import pytest

from configuration.logs.redaction import MARK, Redactor
from configuration.logs.redaction_makers import ANCHORED, MAKERS
from configuration.logs.redaction_tokens import RUN_LENGTH, clean_makers, has_run, runs
from tests.support.redaction_corpus import SHAPES
from tests.support.redaction_tokens import FURTHER, ON_THE_LIST

DRAWN = {name: make() for name, make in SHAPES.items()}


@pytest.mark.parametrize("name", [*ON_THE_LIST, *FURTHER])
def test_a_token_goes_wherever_it_stands(name):
    """Nothing of it stays, and nothing around it goes."""
    redact = Redactor().text
    token = (ON_THE_LIST | FURTHER)[name]()

    assert redact(token) == MARK
    assert redact(f"<{token}> and ({token}), then {token}") == f"<{MARK}> and ({MARK}), then {MARK}"


def test_the_corpus_has_a_token_of_every_maker():
    """A maker without a sample does not ship."""
    known = {
        maker.name
        for maker in (*MAKERS, *ANCHORED)
        if any(re.search(maker.pattern, token) for token in DRAWN.values())
    }

    assert {maker.name for maker in (*MAKERS, *ANCHORED)} - known == set()


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: f"{maker.name} {maker.pattern[:12]}")
def test_a_pattern_can_stand_in_the_scan(maker):
    """It begins with one plain character, opens no group of its own, and matches within a run."""
    found = [match[0] for token in DRAWN.values() if (match := re.search(maker.pattern, token))]

    assert maker.pattern[0].isalnum() and maker.pattern[0].isascii()
    assert maker.pattern[1] not in "*+?{|"
    assert re.compile(maker.pattern).groups == 0
    assert all(list(runs(token)) == [(0, len(token))] for token in found)


@pytest.mark.parametrize("each", ANCHORED, ids=lambda each: each.name)
def test_an_anchored_pattern_holds_its_needle(each):
    """The pattern is tried only where the needle is."""
    found = [match[0] for token in DRAWN.values() if (match := re.search(each.pattern, token))]

    assert found
    assert all(each.needle in token.lower() for token in found)
    assert all(has_run(token) or "$" in token for token in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("x" * (RUN_LENGTH - 1), []),
        ("x" * RUN_LENGTH, [(0, 16)]),
        ("ab " + "x" * 20 + " cd", [(3, 23)]),
        ("é" * 30 + "x" * 16 + "ü", [(30, 46)]),
        ("a+b/c=d_e.f~g-h1 " * 2, [(0, 16), (17, 33)]),
        ("x" * 15 + "é" + "x" * 15, []),
        ("🔑" + "x" * 16, [(1, 17)]),
    ],
)
def test_runs_are_where_token_characters_stand(text, expected):
    """Sixteen letters, digits and signs of tokens in a row, at the places of the text itself."""
    assert list(runs(text)) == expected
    assert has_run(text) is bool(expected)


@pytest.mark.parametrize(
    "text",
    [
        "Models/and/Views/with/Names/of/44/characters0",
        "N" + "a" * 43,
        "M" * 44,
        "Nested/words/Of/a/path/99/that/Is/44/longg",
    ],
)
def test_what_is_as_long_as_a_token_of_data_center_is_decoded(text):
    """A path or a word of that length is not a number and a colon."""
    assert clean_makers(text) == text


def test_a_token_behind_what_was_not_believed_is_found():
    """The scan goes on one character later, not behind the whole of it."""
    token = DRAWN["github"]

    assert clean_makers("M" * 44 + " " + token) == "M" * 44 + " " + MARK
