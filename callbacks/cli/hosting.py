"""The dashboard for another server, such as gunicorn: ``app:server``."""

from collections.abc import Mapping

from flask import Flask

from callbacks.cli.console import fail
from callbacks.cli.invocation import Invocation
from configuration.errors import DashboardError
from configuration.logging_config import run_context
from configuration.memory import keep_freed_memory
from configuration.sign_in import require_sign_in

# What gunicorn takes for an application that cannot be had: it stops, and starts no worker after worker.
CANNOT_BE_HAD = 4


def application(environment: Mapping[str, str]) -> Flask:
    """Return the WSGI application that the environment describes, with its log started.

    Raises:
        SystemExit: it cannot be had; cause and remedy were told on stderr.
    """
    keep_freed_memory()
    invocation = Invocation(environment, lambda *_arguments, **_options: None)
    try:
        invocation.start_logging(talkative=True)
        require_sign_in(invocation.environment)
        from callbacks.web.serving import hosted  # noqa: PLC0415  # what cannot be had need not wait for Dash

        with run_context(profile=invocation.profile_name):
            return hosted(invocation.source(), invocation.home, invocation.environment)
    except DashboardError as error:
        raise SystemExit(fail(invocation, CANNOT_BE_HAD, error.message, error.hint, error)) from error
