"""The strict limit and the retry loop, against clocks that a test moves by hand."""

import os
import subprocess
import sys
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
from configuration.settings import Home
from data.jira_query_manager import (
    Deadline,
    TokenBucket,
    pause,
    retry_with_backoff,
    shared_bucket,
)
from tests.support.promptness import assert_ends_within

ROOT = Path(__file__).resolve().parents[3]


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

    def test_a_hundred_in_ten_seconds_by_default(self) -> None:
        """What Jira's makers ask for."""
        tokens = TokenBucket()

        assert (tokens.capacity, tokens.period_s) == (100, 10.0)

    def test_the_oldest_answer_comes_back_first(self) -> None:
        """Spent at 0 and at 4: at 5 the next one is there in five seconds, not in nine."""
        time_ = FakeTime()
        tokens = bucket(time_, capacity=2)
        tokens.consume()
        time_.now = 4.0
        tokens.consume()
        time_.now = 5.0

        assert tokens.wait_for_token() == pytest.approx(5)

    def test_the_shortest_wait_moves_any_clock(self) -> None:
        """A token that is back in a billionth of a second is waited for a thousandth, and it is had then."""
        time_ = FakeTime()
        tokens = bucket(time_, capacity=1)
        tokens.consume()
        time_.now = 10.0 - 1e-9
        tokens.wait_for_token()

        assert time_.slept == [pytest.approx(0.001)]
        assert not tokens.consume()

    def test_a_clock_that_goes_back_gives_no_negative_wait(self) -> None:
        instants = iter([5.0])

        assert TokenBucket(1, 10.0, clock=lambda: next(instants, 4.0)).wait_for_token() == 0.0

    def test_nobody_is_held_at_first(self) -> None:
        assert bucket(FakeTime(100.0)).held_for() == 0

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

        lease = tokens.lease(patience_s=30)
        assert lease.waited_s == pytest.approx(30)

    def test_a_short_hold_beyond_the_patience_is_not_waited_for_either(self) -> None:
        """Shorter than a period, but Jira asked for it, and nobody may wait so long."""
        tokens = bucket(FakeTime())
        tokens.hold(5)

        with pytest.raises(RateLimitedError, match="another 5 s"):
            tokens.lease(patience_s=4)

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
        def cancel() -> float:
            cancelled = threading.Event()
            tokens = TokenBucket(1, 10.0)
            tokens.consume()
            threading.Timer(0.1, cancelled.set).start()
            began = time.monotonic()
            with pytest.raises(CancelledError):
                tokens.wait_for_token(cancelled)
            return began

        assert_ends_within(1.0, cancel)

    def test_a_cancelled_wait_in_the_queue_ends_and_leaves_the_queue(self) -> None:
        """The second in the queue goes; the first still gets its token."""
        tokens = TokenBucket(1, 0.5)
        tokens.consume()
        first = threading.Thread(target=tokens.wait_for_token, daemon=True)
        first.start()
        time.sleep(0.05)
        cancelled = threading.Event()
        cancelled.set()

        with pytest.raises(CancelledError):
            tokens.wait_for_token(cancelled)
        first.join(5)

        assert not first.is_alive()

    def test_who_has_cancelled_takes_no_token(self) -> None:
        cancelled = threading.Event()
        cancelled.set()
        tokens = bucket(FakeTime(), capacity=1)

        with pytest.raises(CancelledError):
            tokens.wait_for_token(cancelled)
        assert tokens.consume()

    def test_a_wait_in_the_queue_is_cancelled_while_somebody_else_waits(self) -> None:
        """The head of the queue sleeps and wakes nobody up."""

        def cancel() -> float:
            asleep, woken, cancelled, ended = (threading.Event() for _ in range(4))

            def sleep(_seconds: float) -> None:
                asleep.set()
                woken.wait(5)

            def wait_second() -> None:
                with pytest.raises(CancelledError):
                    tokens.wait_for_token(cancelled)
                ended.set()

            tokens = TokenBucket(1, 10.0, clock=lambda: 1.0, sleep=sleep)
            tokens.consume()
            threading.Thread(target=tokens.wait_for_token, daemon=True).start()
            assert asleep.wait(5)
            threading.Thread(target=wait_second, daemon=True).start()
            assert not ended.wait(0.1)
            asked = time.monotonic()
            cancelled.set()
            assert ended.wait(3)
            return asked

        assert_ends_within(1.0, cancel)

    def test_waiters_are_served_in_order(self) -> None:
        """All of six get their token, in the order in which they came."""
        tokens = TokenBucket(1, 0.05)
        served: list[int] = []
        waiters = []

        def wait(number: int) -> None:
            tokens.wait_for_token()
            served.append(number)

        for number in range(6):
            waiters.append(threading.Thread(target=wait, args=(number,), daemon=True))
            waiters[-1].start()
            time.sleep(0.01)
        end = time.monotonic() + 5
        for waiter in waiters:
            waiter.join(max(0.0, end - time.monotonic()))

        assert served == [0, 1, 2, 3, 4, 5]

    def test_consume_does_not_jump_the_queue(self) -> None:
        """A token is back, and somebody who waits for it is not awake yet: it is not ours."""
        time_ = FakeTime()
        asleep, woken = threading.Event(), threading.Event()

        def sleep(seconds: float) -> None:
            time_.sleep(seconds)
            asleep.set()
            woken.wait(5)

        tokens = TokenBucket(1, 10.0, clock=time_.clock, sleep=sleep)
        tokens.consume()
        waiter = threading.Thread(target=tokens.wait_for_token, daemon=True)
        waiter.start()

        assert asleep.wait(5)
        assert time_.now == 10.0
        assert tokens.consume() is False
        woken.set()
        waiter.join(5)
        assert not waiter.is_alive()
        assert not tokens.consume()  # the waiter has it
        time_.now = 20.0
        assert tokens.consume()


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
        assert shared_bucket(Home(tmp_path), "a.example", capacity=1).consume()
        assert shared_bucket(Home(tmp_path), "b.example:8080", capacity=1).consume()
        for spelled in ("A.example", "a.example:443", "a.example.", "me@a.example"):
            assert not shared_bucket(Home(tmp_path), spelled, capacity=1).consume()

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

    @pytest.mark.parametrize(
        ("passed_s", "left_s"),
        [
            (0, 7),
            (2.5, 4.5),
            (7, 0),
            (86_400, 0),
            (-3_600, 7),
        ],  # the wall clock put back: not longer than asked
    )
    def test_after_a_reboot_the_wall_clock_tells_what_is_left_of_a_hold(
        self, tmp_path: Path, passed_s: float, left_s: float
    ) -> None:
        path = tmp_path / "host.json"
        before, after = FakeTime(5000.0), FakeTime(20.0)
        TokenBucket(1, clock=before.clock, path=path, wall=lambda: 1e9).hold(7)

        tokens = TokenBucket(1, clock=after.clock, path=path, wall=lambda: 1e9 + passed_s)

        assert tokens.held_for() == left_s
        after.now += left_s
        assert tokens.held_for() == 0

    def test_within_one_run_of_the_machine_the_wall_clock_changes_nothing(self, tmp_path: Path) -> None:
        path = tmp_path / "host.json"
        time_ = FakeTime(50.0)
        TokenBucket(1, clock=time_.clock, path=path, wall=lambda: 1e9).hold(7)

        time_.now = 52.0

        assert TokenBucket(1, clock=time_.clock, path=path, wall=lambda: 2e9).held_for() == 5

    def test_a_hold_of_an_older_version_starts_again_after_a_reboot(self, tmp_path: Path) -> None:
        path = tmp_path / "host.json"
        path.write_text('{"answered": [], "flying": {}, "held_at": 5000.0, "held_s": 7.0}')

        assert bucket(FakeTime(20.0), 1, path).held_for() == 7

    def test_a_lifted_hold_is_over_for_all_and_the_limit_stays(self, tmp_path: Path) -> None:
        path = tmp_path / "host.json"
        time_ = FakeTime(100.0)
        ours, theirs = bucket(time_, 1, path), bucket(time_, 1, path)
        ours.hold(3600)
        time_.now = 160.0

        assert ours.lift_hold() == 3540
        assert theirs.held_for() == 0
        assert [theirs.consume(), ours.consume()] == [True, False]
        theirs.hold(30)
        assert ours.held_for() == 30
        assert bucket(FakeTime(), 1).lift_hold() == 0

    @pytest.mark.slow
    @pytest.mark.parametrize("room", range(0, 120, 10))
    def test_a_full_disk_is_told_and_leaves_the_old_text(self, tmp_path: Path, room: int) -> None:
        """A process that may not write files that grow by more than ``room``, as under a quota."""
        path = tmp_path / "host.json"
        bucket(FakeTime(100.0), 3, path).consume()
        before = path.read_bytes()
        script = (
            "import resource, sys, pathlib\n"
            "from configuration.errors import StoreError\n"
            "from data.jira_query_manager import TokenBucket\n"
            f"size = len(pathlib.Path(sys.argv[1]).read_bytes()) + {room}\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))\n"
            "bucket = TokenBucket(100, 10.0, clock=lambda: 101.0, path=pathlib.Path(sys.argv[1]))\n"
            "taken = 0\n"
            "try:\n"
            "    while bucket.consume(): taken += 1\n"
            "except StoreError as error: print(taken, error.message)\n"
        )
        answer = subprocess.run(
            [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True, cwd=ROOT
        )
        taken, _, message = answer.stdout.partition(" ")

        assert "cannot be kept" in message
        assert path.stat().st_size <= len(before) + room
        assert [msgspec.json.decode(path.read_bytes())["answered"]] == [[100.0] + [101.0] * int(taken)]

    def test_an_unreadable_file_is_told(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        path = tmp_path / "host.json"
        path.write_bytes(b'{"answered": [1.0, 2.')

        assert not bucket(FakeTime(100.0), 1, path).consume()

        assert [record.msg for record in caplog.records] == ["limiter.unreadable"]

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
        """A recycled process id must not keep a token for ever: after three minutes it counts as answered."""
        path = tmp_path / "host.json"
        bucket(FakeTime(100.0), 1, path).lease()
        time_ = FakeTime(280.0)
        tokens = bucket(time_, 1, path)

        assert not tokens.consume()  # three minutes to the second: it may still come
        time_.now = 280.5
        assert not tokens.consume()  # given up now
        time_.now = 290.4
        assert not tokens.consume()
        time_.now = 290.5
        assert tokens.consume()

    def test_a_process_of_somebody_else_is_alive(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Who may not even ask for it knows that it is there."""

        def forbid(_pid: int, _signal: int) -> None:
            raise PermissionError

        monkeypatch.setattr(os, "kill", forbid)
        path = tmp_path / "host.json"
        path.write_bytes(msgspec.json.encode({"flying": {"theirs": (1, 100.0)}}))
        time_ = FakeTime(100.0)
        tokens = bucket(time_, 1, path)

        assert not tokens.consume()
        time_.now = 111.0
        assert not tokens.consume()

    def test_a_lease_that_just_left_is_not_lost(self, tmp_path: Path) -> None:
        """Another process looks in the same moment."""
        path = tmp_path / "host.json"
        bucket(FakeTime(100.0), 1, path).lease()
        time_ = FakeTime(100.0)
        tokens = bucket(time_, 1, path)

        assert not tokens.consume()
        time_.now = 110.0
        assert not tokens.consume()

    def test_whoever_looks_keeps_its_own_leases_alive(self, tmp_path: Path) -> None:
        """A request of many minutes: its process shows itself whenever it asks for anything."""
        path = tmp_path / "host.json"
        ours_time, theirs_time = FakeTime(0.0), FakeTime(250.0)
        ours, theirs = bucket(ours_time, 1, path), bucket(theirs_time, 1, path)
        lease = ours.lease()

        ours_time.now = 100.0
        assert ours.held_for() == 0
        assert not theirs.consume()
        theirs_time.now = 260.0
        assert not theirs.consume()
        ours_time.now = 300.0
        assert not ours.consume()
        lease.close()
        ours_time.now = 310.0
        assert ours.consume()

    def test_one_process_at_a_time_looks_at_the_stamps(self, tmp_path: Path) -> None:
        """Whoever comes second waits until the first has written."""
        inside, leave, second = threading.Event(), threading.Event(), []
        path, calls = tmp_path / "host.json", iter(range(9))

        def clock() -> float:
            if next(calls) == 0:  # the look at the clock happens inside the lock
                inside.set()
                leave.wait(5)
            return 100.0

        first = threading.Thread(target=TokenBucket(1, 10.0, clock=clock, path=path).consume, daemon=True)
        theirs = bucket(FakeTime(100.0), 1, path)
        late = threading.Thread(target=lambda: second.append(theirs.consume()), daemon=True)
        first.start()
        assert inside.wait(5)
        late.start()
        late.join(0.2)
        waited = not second
        leave.set()
        first.join(5)
        late.join(5)

        assert waited
        assert second == [False]

    def test_the_file_is_made_with_its_folders_for_its_owner_only(self, tmp_path: Path) -> None:
        path = tmp_path / "home" / "run" / "host.json"

        assert bucket(FakeTime(), 1, path).consume()
        assert os.name == "nt" or path.stat().st_mode & 0o777 == 0o600

    @pytest.mark.parametrize(
        ("host", "name"),
        [
            ("Jira.example-1.org:8080", "rate-jira.example-1.org_8080.json"),
            ("jira.example.org:443", "rate-jira.example.org.json"),
            ("localhost:8080", "rate-127.0.0.1_8080.json"),
            ("[::1]:80", "rate-___1__80.json"),
        ],
    )
    def test_the_file_is_named_after_the_host(self, tmp_path: Path, host: str, name: str) -> None:
        """Two spellings of one host have one limit; what a file name cannot hold becomes a line."""
        tokens = shared_bucket(Home(tmp_path), host)
        tokens.consume()

        assert [path.name for path in (tmp_path / "run").iterdir()] == [name]
        assert (tokens.capacity, tokens.period_s) == (100, 10.0)

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
        assert not tokens._open  # nor does what is remembered of closed leases

    def test_a_folder_that_cannot_be_written_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "run").write_text("a file, not a folder")

        with pytest.raises(StoreError, match="rate limit"):
            shared_bucket(Home(tmp_path), "host").consume()


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
    @pytest.mark.slow
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

    def test_a_wait_that_just_fits_is_waited(self) -> None:
        assert self.run(failing(busy(25)), deadline_s=25).slept == [25]
        assert self.outcome == "answer"

    @pytest.mark.parametrize(("asked", "slept"), [(59.5, [59.5]), (60.5, [])])
    def test_a_minute_is_all_there_is_by_default(self, asked: float, slept: list[float]) -> None:
        time_ = FakeTime()

        with pytest.raises(ServerFailedError):
            retry_with_backoff(failing(busy(asked), busy(asked)), attempts=2, sleep=time_.sleep)

        assert time_.slept == slept

    def test_who_has_cancelled_asks_nothing(self) -> None:
        cancelled, asked = threading.Event(), []
        cancelled.set()

        with pytest.raises(CancelledError):
            retry_with_backoff(lambda: asked.append(1), cancelled=cancelled)

        assert asked == []

    def test_no_attempt_at_all_is_a_mistake(self) -> None:
        with pytest.raises(ValueError, match="at least one attempt"):
            retry_with_backoff(lambda: "answer", attempts=0)

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
        def cancel() -> float:
            cancelled = threading.Event()
            threading.Timer(0.1, cancelled.set).start()
            began = time.monotonic()
            with pytest.raises(CancelledError):
                retry_with_backoff(failing(busy(30)), cancelled=cancelled)
            return began

        assert_ends_within(1.0, cancel)

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


def test_a_pause_of_whole_slices_ends_with_the_last_of_them() -> None:
    time_ = FakeTime()

    pause(0.1, time_.sleep, threading.Event())

    assert time_.slept == [0.1]


def test_a_pause_that_is_cancelled_in_its_last_slice_says_so() -> None:
    cancelled = threading.Event()

    with pytest.raises(CancelledError):
        pause(0.05, lambda _seconds: cancelled.set(), cancelled)


def test_waiting_for_our_own_limit_extends_the_deadline() -> None:
    time_ = FakeTime()
    deadline = Deadline(5, time_.clock)
    time_.now = 4

    deadline.extend(4)

    assert deadline.left() == 5
