"""A change of code as a page shows it beside an issue: a noun."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A change of code beside an issue; texts are "" where there is nothing to show.

    ``commits`` are short hashes, the oldest first, and ``deployment`` is what carried it out.
    """

    id: str
    name: str
    url: str
    service: str
    commits: tuple[str, ...]
    merged: str
    deployment: str
