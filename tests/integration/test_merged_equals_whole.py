"""The numbers of twenty scopes together are those of one store that holds them all, to the last digit."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings

from configuration.profile import profile_from
from data.export.document import as_json_text, profiles_document
from data.metrics.context import CalculationContext, Choice
from data.metrics.merging.merged import merged
from data.metrics.merging.packing import pack_numbers
from data.metrics.merging.partial import Partial
from data.metrics.report import Report, View
from data.model.changes import ChangeRow, IncidentRow
from data.model.tables import MISSING, Dataset, DeploymentRow
from data.pipeline import ALL_METRICS, OF_THE_PAST, compute
from data.store.event_table import build_change_table, build_event_table
from tests.reference.sample import Sample
from tests.reference.worlds import worlds
from tests.support.builders import issue, status_list
from tests.support.engine import engine_report
from tests.support.merging import kept_partial
from tests.support.rows import at, dataset

SCOPES = 20


def parts_of(report: Report, profile: Mapping[str, Any], masks: Sequence[np.ndarray]) -> list[Partial]:
    """Partials of some rows each of one derived store, which is not derived anew for each."""
    whole = report.context
    assert whole is not None
    found = []
    for place, mask in enumerate(masks):
        choice = whole.choice
        rows = mask if choice.rows is None else mask & choice.rows
        deployments = np.arange(len(whole.delivery.deployments)) % len(masks) == place
        if mask.all():
            deployments[:] = True
        context = whole.choosing(Choice(rows, mask, blind=choice.blind, deployments=deployments))
        part = replace(report, context=context)
        partial = kept_partial(part, f"s{place}", profile=profile, newest=report_newest(report))
        found.append(held_by(partial, context, mask))
    return found


def report_newest(report: Report) -> int:
    """T of the data: a result carries the note where the question is older."""
    noted = any(OF_THE_PAST in (result.message or "") for result in report.results.values())
    return report.as_of + 1 if noted else report.as_of


def held_by(partial: Partial, context: CalculationContext, mask: np.ndarray) -> Partial:
    """The partial of a store that holds the rows of a mask and no others."""
    issues = context.delivery.issues
    rows = context.choice.rows
    items = context.delivery.in_scope if rows is None else context.delivery.in_scope & rows
    held: dict[str, np.ndarray] = {}
    for code, project in enumerate(issues.projects):
        mine = np.flatnonzero(mask & (issues.project == code))
        numbers = np.append(
            held.get(project.key, np.zeros(0, np.int64)), issues.number[mine] * 2 + items[mine]
        )
        held[project.key] = np.sort(numbers)
    n_items = int((items & mask).sum())
    packed = {key: pack_numbers(numbers) for key, numbers in held.items() if len(numbers)}
    return msgspec.structs.replace(partial, held=packed, n_issues=int(mask.sum()), n_items=n_items)


def numbers_of(report: Report, parts: Sequence[Partial]) -> tuple[str, str]:
    """The metrics of the whole and of its parts, as the JSON of groups has them."""
    together = merged(parts, ALL_METRICS, OF_THE_PAST)
    groups = profiles_document({"whole": report}, View(), together)["groups"]
    mine, theirs = groups["(all)"], groups["whole"]
    assert mine["scope"]["issues"] == theirs["scope"]["issues"]
    assert mine["scope"]["flow_items"] == theirs["scope"]["flow_items"]
    return as_json_text(mine["metrics"]), as_json_text(theirs["metrics"])


def ask(sample: Sample) -> Report | None:
    report = engine_report(sample.issues, **sample.arguments())
    return report if report.context is not None else None


@settings(max_examples=25)
@given(worlds())
def test_disjoint_scopes_and_empty_ones(sample: Sample) -> None:
    """Twenty scopes of any history; most of them hold little, some nothing."""
    report = ask(sample)
    if report is None:
        return
    place = np.arange(len(report.delivery.issues)) * 7 % SCOPES
    mine, theirs = numbers_of(report, parts_of(report, sample.profile, [place == n for n in range(SCOPES)]))

    assert mine == theirs


@settings(max_examples=25)
@given(worlds())
def test_overlapping_scopes(sample: Sample) -> None:
    """An issue that three scopes hold counts once, and so does a deployment; each metric by itself."""
    report = ask(sample)
    if report is None:
        return
    place = np.arange(len(report.delivery.issues))
    masks = [place % 3 == 0, place % 2 == 0, np.ones(len(place), np.bool_), place % 5 != 0]
    mine, theirs = numbers_of(report, parts_of(report, sample.profile, masks))

    assert mine == theirs


@pytest.mark.soak
@settings(max_examples=2_000, derandomize=False)
@given(worlds())
def test_thousands_of_stores_drawn_anew(sample: Sample) -> None:
    """What the worlds of every run do not hold is rare."""
    report = ask(sample)
    if report is None:
        return
    place = np.arange(len(report.delivery.issues)) * 3 % SCOPES
    masks = [place == n for n in range(SCOPES)] + [place < 9]
    mine, theirs = numbers_of(report, parts_of(report, sample.profile, masks))

    assert mine == theirs


TEAMS = ("AA", "BB", "CC", "DD")
WAITING = profile_from({"workflow": {"waiting": ["Review"]}})
SPRING = View(date_from="2026-03-02", date_to="2026-03-29", as_of="2026-03-31T00:00:00Z")


def day_of(random: Random, first: int = 1, last: int = 88) -> str:
    """A day of the first quarter."""
    day = random.randint(first, last)
    month, rest = next((m, day - n) for m, n in ((3, 59), (2, 31), (1, 0)) if day > n)
    return f"2026-{month:02d}-{rest:02d}T{random.randint(0, 23):02d}:00"


class Code:
    """What a team, its repository and its file of incidents tell: issues, deployments, changes, incidents."""

    def __init__(self, team: str, random: Random) -> None:
        days = [sorted(day_of(random) for _ in range(4)) for _ in range(12)]
        self.issues = [
            issue(
                f"{team}-{n}",
                random.choice(["Story", "Bug", "Incident"]),
                created=created,
                history=[(began, "Doing"), (waited, "Review"), (done, "Done")][: random.choice([1, 3, 3, 3])],
                project={"id": str(ord(team[0])), "key": team},
            )
            for n, (created, began, waited, done) in enumerate(days)
        ]
        self.deployments = [
            DeploymentRow(
                f"{team} v{n}", f"v{n}", "", at(day_of(random, 20)), "", False, (), origin="git", service=team
            )
            for n in range(8)
        ]
        self.changes = [self.change(team, n, random) for n in range(14)]
        self.incidents = [self.incident(team, n, random) for n in range(4)]

    @staticmethod
    def change(team: str, n: int, random: Random) -> ChangeRow:
        first, opened, merged = sorted(day_of(random) for _ in range(3))
        return ChangeRow(
            f"{team}#{n}",
            "",
            tuple(f"{team}-{random.randint(0, 11)}" for _ in range(random.choice([0, 1, 2]))),
            at(first),
            at(opened),
            MISSING,
            at(merged),
            commits=(f"{ord(team[0]):x}{n:x}" * 20,),
            deployments=(f"{team} v{random.randint(0, 7)}",) if random.random() < 0.7 else (),
            origin="git",
            service=team,
            reverts=(f"{ord(team[0]):x}{random.randint(0, 13):x}" * 20,) if random.random() < 0.2 else (),
        )

    @staticmethod
    def incident(team: str, n: int, random: Random) -> IncidentRow:
        seen, over = sorted(day_of(random) for _ in range(2))
        caused = f"{team} v{random.randint(0, 7)}" if random.random() < 0.5 else ""
        return IncidentRow(f"{team} i{n}", team, at(seen), at(over) if n else MISSING, caused, ())


def store_of(*teams: Code) -> Dataset:
    """A store that holds the teams."""
    issues = dataset(
        [one for team in teams for one in team.issues], status_list("To Do", "Doing", "Review", "Done")
    )
    return replace(
        issues,
        deployments=build_event_table([one for team in teams for one in team.deployments]),
        changes=build_change_table([one for team in teams for one in team.changes]),
        incidents=tuple(one for team in teams for one in team.incidents),
        as_of=at("2026-03-31"),
    )


@pytest.mark.parametrize("types", [(), ("Story",)])
@pytest.mark.parametrize("seed", range(6))
def test_stores_with_changes_of_code_and_incidents_of_files(seed: int, types: tuple[str, ...]) -> None:
    """Four stores, each derived by itself, and a fifth that holds two of the teams again."""
    random, view = Random(seed), replace(SPRING, types=types)
    teams = [Code(team, random) for team in TEAMS]
    stores = [store_of(team) for team in teams] + [store_of(*teams[1:3])]
    parts = [kept_partial(compute(each, WAITING, view), f"s{n}") for n, each in enumerate(stores)]
    whole = compute(store_of(*teams), WAITING, view)
    mine, theirs = numbers_of(whole, parts)

    assert mine == theirs
