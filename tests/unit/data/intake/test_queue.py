"""Syncs that wait in a database: one of each profile, whoever asks how often."""

import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from configuration.database.connection import Database
from data.intake.queue import MOST_TRIES, SYNCS, Queue, Standing


@pytest.fixture
def queue(database: Database) -> Queue:
    return Queue(database)


def orders(database: Database, *states: str) -> list[tuple[str, dict]]:
    """What is in the queue in those states, in order, with what was asked for."""
    with database.transaction() as connection:
        rows = connection.execute(
            "SELECT status::text, args FROM procrastinate_jobs WHERE status::text = ANY(%s) ORDER BY id",
            [list(states)],
        ).fetchall()
    return [(row[0], row[1]) for row in rows]


def take(database: Database) -> int:
    """Take the next sync as a worker does that tells of itself once and then never again."""
    with database.transaction() as connection:
        worker = connection.execute("SELECT worker_id FROM procrastinate_register_worker_v1()").fetchone()
        assert worker is not None
        taken = connection.execute(
            "SELECT (procrastinate_fetch_job_v2(%s::varchar[], %s)).id", [[SYNCS], worker[0]]
        ).fetchone()
    assert taken is not None
    return int(taken[0])


def step_clock(database: Database, column: str, by: str) -> None:
    """Let what was noted lie as far off as if the database's clock had been set."""
    table, name = column.split(".")
    with database.transaction() as connection:
        connection.execute(f"UPDATE {table} SET {name} = {name} + %s::interval".encode(), [by])


def test_one_of_each_profile_waits_whoever_asks(database: Database, queue: Queue) -> None:
    """Sixteen who ask at once for two profiles; a later one that wants everything makes the first want it."""
    barrier = threading.Barrier(16)

    def ask(number: int) -> bool:
        barrier.wait()
        return queue.put(f"team-{number % 2}")

    with ThreadPoolExecutor(16) as pool:
        put = list(pool.map(ask, range(16)))
    again = queue.put("team-0", full=True)

    assert sum(put) == 2
    assert not again
    told = {args["profile"]: args["full"] for _, args in orders(database, "todo")}
    assert told == {"team-0": True, "team-1": False}


def test_a_twin_waits_beside_one_that_is_worked_on_once(database: Database, queue: Queue) -> None:
    """A page asks for nothing that runs; a settings change or a stop asks for one more, and for no third."""
    queue.put("team")
    take(database)

    assert queue.standing("team") == Standing(waits=False, begun=True, attended=True)
    assert not queue.put("team")
    assert queue.put("team", beside=True)
    assert not queue.put("team", beside=True)
    assert [state for state, _ in orders(database, "todo", "doing")] == ["doing", "todo"]


def test_what_waits_is_taken_back_and_what_runs_is_told(database: Database, queue: Queue) -> None:
    queue.put("team")
    take(database)
    queue.put("team", beside=True)
    queue.put("other")
    queue.cancel("team")

    with database.transaction() as connection:
        asked = connection.execute("SELECT args->>'profile' FROM procrastinate_jobs WHERE abort_requested")
        assert {row[0] for row in asked} == {"team"}
    assert [args["profile"] for _, args in orders(database, "todo")] == ["other"]
    assert [state for state, _ in orders(database, "doing", "cancelled")] == ["doing", "cancelled"]


def test_a_lost_sync_is_begun_again_and_a_waiting_twin_follows_it(database: Database, queue: Queue) -> None:
    """Given up once, whoever else has seen it; with a twin there is no second one, and it wants as much."""
    queue.put("team", full=True)
    take(database)
    (lost,) = queue.begun()

    assert [queue.give_up(lost), queue.give_up(lost)] == [True, False]
    assert [(state, args["tries"]) for state, args in orders(database, "failed", "todo")] == [
        ("failed", 0),
        ("todo", 1),
    ]
    take(database)
    queue.put("team", beside=True)
    queue.give_up(queue.begun()[0])
    assert [(args["tries"], args["full"]) for _, args in orders(database, "todo")] == [(0, True)]


def test_what_kills_its_workers_is_not_tried_for_ever(database: Database, queue: Queue) -> None:
    queue.put("team")
    for _ in range(MOST_TRIES):
        take(database)
        queue.give_up(queue.begun()[0])

    assert orders(database, "todo", "doing") == []
    assert len(orders(database, "failed")) == MOST_TRIES


def test_a_due_time_counts_once_for_all_workers(database: Database, queue: Queue) -> None:
    """Eight look at once, a quarter of an hour later again; looks half a minute early find it due."""
    barrier = threading.Barrier(8)

    def look(_: int) -> bool:
        barrier.wait()
        return queue.put_if_due("team", 15)

    with ThreadPoolExecutor(8) as pool:
        first = sum(pool.map(look, range(8)))
        take(database)
        step_clock(database, "schedule.asked_at", "-14 minutes")
        early = sum(pool.map(look, range(8)))
        step_clock(database, "schedule.asked_at", "-31 seconds")
        due = sum(pool.map(look, range(8)))

    assert (first, early, due) == (1, 0, 1)
    assert [state for state, _ in orders(database, "doing", "todo")] == ["doing"]


def test_a_clock_that_was_put_back_stops_no_schedule(database: Database, queue: Queue) -> None:
    """What was asked for in the future was asked for before the clock was set."""
    queue.put_if_due("team", 15)
    step_clock(database, "schedule.asked_at", "3 days")

    assert queue.put_if_due("team", 15)
    assert not queue.put_if_due("team", 15)


@pytest.mark.parametrize(("by", "attended"), [("-59 s", True), ("-61 s", False), ("3 days", False)])
def test_nobody_is_there_after_a_minute_without_a_word(
    database: Database, queue: Queue, by: str, attended: bool
) -> None:
    queue.put("team")
    take(database)
    step_clock(database, "procrastinate_workers.last_heartbeat", by)

    assert queue.standing("team").attended is attended


def test_what_ended_goes_after_a_week(database: Database, queue: Queue) -> None:
    """What waits or runs stays, however old it is."""
    for name in ("ended", "waits"):
        queue.put(name)
    take(database)
    queue.give_up(queue.begun()[0])
    queue.cancel("ended")
    queue.tidy()
    kept = len(orders(database, "failed", "cancelled", "todo"))
    step_clock(database, "procrastinate_events.at", "-8 days")
    queue.tidy()

    assert kept == 3
    assert [args["profile"] for _, args in orders(database, "failed", "cancelled", "todo")] == ["waits"]


def test_the_version_of_the_queue_is_told(queue: Queue, database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        kept = queue.version()
        connection.execute("COMMENT ON TABLE procrastinate_jobs IS '9.8.7'")
        try:
            assert queue.version() == "9.8.7"
        finally:
            connection.execute(f"COMMENT ON TABLE procrastinate_jobs IS '{kept}'".encode())
