"""Headers that a gate before a Jira wants: which may be named, and what may stand in them."""

import re

from configuration.errors import ConfigurationError
from configuration.settings import Secret

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_VALUE = re.compile(r"[!-~](?:[ -~]*[!-~])?")
# Ours, those of the connection, and those by which a request would become another one.
_TAKEN = re.compile(
    r"accept|accept-encoding|authorization|connection|content-.*|cookie2?|date|expect|forwarded|host|"
    r"http2-settings|keep-alive|origin|proxy-.*|referer|sec-.*|set-cookie2?|te|trailer|transfer-encoding|"
    r"upgrade|via|x-atlassian-token|x-http-method(?:-override)?|x-method-override",
    re.IGNORECASE,
)


def check_header_name(name: str) -> str:
    """Return the name of a header if a profile may add it.

    Raises:
        ConfigurationError: it cannot be a name, or is one that the program or the connection sets.
    """
    if not _NAME.fullmatch(name):
        raise ConfigurationError(
            f"The setting jira.headers holds {name!r}, which cannot be the name of a header.",
            hint="Write names there, such as CF-Access-Client-Id; their values stand in the secrets file.",
        )
    if _TAKEN.fullmatch(name):
        raise ConfigurationError(
            f"The setting jira.headers names {name}, which is not for a profile to set.",
            hint="Take it out; the token is entered on the Settings page, or is set as JIRA_TOKEN.",
        )
    return name


def check_header(name: str, value: Secret) -> None:
    """Refuse a header that must not, or cannot, be sent; its value is never told.

    Raises:
        ConfigurationError: with the name.
    """
    check_header_name(name)
    if not _VALUE.fullmatch(value.reveal()):
        raise ConfigurationError(
            f"The value of the header {name} holds characters that cannot be sent.",
            hint="Copy it again into the secrets file, without line breaks or blanks around it.",
        )
