"""The last station of a sync: what was staged is published in one step, with the marks of when."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from data.cache_manager import Changes, References, save_cache
from data.intake.plan import SyncOrder

# A first fetch shows what it has after so long, and then whenever that costs little beside fetching.
FIRST_PART_S = 2.0
PART_COST = 8


@dataclass(frozen=True, slots=True)
class Published:
    """What a sync changed in the store.

    Attributes:
        mode: ``full``, ``incremental`` or ``unchanged``.
        reason: why the stored answer did not hold, None where it did.
        changes: of the last publication.
        held_back: how many issues seem to be gone, too many at once to believe it.
        created_in_parts: new issues that were published before the last publication.
    """

    mode: str
    reason: str | None
    changes: Changes
    held_back: int
    created_in_parts: int = 0


def publish(
    order: SyncOrder,
    references: References | None,
    meta: Mapping[str, str],
    *,
    gone: Collection[str],
    held_back: int,
    authoritative: bool = False,
) -> Changes:
    """Publish what was staged as the whole answer.

    Args:
        order: client, store and what the store answers.
        references: None leaves them as they are.
        meta: kept with the store beside the marks of this sync.
        gone: ids that have left the query.
        held_back: how many stay although they seem to be gone.
        authoritative: what was staged wins even over a later ``updated``.

    Raises:
        CancelledError: the user stopped it; nothing is published.
        StoreError: the store cannot be written; what was published stays as it was.
    """
    order.stop_if_cancelled()
    return save_cache(
        order.store,
        references,
        as_of=order.client.began_at_ms,
        configuration=order.configuration,
        meta={**meta, **_make_marks(order, held_back)},
        gone=gone,
        authoritative=authoritative,
        proceed=order.stop_if_cancelled,
    )


def publish_part(order: SyncOrder, references: References) -> Changes:
    """Show what a first fetch has brought so far; raises the same."""
    order.stop_if_cancelled()
    return save_cache(
        order.store,
        references,
        as_of=order.client.began_at_ms,
        configuration=order.configuration,
        meta={"site": order.client.server().base_url},
        complete=False,
        proceed=order.stop_if_cancelled,
    )


class Parts:
    """Publishes what a first fetch has so far, as often as that costs little beside fetching.

    Args:
        publish: does it.
        clock: seconds that only grow.

    Attributes:
        created: new issues that were published so.
    """

    def __init__(self, publish: Callable[[], Changes], clock: Callable[[], float] = time.monotonic) -> None:
        self.created = 0
        self._publish = publish
        self._clock = clock
        self._next_at = clock() + FIRST_PART_S

    def page_staged(self) -> None:
        """Publish a part if it is time."""
        began = self._clock()
        if began < self._next_at:
            return
        self.created += self._publish().created
        ended = self._clock()
        self._next_at = ended + max(FIRST_PART_S, PART_COST * (ended - began))


def _make_marks(order: SyncOrder, held_back: int) -> dict[str, str]:
    """Return what tells the next sync, and the page, how this one stands."""
    return {
        "synced_at": str(order.client.began_at_ms),
        # Ages are told by our own clock: the server's may be hours ahead or behind.
        "synced_here_at": str(order.clock.now_ms()),
        "watermark": str(order.client.began_at_ms),
        "held_back": str(held_back),
    }
