"""Syncs that wait for a worker in the database: of each profile one that waits and one that is worked on.

The rows are those of Procrastinate, whose workers take them. Whoever puts one there needs no more of it than
its table: two who put the same one at once are no failure here.
"""

from dataclasses import dataclass
from typing import Any

from configuration.database.connection import Database

SYNCS = "sync"
TICKS = "tick"
# A sync whose worker dies is begun again so often: it may be what kills them.
MOST_TRIES = 3

_PUT = """
INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args)
SELECT 'sync', 'sync', %(profile)s, %(profile)s,
    jsonb_build_object('profile', %(profile)s::text, 'full', %(full)s::boolean, 'tries', %(tries)s::integer)
WHERE %(beside)s OR NOT EXISTS (
    SELECT FROM procrastinate_jobs WHERE lock = %(profile)s AND status = 'doing')
ON CONFLICT (queueing_lock) WHERE status = 'todo'
DO UPDATE SET args = jsonb_set(procrastinate_jobs.args, '{full}', 'true')
WHERE excluded.args @> '{"full": true}' AND NOT procrastinate_jobs.args @> '{"full": true}'
RETURNING xmax = 0
"""
# Workers tell every second that they are there. A clock that was put back makes what they told the future.
_STANDING = """
SELECT coalesce(bool_or(status = 'todo'), false), coalesce(bool_or(status = 'doing'), false),
    EXISTS (SELECT FROM procrastinate_workers WHERE abs(extract(epoch FROM now() - last_heartbeat)) < 60)
FROM procrastinate_jobs WHERE lock = %s AND status IN ('todo', 'doing')
"""
_DEPTH = """
SELECT count(*) FILTER (WHERE status = 'todo'), count(*) FILTER (WHERE status = 'doing'),
    (SELECT count(*) FROM procrastinate_workers WHERE abs(extract(epoch FROM now() - last_heartbeat)) < 60)
FROM procrastinate_jobs WHERE queue_name = 'sync' AND status IN ('todo', 'doing')
"""
_DUE = """
INSERT INTO schedule AS known (profile, asked_at) VALUES (%(profile)s, now())
ON CONFLICT (profile) DO UPDATE SET asked_at = now()
WHERE known.asked_at NOT BETWEEN now() - make_interval(mins => %(minutes)s) + interval '30 seconds'
    AND now() + interval '1 minute'
RETURNING 1
"""
_BEGUN = """
SELECT job.id, job.queue_name, job.args, job.worker_id, worker.last_heartbeat::text
FROM procrastinate_jobs AS job LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
WHERE job.status = 'doing'
"""
_CANCEL = """
SELECT procrastinate_cancel_job_v1(id, true, false) FROM procrastinate_jobs
WHERE lock = %s AND status IN ('todo', 'doing')
"""
_TIDY = """
DELETE FROM procrastinate_jobs AS job WHERE status NOT IN ('todo', 'doing') AND NOT EXISTS (
    SELECT FROM procrastinate_events WHERE job_id = job.id AND at > now() - interval '7 days')
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the queue holds of a profile.

    Attributes:
        waits: a sync waits for a worker.
        begun: a worker took one.
        attended: some worker has been there within the last minute.
    """

    waits: bool
    begun: bool
    attended: bool


@dataclass(frozen=True, slots=True)
class Depth:
    """How many syncs of all profiles wait and are worked on, and how many workers are there."""

    waiting: int
    running: int
    workers: int


@dataclass(frozen=True, slots=True)
class Begun:
    """A sync, or a look at the schedules, that a worker took.

    Attributes:
        number: of it.
        queue: ``SYNCS`` or ``TICKS``.
        order: what was asked for: ``profile``, ``full`` and ``tries``.
        sign: changes whenever its worker says that it is there.
    """

    number: int
    queue: str
    order: dict[str, Any]
    sign: tuple[object, object]


class Queue:
    """The syncs that wait; safe to share between threads and processes. Each method raises StoreError.

    Args:
        database: holds them.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, profile: str, *, full: bool = False, tries: int = 0, beside: bool = False) -> bool:
        """Let a sync of a profile wait for a worker, and tell whether it was put there now.

        One that waits already takes over that everything is wanted.

        Args:
            profile: its name.
            full: fetch and compare everything.
            tries: how often a worker has died over it.
            beside: also while another one is worked on; it then waits for the end of that.
        """
        wanted = {"profile": profile, "full": full, "tries": tries, "beside": beside}
        with self._database.transaction() as connection:
            row = connection.execute(_PUT, wanted).fetchone()
        return row is not None and bool(row[0])

    def standing(self, profile: str) -> Standing:
        """Return what the queue holds of a profile."""
        with self._database.transaction() as connection:
            row = connection.execute(_STANDING, [profile]).fetchone()
        return Standing(*row) if row else Standing(waits=False, begun=False, attended=False)

    def depth(self) -> Depth:
        """Return how many syncs wait and run, and how many workers have been there within the last minute."""
        with self._database.transaction() as connection:
            row = connection.execute(_DEPTH).fetchone()
        return Depth(*row) if row else Depth(0, 0, 0)

    def cancel(self, profile: str) -> None:
        """Take out what waits of a profile, and let the worker know that has taken one."""
        with self._database.transaction() as connection:
            connection.execute(_CANCEL, [profile])

    def put_if_due(self, profile: str, every_minutes: int) -> bool:
        """Let a sync wait where the last one by schedule is so long ago; one of all who ask does so."""
        with self._database.transaction() as connection:
            due = connection.execute(_DUE, {"profile": profile, "minutes": every_minutes}).fetchone()
            if due is not None:
                wanted = {"profile": profile, "full": False, "tries": 0, "beside": False}
                connection.execute(_PUT, wanted)
        return due is not None

    def begun(self) -> list[Begun]:
        """Return all that workers have taken and not ended."""
        with self._database.transaction() as connection:
            rows = connection.execute(_BEGUN).fetchall()
        return [Begun(row[0], row[1], row[2], (row[3], row[4])) for row in rows]

    def give_up(self, lost: Begun) -> bool:
        """End what a lost worker took, and put a sync there again; False where somebody did so before.

        A twin that waits follows instead. To take the row itself back would give two of them the same place.
        """
        with self._database.transaction() as connection:
            query = "SELECT FROM procrastinate_jobs WHERE id = %s AND status = 'doing' FOR UPDATE"
            if connection.execute(query, [lost.number]).fetchone() is None:
                return False
            connection.execute("SELECT procrastinate_finish_job_v1(%s, 'failed', false)", [lost.number])
            tries = int(lost.order.get("tries", 0)) + 1
            if lost.queue == SYNCS and tries < MOST_TRIES:
                wanted = {"profile": lost.order["profile"], "full": bool(lost.order.get("full"))}
                connection.execute(_PUT, {**wanted, "tries": tries, "beside": True})
        return True

    def tidy(self) -> None:
        """Delete what ended more than a week ago."""
        with self._database.transaction() as connection:
            connection.execute(_TIDY)

    def version(self) -> str:
        """Return the version of Procrastinate that made the tables."""
        with self._database.transaction() as connection:
            row = connection.execute("SELECT obj_description('procrastinate_jobs'::regclass)").fetchone()
        return str(row[0]) if row else ""
