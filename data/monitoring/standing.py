"""How the shared database of a server stands, asked whenever somebody reads: the same from each machine."""

import logging
import platform
from collections.abc import Iterator

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.registry import Collector

from configuration.database.connection import Database
from configuration.errors import DashboardError
from configuration.program import VERSION
from data.intake.queue import Queue
from data.store.postgres.place import PostgresPlaces

logger = logging.getLogger(__name__)


class Standing(Collector):
    """Asks a database; where it is away that is said, and nothing else.

    Args:
        database: of the server.
    """

    def __init__(self, database: Database) -> None:
        self._queue = Queue(database)
        self._places = PostgresPlaces(database)

    def collect(self) -> Iterator[Metric]:
        """Yield what is known."""
        yield InfoMetricFamily(
            "throughline_build",
            "What answers here.",
            {"version": VERSION, "python": platform.python_version()},
        )
        try:
            found = list(self._ask())
        except DashboardError as error:
            logger.warning("monitoring.no_database", extra={"cause": error.message})
            found = []
        yield GaugeMetricFamily(
            "throughline_database_up", "Whether the database can be used.", 1 if found else 0
        )
        yield from found

    def _ask(self) -> Iterator[Metric]:
        depth, age_s = self._queue.depth(), self._places.newest_age_s()
        yield GaugeMetricFamily("throughline_syncs_waiting", "Syncs that wait for a worker.", depth.waiting)
        yield GaugeMetricFamily("throughline_syncs_running", "Syncs that workers have begun.", depth.running)
        yield GaugeMetricFamily(
            "throughline_workers", "Workers that were there within the last minute.", depth.workers
        )
        if age_s is not None:
            yield GaugeMetricFamily(
                "throughline_newest_publish_age_seconds",
                "Age of the newest issues that a sync of a Jira published.",
                age_s,
            )
