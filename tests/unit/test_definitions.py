"""The page of definitions has the metrics, reasons, findings and defaults of the program, and no other."""

import re
import tomllib
from functools import cache

from configuration.profile import FLOW_TYPES, NOT_DELIVERED
from data.meaning.quality_rules import RULES
from data.meaning.sprints import REASONS
from data.meaning.usual_names import usual_names
from data.model.logical_fields import LOGICAL_FIELDS
from data.model.words import fold
from data.pipeline import ALL_METRICS
from tests.support.source import ROOT
from ui.format import REASON_WORDS


@cache
def page() -> str:
    return (ROOT / "specs" / "metrics.md").read_text(encoding="utf-8")


def section(name: str) -> str:
    return page().partition(f"\n## {name}\n")[2].partition("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """The cells of every table row whose first cell is code."""
    lines = re.findall(r"^\| `.*\|$", text, re.MULTILINE)
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_every_metric_has_its_line() -> None:
    told = [row[0].strip(" `") for row in rows(section("Flow")) + rows(section("DORA"))]

    assert sorted(told) == sorted(metric.id for metric in ALL_METRICS)


def test_every_reason_is_told() -> None:
    told = {
        reason
        for row in rows(section("Flow")) + rows(section("DORA"))
        for reason in re.findall(r"`(\w+)`", row[3])
    }

    of_sprints = set(re.findall(r"`(\w+)`", section("Sprints"))).intersection(REASONS)

    assert of_sprints == set(REASONS)
    assert told | of_sprints == set(REASON_WORDS)


def test_every_finding_is_told() -> None:
    rules = {rule.code for rule in RULES}
    told = {row[0].strip(" `") for row in rows(section("Data quality"))}

    assert told == rules | {"malformed_history", "malformed_FIELD", "missing_FIELD"}


def test_every_logical_name_is_told() -> None:
    told = {name for row in rows(section("Mapped fields")) for name in re.findall(r"`(\w+)`", row[0])}

    assert told == {field.name for field in LOGICAL_FIELDS}


def default(name: str) -> list[str]:
    """The list that the table of defaults has under a name."""
    found = re.search(rf"^\| {re.escape(name)} \| ([^|;]*)", section("Defaults"), re.MULTILINE)
    assert found is not None
    return [part.strip() for part in found[1].split(",")]


def test_defaults_are_those_of_the_program() -> None:
    assert default("not delivered") == list(NOT_DELIVERED)
    assert set(map(fold, default("was not an incident after all (fixed)"))) <= usual_names().not_an_incident
    english = tomllib.loads((ROOT / "data/meaning/names/en.toml").read_text(encoding="utf-8"))
    assert {flow: default(flow.casefold()) for flow in FLOW_TYPES} == {
        flow: [name.casefold() for name in english[flow]] for flow in FLOW_TYPES
    }
    assert default("not delivered, by status") == english["not_delivered_statuses"]
