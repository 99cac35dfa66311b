"""Where exceptions stop: the page gets a sentence, the log the traceback, both the same reference."""

import logging

from dash import no_update, set_props
from werkzeug.exceptions import HTTPException

from configuration.errors import DashboardError
from configuration.logging_config import log_exception_reference
from ui import ids
from ui.components.shell import notice

logger = logging.getLogger(__name__)


def show_notice(error: Exception) -> object:
    """Log a failed callback and say on the page what happened and what helps."""
    if isinstance(error, HTTPException):
        raise error
    reference = log_exception_reference(logger, "callback.failed", error)
    cause, remedy = "This view could not be computed.", "Reload the page; the log tells more."
    if isinstance(error, DashboardError):
        cause, remedy = error.message, error.hint
    set_props(ids.NOTICE, {"children": notice(cause, remedy, reference)})
    return no_update
