"""The strict limit and the retry loop, against clocks that a test moves by hand."""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configuration.errors import (
    AuthenticationError,
    CancelledError,
    QueryError,
    QuotaExhaustedError,
    RateLimitedError,
    ServerFailedError,
    StoreError,
    TransientError,
)
from data.jira_query_manager import (
    Deadline,
    TokenBucket,
    pause,
    retry_with_backoff,
    shared_bucket,
)


class FakeTime:
    """A clock that moves when somebody sleeps, and when a test says so."""

    def __init__(self, now: float = 0.0) -> None:
        self.now = now
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def bucket(time_: FakeTime, capacity: int = 3, path: Path | None = None) -> TokenBucket:
    return TokenBucket(capacity, 10.0, clock=time_.clock, sleep=time_.sleep, path=path)


def fullest_window(instants: list[float], period_s: float = 10.0) -> int:
    """Count the instants in the fullest half-open window; the reference is a plain double loop."""
    return max((sum(start <= at < start + period_s for at in instants) for start in instants), default=0)


class TestTokenBucket:
    def test_allows_a_burst_and_then_refuses(self) -> None:
        """All tokens may leave at once, and not one more."""
        tokens = bucket(FakeTime(), capacity=3)

        assert [tokens.consume() for _ in range(4)] == [True, True, True, False]

    @pytest.mark.parametrize(("later", "allowed"), [(9.999, False), (10.0, True)])
    def test_a_token_returns_one_period_later(self, later: float, allowed: bool) -> None:
        time_ = FakeTime()
        tokens = bucket(time_, capacity=1)
        tokens.consume()

        time_.now = later

        assert tokens.consume() is allowed

    def test_does_not_refill_while_it_is_used(self) -> None:
        """The steady refill of the usual bucket lets 199 through; this one never more than 100."""
        time_ = FakeTime()
        tokens = bucket(time_, capacity=100)
        left = []

        for _ in range(2000):
            if tokens.consume():
                left.append(time_.now)
            time_.now += 0.01

        assert fullest_window(left) == 100
        assert len(left) == 200

    def test_takes_several_tokens_or_none(self) -> None:
        tokens = bucket(FakeTime(), capacity=3)

        assert [tokens.consume(2), tokens.consume(2), tokens.consume(1)] == [True, False, True]

    @pytest.mark.parametrize("number", [0, -1, 4])
    def test_refuses_impossible_numbers(self, number: int) -> None:
        with pytest.raises(ValueError, match="tokens"):
            bucket(FakeTime(), capacity=3).consume(number)

    @pytest.mark.parametrize(("capacity", "period_s"), [(0, 10.0), (1, 0.0), (1, float("nan"))])
    def test_refuses_limits_that_limit_nothing(self, capacity: int, period_s: float) -> None:
        with pytest.raises(ValueError, match="rate limit"):
            TokenBucket(capacity, period_s)

    def test_wait_for_token_tells_how_long_it_took(self) -> None:
        time_ = FakeTime()
        tokens = bucket(time_, capacity=1)

        assert tokens.wait_for_token() == 0.0
        time_.now += 4
        assert tokens.wait_for_token() == pytest.approx(6.0)

    def test_a_lease_is_spent_until_its_request_ends(self) -> None:
        """However long Jira takes: the period starts with the answer."""
        time_ = FakeTime()
        tokens = bucket(time_, capacity=1)
        lease = tokens.lease()

        time_.now = 50.0
        assert not tokens.consume()
        lease.close()
        time_.now = 59.9
        assert not tokens.consume()
        time_.now = 60.0
        assert tokens.consume()

    def test_a_lease_is_handed_back_once(self) -> None:
        time_ = FakeTime()
        tokens = bucket(time_, capacity=2)
        lease = tokens.lease()

        lease.close()
        lease.close()

        assert tokens.consume()
        assert not tokens.consume()

    def test_hold_stops_everybody(self) -> None:
        time_ = FakeTime(100.0)
        tokens = bucket(time_)

        tokens.hold(30)

        assert not tokens.consume()
        assert tokens.held_for() == 30
        assert tokens.wait_for_token() == pytest.approx(30)

    def test_a_shorter_hold_does_not_end_a_longer_one(self) -> None:
        time_ = FakeTime()
        tokens = bucket(time_)

        tokens.hold(30)
        tokens.hold(2)

        assert tokens.held_for() == 30

    def test_a_hold_without_end_is_bounded(self) -> None:
        tokens = bucket(FakeTime())

        tokens.hold(float("inf"))

        assert tokens.held_for() == 86_400

    def test_a_hold_beyond_the_patience_is_not_waited_for(self) -> None:
        time_ = FakeTime()
        tokens = bucket(time_)
        tokens.hold(30)

        with pytest.raises(RateLimitedError, match="another 30 s"):
            tokens.lease(patience_s=29)
        assert time_.slept == []

        lease = tokens.lease(patience_s=31)
        assert lease.waited_s == pytest.approx(30)

    def test_a_hold_that_comes_while_waiting_ends_the_wait(self) -> None:
        """Somebody else is told to wait for an hour while we stand in the queue."""
        time_ = FakeTime()
        tokens = bucket(time_, capacity=1)
        tokens.consume()

        def sleep(seconds: float) -> None:
            time_.sleep(seconds)
            tokens.hold(3600)

        tokens._sleep = sleep

        with pytest.raises(RateLimitedError, match="another 3600 s"):
            tokens.lease(patience_s=60)

    def test_our_own_limit_is_waited_for_with_any_patience(self) -> None:
        time_ = FakeTime()
        tokens = bucket(time_, capacity=1)
        tokens.consume()

        assert tokens.lease(patience_s=1).waited_s == pytest.approx(10)

    def test_a_cancelled_wait_ends(self) -> None:
        cancelled = threading.Event()
        tokens = TokenBucket(1, 10.0)
        tokens.consume()
        threading.Timer(0.1, cancelled.set).start()
        began = time.monotonic()

        with pytest.raises(CancelledError):
            tokens.wait_for_token(cancelled)

        assert time.monotonic() - began < 1.0

    def test_a_cancelled_wait_in_the_queue_ends_and_leaves_the_queue(self) -> None:
        """The second in the queue goes; the first still gets its token."""
        tokens = TokenBucket(1, 0.5)
        tokens.consume()
        first = threading.Thread(target=tokens.wait_for_token)
        first.start()
        time.sleep(0.05)
        cancelled = threading.Event()
        cancelled.set()

        with pytest.raises(CancelledError):
            tokens.wait_for_token(cancelled)
        first.join(5)

        assert not first.is_alive()

    def test_waiters_are_served_in_order(self) -> None:
        tokens = TokenBucket(1, 0.05)
        served: list[int] = []
        threads = []

        def wait(number: int) -> None:
            tokens.wait_for_token()
            served.append(number)

        for number in range(6):
            threads.append(threading.Thread(target=wait, args=(number,)))
            threads[-1].start()
            time.sleep(0.01)
        for thread in threads:
            thread.join(5)

        assert served == sorted(served)

    def test_consume_does_not_jump_the_queue(self) -> None:
        tokens = TokenBucket(1, 0.3)
        tokens.consume()
        waiter = threading.Thread(target=tokens.wait_for_token)
        waiter.start()
        time.sleep(0.05)

        assert not tokens.consume()
        waiter.join(5)


