"""The command: runs mutants, prints survivors and explanations, and ends with 1 below 95 %."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tools.mutants import TARGETS
from tools.mutants.changes import Mutant, sampled
from tools.mutants.explained import EXPLAINED, Explanation, explanations, stale
from tools.mutants.runs import ROOT, Target, measure, survivors

LEAST_SHARE = 0.95
SAMPLE = 40  # mutants of one file
WORKERS = 2


@dataclass(frozen=True)
class Outcome:
    """What became of the mutants of one file, or of all.

    Attributes:
        file: path inside the repository.
        total: mutants that were looked at.
        explained: how many of them no test can notice.
        alive: those that no test noticed though one should.
    """

    file: str
    total: int
    explained: int
    alive: list[Mutant]

    @property
    def settled(self) -> int:
        """How many died or are explained."""
        return self.total - len(self.alive)

    def __str__(self) -> str:
        killed = self.settled - self.explained
        share = 100 * self.settled / max(self.total, 1)
        told = f"{killed:>4} of {self.total:<4} killed, {self.explained:>2} explained, {share:5.1f} %"
        return f"{self.file:<52} {told}"


def targets(wanted: Sequence[str] = ()) -> list[Target]:
    """Return the targets that are wanted, all of them by default; a folder becomes its files."""
    found = []
    for name, tests in TARGETS.items():
        path = ROOT / name
        for file in sorted(path.glob("*.py")) if path.is_dir() else [path]:
            relative = file.relative_to(ROOT).as_posix()
            if not wanted or any(relative.startswith(each) for each in wanted):
                found.append(Target(relative, _twin_first(file.stem, tests)))
    return [target for target in found if target.mutants]


def _twin_first(name: str, tests: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Put the tests of the same name first: they are the likeliest to notice, and few."""
    twins = [f"{each}/test_{name}.py" for each in tests]
    return (*((twin,) for twin in twins if (ROOT / twin).exists()), tests)


def examine(target: Target, known: Sequence[Explanation], most: int | None, workers: int) -> Outcome:
    """Run the mutants of one file; the explained ones are counted without a run."""
    measure(target)
    chosen = target.mutants if most is None else sampled(target.mutants, most)
    explained = [mutant for mutant in chosen if any(each.covers(target.file, mutant) for each in known)]
    alive = survivors(target, [mutant for mutant in chosen if mutant not in explained], workers)
    return Outcome(target.file, len(chosen), len(explained), alive)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tools.mutants", description=__doc__)
    parser.add_argument("files", nargs="*", help="sources or folders of TARGETS; all by default")
    parser.add_argument("--all", action="store_true", help="every mutant instead of a sample")
    parser.add_argument(
        "--sample", type=int, default=SAMPLE, help="mutants of one file (default %(default)s)"
    )
    parser.add_argument("--workers", type=int, default=WORKERS, help="side by side (default %(default)s)")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print; 1 where fewer than 95 % died or are explained, or an explanation is out of date."""
    options, began = _options(arguments), time.monotonic()
    os.chdir(ROOT)
    every = targets(options.files)
    known = [each for each in explanations() if any(each.file == target.file for target in every)]
    outcomes = []
    for target in every:
        outcomes.append(examine(target, known, None if options.all else options.sample, options.workers))
        _print_outcome(outcomes[-1])
    for each in known:
        print(f"  explained {each}")
    outdated = stale(known, every)
    for each in outdated:
        print(f"  out of date in {EXPLAINED.name}: {each}")
    total = in_all(outcomes)
    print(f"{total} in {time.monotonic() - began:.0f} s")
    return int(bool(outdated) or total.settled < LEAST_SHARE * total.total)


def in_all(outcomes: Sequence[Outcome]) -> Outcome:
    """Return the outcomes of all files as one."""
    alive = [mutant for outcome in outcomes for mutant in outcome.alive]
    return Outcome("all", sum(o.total for o in outcomes), sum(o.explained for o in outcomes), alive)


def _print_outcome(outcome: Outcome) -> None:
    print(outcome, flush=True)
    for mutant in outcome.alive:
        print(f"  survived  {outcome.file}:{mutant.line}: {mutant.text}\n{'':12}{mutant.change}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
