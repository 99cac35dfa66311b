"""What measures a benchmark and what holds its figures: one place, so that every gate means the same.

A test asks for ``gate`` instead of ``benchmark``. Yardstick and subject are run in turns, A B A B, in one
process, so that a busy machine slows both. pytest-benchmark runs and keeps the rounds of the subject; beside
them, in ``extra_info``, stands every figure with its goal, its gate and its yardstick.

Clocks count processor time: what else the machine does makes a program wait, not work. By default that is
the time of this process with all its threads. A test that starts processes says
``@pytest.mark.benchmark(timer=children_time)``; one whose rounds end in waiting, for an answer or a page,
says ``timer=time.perf_counter`` and why.
"""

import gc
import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TypeVar

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

# A gate fails at one and a half times its goal, so that a busy machine does not fail it.
SLACK = 1.5
Work = Callable[[], object]
Times = list[float]
_R = TypeVar("_R")


def children_time() -> float:
    """Return the processor time in seconds of all processes that this one started and that have ended."""
    import resource  # which Windows does not have

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@dataclass(frozen=True)
class Figure:
    """What a benchmark found, beside what it should be.

    Attributes:
        found: the figure.
        goal: what it should be.
        fails_at: the gate, which lets the figure itself still pass.
        yardstick: what a ratio is a ratio to; "" for seconds and counts.
        at_least: whether more is better.
    """

    found: float
    goal: float
    fails_at: float
    yardstick: str = ""
    at_least: bool = False

    @property
    def holds(self) -> bool:
        """Whether the gate lets it pass; what is not a number does not."""
        return self.found >= self.fails_at if self.at_least else self.found <= self.fails_at

    def __str__(self) -> str:
        bound = "at least" if self.at_least else "at most"
        beside = f" of {self.yardstick}" if self.yardstick else ""
        return f"{self.found:.4g}{beside}; the gate is {bound} {self.fails_at:.4g}, the goal {self.goal:.4g}"


