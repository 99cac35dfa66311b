"""Where a filter change goes: ``python -m tools.profile_page [--issues N] [--page flow] [--days 365]``.

Asks the real application for a page, each time over another period, and prints by stage what that takes in
processor time and in bytes, beside a callback that does nothing in the same process.
"""

import argparse
import datetime as dt
import functools
import json
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from callbacks import dashboard, panels
from data import pipeline
from data.metrics import evaluate, report
from tests.benchmarks.callbacks.test_pages import LAST, answered, empty_callback, flow_page, page_call
from ui.figures import chart

# Where each stage begins: it ends there, or where another one begins within it. What is outside of all of
# them is the way of the request and of the answer through Flask, Dash and the guard of the server.
STAGES: Mapping[str, tuple[tuple[Any, str], ...]] = {
    "pipeline": ((pipeline.Pipeline, "answer"), (pipeline.Pipeline, "report")),
    "metrics": ((evaluate, "evaluate"),),
    "findings": (
        (pipeline, "_find_all"),
        (report, "count_endings"),
        (dashboard, "finding_lines"),
        (dashboard, "findings_list"),
    ),
    "cards": ((panels, "card_data"), (panels, "heading_of"), (panels, "sparkline_steps")),
    "charts": ((panels, "in_steps"), (panels, "_draw"), (panels, "week_data")),
    "packing": ((chart, "packed"),),
}
RESPONSE = "response"
PAGES = ("overview", "dora", "flow")
# Of what a page is drawn from, the stage that each part comes from.
PARTS = {"cards": "cards", "heading": "cards", "charts": "charts", "weeks": "charts"}
_R = TypeVar("_R")


class Clock:
    """Shares processor time among stages.

    Each has what passes between its beginning and its end, less what begins and ends within it.

    Args:
        now: the time in seconds.
    """

    def __init__(self, now: Callable[[], float] = time.process_time) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self._now = now
        self.begin()

    def begin(self) -> None:
        """Begin anew, outside of all stages."""
        self.spent.clear()
        self._stage, self._since = RESPONSE, self._now()

    def end(self) -> dict[str, float]:
        """Return the seconds of each stage since the beginning."""
        self._turn_to(RESPONSE)
        return dict(self.spent)

    @contextmanager
    def inside(self, stage: str) -> Iterator[None]:
        """Count what the block takes for a stage."""
        outer = self._turn_to(stage)
        try:
            yield
        finally:
            self._turn_to(outer)

    def _turn_to(self, stage: str) -> str:
        before, now = self._stage, self._now()
        self.spent[before] += now - self._since
        self._stage, self._since = stage, now
        return before

    def watched(self, stage: str, work: Callable[..., _R]) -> Callable[..., _R]:
        """Return the same function, counted for a stage."""

        @functools.wraps(work)
        def counted(*args: Any, **kwargs: Any) -> _R:
            with self.inside(stage):
                return work(*args, **kwargs)

        return counted


@contextmanager
def watching(clock: Clock) -> Iterator[None]:
    """Count the functions that begin a stage, wherever a module knows them; undo that at the end."""
    changed: list[tuple[Any, str, Any]] = []
    try:
        for stage, begins in STAGES.items():
            for owner, name in begins:
                original = getattr(owner, name)
                for place, known in _places_of(owner, original):
                    setattr(place, known, clock.watched(stage, original))
                    changed.append((place, known, original))
        yield
    finally:
        for place, known, original in changed:
            setattr(place, known, original)


def _places_of(owner: Any, function: Any) -> list[tuple[Any, str]]:
    ours = ("callbacks", "data", "ui")
    modules = [module for name, module in list(sys.modules.items()) if name.partition(".")[0] in ours]
    places = [owner, *(module for module in modules if module is not owner)]
    return [(place, name) for place in places for name, held in list(vars(place).items()) if held is function]


def bytes_of(answer: bytes, page: str) -> dict[str, int]:
    """Return how many bytes of an answer come from which stage; together they are the whole answer."""
    drawn = _page_within(json.loads(answer)["response"], page)
    sizes = {"cards": 0, "charts": 0}
    for part, stage in PARTS.items():
        sizes[stage] += len(json.dumps(drawn[part], ensure_ascii=False, separators=(",", ":")).encode())
    return {**sizes, RESPONSE: len(answer) - sum(sizes.values())}


def _page_within(response: Mapping[str, Any], page: str) -> dict[str, Any]:
    drawn: dict[str, Any] = response[f"answer-{page}"]["data"]["page"]
    return drawn


def table(spent: Mapping[str, float], sizes: Mapping[str, int], empty_s: float) -> str:
    """Return the stages as lines of text, in the order of the path.

    Args:
        spent: by stage, seconds of processor time of one answer.
        sizes: by stage, bytes of one answer.
        empty_s: seconds of a callback that does nothing.
    """
    total = sum(spent.values())
    lines = [f"{'stage':<18}{'ms':>9}{'share':>8}{'x empty':>9}{'bytes':>10}"]
    for stage in (*STAGES, RESPONSE):
        seconds, size = spent.get(stage, 0.0), sizes.get(stage, 0)
        times = f"{1000 * seconds:>9.2f}{seconds / total:>8.0%}{seconds / empty_s:>9.1f}"
        lines.append(f"{stage:<18}{times}{size or '':>10}".rstrip())
    whole = f"{'in all':<18}{1000 * total:>9.2f}{1:>8.0%}{total / empty_s:>9.1f}{sum(sizes.values()):>10}"
    nothing = f"{'an empty callback':<18}{1000 * empty_s:>9.2f}{'':>8}{1:>9.1f}"
    return "\n".join([*lines, whole, nothing])


def measure(folder: Path, issues: int, page: str, days: int, rounds: int) -> str:
    """Ask for a page so many times, each time over another period; return the medians as a table."""
    client, nothing = flow_page(folder, issues), empty_callback()
    clock = Clock()
    spent: list[dict[str, float]] = []
    empty: list[float] = []
    answer = b""
    with watching(clock):
        for back in range(rounds + 3):
            body = page_call(_period(back, days), page)
            clock.begin()
            answer = answered(client, body)
            spent.append(clock.end())
            began = time.process_time()
            nothing()
            empty.append(time.process_time() - began)
    warm = spent[3:]  # the first ones find what the issues mean, whatever the period
    middle = {stage: statistics.median(one.get(stage, 0.0) for one in warm) for stage in (*STAGES, RESPONSE)}
    return table(middle, bytes_of(answer, page), statistics.median(empty[3:]))


def _period(back: int, days: int) -> dict[str, str]:
    last = LAST - dt.timedelta(days=back)
    return {"from": (last - dt.timedelta(days=days - 1)).isoformat(), "to": last.isoformat()}


def main(arguments: list[str]) -> None:
    """Print where a filter change goes."""
    parser = argparse.ArgumentParser(prog="python -m tools.profile_page", description=__doc__)
    parser.add_argument("--issues", type=int, default=5_000, help="how many synthetic issues (default 5000)")
    parser.add_argument("--page", choices=PAGES, default="flow", help="the page (default flow)")
    parser.add_argument("--days", type=int, default=365, help="length of the period (default 365)")
    parser.add_argument("--rounds", type=int, default=25, help="how many periods (default 25)")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        print(measure(Path(folder), asked.issues, asked.page, asked.days, asked.rounds))


if __name__ == "__main__":
    main(sys.argv[1:])
