"""What a sync or an import did, as it is told to people and scripts."""

from dataclasses import dataclass
from typing import Any

from data.cache_manager import Changes


@dataclass(frozen=True, slots=True)
class SyncOutcome:
    """What a sync or an import did; ``as_document`` is its JSON."""

    mode: str
    changes: Changes
    fetched: int
    bad: int
    requests: dict[str, Any]
    reason: str | None
    duration_s: float

    def as_document(self) -> dict[str, Any]:
        """Return the JSON of ``sync --json`` and ``import --json``, keys in their published order."""
        changes = self.changes
        return {
            "state": "ok",
            "mode": self.mode,
            "issues": {
                "stored": changes.stored,
                "fetched": self.fetched,
                "created": changes.created,
                "updated": changes.updated,
                "deleted": changes.deleted,
                "moved": changes.moved,
                "held_back": 0,
                "bad": self.bad,
            },
            "requests": self.requests,
            "cache": {"hit": self.reason is None, "reason": self.reason},
            "duration_s": round(self.duration_s, 3),
            "revision": changes.revision,
        }


NO_REQUESTS: dict[str, Any] = {"total": 0, "retries": 0, "throttled_s": 0.0, "bytes": 0, "by_path": {}}
