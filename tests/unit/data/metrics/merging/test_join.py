"""Partials as one: the order of their issues."""

import numpy as np
import pytest

from data.metrics.merging.join import order_by_key


@pytest.mark.parametrize("most", [7, 10**18 - 1])
def test_issues_stand_in_the_order_of_their_keys(most: int) -> None:
    """By project, then by number, be the numbers as long as a key can have them."""
    rank, number = np.array([40, 1, 0, 1, 40]), np.array([2, most, 3, 5, 1])

    assert order_by_key(rank, number).tolist() == [2, 3, 1, 4, 0]
    assert order_by_key(rank[:0], number[:0]).tolist() == []
