"""Many instants at once as the wall clock of the team shows them. Pure."""

from zoneinfo import ZoneInfo

import numpy as np

from data.model.local_time import wall_time
from data.model.tables import Instants


def wall_clock(instants: Instants, zone: ZoneInfo) -> list[str]:
    """Return each instant as ``YYYY-MM-DD HH:MM`` in ``zone``; no instants give an empty list."""
    local = wall_time(instants, zone).astype("datetime64[ms]")
    return [text.replace("T", " ") for text in np.datetime_as_string(local, unit="m").tolist()]
