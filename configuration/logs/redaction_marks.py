"""What is written in place of a secret, when a hostile text is given up, and how a text is searched."""

import re
from collections.abc import Callable
from functools import cache, lru_cache

MARK = "[REDACTED]"
WITHHELD = "[REDACTED: the rest of this text is withheld]"
MAX_HITS = 4_000  # hostile text; what comes after is withheld rather than scanned for seconds

# Characters that are not seen, or look like a sign of ASCII, around the sign behind a name.
_FOLDED = str.maketrans(
    dict.fromkeys("\u00a0\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u3000\ufeff", " ")
    | {"\ufe55": ":"}
    | {chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F) if not chr(code).isupper()}
)


@lru_cache(maxsize=4)
def folded(text: str) -> str:
    """Return ``text`` in lower case and with plain signs, every character in its place.

    The rules of one text ask for it one after another, so the last few are kept.
    """
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(small if len(small := c.lower()) == 1 else c for c in text)
    return lowered if lowered.isascii() else lowered.translate(_FOLDED)


def cleaner(
    pattern: str, believable: Callable[[str, re.Match[str]], bool] | None = None
) -> Callable[[str], str]:
    """Return a function that replaces the group of every match of ``pattern``.

    Patterns are written for lower-cased text: ``re`` ignores case outside ASCII
    in other ways than ``str.lower`` does, and in lower-cased text it can skip from
    one possible first letter to the next, which is why a lookbehind stands behind
    that letter. What goes is in a group; of several, one takes part.

    Args:
        pattern: for lower-cased text.
        believable: judges the text of the group as it was written; by default all are secrets.
    """

    @cache
    def compiled() -> re.Pattern[str]:
        # When a text is due for it, as nearly no line is: all of them take a tenth of what starting takes.
        return re.compile(pattern, re.ASCII)

    def clean(text: str) -> str:
        pieces: list[str] = []
        kept = 0
        for match in compiled().finditer(folded(text)):
            start, end = match.span(match.lastindex or 0)
            if believable is None or believable(text[start:end], match):
                pieces += (text[kept:start], MARK)
                kept = end
        return "".join((*pieces, text[kept:])) if kept else text

    return clean
