"""Rows as a query of Jira: keys alone, and not more than a Jira takes."""

from urllib.parse import parse_qs, urlsplit

import pytest

from data.export.jql import MOST_CHARACTERS, MOST_KEYS, key_query, query_address

SITE = "https://jira.example.com"


def numbered(n: int) -> list[str]:
    return [f"WEB-{number}" for number in range(1, n + 1)]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ([], ""),
        (["WEB-1"], "key in (WEB-1)"),
        (["WEB-2", "PAY_A-10"], "key in (WEB-2, PAY_A-10)"),
        (["WEB-1) OR project = X --", "201", "", "WEB-1\n"], ""),
    ],
)
def test_a_query_has_keys_alone(keys: list[str], expected: str) -> None:
    """What is not a key could be another query."""
    assert key_query(keys) == expected


def test_a_query_names_as_many_as_a_jira_takes() -> None:
    """The first thousand of a thousand and one."""
    assert key_query(numbered(MOST_KEYS + 1)) == f"key in ({', '.join(numbered(MOST_KEYS))})"


def test_an_address_lists_the_same_issues() -> None:
    """A browser reads the query back as it was, whatever the address of the Jira ends in."""
    address, named = query_address(SITE + "/jira/", ["WEB-1", "PAY-2"])

    assert address == SITE + "/jira/issues/?jql=key%20in%20(WEB-1,PAY-2)"
    assert named == 2


def test_an_address_is_not_longer_than_a_jira_takes() -> None:
    """It names the first that fit, and says how many."""
    address, named = query_address(SITE, numbered(900))
    (query,) = parse_qs(urlsplit(address).query)["jql"]

    assert MOST_CHARACTERS * 0.85 < len(address) <= MOST_CHARACTERS
    assert query == f"key in ({','.join(numbered(named))})"


@pytest.mark.parametrize(
    "site", ["", "javascript:alert(1)//", "//jira.example.com", "ftp://jira.example.com"]
)
def test_no_address_without_a_jira_to_follow_it_to(site: str) -> None:
    """Files and sample data have none; nor do rows that are not issues."""
    assert query_address(site, ["WEB-1"]) == ("", 0)
    assert query_address(SITE, ["201"]) == ("", 0)
