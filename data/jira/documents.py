"""Rich text as Jira Cloud sends it, the Atlassian Document Format, to its words. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

_DEEPEST = 30  # levels that are read; people nest lists and panels, but not like this
# Nodes that stand in a line; what is in any other one stands apart from its neighbours.
_INLINE = frozenset({"text", "mention", "emoji", "date", "status", "inlineCard", "hardBreak"})


def is_document(raw: Any) -> bool:
    """Tell whether a JSON value is rich text."""
    return isinstance(raw, Mapping) and raw.get("type") == "doc"


def text_of_document(raw: Mapping[str, Any]) -> str:
    """Return the words of rich text, one blank between any two; "" where it has none."""
    return " ".join("".join(_words(raw, _DEEPEST)).split())


def _words(node: Any, levels: int) -> Iterator[str]:
    if not isinstance(node, Mapping) or not levels:
        return
    kind, text, about = node.get("type"), node.get("text"), node.get("attrs")
    if isinstance(text, str):
        yield text
    elif kind in ("mention", "emoji", "status") and isinstance(about, Mapping):
        yield str(about.get("text") or "")
    content = node.get("content")
    for child in content if isinstance(content, list) else ():
        yield from _words(child, levels - 1)
    if kind not in _INLINE or kind == "hardBreak":
        yield " "