class TestSharedStamps:
    def test_two_buckets_share_one_limit(self, tmp_path: Path) -> None:
        time_ = FakeTime()
        ours, theirs = (bucket(time_, 3, tmp_path / "run" / "host.json") for _ in range(2))

        taken = [ours.consume(), theirs.consume(), ours.consume(), theirs.consume(), ours.consume()]

        assert taken == [True, True, True, False, False]

    def test_a_hold_is_shared(self, tmp_path: Path) -> None:
        time_ = FakeTime()
        ours, theirs = (bucket(time_, 3, tmp_path / "host.json") for _ in range(2))

        ours.hold(5)

        assert theirs.held_for() == 5

    def test_hosts_do_not_share(self, tmp_path: Path) -> None:
        assert shared_bucket(tmp_path, "a.example", capacity=1).consume()
        assert shared_bucket(tmp_path, "b.example:8080", capacity=1).consume()
        assert not shared_bucket(tmp_path, "A.example", capacity=1).consume()

    def test_a_stamp_from_before_a_reboot_counts_as_now(self, tmp_path: Path) -> None:
        """The clock starts again at zero: what seems to lie in the future has just happened."""
        path = tmp_path / "host.json"
        bucket(FakeTime(5000.0), 1, path).consume()
        time_ = FakeTime(20.0)
        tokens = bucket(time_, 1, path)

        assert not tokens.consume()
        time_.now = 30.0
        assert tokens.consume()

    def test_a_lease_from_before_a_reboot_returns_a_period_later(self, tmp_path: Path) -> None:
        """Its process number may belong to somebody else by now."""
        path = tmp_path / "host.json"
        bucket(FakeTime(5000.0), 1, path).lease()
        time_ = FakeTime(20.0)
        tokens = bucket(time_, 1, path)

        assert not tokens.consume()
        time_.now = 30.0
        assert tokens.consume()

    def test_a_hold_from_before_a_reboot_starts_again(self, tmp_path: Path) -> None:
        path = tmp_path / "host.json"
        bucket(FakeTime(5000.0), 1, path).hold(7)

        assert bucket(FakeTime(20.0), 1, path).held_for() == 7

    @pytest.mark.parametrize("text", [b"{", b"[]", b'{"answered": ["x"]}', b"\xff\xfe"])
    def test_an_unreadable_file_counts_as_everything_spent(self, tmp_path: Path, text: bytes) -> None:
        path = tmp_path / "host.json"
        path.write_bytes(text)
        time_ = FakeTime(100.0)
        tokens = bucket(time_, 3, path)

        assert not tokens.consume()
        time_.now = 110.0
        assert [tokens.consume() for _ in range(4)] == [True, True, True, False]

    def test_a_token_of_a_dead_process_returns_a_period_later(self, tmp_path: Path) -> None:
        path = tmp_path / "host.json"
        pid = os.fork()
        if not pid:
            TokenBucket(1, 10.0, clock=lambda: 100.0, path=path).lease()
            os._exit(0)
        os.waitpid(pid, 0)
        time_ = FakeTime(200.0)
        tokens = bucket(time_, 1, path)

        assert not tokens.consume()
        time_.now = 210.0
        assert tokens.consume()

    def test_a_token_of_a_silent_process_returns_in_the_end(self, tmp_path: Path) -> None:
        """A recycled process id must not keep a token for ever."""
        path = tmp_path / "host.json"
        bucket(FakeTime(0.0), 1, path).lease()
        time_ = FakeTime(179.0)
        tokens = bucket(time_, 1, path)

        assert not tokens.consume()
        time_.now = 181.0
        assert not tokens.consume()
        time_.now = 191.0
        assert tokens.consume()

    def test_the_file_does_not_grow(self, tmp_path: Path) -> None:
        path = tmp_path / "host.json"
        time_ = FakeTime()
        tokens = bucket(time_, 10, path)

        for _ in range(500):
            lease = tokens.lease()
            time_.now += 0.25
            lease.close()

        assert path.stat().st_size < 2000
        assert msgspec.json.decode(path.read_bytes())["flying"] == {}

    def test_a_folder_that_cannot_be_written_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "run").write_text("a file, not a folder")

        with pytest.raises(StoreError, match="rate limit"):
            shared_bucket(tmp_path / "run", "host").consume()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["take", "lease", "answer", "wait", "reboot", "other"]),
        st.floats(0.0, 12.0, allow_nan=False),
    ),
    min_size=1,
    max_size=60,
)


