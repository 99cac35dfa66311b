"""Which headers a profile may add to the requests to its Jira."""

import pytest

from configuration.errors import ConfigurationError
from configuration.settings import Secret
from data.jira.connection import Connection
from data.jira.extra_headers import check_header_name

URL = "https://jira.example.org"


def connection(name: str, value: str) -> Connection:
    return Connection(URL, "", Secret(""), headers=((name, Secret(value)),))


@pytest.mark.parametrize("name", ["CF-Access-Client-Id", "X-Api-Key", "User-Agent", "x_gate"])
def test_names_for_a_gate(name: str) -> None:
    assert check_header_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        *("Host", "authorization", "COOKIE", "Cookie2", "Content-Type", "Content-Length", "content-md5"),
        *("Connection", "Keep-Alive", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Via", "Expect"),
        *("Proxy-Authorization", "Proxy-Connection", "X-HTTP-Method-Override", "X-Atlassian-Token", "Accept"),
    ],
)
def test_names_that_are_taken(name: str) -> None:
    """They are those of the program, of the connection, or make another request of it."""
    with pytest.raises(ConfigurationError, match=f"names {name}, which is not for a profile"):
        connection(name, "x")


@pytest.mark.parametrize(
    "name", ["", " ", "X Gate", "X:Gate", "X-Gate\r\nHost", "X-G\u00e4te", "X" * 101, "X\0", "X\n"]
)
def test_names_that_are_not_names(name: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be the name of a header"):
        connection(name, "x")


@pytest.mark.parametrize("end", ["\r\nHost: y", "\ny", "\0", "\u20ac", "\ty", " ", "\n"])
def test_values_that_cannot_be_sent(end: str) -> None:
    """And are told to nobody."""
    with pytest.raises(ConfigurationError, match="value of the header X-Gate holds") as raised:
        connection("X-Gate", f"made-up{end}")

    assert "made-up" not in raised.value.message + raised.value.hint


def test_values_are_not_printed() -> None:
    assert "made up" not in repr(connection("X-Gate", "made up"))
