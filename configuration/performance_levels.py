"""Performance levels of the DORA reports: one table per edition, as data with its source.

The editions of 2021 to 2024 published clusters of teams; they were read
second-hand, so a page that shows them says "as reported". From 2025 on there
are no clusters: the Quick Check gives means and deviations of scores instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

HOUR_S, DAY_S = 3_600, 86_400
WEEK_S, MONTH_S = 7 * DAY_S, 30 * DAY_S
# The rhythms of deployment that the reports know, best first.
ON_DEMAND, DAILY, DAILY_WEEKLY = "on demand", "daily", "daily-weekly"
WEEKLY_MONTHLY, MONTHLY_6_MONTHLY, FEWER = "weekly-monthly", "monthly-6-monthly", "fewer"
RHYTHMS = (ON_DEMAND, DAILY, DAILY_WEEKLY, WEEKLY_MONTHLY, MONTHLY_6_MONTHLY, FEWER)
LEVELS = ("Elite", "High", "Medium", "Low")


@dataclass(frozen=True, slots=True)
class Limit:
    """The slow end of a cell: ``at`` may be reached unless it is ``strict`` ("less than")."""

    at: float
    strict: bool = False

    def holds(self, value: float) -> bool:
        """Tell whether ``value`` does not exceed the slow end."""
        return value < self.at if self.strict else value <= self.at


NO_LIMIT = Limit(float("inf"))
LESS_THAN_AN_HOUR = Limit(HOUR_S, strict=True)
Cells = Mapping[str, Limit]


@dataclass(frozen=True, slots=True)
class Score:
    """Mean and standard deviation of a score from 0 to 10."""

    mean: float
    deviation: float


@dataclass(frozen=True, slots=True)
class Edition:
    """What one edition of the report says; each table by level, best first.

    Attributes:
        year: name of the edition.
        source: where the table was read.
        rhythm: frequency of deployment, one of ``RHYTHMS`` by level.
        lead: slow ends of the change lead time, seconds.
        restore: slow ends of the recovery from a failed deployment, seconds.
        fail: slow ends of the change fail rate, percent; empty where ``fail_values`` stand instead.
        fail_values: the rate of each cluster: not a limit, the nearest one counts.
        scores: by metric id, for editions without clusters.
    """

    year: str
    source: str
    rhythm: Mapping[str, str] = field(default_factory=dict)
    lead: Cells = field(default_factory=dict)
    restore: Cells = field(default_factory=dict)
    fail: Cells = field(default_factory=dict)
    fail_values: Mapping[str, float] = field(default_factory=dict)
    scores: Mapping[str, Score] = field(default_factory=dict)


_SECOND_HAND = "Accelerate State of DevOps {year}, as reported by Octopus Deploy"
_LESS_THAN_A_DAY = Limit(DAY_S, strict=True)

EDITIONS: Mapping[str, Edition] = {
    "2021": Edition(
        "2021",
        _SECOND_HAND.format(year=2021),
        rhythm=dict(zip(LEVELS, (ON_DEMAND, WEEKLY_MONTHLY, MONTHLY_6_MONTHLY, FEWER), strict=True)),
        lead={
            "Elite": LESS_THAN_AN_HOUR,
            "High": Limit(WEEK_S),
            "Medium": Limit(6 * MONTH_S),
            "Low": NO_LIMIT,
        },
        restore={
            "Elite": LESS_THAN_AN_HOUR,
            "High": _LESS_THAN_A_DAY,
            "Medium": Limit(WEEK_S),
            "Low": NO_LIMIT,
        },
        fail={"Elite": Limit(15), "High": Limit(30), "Medium": Limit(30), "Low": Limit(30)},
    ),
    "2022": Edition(
        "2022",
        _SECOND_HAND.format(year=2022),
        rhythm=dict(zip(LEVELS[1:], (ON_DEMAND, WEEKLY_MONTHLY, MONTHLY_6_MONTHLY), strict=True)),
        lead={"High": Limit(WEEK_S), "Medium": Limit(MONTH_S), "Low": Limit(6 * MONTH_S)},
        restore={"High": _LESS_THAN_A_DAY, "Medium": Limit(WEEK_S), "Low": Limit(MONTH_S)},
        fail={"High": Limit(15), "Medium": Limit(30), "Low": Limit(60)},
    ),
    "2023": Edition(
        "2023",
        _SECOND_HAND.format(year=2023),
        rhythm=dict(zip(LEVELS, (ON_DEMAND, DAILY_WEEKLY, WEEKLY_MONTHLY, WEEKLY_MONTHLY), strict=True)),
        lead={
            "Elite": _LESS_THAN_A_DAY,
            "High": Limit(WEEK_S),
            "Medium": Limit(MONTH_S),
            "Low": Limit(MONTH_S),
        },
        restore={
            "Elite": LESS_THAN_AN_HOUR,
            "High": _LESS_THAN_A_DAY,
            "Medium": Limit(WEEK_S),
            "Low": Limit(6 * MONTH_S),
        },
        fail_values={"Elite": 5, "High": 10, "Medium": 15, "Low": 64},
    ),
    "2024": Edition(
        "2024",
        _SECOND_HAND.format(year=2024),
        rhythm=dict(zip(LEVELS, (ON_DEMAND, DAILY_WEEKLY, WEEKLY_MONTHLY, MONTHLY_6_MONTHLY), strict=True)),
        lead={
            "Elite": _LESS_THAN_A_DAY,
            "High": Limit(WEEK_S),
            "Medium": Limit(MONTH_S),
            "Low": Limit(6 * MONTH_S),
        },
        restore={
            "Elite": LESS_THAN_AN_HOUR,
            "High": _LESS_THAN_A_DAY,
            "Medium": _LESS_THAN_A_DAY,
            "Low": Limit(MONTH_S),
        },
        fail_values={"Elite": 5, "High": 20, "Medium": 10, "Low": 40},
    ),
    "2025": Edition(
        "2025",
        "DORA Quick Check, means and standard deviations of all industries, final data of 2025 (April 2026)",
        scores={
            "change_lead_time": Score(5.5, 2.4),
            "deployment_frequency": Score(4.8, 2.8),
            "failed_deployment_recovery_time": Score(7.4, 2.1),
            "change_fail_rate": Score(8.1, 2.1),
            "deployment_rework_rate": Score(7.8, 2.2),
        },
    ),
}
# Slow ends of the answers that the Quick Check offers for durations, from its fastest answer, 6, to 2.
DURATION_ANSWERS = (LESS_THAN_AN_HOUR, _LESS_THAN_A_DAY, Limit(WEEK_S), Limit(MONTH_S), Limit(6 * MONTH_S))
# And for the rhythm: 6 is on demand, 5 "between once per hour and once per day".
RHYTHM_ANSWERS = dict(zip(RHYTHMS, (6, 5, 4, 3, 2, 1), strict=True))
