"""Whether this process can answer for its home now: for whoever chooses where the next request goes."""

import logging
import os

from flask import Flask

from configuration.errors import DashboardError
from configuration.settings import Home
from data.store.documents import documents_of

logger = logging.getLogger(__name__)


def tell_readiness(server: Flask, home: Home) -> None:
    """Answer ``/ready``: 200 while the home can be read, its database is there and of this version; else 503.

    It says no more than that, for everybody may ask; why not is in the log.
    """

    def ready() -> tuple[str, int]:
        try:
            os.scandir(home.root).close()
            documents_of(home, "run").stamp("ready")  # opens a database, with the check of its tables
        except (OSError, DashboardError) as error:
            cause = error.message if isinstance(error, DashboardError) else str(error.strerror)
            logger.warning("serve.not_ready", extra={"cause": cause})
            return "Not ready: the log says why.", 503
        return "OK", 200

    server.add_url_rule("/ready", "ready", ready)
