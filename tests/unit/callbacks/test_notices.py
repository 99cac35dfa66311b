"""Where exceptions stop."""

import json
import logging

import pytest
from dash.exceptions import PreventUpdate
from werkzeug.exceptions import NotFound

from callbacks.notices import Failure, attempted
from configuration.errors import StoreError


def failing(error: Exception):  # a panel that cannot be made
    def make() -> Failure:
        raise error

    return make


def test_what_works_is_passed_on() -> None:
    """Without a failure nothing is asked of the failure's view."""
    assert attempted(lambda: "panel", lambda failure: failure.cause) == "panel"


def test_a_known_failure_is_told_in_its_own_words(caplog: pytest.LogCaptureFixture) -> None:
    """Cause and remedy are the error's; the reference is that of the traceback in the log."""
    with caplog.at_level(logging.ERROR):
        failure = attempted(
            failing(StoreError("The store is damaged.", hint="Sync fully.")), lambda shown: shown
        )

    assert (failure.cause, failure.remedy) == ("The store is damaged.", "Sync fully.")
    assert failure.reference in json.dumps([vars(record) for record in caplog.records], default=str)
    assert caplog.records[0].exc_info is not None


def test_an_unknown_failure_tells_no_detail() -> None:
    """The text of a foreign exception may hold anything; it stays in the log."""
    failure = attempted(failing(ValueError("inner detail")), lambda shown: shown)

    assert "inner detail" not in failure.cause + failure.remedy


@pytest.mark.parametrize("error", [PreventUpdate(), NotFound()])
def test_what_is_no_failure_passes_through(error: Exception) -> None:
    """Dash and Flask speak through exceptions as well."""
    with pytest.raises(type(error)):
        attempted(failing(error), lambda failure: failure)
