"""Rows as a query of Jira: only their keys, and no more of them than a Jira takes. Pure."""

import re
from collections.abc import Sequence
from urllib.parse import quote

# Jira Cloud refuses a list of more values, and many a Data Center an address of 8 kB with all its headers.
MOST_KEYS = 1_000
MOST_CHARACTERS = 6_000
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*-\d+")


def key_query(keys: Sequence[str]) -> str:
    """Return the query that finds issues by their keys, ``key in (A-1, A-2)``; "" where there is none.

    What is not a key, and what is beyond ``MOST_KEYS``, is left out.
    """
    known = [key for key in keys if _KEY.fullmatch(key)][:MOST_KEYS]
    return f"key in ({', '.join(known)})" if known else ""


def query_address(site: str, keys: Sequence[str]) -> tuple[str, int]:
    """Return the page of a Jira that lists issues, and how many of them it names: the first that fit.

    Args:
        site: address of the Jira; without one, or one that a browser should not follow, there is no page.
        keys: in the order in which they are wanted.
    """
    known = [key for key in keys if _KEY.fullmatch(key)][:MOST_KEYS]
    start = f"{site.rstrip('/')}/issues/?jql="
    while known and len(start) + len(_quoted(known)) > MOST_CHARACTERS:
        known = known[: len(known) * 9 // 10]
    if not known or not re.match("https?://", site):
        return "", 0
    return start + _quoted(known), len(known)


def _quoted(keys: Sequence[str]) -> str:
    return quote(f"key in ({','.join(keys)})", safe="(),")
