"""The digest: what a lead wants to know on Monday, as plain text or as a mail without any script."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ui.report.standalone import template, visible

WIDTH = 96


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One thing that is told.

    Attributes:
        text: a sentence, or a name with its number.
        url: where it can be looked at, "" for nowhere.
        tone: ``better``, ``worse`` or "".
    """

    text: str
    url: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class DigestPart:
    """Lines under a head; a part without lines says in its note why."""

    head: str
    lines: tuple[DigestLine, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Digest:
    """What is told of a view.

    Attributes:
        title: whose numbers they are.
        about: of which days, as of when.
        warnings: what to know before any number.
        parts: in the order in which they are read.
        foot: how it came about.
    """

    title: str
    about: str
    warnings: tuple[str, ...]
    parts: tuple[DigestPart, ...]
    foot: str


def digest_text(digest: Digest) -> str:
    """Return a digest as lines of at most ``WIDTH`` letters, longer words aside."""
    return "\n".join(line for block in _list_blocks(digest) for line in (*block, "")).rstrip("\n") + "\n"


def _list_blocks(digest: Digest) -> Iterator[list[str]]:
    yield [*_wrap(digest.title, ""), *_wrap(digest.about, "")]
    for warning in digest.warnings:
        yield _wrap(warning, "! ")
    for part in digest.parts:
        notes = _wrap(part.note, "  ") if part.note else []
        yield [part.head.upper(), *notes, *(text for line in part.lines for text in _wrap(line.text, "  - "))]
    yield _wrap(digest.foot, "")


def _wrap(text: str, begin: str) -> list[str]:
    words = str(visible(" ".join(text.split())))
    return textwrap.wrap(
        words,
        WIDTH,
        initial_indent=begin,
        subsequent_indent=" " * len(begin),
        break_long_words=False,
        break_on_hyphens=False,
    )


def digest_mail(digest: Digest) -> str:
    """Return a digest as HTML for a mail: styles stand in the elements, and nothing is loaded or run."""
    return template("digest.html").render(digest=digest, colours={"better": "#0d5ea8", "worse": "#a8480a"})


def keys_in_words(keys: Sequence[str], most: int) -> str:
    """Return keys in a row, the first ``most`` of many and how many more there are."""
    more = len(keys) - most
    return ", ".join(keys[:most]) + (f" and {more} more" if more > 0 else "")
