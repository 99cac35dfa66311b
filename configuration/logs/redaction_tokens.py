"""The one scan for all tokens that are known by their look (the table of ``redaction_makers``).

Token characters are letters, digits and ``+/=_.~-``. Whatever holds no run of
them is not looked at a second time; in a run the patterns of all makers are
tried at once.
"""

import re
from base64 import b64decode
from collections.abc import Iterator
from functools import cache

from configuration.logs.redaction_makers import ANCHORED, EDGES, MAKERS, Maker
from configuration.logs.redaction_marks import MARK

RUN_LENGTH = 16


def _one_pattern(makers: tuple[Maker, ...]) -> re.Pattern[str]:
    """Return all makers as one alternation: each first letter, and each edge behind it, is tried once."""
    by_letter: dict[str, dict[str, list[str]]] = {}
    for maker in makers:
        edge, rest = _cut_edge(maker.pattern[1:])
        by_letter.setdefault(maker.pattern[0], {}).setdefault(edge, []).append(rest)
    letters = (
        letter + "(?:" + "|".join(f"{edge}(?:{'|'.join(rests)})" for edge, rests in by_edge.items()) + ")"
        for letter, by_edge in by_letter.items()
    )
    return re.compile("|".join(letters))


def _cut_edge(pattern: str) -> tuple[str, str]:
    """Return the edge that a pattern begins with, and what follows it.

    Where a plain character follows, it goes before the edge, which then looks
    back one character more: two letters that fit are rarer than one.
    """
    edge = next((edge for edge in EDGES if pattern.startswith(edge)), "")
    rest = pattern.removeprefix(edge)
    if edge and rest[0].isalnum() and rest[1] not in "*+?{":
        return rest[0] + edge.replace(".)", "..)"), rest[1:]
    return edge, rest


@cache
def _shapes() -> re.Pattern[str]:
    """Return the pattern of all makers, made when the first run of token characters is met."""
    return _one_pattern(MAKERS)


_TOKEN_CHARACTERS = bytes(
    ord("x") if chr(code).isascii() and (chr(code).isalnum() or chr(code) in "+/=_.~-") else 32
    for code in range(256)
)
_RUN = b"x" * RUN_LENGTH


def runs(text: str) -> Iterator[tuple[int, int]]:
    """Yield where runs of ``RUN_LENGTH`` token characters and more begin and end."""
    # One byte for each character whatever the script, so that places in it are places in the text.
    folded = text.encode("latin-1", "replace").translate(_TOKEN_CHARACTERS)
    start = folded.find(_RUN)
    while start >= 0:
        end = folded.find(b" ", start)
        yield start, end if end >= 0 else len(text)
        start = folded.find(_RUN, end) if end >= 0 else -1


def has_run(text: str) -> bool:
    """Return whether there is a run: without one no maker need be tried."""
    return next(runs(text), None) is not None


def mixed(token: str) -> bool:
    """Return whether a token holds a digit, a small and a capital letter, as random ones do."""
    return all(any(map(test, token)) for test in (str.isdigit, str.islower, str.isupper))


def _is_believable(token: str) -> bool:
    """Return whether what looks like a token of Data Center is one; of other makers all are."""
    if len(token) != 44 or token[0] not in "MNO" or "." in token or "_" in token or "-" in token:
        return True
    # A path may be as long, but does not read as a number and a colon.
    return mixed(token) and ("/" not in token or re.match(rb"\d+:", b64decode(token)) is not None)


def clean_makers(text: str) -> str:
    """Replace the tokens of all makers in the table, in one pass over the runs."""
    pieces: list[str] = []
    kept = 0
    shapes = _shapes()
    for start, end in runs(text):
        pos = start
        while match := shapes.search(text, pos, end):
            if not _is_believable(match[0]):
                pos = match.start() + 1
                continue
            pieces += (text[kept : match.start()], MARK)
            kept = pos = match.end()
    return "".join((*pieces, text[kept:])) if kept else text


_ANCHORED = tuple((each.needle, re.compile(each.pattern)) for each in ANCHORED)


def clean_anchored(text: str) -> str:
    """Replace the tokens that are known by a mark in their middle."""
    lowered = text.lower()
    for needle, pattern in _ANCHORED:
        if needle in lowered:
            text = pattern.sub(MARK, text)
    return text
