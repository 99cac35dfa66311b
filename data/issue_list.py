"""The stored issues as the ``issues`` command lists them, by project then number."""

from collections.abc import Iterator
from typing import Any

from configuration.profile import Profile
from data.cache_manager import Store
from data.columns import in_key_order
from data.delivery import derive
from data.periods import iso_instant, zone_named
from data.tables import CATEGORY_NAMES


def issue_entries(store: Store, profile: Profile) -> Iterator[dict[str, Any]]:
    """Yield every stored issue, also those out of scope, with what is derived from its history.

    Starts and completions are as of the data's own time; a missing value is None.
    """
    dataset, rows = store.load_with_rows()
    # Issues without any date leave the store without a time of its own; they are listed all the same.
    delivery = derive(dataset, profile, zone_named(profile.timezone), dataset.as_of)
    issues = delivery.issues
    category = delivery.workflow.category[issues.status]
    for place, row in enumerate(in_key_order(rows)):
        yield {
            "id": row.id,
            "key": row.key,
            "type": row.type.name or None,
            "status": row.status.name or None,
            "status_category": CATEGORY_NAMES[category[place]],
            "created": iso_instant(row.created),
            "updated": iso_instant(row.updated),
            "resolution": row.resolution,
            "resolutiondate": iso_instant(row.resolved),
            "started_at": iso_instant(int(delivery.started_at[place])),
            "completed_at": iso_instant(int(delivery.completed_at[place])),
            "transitions": len(row.transitions),
        }
