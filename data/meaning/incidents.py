"""Incidents by row: those that are issues, and after all issues those that files or repairs tell of. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.meaning.delivery import DeliveryTables
from data.model.tables import MISSING, Flags, Instants


@dataclass(frozen=True, slots=True, eq=False)
class Incidents:
    """Columns with an entry for each row of the issue table, and after those one for each told incident.

    Attributes:
        seen: when it was seen, as durations are reckoned; ``MISSING`` of a deployment that was mended.
        ended: when it was over, likewise; ``MISSING`` where not by T.
        ended_at: the same as it counts in a period.
        incident: it is one.
        false_alarm: it was taken for one.
        cause: row of the deployment that it is put down to, -1 for none.
        guessed: nothing but project and time say so.
        latent: it was seen too long after that deployment for its end to say something of it.
    """

    seen: Instants
    ended: Instants
    ended_at: Instants
    incident: Flags
    false_alarm: Flags
    cause: NDArray[np.int64]
    guessed: Flags
    latent: Flags


def find_incidents(delivery: DeliveryTables) -> Incidents:
    """Return the columns of all incidents; ``once(find_incidents)`` keeps them."""
    operations, told = delivery.operations, delivery.told
    none = np.zeros(len(told), np.bool_)
    return Incidents(
        seen=np.append(delivery.detected.reckoned_at, told.detected_at),
        ended=np.append(delivery.restored.reckoned_at, told.restored_at),
        ended_at=np.append(delivery.restored.at, told.restored_at),
        incident=np.append(operations.incident, ~none),
        false_alarm=np.append(operations.false_alarm, none),
        cause=np.append(operations.cause, told.cause),
        guessed=np.append(operations.cause_inferred, ~told.certain),
        latent=np.append(operations.latent, told.latent),
    )


def name_incidents(delivery: DeliveryTables, rows: NDArray[np.intp]) -> tuple[str, ...]:
    """Return keys of issues, and ids of told incidents, whose rows come after those of all issues."""
    n = len(delivery.issues)
    told = delivery.told.ids
    return (*delivery.issues.keys(rows[rows < n]), *(told[row - n] for row in rows[rows >= n].tolist()))


def incidents_caused(delivery: DeliveryTables) -> dict[int, list[str]]:
    """Return by deployment row the names of the incidents that are put down to it; others are absent."""
    incidents = delivery.once(find_incidents)
    blaming = np.flatnonzero(incidents.incident & (incidents.cause >= 0) & (incidents.seen != MISSING))
    found: dict[int, list[str]] = {}
    for row, key in zip(incidents.cause[blaming].tolist(), name_incidents(delivery, blaming), strict=True):
        found.setdefault(row, []).append(key)
    return found


def repaired_by(delivery: DeliveryTables) -> dict[int, str]:
    """Return by row of a deployment that a later one took back or mended what did; others are absent."""
    told = delivery.told
    mended = range(len(told) - told.repairs, len(told))
    return {int(told.cause[place]): told.names[place] for place in mended}
