"""How often and how stubbornly Jira is asked: the strict rate limit and the one retry loop.

**Why the limit is strict.** A bucket that refills steadily, 100 tokens at 10 a
second, lets 100 requests out at once and 99 more while it refills: 199 in ten
seconds. Here a token is not refilled, it *returns*: it is spent when its
request leaves and comes back one period after the answer (or the error, or the
time-out) of that request. The server may count a request at any moment up to
its answer, so two uses of one token are counted at least a period apart, so no
window of one period ever holds two uses of one token, so no window holds more
requests than there are tokens. The burst is kept: all tokens may leave at once.

The stamps of a host lie where every process of a home reads and writes them, one
at a time, so that the promise holds over processes and machines too
(``limiter_stamps``).
"""

import logging
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeVar
from uuid import uuid4

from configuration.database.watch import SLACK_S
from configuration.errors import (
    CancelledError,
    QuotaExhaustedError,
    RateLimitedError,
    TransientError,
)
from configuration.origins import origin_of
from configuration.settings import Home
from data.limiter_stamps import LOST_AFTER_S, Memory, SharedFile, SharedRow, Stamps, Storage
from data.model.instants import DAY_S

logger = logging.getLogger(__name__)
T = TypeVar("T")

# No honest Retry-After is longer; quotas are counted by the hour.
_LONGEST_HOLD_S = float(DAY_S)
# Waits that may be cancelled are cut into slices of this length.
_SLICE_S = 0.1
# A wait shorter than this may not move a clock at all.
_SHORTEST_S = 0.001


class Lender(Protocol):
    """What a lease needs of the bucket it came from."""

    def take_back(self, name: str) -> None:
        """Note that the request of the lease of this name has ended."""


class Lease:
    """A token that is out with a request; ``close()`` when the request has ended, however it ended."""

    def __init__(self, lender: Lender, name: str, waited_s: float) -> None:
        self._lender = lender
        self._name = name
        self.waited_s = waited_s

    def close(self) -> None:
        """Hand the token back: it can be used again one period from now."""
        self._lender.take_back(self._name)


