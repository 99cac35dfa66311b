"""A worker: it takes the syncs that wait in the database, and looks once a minute which are due.

Procrastinate takes, wakes and counts; what a sync does and tells is what it does and tells in a dashboard.
Whoever dies over a sync is followed within seconds: each worker tells every second that it is there, the
others look, and the lock of its job says whether its process has really gone. No clock has a part in that.
"""

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from configuration.database.connection import PATIENCE_S, Database
from configuration.errors import ConfigurationError, DashboardError, InUseError, StoreError
from configuration.logging_config import run_context
from configuration.settings import Home
from data.intake.jobs import JobPort, Work, lock_of
from data.intake.queue import SYNCS, TICKS, Begun, Queue
from data.store.locks import held

if TYPE_CHECKING:
    from procrastinate import App, JobContext
    from psycopg_pool import AsyncConnectionPool

logger = logging.getLogger(__name__)
# How often a worker tells that it is there, and after how long without a word others look at its lock.
_BEAT_S = 1.0
_DOUBTED_AFTER_S = 4.0
_LOOK_S = 0.1
_AGAIN_AFTER_S = 2.0
# No worker forgets another by the clock: one whose clock was set would have it forget those that live.
_NEVER_S = 10 * 365 * 86_400.0


class Worker:
    """Works off the syncs of a home until it is stopped.

    Args:
        home: on a server.
        perform: returns what the sync of a profile is called, and what does it; may raise DashboardError.
        schedules: returns by profile the minutes between two syncs that begin by themselves.
        refer: logs the failure of a sync and returns its reference.
        at_once: how many syncs it runs beside each other.

    Raises:
        ConfigurationError: the home is that of a laptop.
    """

    def __init__(
        self,
        home: Home,
        perform: Callable[[str, bool], tuple[str, Work]],
        schedules: Callable[[], Mapping[str, int]],
        refer: Callable[[Exception], str],
        at_once: int = 4,
    ) -> None:
        if home.database is None:
            raise ConfigurationError(
                "A worker takes its work from a database, and DATABASE_URL names none.",
                hint="Set it to the one that the dashboards use; on a laptop serve does all by itself.",
            )
        self._home = home
        self._database: Database = home.database
        self._queue = Queue(self._database)
        self._jobs = JobPort(home, refer)
        self._perform = perform
        self._schedules = schedules
        self._at_once = at_once
        self._stopping = threading.Event()
        self._runs: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Work until ``stop``; after an outage of the database go on by itself.

        Args:
            ready: is called once, when the first sync could be taken.

        Raises:
            StoreError: the database cannot be used at the start, or its queue is of another version.
        """
        _check_version(self._queue.version())
        ready()
        keeper = threading.Thread(target=self._keep, name="queue-keeper", daemon=True)
        keeper.start()
        try:
            asyncio.run(self._work_on())
        finally:
            self._stopping.set()
            keeper.join(_AGAIN_AFTER_S)
            self._jobs.close()

    def stop(self) -> None:
        """Take no more syncs, stop those that run, and leave them to another worker; from any thread."""
        self._stopping.set()
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # it has ended
                self._loop.call_soon_threadsafe(self._cancel)

    def _cancel(self) -> None:
        if self._runs is not None:
            self._runs.cancel()

    async def _work_on(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.set_default_executor(ThreadPoolExecutor(self._at_once + 2))
        while not self._stopping.is_set():
            self._runs = asyncio.create_task(self._connect_and_work())
            if self._stopping.is_set():
                self._runs.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._runs
            if not self._stopping.is_set():
                await asyncio.sleep(_AGAIN_AFTER_S)

    async def _connect_and_work(self) -> None:
        """Work until the connection breaks, which is logged, or until it is cancelled."""
        from procrastinate.exceptions import ConnectorException  # noqa: PLC0415  # a laptop has none
        from psycopg_pool import PoolTimeout  # noqa: PLC0415

        try:
            await asyncio.to_thread(self._queue.version)  # says sooner than a pool that nobody is there
            app = self._app()
            async with self._pool() as pool, app.open_async(pool):
                await app.run_worker_async(
                    queues=[SYNCS, TICKS],
                    concurrency=self._at_once + 1,  # schedules need not wait for a sync
                    shutdown_graceful_timeout=0,
                    delete_jobs="successful",
                    install_signal_handlers=False,
                    fetch_job_polling_interval=_BEAT_S,  # nobody tells of a twin that may begin now
                    update_heartbeat_interval=_BEAT_S,
                    stalled_worker_timeout=_NEVER_S,
                )
        except (ConnectorException, PoolTimeout, StoreError) as error:
            logger.warning("worker.cut", extra={"cause": repr(error.__cause__ or error)})

    def _pool(self) -> "AsyncConnectionPool":
        """Return the connections of Procrastinate; to open them waits for none, so a stop need not either."""
        from psycopg_pool import AsyncConnectionPool  # noqa: PLC0415  # a laptop has none

        return AsyncConnectionPool(
            self._database.address,
            kwargs={"application_name": "throughline-worker", "connect_timeout": round(PATIENCE_S)},
            min_size=1,
            max_size=4,
            timeout=PATIENCE_S,
            check=AsyncConnectionPool.check_connection,
            open=False,
        )

    def _app(self) -> "App":
        from procrastinate import App, PsycopgConnector  # noqa: PLC0415  # a laptop has none

        app = App(connector=PsycopgConnector())
        app.task(name=SYNCS, queue=SYNCS, pass_context=True)(self._sync)
        tick = app.task(name=TICKS, queue=TICKS, priority=1)(self._tick)
        app.periodic(cron="* * * * *")(tick)
        return app

    def _sync(
        self, context: "JobContext", /, profile: str, *, full: bool = False, **_of_a_later_version: Any
    ) -> None:
        """Run one sync. How it went is told by the notes of the job; it was worked off in any case."""
        from procrastinate.exceptions import JobAborted  # noqa: PLC0415  # a laptop has none

        with run_context(profile=profile):
            label, work = self._make(profile, full)
            # Another process may have the job of the profile for a moment: its lock is what counts.
            while not self._jobs.start(label, work, profile):
                if context.should_abort():
                    self._hand_on(context, profile, full=full)
                    raise JobAborted
                time.sleep(_LOOK_S)
            while not self._jobs.ended(profile, _LOOK_S):
                if not context.should_abort():
                    continue
                if not _is_shutdown(context):
                    self._jobs.cancel(profile)
                elif self._jobs.stop(profile):
                    self._hand_on(context, profile, full=full)
                    raise JobAborted

    def _hand_on(self, context: "JobContext", /, profile: str, *, full: bool) -> None:
        """Leave to another worker what this one cannot end, because it has to."""
        if _is_shutdown(context):
            self._queue.put(profile, full=full, beside=True)

    def _make(self, profile: str, full: bool) -> tuple[str, Work]:
        try:
            return self._perform(profile, full)
        except DashboardError as error:
            return "Reading", _raising(error)

    def _tick(self, timestamp: int) -> None:
        """Let wait what is due; which minute it is, ``timestamp``, the database knows better."""
        for profile, minutes in self._schedules().items():
            if self._queue.put_if_due(profile, minutes):
                logger.info("worker.due", extra={"profile": profile})
        self._queue.tidy()

    def _keep(self) -> None:
        """Look every second whether a worker has gone in the middle of a sync."""
        seen: dict[int, tuple[tuple[object, object], float]] = {}
        while not self._stopping.wait(_BEAT_S):
            try:
                begun = self._queue.begun()
                now = time.monotonic()
                seen = {
                    each.number: seen[each.number]
                    if each.number in seen and seen[each.number][0] == each.sign
                    else (each.sign, now)
                    for each in begun
                }
                for each in begun:
                    if now - seen[each.number][1] >= _DOUBTED_AFTER_S:
                        self._follow(each)
            except DashboardError as error:
                logger.warning("worker.blind", extra={"cause": error.message})

    def _follow(self, lost: Begun) -> None:
        """Give up what a silent worker took, unless its process has the lock of the job."""
        try:
            with held(self._home, lock_of(str(lost.order.get("profile", ""))), wait_s=0.0):
                if self._queue.give_up(lost):
                    logger.warning("worker.lost", extra={"queue": lost.queue, "order": lost.order})
        except InUseError:
            return  # it is slow, or was paused, and goes on


def _check_version(made_by: str) -> None:
    """Refuse a queue that another Procrastinate made than the one that is installed.

    Raises:
        StoreError: the first two numbers differ; its tables change with these.
    """
    installed = version("procrastinate")
    if made_by.split(".")[:2] != installed.split(".")[:2]:
        raise StoreError(
            f"The queue in the database is that of Procrastinate {made_by}, and {installed} is installed.",
            hint="Install the versions that requirements-server.lock of the dashboards names, "
            "and start the worker again.",
        )


def _is_shutdown(context: "JobContext") -> bool:
    reason = context.abort_reason()
    return reason is not None and reason.value == "shutdown"


def _raising(error: DashboardError) -> Work:
    def work(_progress: object, _cancelled: object) -> None:
        raise error

    return work
