"""One origin is spelled in one way, two origins in two, and what is not certain has none."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests import Request
from requests.exceptions import RequestException

from configuration.origins import is_same_origin, origin_of, site_of


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Jira.Example.org/a?b#c", "https://jira.example.org"),
        ("HTTPS://jira.example.org", "https://jira.example.org"),
        (" https://jira.example.org \n", "https://jira.example.org"),
        ("https://jira.example.org:443/", "https://jira.example.org"),
        ("http://localhost:80", "http://localhost"),
        ("https://jira.example.org:80", "https://jira.example.org:80"),
        ("http://localhost:443", "http://localhost:443"),
        ("https://jira.example.org:8443/", "https://jira.example.org:8443"),
        ("https://jira.example.org:/", "https://jira.example.org"),
        ("https://jira.example.org./", "https://jira.example.org"),
        ("https://someone:pw@jira.example.org", "https://jira.example.org"),
        ("https://a@b@jira.example.org:8443", "https://jira.example.org:8443"),
        ("https://[::1]/", "https://[::1]"),
        ("https://[0:0:0:0:0:0:0:1]:8443/", "https://[::1]:8443"),
        ("https://[2001:DB8::A]:443", "https://[2001:db8::a]"),
        ("https://straße.example", "https://straße.example"),  # not the host strasse.example
        ("https://jira.example.org/100%25", "https://jira.example.org"),
        ("https://api.atlassian.com/ex/jira/11-aa/rest/api/3", "https://api.atlassian.com/ex/jira/11-aa"),
        ("https://API.atlassian.com:443/ex/jira/11-aa", "https://api.atlassian.com/ex/jira/11-aa"),
        ("https://api.atlassian.com/ex/confluence/11-aa", "https://api.atlassian.com"),
        ("https://api.example.org/ex/jira/11-aa", "https://api.example.org"),
        ("https://jira.example.org/?a=%20//b%20", "https://jira.example.org"),
    ],
)
def test_origins(url: str, origin: str) -> None:
    """Asked for the origin of an origin, it says the same."""
    assert origin_of(url) == origin
    assert origin_of(origin) == origin


@pytest.mark.parametrize(
    "url",
    [
        "",
        "://",
        "jira.example.org",
        "https://",
        "https:///path",
        "https://:443",
        "https://.",
        "https://[::1",
        "https://[::x]",
        "https://jira.example.org:x",
        "https://jira.example.org:65536",
        "https://evil.example\\@jira.example.org",
        "https://evil.example\\.jira.example.org",
        "https://jira.example.org%2eevil.example",
        "https://jira.example.org\t.evil.example",
        "https://jira.example .org",
    ],
)
def test_what_has_no_origin(url: str) -> None:
    """And is therefore the same as nothing, itself included."""
    assert origin_of(url) == ""
    assert not is_same_origin(url, url)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("https://jira.example.org:443/other", True),
        ("https://JIRA.example.org.", True),
        ("http://jira.example.org", False),
        ("https://jira.example.org:8443", False),
        ("https://example.org", False),
        ("https://jira.example.org.evil.example", False),
    ],
)
def test_comparison(other: str, same: bool) -> None:
    assert is_same_origin("https://jira.example.org/base", other) is same
    assert is_same_origin(other, "https://jira.example.org/base") is same


HOSTS = st.text("ab.\\@:/?#%2e\t[]1", max_size=20)


@given(HOSTS, st.sampled_from(["https://", "https:/", "//"]))
def test_requests_goes_where_the_origin_says(rest: str, begin: str) -> None:
    """An address with our origin is sent to our host by the client as well, however odd it is."""
    url = f"{begin}{rest}@a.b/x"
    if not is_same_origin(url, "https://a.b"):
        return
    try:
        sent = Request("GET", url).prepare().url
    except RequestException:
        return  # it is not sent at all
    assert urlsplit(str(sent)).hostname == "a.b"


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("https://one.example/rest/api/3/issue/1", "one.example"),
        ("http://ONE.example:80/rest/api/2/issue/1", "one.example"),
        ("https://one.example:8443/jira/rest/api/2/issue/1", "one.example:8443/jira"),
        ("https://one.example/a/b/rest/api/2/issue/1", "one.example/a/b"),
        ("https://api.atlassian.com/ex/jira/11-22/rest/api/3/issue/1", "api.atlassian.com/ex/jira/11-22"),
        ("https://one.example/browse/A-1", ""),
        ("https://one.example\\@two.example/rest/api/2/issue/1", ""),
        ("/rest/api/2/issue/1", ""),
        ("", ""),
        (None, ""),
        ({"href": "https://one.example/rest/"}, ""),
    ],
)
def test_the_site_of_an_issue_is_host_and_context_path(address: object, site: str) -> None:
    """Whatever the scheme; "" where the address does not say for certain."""
    assert site_of(address) == site
