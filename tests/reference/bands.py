"""Performance levels by edition of the DORA report: METRICS.md section 5, "Bands".

The tables spell each cell as its slow end. ``("<", 1 h)`` must be undercut,
``("<=", 7 d)`` may be reached, and None has no slow end.
"""

from tests.reference import stats
from tests.reference.clock import DAY, HOUR
from tests.reference.world import World

WEEK, MONTH = 7 * DAY, 30 * DAY
ELITE, HIGH, MEDIUM, LOW = "Elite", "High", "Medium", "Low"
Cell = tuple[str, float] | None

LEAD: dict[str, dict[str, Cell]] = {
    "2021": {ELITE: ("<", HOUR), HIGH: ("<=", WEEK), MEDIUM: ("<=", 6 * MONTH), LOW: None},
    "2022": {HIGH: ("<=", WEEK), MEDIUM: ("<=", MONTH), LOW: ("<=", 6 * MONTH)},
    "2023": {ELITE: ("<", DAY), HIGH: ("<=", WEEK), MEDIUM: ("<=", MONTH), LOW: ("<=", MONTH)},
    "2024": {ELITE: ("<", DAY), HIGH: ("<=", WEEK), MEDIUM: ("<=", MONTH), LOW: ("<=", 6 * MONTH)},
}
RESTORE: dict[str, dict[str, Cell]] = {
    "2021": {ELITE: ("<", HOUR), HIGH: ("<", DAY), MEDIUM: ("<=", WEEK), LOW: None},
    "2022": {HIGH: ("<", DAY), MEDIUM: ("<=", WEEK), LOW: ("<=", MONTH)},
    "2023": {ELITE: ("<", HOUR), HIGH: ("<", DAY), MEDIUM: ("<=", WEEK), LOW: ("<=", 6 * MONTH)},
    "2024": {ELITE: ("<", HOUR), HIGH: ("<", DAY), MEDIUM: ("<", DAY), LOW: ("<=", MONTH)},
}
FAIL_LIMITS: dict[str, dict[str, Cell]] = {
    "2021": {ELITE: ("<=", 15), HIGH: ("<=", 30), MEDIUM: ("<=", 30), LOW: ("<=", 30)},
    "2022": {HIGH: ("<=", 15), MEDIUM: ("<=", 30), LOW: ("<=", 60)},
}
FAIL_VALUES = {
    "2023": {ELITE: 5, HIGH: 10, MEDIUM: 15, LOW: 64},
    "2024": {ELITE: 5, HIGH: 20, MEDIUM: 10, LOW: 40},
}
STEPS = ["on demand", "daily-weekly", "weekly-monthly", "monthly-6-monthly", "fewer"]
FREQUENCY = {
    "2021": {ELITE: STEPS[0], HIGH: STEPS[2], MEDIUM: STEPS[3], LOW: STEPS[4]},
    "2022": {HIGH: STEPS[0], MEDIUM: STEPS[2], LOW: STEPS[3]},
    "2023": {ELITE: STEPS[0], HIGH: STEPS[1], MEDIUM: STEPS[2], LOW: STEPS[2]},
    "2024": {ELITE: STEPS[0], HIGH: STEPS[1], MEDIUM: STEPS[2], LOW: STEPS[3]},
}


def edition_of(world: World) -> str:
    return world.settings.choice("edition", "2024")


def band(edition: str, levels: list[str], *, greyed: bool) -> dict:
    """A cell shared by clusters names all of them, best first."""
    return {"edition": edition, "level": ", ".join(levels), "greyed": greyed}


def holds(cell: Cell, value: float) -> bool:
    if cell is None:
        return True
    return value < cell[1] if cell[0] == "<" else value <= cell[1]


def levels_by_limit(cells: dict[str, Cell], value: float) -> list[str]:
    """The first cell that holds the value, under all its names; beyond all cells the last cluster."""
    for cell in cells.values():
        if holds(cell, value):
            return [level for level, other in cells.items() if other == cell]
    return [list(cells)[-1]]


def is_doubtful(answer: dict, needed: int) -> bool:
    return answer["n"] < needed or answer["evidence"] != "measured"


def duration_band(world: World, column: str, answer: dict, unit: int, *, by_day: bool) -> dict | None:
    """Of a P50 that was measured against deployments; those dated by day are never within an hour."""
    edition = edition_of(world)
    cells = (LEAD if column == "lead" else RESTORE).get(edition)
    if cells is None or answer["value"] is None:
        return None
    reachable = {level: cell for level, cell in cells.items() if not (by_day and cell == ("<", HOUR))}
    levels = levels_by_limit(reachable, answer["value"] * unit)
    return band(edition, levels, greyed=is_doubtful(answer, 5))


def fail_rate_band(world: World, answer: dict) -> dict | None:
    edition, value = edition_of(world), answer["value"]
    if value is None or edition not in FREQUENCY:
        return None
    if edition in FAIL_LIMITS:
        levels = levels_by_limit(FAIL_LIMITS[edition], value)
    else:
        distance = {level: abs(value - middle) for level, middle in FAIL_VALUES[edition].items()}
        levels = [level for level in distance if distance[level] == min(distance.values())]
    return band(edition, levels, greyed=is_doubtful(answer, 20))


def frequency_step(days_per_week: list[int], days_per_month: float) -> str:
    """The step of a rhythm: deployment days of each whole week, and per 30 days."""
    middle = stats.percentile(days_per_week, 0.5)
    if middle >= 5:
        return "on demand"
    if middle >= 1:
        return "daily-weekly"
    if days_per_month >= 1:
        return "weekly-monthly"
    return "monthly-6-monthly" if days_per_month >= 1 / 6 else "fewer"


def frequency_band(world: World, days_per_week: list[int], days_per_month: float) -> dict | None:
    """No band below four whole weeks; a step the edition lacks goes to the next slower one."""
    clusters = FREQUENCY.get(edition_of(world))
    if clusters is None or len(days_per_week) < 4:
        return None
    step = STEPS.index(frequency_step(days_per_week, days_per_month))
    for slower in STEPS[step:]:
        levels = [level for level, cell in clusters.items() if cell == slower]
        if levels:
            return band(edition_of(world), levels, greyed=False)
    return band(edition_of(world), [list(clusters)[-1]], greyed=False)
