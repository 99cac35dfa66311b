"""How a process sees another machine's clock go beside its own monotonic one."""

import math

# What lies between two clocks that nobody touched: the way of an answer, a busy moment.
SLACK_S = 0.5
# No clock that is merely corrected runs faster or slower than this.
_DRIFT = 0.001


class Watch:
    """Notices that a clock was put forward; put back it makes things seem younger, which harms nobody."""

    def __init__(self) -> None:
        self._ahead: float | None = None
        self._seen_at = 0.0

    def look(self, told_s: float, own_s: float) -> float:
        """Return by how many seconds the clock was put forward since it was last looked at; 0 for not at all.

        Args:
            told_s: what it shows.
            own_s: what this machine's monotonic clock showed right after; both are shared by nothing else.

        Returns:
            Infinity at the first look: nobody knows. Steps of less than ``SLACK_S`` in all are not noticed.
        """
        ahead, known, before = told_s - own_s, self._ahead, self._seen_at
        self._seen_at = own_s
        if known is None or abs(ahead - known) > SLACK_S:
            self._ahead = ahead
            return math.inf if known is None else max(0.0, ahead - known)
        most = _DRIFT * (own_s - before)
        self._ahead = known + min(max(ahead - known, -most), most)
        return 0.0
