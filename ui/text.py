"""Foreign text inside a figure: plotly reads a kind of HTML, and TeX between dollar signs."""

import html
import re
import textwrap

LONGEST = 60
# Such as an issue's key; most of what a chart shows is of this kind, and there may be thousands.
_HARMLESS = re.compile("[A-Za-z0-9_-]+")


def plain(text: str, longest: int = LONGEST) -> str:
    """Return text so that plotly shows it letter by letter, on one line, whatever is in it.

    Every name that Jira supplies goes through here before it enters a figure:
    tick labels, legends, annotations and what a hover shows. Plotly knows the
    entities for the three signs of HTML and numbered ones, but not ``&quot;``.

    Args:
        text: as Jira has it; unprintable characters, also those that turn the
            direction of writing, become spaces.
        longest: the rest gives way to an ellipsis.
    """
    harmless = len(text) <= longest and _HARMLESS.fullmatch(text)
    return text if harmless else _make_inert(_on_one_line(text, longest))


def wrapped(text: str, width: int, lines: int = 2, longest: int = LONGEST) -> str:
    """Return text as ``plain`` has it, broken into at most ``lines`` lines of about ``width`` letters."""
    words = _on_one_line(text, longest)
    broken = textwrap.wrap(words, width, max_lines=lines, placeholder="…")
    return "<br>".join(_make_inert(line) for line in broken)


def _on_one_line(text: str, longest: int) -> str:
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() else " " for letter in text)
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def _make_inert(text: str) -> str:
    return html.escape(text, quote=False).replace("$", "&#36;")
