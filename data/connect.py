"""A client for a source: its credentials, and the rate limit that all processes of a home share."""

import threading
from collections.abc import Mapping
from urllib.parse import urlsplit

from configuration.errors import ConfigurationError
from configuration.logging_config import add_secrets
from configuration.settings import Home, Secret
from data.jira_query_manager import shared_bucket
from data.jira_simple import Connection, JiraClient
from data.requested_fields import requested_fields
from data.sources import Source

DEFAULT_DEADLINE_S = 60.0


def client_of(
    source: Source, home: Home, environment: Mapping[str, str], cancelled: threading.Event | None = None
) -> JiraClient:
    """Return a client for a source whose connection was checked.

    Raises:
        ConfigurationError: ``JIRA_DEADLINE`` is no number of seconds.
    """
    token = source.token or Secret("")
    # Wherever the token came from: from here on it must not be written, whatever carries it.
    add_secrets([token])
    connection = Connection(
        url=source.url,
        email=source.email,
        token=token,
        dialect=source.dialect,
        deadline_s=_deadline(environment),
        fields=requested_fields(source.profile),
    )
    return JiraClient(connection, shared_bucket(home.run, urlsplit(source.url).netloc), cancelled)


def _deadline(environment: Mapping[str, str]) -> float:
    text = environment.get("JIRA_DEADLINE") or str(DEFAULT_DEADLINE_S)
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise ConfigurationError(
            f"JIRA_DEADLINE {text!r} is no number of seconds.", hint="Set it to a number above 0, such as 60."
        )
    return seconds
