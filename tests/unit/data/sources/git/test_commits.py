"""What a message names."""

import pytest

from data.sources.git.commits import keys_in


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (b"AB-1 and CD_2-34, AB-1 again", ("AB-1", "CD_2-34")),
        (b"title\nAB-1\n(AB-2) [AB-3]: AB-4-5", ("AB-1", "AB-2", "AB-3", "AB-4")),
        (b"xAB-1 9AB-1 _AB-1 -AB-1 ABAB-x A-1 ab-1", ()),  # in the middle of a word, or no key
        (b"AB-1234567890123456789", ()),  # longer than any number of an issue
        ("\u00e4AB-1".encode(), ("AB-1",)),
    ],
)
def test_keys_of_a_message(message: bytes, expected: tuple[str, ...]) -> None:
    assert keys_in(message) == expected
