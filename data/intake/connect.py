"""A client for a source: its credentials, and the rate limit that all processes of a home share."""

import logging
import threading
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from configuration.errors import ConfigurationError
from configuration.logging_config import add_secrets
from configuration.settings import Home, Secret
from data.jira.extra_headers import check_header_name
from data.jira.proxy import proxy_secrets
from data.jira.requested_fields import requested_fields
from data.jira_query_manager import TokenBucket, shared_bucket
from data.jira_simple import Connection, JiraClient
from data.people.owners import require_editor
from data.persistence import load_headers
from data.profiles.sources import Source, check_connection

logger = logging.getLogger(__name__)

DEFAULT_DEADLINE_S = 60.0


def client_of(
    source: Source, home: Home, environment: Mapping[str, str], cancelled: threading.Event | None = None
) -> JiraClient:
    """Return a client for a source whose connection was checked.

    Raises:
        ConfigurationError: ``JIRA_DEADLINE`` is not a number of seconds, or a header that the profile
            names has no value or must not be sent.
        NotAllowedError: whoever is present may not let the program ask anybody.
    """
    require_editor(home, source.name, "let Jira be asked")
    token = source.token or Secret("")
    settings = source.profile.jira
    names = [check_header_name(name) for name in settings.headers]
    headers = load_headers(home, source.name, source.url, names)
    # Wherever they came from: from here on they must not be written, whatever carries them.
    add_secrets([token, *(value for _, value in headers), *proxy_secrets(source.url)])
    connection = Connection(
        url=source.url,
        email=source.email,
        token=token,
        dialect=source.dialect,
        deadline_s=read_deadline(environment),
        fields=requested_fields(source.profile),
        impediment=source.profile.fields.get("impediment", ""),
        client_cert=str(home.root / Path(settings.client_cert).expanduser()) if settings.client_cert else "",
        headers=headers,
    )
    return JiraClient(connection, _bucket_of(source, home), cancelled)


def lift_hold(source: Source, home: Home) -> float:
    """Let everybody in a home ask a source's Jira again although it asked to wait; on the user's word only.

    Returns:
        The seconds that were left of the wait; 0 where there was none. The rate limit itself stays, and the
        hold is back as soon as Jira asks for it again.

    Raises:
        ConfigurationError: the connection is not usable.
    """
    check_connection(source)
    seconds = _bucket_of(source, home).lift_hold()
    logger.info("limiter.hold_lifted", extra={"seconds": round(seconds)})
    return seconds


def _bucket_of(source: Source, home: Home) -> TokenBucket:
    return shared_bucket(home, urlsplit(source.url).netloc)


def read_deadline(environment: Mapping[str, str]) -> float:
    """Return the seconds that one request may take in all; raises ConfigurationError."""
    text = environment.get("JIRA_DEADLINE") or str(DEFAULT_DEADLINE_S)
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise ConfigurationError(
            f"JIRA_DEADLINE {text!r} is not a number of seconds.",
            hint="Set it to a number above 0, such as 60.",
        )
    return seconds
