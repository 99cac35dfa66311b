"""Targets as people write them: a number, or a number with its unit. Pure."""

import math
import re
from collections.abc import Mapping

# By the unit of a metric, what people write for it; folded.
UNIT_WORDS: Mapping[str, tuple[str, ...]] = {
    "days": ("day", "days", "d"),
    "hours": ("hour", "hours", "h"),
    "percent": ("percent", "%"),
    "items": ("item", "items"),
    "items/week": ("items/week", "items a week", "items per week"),
    "points/week": ("points/week", "points a week", "points per week"),
    "deployments/week": ("deployments/week", "deployments a week", "deployments per week"),
}
_WRITTEN = re.compile(r"\s*([-+]?[0-9]+(?:[.,][0-9]+)?)\s*(.*?)\s*", re.ASCII)


def read_amount(written: float | str) -> tuple[float, str] | None:
    """Return the number of a target and the unit that stands behind it, "" without one.

    ``5 days`` gives (5.0, "days"), ``4,5`` gives (4.5, ""). None where it is no number.
    """
    if not isinstance(written, str):
        return (float(written), "") if math.isfinite(written) else None
    found = _WRITTEN.fullmatch(written)
    return (
        None if found is None else (float(found[1].replace(",", ".")), " ".join(found[2].casefold().split()))
    )


def target_values(written: Mapping[str, float | str]) -> dict[str, float]:
    """Return the targets of a profile as numbers, by metric id; what is no number is none."""
    read = {name: read_amount(value) for name, value in written.items()}
    return {name: amount[0] for name, amount in read.items() if amount is not None}
