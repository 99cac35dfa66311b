"""Where exceptions stop: the page gets a sentence, the log the traceback, both the same reference."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from dash import no_update, set_props
from dash.exceptions import PreventUpdate
from werkzeug.exceptions import HTTPException

from configuration.errors import DashboardError
from configuration.logging_config import log_exception_reference
from ui import ids
from ui.components.shell import notice

logger = logging.getLogger(__name__)
_Shown = TypeVar("_Shown")


@dataclass(frozen=True, slots=True)
class Failure:
    """What people are told about something that went wrong."""

    cause: str
    remedy: str
    reference: str


def show_notice(error: Exception) -> object:
    """Log a failed callback and say on the page what happened and what helps."""
    if isinstance(error, HTTPException):
        raise error
    failure = explained(error)
    set_props(ids.NOTICE, {"children": notice(failure.cause, failure.remedy, failure.reference)})
    return no_update


def explained(error: Exception) -> Failure:
    """Log an exception with its traceback and return it in words."""
    reference = log_exception_reference(logger, "callback.failed", error)
    if isinstance(error, DashboardError):
        return Failure(error.message, error.hint, reference)
    return Failure("This could not be computed.", "Try again; the log tells more.", reference)


def attempted(make: Callable[[], _Shown], show: Callable[[Failure], _Shown]) -> _Shown:
    """Return what ``make`` makes; if it fails, log why and return what ``show`` makes of the failure.

    So a failure stays in the panel it concerns, and the rest of the page goes on.
    """
    try:
        return make()
    except (PreventUpdate, HTTPException):
        raise
    except Exception as error:  # noqa: BLE001  # a panel is a place where exceptions stop
        return show(explained(error))
