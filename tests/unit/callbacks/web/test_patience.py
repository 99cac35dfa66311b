"""A request that nobody waits for any more, or that takes too long, is given up between two steps."""

import time

import pytest
from flask import Flask, g
from werkzeug.exceptions import ClientDisconnected

from callbacks.web import patience
from callbacks.web.patience import TookTooLongError, set_deadlines, still_wanted

LEFT = {"waitress.client_disconnected": lambda: True}
THERE = {"waitress.client_disconnected": lambda: False}


@pytest.fixture
def server() -> Flask:
    server = Flask("test")
    set_deadlines(server)
    return server


def test_outside_of_a_request_work_goes_on() -> None:
    still_wanted()


@pytest.mark.parametrize("environ", [{}, THERE])
def test_a_request_that_somebody_waits_for_goes_on(server: Flask, environ: dict[str, object]) -> None:
    with server.test_request_context("/", environ_overrides=environ):
        server.preprocess_request()

        still_wanted()


def test_a_reader_who_left_ends_the_work(server: Flask) -> None:
    with (
        server.test_request_context("/", environ_overrides=LEFT),
        pytest.raises(ClientDisconnected),
    ):
        server.preprocess_request()
        still_wanted()


def test_the_deadline_ends_the_work(server: Flask) -> None:
    with server.test_request_context("/", environ_overrides=THERE):
        server.preprocess_request()
        assert 0 < g.give_up_at - time.monotonic() <= patience.MOST_SECONDS
        g.give_up_at = time.monotonic() - 0.001

        with pytest.raises(TookTooLongError, match="longer than 30 s"):
            still_wanted()
