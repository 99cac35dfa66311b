"""How words of a Jira are compared, and what its three categories are called. Pure."""

import re

from data.model.tables import category_of

__all__ = ["LOWERED", "category_of", "fold"]

# What a field that is mapped as a flag says, folded, where nothing is in the way; an empty one says so too.
LOWERED = frozenset({"no", "false", "none", "0"})
_QUOTES = re.compile("[\"'`\u00b4\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb\u2039\u203a]")


def fold(text: str) -> str:
    """Return ``text`` as names are compared: without case, quotes and extra white space."""
    return " ".join(_QUOTES.sub("", text).split()).casefold()
