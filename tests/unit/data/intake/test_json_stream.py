"""Values are found by counting brackets outside of texts, however the text is cut into pieces."""

import io
import json

import pytest

from configuration.errors import InputError
from data.intake import json_stream
from data.intake.json_stream import split_values, values_in

NASTY = [
    {"a": 'quote \\" and slash \\\\', "b": "[{"},
    {"a": "\\", "b": ["]", {"c": "}"}, ","]},
    {},
    {"deep": [[[{"x": '\u00e4\\u005c\\"'}]]]},
]


def pieces(text: bytes, size: int) -> list[bytes]:
    return [text[at : at + size] for at in range(0, len(text), size)]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("indent", [None, 2])
def test_values_do_not_depend_on_where_the_text_is_cut(size: int, indent: int | None) -> None:
    """Objects one after another, an array of them, and both mixed."""
    objects = "".join(json.dumps(value, indent=indent) for value in NASTY)
    array = json.dumps(NASTY, indent=indent)
    for text, times in ((objects, 1), (array, 1), (f"{objects}\n{array} \x1e{array}", 3)):
        found = [json.loads(value) for value in split_values(pieces(text.encode(), size), "input")]

        assert found == NASTY * times


def test_elements_of_all_kinds() -> None:
    assert list(split_values([b'[1, "a,b", [2, 3], null]'], "input")) == [
        b"1",
        b' "a,b"',
        b" [2, 3]",
        b" null",
    ]
    assert list(split_values([b"[]  [ ]"], "input")) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b'{"a": 1', "in the middle of a value"),
        (b'[{"a": 1}', "in the middle of a value"),
        (b'{"a": "', "in the middle of a value"),
        (b"{]", "brackets do not match"),
        (b"}", "brackets do not match"),
        (b"[] nonsense", "'nonsense' stands outside"),
        (b"nonsense {}", "'nonsense' stands outside"),
    ],
)
def test_what_is_not_complete(text: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        list(split_values([text], "input"))


def test_lines_keep_their_numbers() -> None:
    """A broken line is handed on as it is: what is wrong with it costs no other line."""
    found = list(values_in(io.BytesIO(b'\n{"a": 1}\n\nnonsense\n{"b": \n'), "input"))

    assert found == [(2, b'{"a": 1}\n'), (4, b"nonsense\n"), (5, b'{"b": \n')]


def test_one_document_over_many_lines_has_no_line_numbers() -> None:
    assert list(values_in(io.BytesIO(b'{\n"a": 1}\n{"b": 2}\n'), "input")) == [
        (0, b'{\n"a": 1}'),
        (0, b'{"b": 2}'),
    ]


def test_a_long_document_is_read_in_its_elements(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than one element has to fit; one that does not is refused."""
    monkeypatch.setattr(json_stream, "MAX_VALUE_BYTES", 100)
    short = json.dumps([{"a": "x" * 60}] * 50).encode()

    assert len(list(values_in(io.BytesIO(short), "input"))) == 50
    with pytest.raises(InputError, match="longer than 64 MiB"):
        list(values_in(io.BytesIO(b'[{"a": "' + b"x" * 200 + b'"}]'), "input"))
