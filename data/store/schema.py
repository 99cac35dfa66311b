"""What is stored, in which version, and the sums over it: what a revision is, and what watches the rest."""

import hashlib
import zlib

from data.model.tables import IssueRow
from data.store.port import Rows

SCHEMA_VERSION = 3
# Version of the definitions (specs/metrics.md) under which a store was last published.
DEFINITIONS = "2"
# What a row holds of an issue. Unlike the schema it is no part of a scope's name: a store with rows of an
# earlier version opens and answers, and what its rows lack is asked for once.
ROWS_VERSION = 3
_DIGEST_BITS = 128
# A row is a list; one that is shorter was written by an earlier version. In MessagePack its length stands in
# the second and third byte, from 16 entries on.
_ROW_HEAD = b"\xdc" + len(IssueRow.__struct_fields__).to_bytes(2)


def count_outdated(rows: Rows) -> int:
    """Return how many issues are stored as an earlier version of the program read them."""
    return rows.count_shorter(_ROW_HEAD)


def row_digest(kind: str, name: str, row: bytes) -> int:
    """Return a number for one stored row; see ``revision_of``."""
    text = f"{kind}\0{name}\0{len(row)}\0".encode() + row
    return int.from_bytes(hashlib.sha256(text).digest()[: _DIGEST_BITS // 8])


def revision_of(total: int) -> str:
    """Return 16 hex characters over all stored rows: the same content has the same revision.

    Args:
        total: sum of the digests of all rows. A sum can be kept up to date by the rows that
            changed, and does not depend on their order.
    """
    return hashlib.sha256(wrapped(total).to_bytes(_DIGEST_BITS // 8)).hexdigest()[:16]


def wrapped(total: int) -> int:
    """Return a sum of digests in the range of one digest."""
    return total % (1 << _DIGEST_BITS)


def total_of(rows: Rows) -> int:
    """Return the sum of the digests of everything that is stored."""
    issues = sum(row_digest("", name, row) for name, _, _, row, _ in rows.cells("issue"))
    return issues + sum(row_digest(kind, name, row) for kind, name, row in rows.all_references())


def links_of(row: IssueRow) -> list[tuple[str, str]]:
    """Return (key, id) for each key that an issue names: of its links and its parent."""
    named = {link.key for link in row.links} | ({row.parent} if row.parent else set())
    return [(key, row.id) for key in sorted(named)]


def links_in(rows: Rows) -> int:
    """Return a checksum over all stored links: a sum, which can be kept up to date by those that change."""
    return sum(link_digest(key, name) for key, name in rows.links())


def link_digest(key: str, issue_id: str) -> int:
    """Return a number for one stored link; see ``links_in``."""
    return zlib.crc32(f"{key}\n{issue_id}".encode())


def check_of(rows: Rows, meta: dict[str, str]) -> str:
    """Return a checksum over what no other one watches: metadata, references, and which rows changed."""
    crc = int(crc_of_meta(rows, meta))
    for issue_id in rows.changed():
        crc = zlib.crc32(f"{issue_id}\n".encode(), crc)
    return str(crc)


def crc_of_meta(rows: Rows, meta: dict[str, str]) -> str:
    """Return a checksum over metadata and references, which is all that version 2 had."""
    crc = zlib.crc32(repr(sorted((name, value) for name, value in meta.items() if name != "check")).encode())
    for kind, name, row in rows.all_references():
        crc = zlib.crc32(row, zlib.crc32(f"{kind}:{name}".encode(), crc))
    return str(crc)
