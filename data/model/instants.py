"""Instants and durations in numbers: UTC epoch milliseconds, and how they become dates and back.

What the house knows of the length of an hour or a day stands here. The simulator,
which plays somebody else's server, and the configuration, which lies below, have
what little they need of it themselves.
"""

import datetime as dt

import numpy as np

from data.model.tables import MISSING, Instants

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
DAY_S = 86_400
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
EPOCH_DAY = EPOCH.date()
EPOCH_ORDINAL = EPOCH_DAY.toordinal()
_MILLISECOND = dt.timedelta(milliseconds=1)


def to_ms(moment: dt.datetime) -> int:
    """Return an aware datetime as epoch milliseconds, rounded down."""
    return (moment - EPOCH) // _MILLISECOND


def from_ms(instant: int) -> dt.datetime:
    """Return epoch milliseconds as an aware UTC datetime."""
    return EPOCH + dt.timedelta(milliseconds=instant)


def iso_instant(instant: int) -> str | None:
    """Return ``YYYY-MM-DDTHH:MM:SS.mmmZ``, or None for a missing instant."""
    if instant == MISSING:
        return None
    return from_ms(instant).strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant % 1000:03d}Z"


def iso_instants(instants: Instants) -> list[str]:
    """Return many instants, of which none is missing, as ``iso_instant`` writes them."""
    return [
        f"{text}Z" for text in np.datetime_as_string(instants.astype("datetime64[ms]"), unit="ms").tolist()
    ]
