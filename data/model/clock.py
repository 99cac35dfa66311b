"""What time it is, in the unit of the house; apart from ``instants``, because a metric has no clock."""

import time


def now_ms() -> int:
    """Return this machine's time in UTC epoch milliseconds."""
    return time.time_ns() // 1_000_000