class TokenBucket:
    """At most ``capacity`` requests in any window of ``period_s`` seconds.

    Threads wait in the order in which they came, outside the lock.

    Args:
        capacity: the number of tokens, which is also the largest burst.
        period_s: how long after the end of its request a token returns.
        clock: monotonic seconds; shared by the processes of one machine.
        sleep: waits that many seconds.
        path: the file shared with other processes; None keeps the stamps here.
        storage: where else the stamps are shared.
        wall: seconds since 1970; tells after a reboot what is left of a hold.
    """

    def __init__(
        self,
        capacity: int = 100,
        period_s: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        path: Path | None = None,
        *,
        storage: Storage | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        if capacity < 1 or not period_s > 0:
            raise ValueError("a rate limit needs at least one token and a period above zero")
        self.capacity = capacity
        self.period_s = period_s
        self._clock = clock
        self._sleep = sleep
        self._wall = wall
        self._storage = storage or (SharedFile(path) if path else Memory())
        self._lock = threading.Lock()
        self._turn = threading.Condition()
        self._queue: deque[object] = deque()
        self._open: set[str] = set()
        self._name = uuid4().hex[:12]
        self._count = 0

    def consume(self, tokens: int = 1) -> bool:
        """Take ``tokens`` if they are there and nobody waits; never wait.

        Without a request to wait for they return one period from now.
        """
        if not 1 <= tokens <= self.capacity:
            raise ValueError(f"between 1 and {self.capacity} tokens, not {tokens}")
        with self._turn:
            if self._queue:
                return False
        return self._take(tokens) <= 0.0

    def wait_for_token(self, cancelled: threading.Event | None = None) -> float:
        """Wait for one token that returns one period from then; return the seconds waited.

        Raises:
            CancelledError: ``cancelled`` was set.
        """
        return self._in_turn(lambda: self._take(1), cancelled)

    def lease(self, cancelled: threading.Event | None = None, patience_s: float = float("inf")) -> Lease:
        """Wait for one token that stays out until its request has ended.

        Args:
            cancelled: ends the wait when set.
            patience_s: how long a wait that Jira asked for may be; our own limit is always waited for.

        Raises:
            CancelledError: ``cancelled`` was set.
            RateLimitedError: Jira told somebody here to wait for longer.
        """
        if (held_s := self.held_for()) > patience_s:
            raise _told_to_wait(held_s)
        with self._lock:
            self._count += 1
            name = f"{self._name}-{self._count}"
        wait = self._in_turn(lambda: self._take(1, flying=name), cancelled, patience_s)
        return Lease(self, name, wait)

    def hold(self, seconds: float) -> None:
        """Let nobody ask for so long: Jira said so to one of us."""
        seconds = min(seconds, _LONGEST_HOLD_S)
        with self._change_stamps() as (stamps, now):
            if now + seconds > stamps.held_at + stamps.held_s:
                stamps.held_at, stamps.held_s = now, seconds
                stamps.held_until = self._wall() + seconds

    def lift_hold(self) -> float:
        """Let everybody ask again, on the user's word; return the seconds that were left.

        Our own limit stays, and should Jira say it again, the hold is back.
        """
        with self._change_stamps() as (stamps, now):
            left_s = max(0.0, stamps.held_at + stamps.held_s - now)
            stamps.held_at = stamps.held_s = stamps.held_until = 0.0
        return left_s

    def held_for(self) -> float:
        """Return for how many seconds nobody may ask; 0 when asking is fine."""
        with self._change_stamps() as (stamps, now):
            return max(0.0, stamps.held_at + stamps.held_s - now)

    def _take(self, tokens: int, flying: str = "") -> float:
        """Take tokens and return 0, or return the seconds after which to try again."""
        with self._change_stamps() as (stamps, now):
            wait_s = self._measure_shortfall(stamps, now, tokens)
            if wait_s <= 0:
                if flying:
                    stamps.flying[flying] = (self._storage.owner(), now)
                    self._open.add(flying)
                else:
                    stamps.answered += [now] * tokens
        return wait_s

    def take_back(self, name: str) -> None:
        """Note that the request of a lease has ended; a name that is not out changes nothing."""
        with self._change_stamps() as (stamps, now):
            was_out = stamps.flying.pop(name, None) is not None
            # Others may have given it up, as after an outage; it may have been counted until this moment.
            if was_out or name in self._open:
                stamps.answered.append(now)
            self._open.discard(name)

    def _measure_shortfall(self, stamps: Stamps, now: float, tokens: int) -> float:
        held_s = stamps.held_at + stamps.held_s - now
        missing = len(stamps.answered) + len(stamps.flying) + tokens - self.capacity
        if missing <= 0:
            return held_s
        if missing > len(stamps.answered):
            # Even a token answered this moment is a whole period away.
            return max(held_s, self.period_s)
        back_s = sorted(stamps.answered)[missing - 1] - now + self.period_s
        return max(held_s, back_s, _SHORTEST_S)

    @contextmanager
    def _change_stamps(self) -> Iterator[tuple[Stamps, float]]:
        with self._lock, self._storage.changing(self._clock, self.capacity) as (stamps, now):
            self._sweep(stamps, now)
            yield stamps, now

    def _sweep(self, stamps: Stamps, now: float) -> None:
        """Drop what is over; a stamp later than now, as after a reboot, counts as now."""
        for name, (owner, seen_at) in list(stamps.flying.items()):
            if name in self._open:
                stamps.flying[name] = (self._storage.owner(), now)
            elif seen_at > now or now - seen_at > LOST_AFTER_S or not self._storage.is_alive(owner):
                # Its owner is gone: when its request ended is unknown, at the latest now.
                del stamps.flying[name]
                stamps.answered.append(now)
        past = (min(stamp, now) for stamp in stamps.answered)
        stamps.answered = [stamp for stamp in past if now - stamp < self.period_s]
        if stamps.held_at > now:
            # The monotonic clock began anew: the wall clock knows better, within what was asked for.
            left_s = stamps.held_until - self._wall() if stamps.held_until else stamps.held_s
            stamps.held_at, stamps.held_s = now, min(max(left_s, 0.0), stamps.held_s)

    def _in_turn(
        self,
        take: Callable[[], float],
        cancelled: threading.Event | None,
        patience_s: float = float("inf"),
    ) -> float:
        """Queue up, then take; the head of the queue alone looks at the stamps."""
        began = self._clock()
        ticket = object()
        with self._turn:
            self._queue.append(ticket)
        try:
            self._await_turn(ticket, cancelled)
            while (wait_s := take()) > 0:
                # Only a hold is longer than a period.
                if wait_s > max(patience_s, self.period_s):
                    raise _told_to_wait(wait_s)
                pause(max(wait_s, _SHORTEST_S), self._sleep, cancelled)
        finally:
            with self._turn:
                self._queue.remove(ticket)
                self._turn.notify_all()
        return max(0.0, self._clock() - began)

    def _await_turn(self, ticket: object, cancelled: threading.Event | None) -> None:
        with self._turn:
            while self._queue[0] is not ticket:
                stop_if(cancelled)
                self._turn.wait(_SLICE_S if cancelled else None)
        stop_if(cancelled)


def _told_to_wait(seconds: float) -> RateLimitedError:
    return RateLimitedError(
        f"Jira asked this machine to wait another {seconds:.0f} s.",
        hint="Try again after that time; sync --ignore-hold asks now, on your word.",
        retry_after_s=seconds,
    )


def shared_bucket(home: Home, host: str, capacity: int = 100, period_s: float = 10.0) -> TokenBucket:
    """Return the bucket of ``host`` that all processes of the home share.

    Args:
        home: its processes share the limit.
        host: name and port, as ``Connection.host`` gives it.
        capacity: tokens per period.
        period_s: seconds.
    """
    # Two spellings of one host must not get two limits.
    spelled = (origin_of(f"https://{host}").partition("//")[2] or host).replace("localhost", "127.0.0.1")
    name = "".join(char if char.isalnum() or char in ".-" else "_" for char in spelled)
    if home.database is None:
        return TokenBucket(capacity, period_s, path=home.run / f"rate-{name}.json")
    # Steps of its clock that nobody notices must not shorten a period. No other clock tells what is left of a
    # hold where this one was put back: all of it is.
    shared = SharedRow(home.database, name)
    return TokenBucket(capacity, period_s + SLACK_S, storage=shared, wall=lambda: 0.0)


def stop_if(cancelled: threading.Event | None) -> None:
    """Raise CancelledError once ``cancelled`` is set."""
    if cancelled is not None and cancelled.is_set():
        raise CancelledError("The work was stopped.", hint="Start it again whenever you like.")


def pause(seconds: float, sleep: Callable[[float], None], cancelled: threading.Event | None = None) -> None:
    """Sleep in slices, so that a cancelled wait ends at once.

    Raises:
        CancelledError: ``cancelled`` was set.
    """
    if cancelled is None:
        sleep(seconds)
        return
    left = seconds
    while left > 0:
        stop_if(cancelled)
        sleep(min(left, _SLICE_S))
        left -= _SLICE_S
    stop_if(cancelled)


class Deadline:
    """The time that one request may take, over all its attempts and waits.

    Waiting for a token of our own limit is not Jira's fault and extends it.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = clock() + seconds

    def left(self) -> float:
        """Return the seconds that are left; negative when it has passed."""
        return self._end - self._clock()

    def extend(self, seconds: float) -> None:
        """Move the end: these seconds were spent waiting for our own limit."""
        self._end += seconds


def retry_with_backoff(
    send: Callable[[], T],
    *,
    attempts: int = 5,
    base_s: float = 1.0,
    cap_s: float = 32.0,
    deadline: Deadline | None = None,
    sleep: Callable[[float], None] = time.sleep,
    jitter: Callable[[], float] = random.random,
    cancelled: threading.Event | None = None,
    on_wait: Callable[[TransientError, float], None] | None = None,
) -> T:
    """Call ``send`` until it succeeds, at most ``attempts`` times; retry a TransientError only.

    The k-th wait is min(cap_s, base_s * 2^k) seconds plus ``jitter()``, never
    less than Jira's Retry-After. A wait that does not fit into the deadline, and
    a quota that is used up, end the loop at once with the error that names them.

    Args:
        send: one attempt; pays its own token.
        attempts: calls of ``send`` in all.
        base_s: the first wait.
        cap_s: the longest wait, jitter aside.
        deadline: how long everything may take; 60 s from now by default.
        sleep: waits that many seconds.
        jitter: a number from 0 to 1.
        cancelled: ends a wait when set.
        on_wait: told the error and the seconds before each wait.
    """
    deadline = deadline or Deadline(60.0)
    tell = on_wait or (lambda _error, _wait_s: None)
    for attempt in range(attempts):
        stop_if(cancelled)
        try:
            return send()
        except QuotaExhaustedError:
            raise
        except TransientError as error:
            wait_s = max(min(cap_s, base_s * 2**attempt) + jitter(), error.retry_after_s)
            if attempt == attempts - 1 or wait_s > deadline.left():
                raise
            tell(error, wait_s)
        pause(wait_s, sleep, cancelled)
    raise ValueError("at least one attempt is needed")
