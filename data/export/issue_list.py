"""The stored issues as the ``issues`` command lists them, by project then number."""

from collections.abc import Iterator
from typing import Any

from configuration.profile import Profile
from data.cache_manager import Store
from data.meaning.delivery import derive
from data.model.instants import iso_instant
from data.model.periods import zone_named
from data.model.tables import CATEGORY_NAMES
from data.store.columns import in_key_order


def issue_entries(store: Store, profile: Profile) -> Iterator[dict[str, Any]]:
    """Yield every stored issue, also those out of scope, with what is derived from its history.

    Starts and completions are as of the data's own time; a missing value is None.
    """
    dataset, rows = store.load_with_rows()
    # Issues without any date leave the store without a time of its own; they are listed all the same.
    delivery = derive(dataset, profile, zone_named(profile.timezone), dataset.as_of)
    issues = delivery.issues
    category = delivery.workflow.category[issues.status]
    # Without any history the first status that is known is that of today: nobody knows since when.
    told = delivery.has_histories or delivery.start_source == "created"
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
            "started_at": iso_instant(int(delivery.started_at[place])) if told else None,
            "completed_at": iso_instant(int(delivery.completed_at[place])),
            "transitions": len(row.transitions),
        }
