"""Performance levels by edition of the DORA report: specs/metrics.md, "Levels".

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
STEPS = ["on demand", "daily", "daily-weekly", "weekly-monthly", "monthly-6-monthly", "fewer"]
FREQUENCY = {
    "2021": {ELITE: STEPS[0], HIGH: STEPS[3], MEDIUM: STEPS[4], LOW: STEPS[5]},
    "2022": {HIGH: STEPS[0], MEDIUM: STEPS[3], LOW: STEPS[4]},
    "2023": {ELITE: STEPS[0], HIGH: STEPS[2], MEDIUM: STEPS[3], LOW: STEPS[3]},
    "2024": {ELITE: STEPS[0], HIGH: STEPS[2], MEDIUM: STEPS[3], LOW: STEPS[4]},
}
# Mean and standard deviation of the scores from 0 to 10.
POSITIONS = {
    "2025": {
        "lead": (5.5, 2.4),
        "frequency": (4.8, 2.8),
        "restore": (7.4, 2.1),
        "fail": (8.1, 2.1),
        "rework": (7.8, 2.2),
    }
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
    edition, greyed = edition_of(world), is_doubtful(answer, 5)
    if answer["value"] is None:
        return None
    took = answer["value"] * unit
    if edition in POSITIONS:
        return position_band(world, column, duration_score(took, by_day=by_day), greyed=greyed)
    cells = (LEAD if column == "lead" else RESTORE)[edition]
    reachable = {level: cell for level, cell in cells.items() if not (by_day and cell == ("<", HOUR))}
    return band(edition, levels_by_limit(reachable, took), greyed=greyed)


def duration_score(took: float, *, by_day: bool) -> float:
    """Of the six answers from more than six months (0) to less than an hour (10)."""
    if took < HOUR and not by_day:
        return 10
    if took < DAY:
        return 8
    slow_ends = ((WEEK, 6), (MONTH, 4), (6 * MONTH, 2))
    return next((score for slow_end, score in slow_ends if took <= slow_end), 0)


def share_score(answer: dict) -> float | None:
    return None if answer["value"] is None else (100 - answer["value"]) / 10


def position_band(world: World, column: str, score: float | None, *, greyed: bool) -> dict | None:
    """Where an edition publishes no clusters: how far from its mean, in standard deviations."""
    edition = edition_of(world)
    if score is None or edition not in POSITIONS:
        return None
    mean, deviation = POSITIONS[edition][column]
    position = (score - mean) / deviation
    return band(edition, [f"{position:+.2f} standard deviations from the mean"], greyed=greyed)


def fail_rate_band(world: World, answer: dict) -> dict | None:
    edition, value, greyed = edition_of(world), answer["value"], is_doubtful(answer, 20)
    if value is None:
        return None
    if edition in POSITIONS:
        return position_band(world, "fail", share_score(answer), greyed=greyed)
    if edition in FAIL_LIMITS:
        levels = levels_by_limit(FAIL_LIMITS[edition], value)
    else:
        distance = {level: abs(value - middle) for level, middle in FAIL_VALUES[edition].items()}
        levels = [level for level in distance if distance[level] == min(distance.values())]
    return band(edition, levels, greyed=greyed)


def frequency_step(per_week: list[tuple[int, int]], days_per_month: float) -> str:
    """The step of a rhythm: (deployments, deployment days) of each whole week, and days per 30 days."""
    deployments = stats.median([count for count, _ in per_week])
    middle = stats.median([days for _, days in per_week])
    assert deployments is not None
    assert middle is not None
    if deployments >= 10 and middle >= 4:
        return "on demand"
    if middle >= 5:
        return "daily"
    if middle >= 1:
        return "daily-weekly"
    if days_per_month >= 1:
        return "weekly-monthly"
    return "monthly-6-monthly" if days_per_month >= 1 / 6 else "fewer"


def frequency_band(
    world: World, per_week: list[tuple[int, int]], days_per_month: float, *, greyed: bool
) -> dict | None:
    """No band below four whole weeks; a step the edition lacks goes to the next slower one."""
    if len(per_week) < 4:
        return None
    edition, step = edition_of(world), STEPS.index(frequency_step(per_week, days_per_month))
    if edition in POSITIONS:
        return position_band(world, "frequency", 2 * (len(STEPS) - 1 - step), greyed=greyed)
    clusters = FREQUENCY[edition]
    for slower in STEPS[step:]:
        levels = [level for level, cell in clusters.items() if cell == slower]
        if levels:
            return band(edition, levels, greyed=greyed)
    return band(edition, [list(clusters)[-1]], greyed=greyed)
