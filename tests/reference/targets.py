"""Whether a number is where the profile wants it: specs/metrics.md, "Targets"."""

import math

HIGHER_IS_BETTER = ("deployment_frequency", "flow_velocity", "flow_velocity_points", "flow_efficiency")
WITHOUT_DIRECTION = ("flow_distribution",)


def amount(written: float | str) -> float:
    """``5 days`` and ``5`` are both five."""
    digits = "".join(c for c in str(written).replace(",", ".") if c.isdigit() or c in "+-.")
    return float(digits)


def judged(metric: str, answer: dict, targets: dict) -> dict | None:
    """``target`` of one metric of the document, from its own answer."""
    if metric not in targets or metric in WITHOUT_DIRECTION:
        return None
    aim = amount(targets[metric])
    return {"value": aim, "state": None if answer["value"] is None else state(metric, answer, aim)}


def state(metric: str, answer: dict, aim: float) -> str:
    if answer["interval"] is not None:
        low, high = answer["interval"]
        above, below = low > aim, high < aim
    else:
        whole = [w["value"] for w in answer["weekly"] if not w["partial"] and w["value"] is not None]
        above, below = side_of_weeks(whole, aim)
    if not above and not below:
        return "near"
    return "kept" if above == (metric in HIGHER_IS_BETTER) else "missed"


def side_of_weeks(weeks: list[float], aim: float) -> tuple[bool, bool]:
    """Whether the weeks lie above, or below, by more than chance; those that equal the target say nothing."""
    higher = len([week for week in weeks if week > aim])
    lower = len([week for week in weeks if week < aim])
    n, most = higher + lower, max(higher, lower)
    p = 2 * sum(math.comb(n, k) for k in range(most, n + 1)) / 2**n
    return p < 0.05 and higher > lower, p < 0.05 and lower > higher
