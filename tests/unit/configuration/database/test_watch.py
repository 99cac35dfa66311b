"""Another machine's clock beside one's own."""

import math

from configuration.database.watch import Watch


def looks(*pairs: tuple[float, float]) -> list[float]:
    watch = Watch()
    return [round(watch.look(told, own), 6) for told, own in pairs]


def test_a_clock_that_goes_on() -> None:
    """Late answers make it seem to fall back, never to leap."""
    assert looks((1000, 0), (1010, 10), (1020, 20.4), (1030, 30)) == [math.inf, 0, 0, 0]


def test_a_clock_that_is_put_forward() -> None:
    assert looks((1000, 0), (1010 + 3600, 10), (1020 + 3600, 20)) == [math.inf, 3600, 0]


def test_a_clock_that_is_put_back_and_forward_again() -> None:
    """Back harms nobody; forward again is forward."""
    assert looks((1000, 0), (410, 10), (1020, 20)) == [math.inf, 0, 600]


def test_small_steps_add_up() -> None:
    """Six times a tenth of a second within a minute: no clock is corrected so quickly."""
    told = looks(*((1000 + 0.1 * step + 10 * step, 10 * step) for step in range(8)))

    assert told[0] == math.inf
    assert [step for step in told[1:] if step] == [round(told[max(range(1, 8), key=lambda n: told[n])], 6)]


def test_a_clock_that_is_corrected_slowly_leaps_never() -> None:
    """Half a thousandth too fast for a day."""
    assert set(looks(*((1000 + 1.0005 * at, at) for at in range(0, 86_400, 600)))[1:]) == {0.0}
