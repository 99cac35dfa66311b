"""Timers of the page that ask the server again and again."""

from dash import Output

_UNANSWERED_MS = 10_000


def one_at_a_time(timer: str, every_ms: int) -> list[tuple[Output, int, int]]:
    """Return what has a timer wait for the answer to its last question, for ``running`` of its callback.

    Else a busy server is asked more the slower it answers, and the page sees none of its answers: Dash drops
    each one for the question after it. What gets no answer at all is asked again after ten seconds.

    Args:
        timer: id of an interval.
        every_ms: its milliseconds from an answer to the next question.
    """
    return [(Output(timer, "interval"), _UNANSWERED_MS, every_ms)]
