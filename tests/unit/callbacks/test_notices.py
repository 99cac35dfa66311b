"""Where exceptions stop."""

import json
import logging

import pytest
from dash.exceptions import PreventUpdate
from werkzeug.exceptions import NotFound

from callbacks.notices import Failure, attempted, explained, outside_settings
from configuration.errors import InputError, StoreError


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


def test_what_somebody_typed_is_no_fault_of_the_program(caplog: pytest.LogCaptureFixture) -> None:
    """It is told and logged with its reference, and the log has neither an error nor a traceback."""
    with caplog.at_level(logging.DEBUG):
        failure = explained(InputError("No such day.", hint="Correct it."), in_export=True)

    assert failure.typed
    assert [(each.levelname, each.msg, each.exc_info) for each in caplog.records] == [
        ("WARNING", "export.refused", None)
    ]
    assert vars(caplog.records[0])["reference"] == failure.reference


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("Create a new token and set JIRA_TOKEN.", "Create a new token and enter it on the Settings page."),
        ("Set JIRA_TOKEN.", "Enter the token on the Settings page."),
        ("Correct JIRA_JQL; it is wrong.", "Correct the query on the Settings page; it is wrong."),
        ("Fetch everything again (sync --full), or wait.", "Fetch everything again, or wait."),
    ],
)
def test_a_page_without_fields_names_the_page_that_has_them(sentence: str, words: str) -> None:
    """No words of the command line, and no "here" where there is nothing to fill in."""
    assert outside_settings(sentence) == words


@pytest.mark.parametrize("error", [PreventUpdate(), NotFound()])
def test_what_is_no_failure_passes_through(error: Exception) -> None:
    """Dash and Flask speak through exceptions as well."""
    with pytest.raises(type(error)):
        attempted(failing(error), lambda failure: failure)