class World:
    """True time beside the clock that processes see, which starts again at a reboot."""

    def __init__(self, capacity: int, path: Path) -> None:
        self.true_now = 0.0
        self.boot = -1000.0
        self.path = path
        self.capacity = capacity
        self.buckets = [self._new(), self._new()]
        self.open: list[tuple[float, object]] = []
        self.uses: list[tuple[float, float]] = []  # from the departure to the answer

    def _new(self) -> TokenBucket:
        return TokenBucket(
            self.capacity, 10.0, clock=lambda: self.true_now - self.boot, sleep=self._sleep, path=self.path
        )

    def _sleep(self, seconds: float) -> None:
        self.true_now += seconds

    def step(self, what: str, amount: float) -> None:
        tokens = self.buckets[0]
        if what == "take" and tokens.consume():
            self.uses.append((self.true_now, self.true_now))
        elif what == "lease" and len(self.open) < self.capacity and not tokens.held_for():
            lease = tokens.lease()
            self.open.append((self.true_now, lease))
        elif what == "answer" and self.open:
            since, lease = self.open.pop(0)
            lease.close()  # type: ignore[attr-defined]
            self.uses.append((since, self.true_now))
        elif what == "reboot":
            # Everything in flight dies with the machine; the server may have counted it until now.
            self.uses += [(since, self.true_now) for since, _ in self.open]
            self.open = []
            # The clock begins anew at the boot, which cannot lie before what the machine did last.
            self.boot = self.true_now
            self.true_now += amount
            self.buckets = [self._new(), self._new()]
        elif what == "other":
            self.buckets.reverse()
        self.true_now += amount if what == "wait" else 0.0


class TestStrictness:
    @settings(max_examples=150)
    @given(steps=STEPS, capacity=st.integers(1, 4), at=st.data())
    def test_no_window_holds_more_than_the_capacity(
        self, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, float]], capacity: int, at
    ) -> None:
        """Whatever arrives, however late the answers, over processes and reboots.

        The server may count a request at any moment up to its answer, so it
        draws that moment here.
        """
        world = World(capacity, tmp_path_factory.mktemp("run") / "host.json")

        for what, amount in steps:
            world.step(what, amount)
        counted = [at.draw(st.sampled_from([since, (since + end) / 2, end])) for since, end in world.uses]

        # Half a microsecond is given to the rounding of sums.
        assert fullest_window(sorted(counted), 10.0 - 5e-7) <= capacity