class Gate:
    """The benchmark of one test, and the gates that its figures have to pass.

    Args:
        benchmark: pytest-benchmark's fixture.
        clock: of the yardsticks; the one that ``benchmark`` reads for the subject.
    """

    def __init__(self, benchmark: BenchmarkFixture, clock: Callable[[], float] = time.process_time) -> None:
        self.figures: dict[str, Figure] = {}
        self._benchmark = benchmark
        self._clock = clock

    def once(self, work: Callable[[], _R]) -> _R:
        """Run what is counted and not compared a single time; return what it returns."""
        result: _R = self._benchmark.pedantic(work)
        return result

    def spent(
        self,
        subject: Work,
        *yardsticks: Work,
        rounds: int = 9,
        before: Work | None = None,
        after: Work | None = None,
    ) -> tuple[Times, ...]:
        """Run yardsticks and subject in turns; return the seconds of every round, the subject's first.

        Args:
            subject: what pytest-benchmark keeps.
            yardsticks: what runs before it in every round.
            rounds: how many.
            before: makes ready for the subject, untimed.
            after: clears up behind it, untimed.
        """
        beside: tuple[Times, ...] = tuple([] for _ in yardsticks)

        def ready() -> None:
            for yardstick, times in zip(yardsticks, beside, strict=True):
                times.append(self._timed(yardstick))
            if before is not None:
                before()
            gc.collect()

        # What the test process holds beside is nobody's cost: the collector would look through all of it.
        gc.collect()
        gc.freeze()
        try:
            self._benchmark.pedantic(subject, setup=ready, teardown=after, rounds=rounds)
        finally:
            gc.unfreeze()
        if self._benchmark.disabled:
            pytest.skip("Benchmarks are disabled: it ran once, and nothing was measured.")
        return list(self._benchmark.stats.stats.data), *beside

    def _timed(self, work: Work) -> float:
        gc.collect()
        began = self._clock()
        work()
        return self._clock() - began

    def ratio(
        self,
        subject: Work,
        yardstick: Work,
        *,
        of: str,
        goal: float,
        fails_at: float | None = None,
        rounds: int = 9,
        scale: float = 1.0,
        before: Work | None = None,
        after: Work | None = None,
    ) -> float:
        """Hold the median of the ratios of all rounds to a goal; return the subject's least seconds.

        Args:
            subject: what is held.
            yardstick: what it is held against.
            of: the yardstick in words.
            goal: of the ratio.
            fails_at: the gate, by default one and a half times the goal. It stands beside the goal where what
                is reached is far from it: at one and a half times what is reached, or at the goal itself.
            rounds: how often both run.
            scale: how many times the yardstick's work the subject does.
            before: makes ready for the subject, untimed.
            after: clears up behind it, untimed.
        """
        ours, theirs = self.spent(subject, yardstick, rounds=rounds, before=before, after=after)
        found = median_ratio(ours, theirs) / scale
        self.hold("ratio", found, goal=goal, fails_at=goal * SLACK if fails_at is None else fails_at, of=of)
        return min(ours)

    def growth(
        self, work: Mapping[int, Work], *, goal: float, fails_at: float, rounds: int = 9
    ) -> dict[int, float]:
        """Hold the exponent that fits least times over sizes best; return the least seconds of each size.

        Args:
            work: by size; the largest is the subject, the smaller ones are its yardsticks.
            goal: of the exponent.
            fails_at: the gate.
            rounds: how often each size runs.
        """
        *smaller, largest = sorted(work)
        times = self.spent(work[largest], *(work[size] for size in smaller), rounds=rounds)
        least = dict(zip((largest, *smaller), map(min, times), strict=True))
        self.hold("exponent", exponent(least), goal=goal, fails_at=fails_at, of=f"{min(work)} issues")
        return least

    def hold(
        self,
        name: str,
        found: float,
        *,
        goal: float,
        fails_at: float | None = None,
        of: str = "",
        at_least: bool = False,
    ) -> None:
        """Keep a figure beside the rounds, and fail where its gate does not let it pass.

        Args:
            name: of the figure, unique in its test.
            found: its value.
            goal: what it should be.
            fails_at: the gate, by default the goal itself.
            of: the yardstick in words, if it is a ratio.
            at_least: whether more is better.
        """
        figure = Figure(found, goal, goal if fails_at is None else fails_at, of, at_least)
        self.figures[name] = figure
        if not self._benchmark.extra_info:
            self._benchmark.extra_info |= {name: found, "goal": goal, "yardstick": of}
        self._benchmark.extra_info.setdefault("figures", {})[name] = asdict(figure)
        assert figure.holds, f"{name}: {figure}"


def median_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Return the median of the ratios of rounds that ran side by side."""
    return statistics.median(one / other for one, other in zip(ours, theirs, strict=True))


def exponent(seconds: Mapping[int, float]) -> float:
    """Return the power of the size that fits the times best: 1 where twice the size takes twice as long."""
    x, y = (list(map(math.log, values)) for values in (seconds.keys(), seconds.values()))
    return statistics.linear_regression(x, y).slope


def table(figures: Mapping[str, Mapping[str, Figure]], last: Mapping[str, Mapping[str, object]]) -> list[str]:
    """Return the figures of a run as lines, each beside its goal, its gate and the last kept run.

    Args:
        figures: by benchmark and name.
        last: ``extra_info`` of the run before, by benchmark.
    """
    rows = [("found", "last", "goal", "gate", "figure")]
    for benchmark, held in figures.items():
        kept = last.get(benchmark, {}).get("figures", {})
        for name, figure in held.items():
            before = kept.get(name, {}).get("found") if isinstance(kept, dict) else None
            shown = (figure.found, before, figure.goal, figure.fails_at)
            of = f" of {figure.yardstick}" if figure.yardstick else ""
            what = f"{benchmark.removeprefix('tests/')}: {name}{of}{'' if figure.holds else '  FAILED'}"
            rows.append((*("-" if number is None else f"{number:.3g}" for number in shown), what))
    return ["".join(f"{cell:>9}" for cell in row[:-1]) + f"  {row[-1]}" for row in rows]
