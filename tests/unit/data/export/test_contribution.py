"""Which few rows weigh most beyond P85; the numbers can be added up by hand."""

import numpy as np
import pytest

from data.export.contribution import find_contribution


def test_the_fewest_rows_that_are_half_of_the_time_beyond() -> None:
    """Of 1 to 17 and 60, 20, 30 the P85 of twenty, at place 17.85 between 17 and 20, is 19.55.

    Beyond it are 40.45, 0.45 and 10.45, 51.35 together: the longest alone is more than half of that.
    """
    found = find_contribution(np.array([*range(1, 18), 60.0, 20.0, 30.0]))

    assert found is not None
    assert found.p85 == pytest.approx(19.55)
    assert found.above == 3
    assert found.half.tolist() == [17]
    assert found.share == pytest.approx(40.45 / 51.35)


def test_rows_alike_weigh_alike() -> None:
    """Of four that are 10 above the rest, two are exactly half; the first two are named."""
    found = find_contribution(np.array([0.0] * 36 + [10.0, 10.0, 10.0, 10.0]))

    assert found is not None
    assert (found.p85, found.above, found.half.tolist(), found.share) == (0.0, 4, [36, 37], 0.5)


@pytest.mark.parametrize("durations", [[], [np.nan], [3.0], [5.0, 5.0, 5.0], [2.0, np.nan]])
def test_nothing_is_beyond_itself(durations: list[float]) -> None:
    """No durations, one of them, and equal ones."""
    assert find_contribution(np.array(durations, np.float64)) is None