def failing(*errors: Exception) -> Callable[[], str]:
    """Return a call that raises these one after the other and then succeeds."""
    left = list(errors)

    def send() -> str:
        if left:
            raise left.pop(0)
        return "answer"

    return send


def busy(retry_after_s: float = 0.0) -> TransientError:
    return ServerFailedError("Jira is failing (503).", hint="Wait.", retry_after_s=retry_after_s)


class TestRetry:
    def run(self, send: Callable[[], str], jitter: float = 0.5, deadline_s: float = 60.0) -> FakeTime:
        time_ = FakeTime()
        self.outcome: object = None
        try:
            self.outcome = retry_with_backoff(
                send,
                deadline=Deadline(deadline_s, time_.clock),
                sleep=time_.sleep,
                jitter=lambda: jitter,
            )
        except TransientError as error:
            self.outcome = error
        return time_

    def test_waits_double_with_jitter(self) -> None:
        """Five attempts in all, with 1, 2, 4 and 8 s between them, each plus the jitter."""
        time_ = self.run(failing(*[busy() for _ in range(9)]), jitter=0.25)

        assert time_.slept == [1.25, 2.25, 4.25, 8.25]
        assert isinstance(self.outcome, ServerFailedError)

    def test_stops_at_the_first_success(self) -> None:
        time_ = self.run(failing(busy()))

        assert time_.slept == [1.5]
        assert self.outcome == "answer"

    @pytest.mark.parametrize(("asked", "waited"), [(0.5, 1.5), (1.6, 1.6), (17.25, 17.25)])
    def test_retry_after_is_the_lower_bound(self, asked: float, waited: float) -> None:
        assert self.run(failing(busy(asked))).slept == [waited]

    def test_the_cap_is_reached_by_configuration_only(self) -> None:
        time_ = FakeTime()

        with pytest.raises(ServerFailedError):
            retry_with_backoff(
                failing(*[busy() for _ in range(9)]),
                attempts=8,
                deadline=Deadline(1000, time_.clock),
                sleep=time_.sleep,
                jitter=lambda: 0.0,
            )

        assert time_.slept == [1, 2, 4, 8, 16, 32, 32]

    def test_a_wait_beyond_the_deadline_is_not_begun(self) -> None:
        error = RateLimitedError("until 12:00", hint="Wait.", retry_after_s=61)

        time_ = self.run(failing(error))

        assert time_.slept == []
        assert self.outcome is error

    def test_the_deadline_covers_all_waits(self) -> None:
        time_ = self.run(failing(*[busy(25) for _ in range(9)]))

        assert time_.slept == [25, 25]

    def test_a_quota_is_not_tried_again(self) -> None:
        error = QuotaExhaustedError("used up", hint="Wait.", retry_after_s=0.1)

        assert self.run(failing(error)).slept == []
        assert self.outcome is error

    @pytest.mark.parametrize("kind", [AuthenticationError, QueryError])
    def test_lasting_errors_are_not_tried_again(self, kind: type[Exception]) -> None:
        calls = []

        def send() -> str:
            calls.append(1)
            raise kind("no", hint="no")  # type: ignore[call-arg]

        with pytest.raises(kind):
            retry_with_backoff(send, sleep=lambda _s: None)

        assert len(calls) == 1

    def test_cancel_ends_a_wait(self) -> None:
        cancelled = threading.Event()
        threading.Timer(0.1, cancelled.set).start()
        began = time.monotonic()

        with pytest.raises(CancelledError):
            retry_with_backoff(failing(busy(30)), cancelled=cancelled)

        assert time.monotonic() - began < 1.0

    def test_tells_each_wait(self) -> None:
        told: list[float] = []

        retry_with_backoff(
            failing(busy(), busy()),
            sleep=lambda _s: None,
            jitter=lambda: 0.0,
            on_wait=lambda _error, wait_s: told.append(wait_s),
        )

        assert told == [1, 2]


def test_a_pause_is_cut_into_slices_only_where_it_can_be_cancelled() -> None:
    time_ = FakeTime()

    pause(0.35, time_.sleep)
    pause(0.25, time_.sleep, threading.Event())

    assert time_.slept == [0.35, 0.1, 0.1, pytest.approx(0.05)]


def test_waiting_for_our_own_limit_extends_the_deadline() -> None:
    time_ = FakeTime()
    deadline = Deadline(5, time_.clock)
    time_.now = 4

    deadline.extend(4)

    assert deadline.left() == 5
