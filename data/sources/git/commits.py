"""The log of a repository as columns, one pass over what git answers, and what its messages say."""

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from data.model.tables import MISSING
from data.sources.git.program import Git

# Hash, parents, when it was written, when it came into this history, the message.
_FORMAT = "%H%x00%P%x00%at%x00%ct%x00%B"
_CELLS = 5
ABSENT = -1
_SECOND_MS = 1_000
_MOST_DIGITS = 15  # of seconds
# A clock that was never set tells the year 1970; nothing that is measured here is so old.
EARLIEST_S = 315_532_800  # 1 January 1980
# What stands before a key is looked at behind its first letter, of which there are few: three times as quick.
_KEY = re.compile(rb"[A-Z](?<![A-Za-z0-9_-].)[A-Z0-9_]+-\d{1,18}(?!\d)")
_REVERTED = re.compile(rb"This reverts commit ([0-9a-f]{7,64})")
_DASH = ord("-")


@dataclass(slots=True)
class Log:
    """Commits, one place each, in the order in which git tells of them.

    Attributes:
        hashes: as git writes them.
        place: by hash.
        parents: places of the parents, the first one first; ``ABSENT`` where one is not in the log.
        written_at: epoch milliseconds, ``MISSING`` where the clock was plainly wrong.
        merged_at: likewise when it came into this history.
        titles: first lines.
        keys: of issues, by place of those that name some.
        reverted: hashes that are taken back, by place.
        bodies: what follows the title, by place of merges and of what names a merge request.
        wrong_clocks: how many instants cannot be true.
    """

    hashes: list[str] = field(default_factory=list)
    place: dict[str, int] = field(default_factory=dict)
    parents: list[tuple[int, ...]] = field(default_factory=list)
    written_at: "array[int]" = field(default_factory=lambda: array("q"))
    merged_at: "array[int]" = field(default_factory=lambda: array("q"))
    titles: list[bytes] = field(default_factory=list)
    keys: dict[int, tuple[str, ...]] = field(default_factory=dict)
    reverted: dict[int, tuple[str, ...]] = field(default_factory=dict)
    bodies: dict[int, bytes] = field(default_factory=dict)
    wrong_clocks: int = 0

    def __len__(self) -> int:
        return len(self.hashes)


def read_log(git: Git, tips: Iterable[str], known: Iterable[str], latest_ms: int) -> Log:
    """Read the commits that lead to some tips and not to what is known.

    Args:
        git: over the objects.
        tips: hashes.
        known: hashes; what leads to them is left out.
        latest_ms: what is later than this instant cannot have happened.

    Raises:
        InputError: the repository is damaged.
    """
    log, parents = Log(), []
    given = [*tips, *(f"^{commit}" for commit in known)]
    told = git.stream(
        "log", "-z", f"--format=tformat:{_FORMAT}", "--no-show-signature", "--stdin", given=given
    )
    spelled: dict[tuple[bytes, ...], tuple[str, ...]] = {}
    for cells in _whole_records(told):
        hashes, before, written, merged, messages = (cells[first::_CELLS] for first in range(_CELLS))
        _note_messages(log, messages, before, spelled)
        log.hashes += _texts(hashes)
        parents += _texts(before)
        log.written_at.extend(_instants(log, written, latest_ms))
        log.merged_at.extend(_instants(log, merged, latest_ms))
    log.place = {commit: place for place, commit in enumerate(log.hashes)}
    find = log.place.get
    log.parents = [tuple([find(each, ABSENT) for each in before.split()]) for before in parents]
    return log


def _whole_records(pieces: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Yield the cells of many commits at a time; cells end with a zero byte, which no message holds."""
    rest = b""
    for piece in pieces:
        cells = (rest + piece).split(b"\0")
        whole = (len(cells) - 1) // _CELLS * _CELLS
        rest = b"\0".join(cells[whole:])
        del cells[whole:]
        yield cells


def _texts(cells: Sequence[bytes]) -> list[str]:
    """Return cells of hashes as text, all of them at once."""
    return b"\n".join(cells).decode().split("\n") if cells else []


def _instants(log: Log, cells: Sequence[bytes], latest_ms: int) -> list[int]:
    latest = latest_ms // _SECOND_MS
    # What a damaged commit says may be no number, or one that Python refuses to read for its length.
    seconds = [int(cell) if cell.isdigit() and len(cell) <= _MOST_DIGITS else 0 for cell in cells]
    found = [at * _SECOND_MS if EARLIEST_S <= at <= latest else MISSING for at in seconds]
    log.wrong_clocks += found.count(MISSING)
    return found


def _note_messages(
    log: Log,
    messages: Sequence[bytes],
    parents: Sequence[bytes],
    spelled: dict[tuple[bytes, ...], tuple[str, ...]],
) -> None:
    """Note what the messages of some commits say.

    Args:
        log: of the commits before them.
        messages: theirs.
        parents: theirs.
        spelled: keys as text by what messages call them: many commits name the same ones.
    """
    for place, (message, before) in enumerate(zip(messages, parents, strict=True), len(log.titles)):
        if _DASH in message and (named := tuple(_KEY.findall(message))):
            if named not in spelled:
                spelled[named] = keys_in(message)
            log.keys[place] = spelled[named]
        if b"This reverts commit" in message and (found := reverted_in(message)):
            log.reverted[place] = found
        title, _, body = message.partition(b"\n")
        if b"merge request" in body or b" " in before:
            log.bodies[place] = body
        log.titles.append(title)


def keys_in(message: bytes) -> tuple[str, ...]:
    """Return what a message names that may be the key of an issue, each once."""
    return tuple(dict.fromkeys(key.decode() for key in _KEY.findall(message)))


def reverted_in(message: bytes) -> tuple[str, ...]:
    """Return the hashes of the commits that a message says it takes back, each once."""
    return tuple(dict.fromkeys(each.decode() for each in _REVERTED.findall(message)))
