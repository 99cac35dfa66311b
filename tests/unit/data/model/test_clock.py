"""The clock of this machine, in milliseconds."""

import time

import time_machine

from data.model.clock import now_ms


@time_machine.travel("1970-01-02T00:00:00.123Z", tick=False)
def test_a_known_moment() -> None:
    assert now_ms() == 86_400_123


def test_it_runs_with_the_clock_of_the_machine() -> None:
    before = time.time()

    assert before - 0.002 <= now_ms() / 1000 <= time.time()
