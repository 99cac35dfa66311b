"""A partial: of one scope and one period all that its numbers are made of, small enough to be kept. Pure."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from data.metrics.merging.packing import is_no_instant, packed, unpacked

# By table, the columns of a partial; rows of tables point to each other by their places in it, -1 for none.
ISSUES: Mapping[str, type] = {
    "project": np.int32,
    "number": np.int64,
    "created": np.int64,
    "started": np.int64,
    "completed": np.int64,
    "change": np.int64,
    "detected": np.int64,
    "detected_by": np.int64,
    "restored": np.int64,
    "restored_by": np.int64,
    "flow_item": np.int8,
    "points": np.float64,
    "active": np.int64,
    "lead_progress": np.int64,
    "lead_active": np.int64,
    "deployment": np.int32,
    "cause": np.int32,
    "flags": np.int32,
}
# Stretches of time: a table for each kind.
KINDS = ("load", "parked", "flag", "waiting", "link", "unseen", "unknown_start", "before", "after")
SPANS: Mapping[str, type] = {
    "issue": np.int32,
    "entered": np.int64,
    "left": np.int64,
    "inferred": np.bool_,
}
CIRCLES: Mapping[str, type] = {"issue": np.int32, "blocker": np.int32}
# ``id`` is a number for what a deployment, a change or an incident is called.
DEPLOYMENTS: Mapping[str, type] = {
    "id": np.int64,
    "day": np.int64,
    "at": np.int64,
    "reckoned_at": np.int64,
    "group": np.int32,
    "flags": np.int32,
}
CHANGES: Mapping[str, type] = {
    "id": np.int64,
    "first_commit_at": np.int64,
    "opened_at": np.int64,
    "first_review_at": np.int64,
    "merged_at": np.int64,
    "deployment": np.int32,
    "issue": np.int32,
    "flags": np.int32,
}
TOLD: Mapping[str, type] = {
    "id": np.int64,
    "detected_at": np.int64,
    "restored_at": np.int64,
    "group": np.int32,
    "cause": np.int32,
    "flags": np.int32,
}
TABLES: Mapping[str, Mapping[str, type]] = {
    "issues": ISSUES,
    **dict.fromkeys(KINDS, SPANS),
    "circles": CIRCLES,
    "deployments": DEPLOYMENTS,
    "changes": CHANGES,
    "told": TOLD,
}
# Columns that are kept as what they differ by from another one, which is often nothing: of the same row, or
# with a ``>`` before it of the issue that the row points to; ``^`` is the row before.
RELATIVE: Mapping[str, str] = {
    "issues.started": "created",
    "issues.completed": "started",
    "issues.change": "started",
    "issues.detected_by": "detected",
    "issues.restored_by": "restored",
    "issues.lead_active": "active",
    "issues.lead_progress": "lead_active",
    **{f"{kind}.issue": "^" for kind in KINDS},
    **{f"{kind}.entered": ">started" for kind in KINDS},
    **{f"{kind}.left": ">completed" for kind in KINDS},
    "deployments.reckoned_at": "at",
}
# What the bits of ``flags`` say, by table, from the lowest on.
ISSUE_FLAGS = (
    "item",
    "chosen",
    "not_delivered",
    "by_status",
    "end_inferred",
    "start_inferred",
    "start_unknown",
    "truncated",
    "measured",
    "incident",
    "false_alarm",
    "cause_inferred",
    "latent",
    "carried_unnamed",
    "restored_known",
    "undated_flag",
    "undated_link",
)
DEPLOYMENT_FLAGS = ("matches", "production", "successful", "failed", "certain", "rework", "chosen")
CHANGE_FLAGS = ("landed", "reaches")
TOLD_FLAGS = ("certain", "latent", "repair")


class Partial(msgspec.Struct, frozen=True):
    """What the numbers of one scope in one period, and in the one before it, are made of.

    Rows are those of issues that count in either, of deployments, and of stretches of time; an issue that
    was finished long ago, or not begun, has none.

    Attributes:
        name: of the scope, as people call it.
        site: of its Jira; issues of one site with one key are one.
        revision: of the stored rows.
        complete: a first fetch is over.
        as_of: T.
        newest: the data's own time.
        first: the earliest creation, ``MISSING`` for none.
        zone: in which days and weeks begin.
        days: first day of the period before, and first and last day of the period.
        n_issues: how many are stored.
        n_items: how many flow items are in view.
        blind: filters in use that what is made of deployments knows nothing of.
        settings: those that have to agree, by name, in words.
        targets: by metric id.
        edition: of the DORA report.
        holidays: of a calendar of working days; None where time is measured as it passes.
        states: what is known of the scope as a whole, by name.
        words: names that messages tell, by what they are of.
        source: what a deployment is.
        window_ms: how long after a deployment an incident is put down to it.
        projects: id and key of each project of ``issues``.
        groups: what each number of ``group`` stands for.
        held: by project key, the numbers of its issues, times two, and one more of a flow item in view.
        sizes: by table how many rows it has.
        columns: by ``table.column``, as ``packed``; a table without rows has none.
    """

    name: str
    site: str
    revision: str
    complete: bool
    as_of: int
    newest: int
    first: int
    zone: str
    days: tuple[str, str, str]
    n_issues: int
    n_items: int
    blind: tuple[str, ...]
    settings: dict[str, str]
    targets: dict[str, float]
    edition: str
    holidays: tuple[str, ...] | None
    states: dict[str, bool]
    words: dict[str, tuple[str, ...]]
    source: str
    window_ms: int
    projects: tuple[tuple[str, str], ...]
    groups: tuple[str, ...]
    held: dict[str, bytes]
    sizes: dict[str, int]
    # Where they are kept already they are not copied when a partial is read.
    columns: dict[str, memoryview]

    def column(self, table: str, name: str) -> NDArray[Any]:
        """Return one column of a table."""
        if not self.sizes[table]:
            return np.zeros(0, TABLES[table][name])
        values = unpacked(self.columns[f"{table}.{name}"], TABLES[table][name])
        base = RELATIVE.get(f"{table}.{name}", "")
        if not base:
            return values
        if base == "^":
            return np.cumsum(values, dtype=values.dtype)
        of_issue = base.startswith(">")
        added = (
            self.column("issues", base[1:])[self.column(table, "issue")]
            if of_issue
            else self.column(table, base)
        )
        return np.where(_both_known(values, added), values + added, values)


def pack_tables(tables: Mapping[str, Mapping[str, NDArray[Any]]]) -> dict[str, memoryview]:
    """Return the columns of all tables as ``Partial.columns`` has them."""
    found = {}
    for table, columns in tables.items():
        for name, column in columns.items():
            if not len(column):
                continue
            base = RELATIVE.get(f"{table}.{name}", "")
            kept: NDArray[Any] = column.astype(TABLES[table][name])
            if base == "^":
                kept = np.diff(kept, prepend=kept.dtype.type(0))
            elif base:
                of_issue = base.startswith(">")
                less = tables["issues"][base[1:]][columns["issue"]] if of_issue else columns[base]
                kept = np.where(_both_known(kept, less), kept - less, kept)
            found[f"{table}.{name}"] = memoryview(packed(kept))
    return found


def _both_known(values: NDArray[np.int64], base: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Flag the rows in which two instants are known: what is not there differs from nothing."""
    return ~(is_no_instant(values) | is_no_instant(base))


def as_bits(names: tuple[str, ...], flags: Mapping[str, NDArray[np.bool_]]) -> NDArray[np.int32]:
    """Return flags as the bits of one number for each row.

    Args:
        names: from the lowest bit on.
        flags: by name, all of one length.
    """
    bits = np.zeros(len(next(iter(flags.values()))), np.int32)
    for place, name in enumerate(names):
        bits |= flags[name].astype(np.int32) << place
    return bits


def bit(names: tuple[str, ...], bits: NDArray[np.int32], name: str) -> NDArray[np.bool_]:
    """Return one flag of each row."""
    flags: NDArray[np.bool_] = (bits >> names.index(name)) & 1 != 0
    return flags


def number_names(names: Iterable[str]) -> NDArray[np.int64]:
    """Return a number for each name: eight bytes of a digest, of which a million names hardly share one."""
    digests = [hashlib.blake2b(name.encode(errors="surrogatepass"), digest_size=8).digest() for name in names]
    return np.frombuffer(b"".join(digests), "<i8").astype(np.int64)
