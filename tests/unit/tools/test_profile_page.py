"""What a profile of a page is made of: time that is shared out, bytes that add up, functions as before."""

import json
from pathlib import Path

import pytest

from callbacks import panels
from data import pipeline
from tools.profile_page import PAGES, RESPONSE, STAGES, Clock, bytes_of, measure, table, watching


class Ticks:
    """A clock that a test moves on."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def test_a_stage_has_its_time_less_what_others_take_within_it() -> None:
    """Seconds: 1 outside, 2 of the pipeline, 4 of metrics within it, 8 of the pipeline, 16 outside."""
    ticks = Ticks()
    clock = Clock(ticks)
    ticks.at = 1
    with clock.inside("pipeline"):
        ticks.at = 3
        with clock.inside("metrics"):
            ticks.at = 7
        ticks.at = 15
    ticks.at = 31

    assert clock.end() == {RESPONSE: 17, "pipeline": 10, "metrics": 4}


def test_what_was_before_a_beginning_is_forgotten() -> None:
    ticks = Ticks()
    clock = Clock(ticks)
    ticks.at = 5
    clock.begin()
    ticks.at = 7

    assert clock.end() == {RESPONSE: 2}


def test_a_stage_that_fails_ends_as_well() -> None:
    ticks = Ticks()
    clock = Clock(ticks)

    def fails() -> None:
        ticks.at = 3
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        clock.watched("charts", fails)()
    ticks.at = 4

    assert clock.end() == {RESPONSE: 1, "charts": 3}


def test_functions_are_watched_wherever_they_are_known_and_only_as_long() -> None:
    before = {name: getattr(owner, name) for begins in STAGES.values() for owner, name in begins}
    known = panels.packed

    with watching(Clock()):
        watched = [
            getattr(owner, name) is not before[name] for begins in STAGES.values() for owner, name in begins
        ]
        assert panels.packed is not known

    assert all(watched)
    assert panels.packed is known
    assert {name: getattr(owner, name) for begins in STAGES.values() for owner, name in begins} == before
    assert pipeline.Pipeline.answer is before["answer"]


def test_the_bytes_of_the_parts_are_those_of_the_whole() -> None:
    """Cards ``[1]`` and heading ``"ü"``, 3 and 4 bytes; charts ``{"a":2}`` and weeks ``{}``, 7 and 2."""
    page = {"cards": [1], "heading": "ü", "charts": {"a": 2}, "weeks": {}}
    answer = json.dumps({"response": {"answer-flow": {"data": {"page": page, "freshness": {}}}}}).encode()

    assert bytes_of(answer, "flow") == {"cards": 7, "charts": 9, RESPONSE: len(answer) - 16}


def test_a_profile_as_text() -> None:
    """3 and 1 ms beside an empty callback of 0.5 ms."""
    lines = table({"metrics": 0.003, RESPONSE: 0.001}, {"charts": 900, RESPONSE: 100}, 0.0005).splitlines()
    cells = {line[:18].strip(): line[18:].split() for line in lines}

    assert cells["metrics"] == ["3.00", "75%", "6.0"]
    assert cells["charts"] == ["0.00", "0%", "0.0", "900"]
    assert cells[RESPONSE] == ["1.00", "25%", "2.0", "100"]
    assert cells["in all"] == ["4.00", "100%", "8.0", "1000"]
    assert cells["an empty callback"] == ["0.50", "1.0"]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_can_be_profiled(tmp_path: Path, page: str) -> None:
    """Of the real application, over few issues: numbers take time, and cards bytes."""
    told = measure(tmp_path, 60, page, 28, 1)
    cells = {line[:18].strip(): line[18:].split() for line in told.splitlines()}

    assert float(cells["metrics"][0]) > 0
    assert int(cells["cards"][3]) > 500
    assert int(cells["in all"][3]) > int(cells["cards"][3]) + int(cells["charts"][3])
