"""Entries of files that cannot be read: where they stand, what is wrong, and what helps."""

from collections.abc import Callable
from dataclasses import dataclass, field

from configuration.errors import InputError

SHOWN = 10


@dataclass(frozen=True, slots=True)
class BadEntry:
    """An entry of a file that is not what was wanted.

    Attributes:
        path: name of the file.
        place: where in it.
        reason: what is wrong.
        remedy: a sentence that helps more than correcting the entry would, "" where there is none.
    """

    path: str
    place: str
    reason: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.path}, {self.place}: {self.reason}"


@dataclass(slots=True)
class LeftOut:
    """What was left out of an import: how many entries, and the first of them.

    Attributes:
        count: of entries.
        shown: the first ones, as they are told.
    """

    count: int = 0
    shown: list[str] = field(default_factory=list)

    def add(self, entry: BadEntry) -> None:
        """Count an entry; a file may hold millions of them."""
        self.count += 1
        if len(self.shown) < SHOWN:
            self.shown.append(str(entry))


@dataclass(slots=True)
class Judge:
    """Decides over the entries of one file: the bad ones are left out, or end the import.

    Args:
        name: of the file, as it was given.
        what: an entry of it is called.
        left_out: collects bad entries; None: they end the import.
        check: what to do where not one entry is good and nothing better is known.
    """

    name: str
    what: str
    left_out: LeftOut | None
    check: str
    good: int = 0
    _first: BadEntry | None = None

    def note_good(self) -> None:
        """Note an entry that is what was wanted.

        Raises:
            InputError: a bad one stands before it, and it must not.
        """
        self.good += 1
        if self._first is not None and self.left_out is None:
            raise self._refusal(self._first)

    def note_bad(self, entry: BadEntry) -> None:
        """Note an entry that is not; raises InputError where a good one stands before it, and it must not."""
        if self.left_out is not None:
            self.left_out.add(entry)
        elif self.good:
            raise self._refusal(entry)
        self._first = self._first or entry

    def end(self) -> None:
        """Raise InputError where the file had bad entries only: leaving them out would leave nothing."""
        if self.good or self._first is None:
            return
        if self.left_out is not None:
            raise InputError(
                f"{self.name} holds no {self.what} that can be read; the first entry, {self._first.place},"
                f" {self._first.reason}.",
                hint=self._first.remedy or self.check,
            )
        raise InputError(f"{self._first}.", hint=self._first.remedy or self.check)

    def _refusal(self, entry: BadEntry) -> InputError:
        better = entry.remedy or "Correct the entry"
        return InputError(
            f"{entry}.",
            hint=f"{better.rstrip('.')}, or leave such entries out with --skip-bad; nothing was imported.",
        )


Note = Callable[[BadEntry], None]
