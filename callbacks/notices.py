"""Where exceptions stop: the page gets a sentence, the log the traceback, both the same reference."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from dash import no_update, set_props
from dash.exceptions import PreventUpdate
from werkzeug.exceptions import HTTPException

from configuration.errors import ConfigurationError, DamagedStoreError, DashboardError, InputError
from configuration.logging_config import log_exception_reference, log_refusal_reference
from data.checks.draft import in_page_words
from ui import ids
from ui.components.shell import notice

logger = logging.getLogger(__name__)
_Shown = TypeVar("_Shown")
_PLACES = (
    ("enter it here", "enter it on the Settings page"),
    ("Enter the token.", "Enter the token on the Settings page."),
    ("Correct the query", "Correct the query on the Settings page"),
    ("Check the address", "Check the address on the Settings page"),
)


@dataclass(frozen=True, slots=True)
class Failure:
    """What people are told about something that went wrong.

    Attributes:
        cause: a sentence.
        remedy: a sentence.
        reference: where the log tells more.
        damaged: the store is.
        typed: it is about what somebody typed, so that trying again changes nothing.
    """

    cause: str
    remedy: str
    reference: str
    damaged: bool = False
    typed: bool = False


def show_notice(error: Exception) -> object:
    """Log a failed callback and say on the page what happened and what helps."""
    if isinstance(error, HTTPException):
        raise error
    failure = explained(error)
    set_props(ids.NOTICE, {"children": notice(failure.cause, failure.remedy, failure.reference)})
    return no_update


def explained(error: Exception, *, in_export: bool = False) -> Failure:
    """Log an exception and return it in the words of the page.

    Args:
        error: what people typed or wrote is refused without a traceback: the program works.
        in_export: it was a file that was asked for, and not a panel; the log tells the two apart.
    """
    if isinstance(error, InputError | ConfigurationError):
        reference = log_refusal_reference(
            logger, "export.refused" if in_export else "callback.refused", error
        )
    else:
        reference = log_exception_reference(
            logger, "export.failed" if in_export else "callback.failed", error
        )
    if isinstance(error, DashboardError):
        words = outside_settings(error.message), outside_settings(error.hint)
        return Failure(*words, reference, isinstance(error, DamagedStoreError), isinstance(error, InputError))
    return Failure("This could not be computed.", "Try again; the log tells more.", reference)


def outside_settings(sentence: str) -> str:
    """Return a sentence about a setting in the words of a page that has no fields for it."""
    words = in_page_words(sentence)
    for here, there in _PLACES:
        words = words.replace(here, there)
    return words


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
