"""E-mail addresses in any script and in the ways in which they are written."""

import re

from configuration.logs.redaction_marks import MARK, MAX_HITS, WITHHELD

# The search starts at the @, and looks left from there, so that a long word costs nothing. Must not
# catch decorators, name@1.2.3, git@host:path or picture names such as icon@2x.png.
_DOMAIN = r"[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"
_AT = re.compile(
    rf"(?:@|%(?:25)?40|&\#0{{0,3}}64;|&\#x0{{0,2}}40;|&commat;|\\{{1,4}}u0040)(?={_DOMAIN})({_DOMAIN})"
)
# Read from right to left; "%2B" is the plus sign of an address in a query.
_LOCAL = re.compile(r"(?:[\w.!#$*+'^`~-]|[Bb]2(?:52)?%){1,64}")
_NOT_A_DOMAIN = re.compile(
    r"[\w.-]*\.(?:\d+[\w-]*|png|jpe?g|gif|svg|webp|css|js|py|html)", re.ASCII | re.IGNORECASE
)
_GLUED = re.compile(r"(?::|%3A)(?![0-9]{1,5}(?:[\s/,;)]|$))[^\s\"'<>,;)\]}]{4,512}", re.ASCII)


def clean_addresses(text: str) -> str:
    """Replace e-mail addresses, and a password that is glued to one with a colon."""
    pieces: list[str] = []
    kept = 0
    for hits, match in enumerate(_AT.finditer(text)):
        if hits >= MAX_HITS:
            return "".join((*pieces, text[kept : match.start()], WITHHELD))
        length = 0 if _NOT_A_DOMAIN.fullmatch(match[1]) else _local_length(text, kept, match.start())
        if not length:
            continue
        glued = _GLUED.match(text, match.end())
        pieces += (text[kept : match.start() - length], MARK)
        kept = glued.end() if glued else match.end()
    return "".join((*pieces, text[kept:])) if kept else text


def _local_length(text: str, kept: int, at: int) -> int:
    """Return how many characters before ``at`` belong to an address; 0 when it is not one."""
    left = text[max(kept, at - 64) : at]
    local = _LOCAL.match(left[::-1])
    if local is None or local[0] == "tig":
        return 0
    length = len(local[0])
    while length > 1 and not left[-length].isalnum() and left[-length] != "_":
        length -= 1  # an opening quote or a full stop is not part of the address
    return length if left[-length:].strip("'`.~^*-") else 0
