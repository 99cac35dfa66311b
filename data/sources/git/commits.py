"""The log of a repository as columns, one pass over what git answers, and what its messages say."""

import re
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from data.model.tables import MISSING
from data.sources.git.program import Git

# Hash, parents, when it was written, when it came into this history, the message.
_FORMAT = "%H%x00%P%x00%at%x00%ct%x00%B"
_CELLS = 5
ABSENT = -1
_SECOND_MS = 1_000
# A clock that was never set tells the year 1970; nothing that is measured here is so old.
EARLIEST_S = 315_532_800  # 1 January 1980
_KEY = re.compile(rb"(?<![A-Za-z0-9_-])[A-Z][A-Z0-9_]+-\d{1,18}(?![\d])")
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
    for commit, before, written, merged, message in _records(
        git.stream("log", "-z", f"--format=tformat:{_FORMAT}", "--no-show-signature", "--stdin", given=given)
    ):
        place = len(log.hashes)
        log.place[commit] = place
        log.hashes.append(commit)
        parents.append(before)
        log.written_at.append(_instant(log, written, latest_ms))
        log.merged_at.append(_instant(log, merged, latest_ms))
        _note_message(log, place, message, merge=b" " in before)
    find = log.place.get
    log.parents = [tuple(find(each, ABSENT) for each in before.decode().split()) for before in parents]
    return log


def _records(pieces: Iterable[bytes]) -> Iterator[tuple[str, bytes, bytes, bytes, bytes]]:
    """Yield the cells of each commit; cells end with a zero byte, which no message holds."""
    rest = b""
    for piece in pieces:
        cells = (rest + piece).split(b"\0")
        whole = (len(cells) - 1) // _CELLS * _CELLS
        rest = b"\0".join(cells[whole:])
        for first in range(0, whole, _CELLS):
            commit, *others = cells[first : first + _CELLS]
            yield commit.decode(), others[0], others[1], others[2], others[3]


def _instant(log: Log, seconds: bytes, latest_ms: int) -> int:
    try:
        at = int(seconds)
    except ValueError:
        at = 0
    if at >= EARLIEST_S and at * _SECOND_MS <= latest_ms:
        return at * _SECOND_MS
    log.wrong_clocks += 1
    return MISSING


def _note_message(log: Log, place: int, message: bytes, *, merge: bool) -> None:
    title, _, body = message.partition(b"\n")
    log.titles.append(title)
    if _DASH in message:
        keys = keys_in(message)
        if keys:
            log.keys[place] = keys
    if b"This reverts commit" in message:
        found = reverted_in(message)
        if found:
            log.reverted[place] = found
    if merge or b"merge request" in body:
        log.bodies[place] = body


def keys_in(message: bytes) -> tuple[str, ...]:
    """Return what a message names that may be the key of an issue, each once."""
    return tuple(dict.fromkeys(key.decode() for key in _KEY.findall(message)))


def reverted_in(message: bytes) -> tuple[str, ...]:
    """Return the hashes of the commits that a message says it takes back, each once."""
    return tuple(dict.fromkeys(each.decode() for each in _REVERTED.findall(message)))
