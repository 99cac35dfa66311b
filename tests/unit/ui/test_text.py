"""Foreign text in a figure: inert, on one line, not too long."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.text import LONGEST, plain, wrapped


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ABC-12", "ABC-12"),
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("<b>bold</b>", "&lt;b&gt;bold&lt;/b&gt;"),
        ("$x^2$", "&#36;x^2&#36;"),
        ('"quoted"', '"quoted"'),
        ("two\nlines\tand  more", "two lines and more"),
        ("a\u202eb", "a b"),  # would turn the direction of writing
        ("", ""),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 59 + "…"),
        ("a" * 58 + " bcd", "a" * 58 + "…"),  # no space before the ellipsis
    ],
)
def test_plain(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_a_key_beyond_the_limit_is_cut_as_well() -> None:
    assert plain("ABC-123456", longest=6) == "ABC-1…"


@given(st.text(max_size=200))
def test_whatever_it_is_nothing_of_it_is_markup(text: str) -> None:
    """Read back, it is what is printable of the text, on one line and within the limit."""
    shown = plain(text)
    read = html.unescape(shown)

    assert not re.search(r"[<>$]|&(?!lt;|gt;|amp;|#36;)", shown)
    assert len(read) <= LONGEST
    assert read.isprintable()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("one two three", "one two<br>three"),
        ("one", "one"),
        ("one two three four five", "one two<br>three…"),
        ("a<b c>d e", "a&lt;b c&gt;d<br>e"),
    ],
)
def test_wrapped(text: str, shown: str) -> None:
    """At most two lines of eight letters; the only markup is the break between them."""
    assert wrapped(text, 8) == shown
