"""What a sync or an import did, as it is told to people and scripts."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from data.cache_manager import Changes
from data.intake.events import RowCounts


@dataclass(frozen=True, slots=True)
class SyncOutcome:
    """What a sync or an import did; ``as_document`` is its JSON.

    Attributes:
        mode: ``full``, ``incremental``, ``unchanged`` or ``import``.
        changes: what the last publication changed.
        fetched: issues that came, whether they had changed or not.
        bad: issues with values that cannot be read.
        requests: what was asked, by path.
        reason: why the stored answer did not hold, None where it did.
        duration_s: from start to end.
        held_back: issues that seem to be gone, too many at once to believe it.
        created_in_parts: new issues that were published before the last publication.
        set_aside: name that a damaged file was given, "" where there was none.
        warnings: what Jira said about the query although it answered.
        notices: what a reader of the numbers should know of the clones and hosts that were read.
        unread: of each repository or clone that could not be read, cause and remedy; what is stored stays.
        beside: what became of imported deployments, changes and incidents, by these words; those of which
            none were given are absent.
    """

    mode: str
    changes: Changes
    fetched: int
    bad: int
    requests: dict[str, Any]
    reason: str | None
    duration_s: float
    held_back: int = 0
    created_in_parts: int = 0
    set_aside: str = ""
    warnings: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    unread: tuple[tuple[str, str], ...] = ()
    beside: Mapping[str, RowCounts] = field(default_factory=dict)

    def as_document(self) -> dict[str, Any]:
        """Return the JSON of ``sync --json`` and ``import --json``, keys in their published order."""
        changes = self.changes
        return {
            "state": "guarded" if self.held_back else "ok",
            "mode": self.mode,
            "issues": {
                "stored": changes.stored,
                "fetched": self.fetched,
                "created": changes.created + self.created_in_parts,
                "updated": changes.updated,
                "deleted": changes.deleted,
                "moved": changes.moved,
                "held_back": self.held_back,
                "bad": self.bad,
            },
            **{what: asdict(counts) for what, counts in self.beside.items()},
            "requests": self.requests,
            "cache": {"hit": self.reason is None, "reason": self.reason},
            "duration_s": round(self.duration_s, 3),
            "revision": changes.revision,
        }


NO_REQUESTS: dict[str, Any] = {"total": 0, "retries": 0, "throttled_s": 0.0, "bytes": 0, "by_path": {}}
