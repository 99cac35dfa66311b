"""Requests and answers as values, so that a dialect can be tested without a socket."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

JSON = "application/json;charset=UTF-8"


@dataclass(frozen=True)
class Request:
    """What arrived; header names are lower case, ``path`` is without context path and query."""

    method: str
    path: str
    query: Mapping[str, list[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def text(self, name: str, default: str | None = None) -> str | None:
        """The last value of a query parameter."""
        values = self.query.get(name)
        return values[-1] if values else default

    def number(self, name: str, default: int) -> int:
        """A query parameter that must be a number.

        Raises:
            BadRequestError: it is something else.
        """
        text = self.text(name)
        if text is None or text == "":
            return default
        try:
            return int(text)
        except ValueError:
            raise BadRequestError(f"The value '{text}' of parameter '{name}' is not a number.") from None


@dataclass
class Response:
    """What leaves; ``headers`` come on top of those that every answer carries."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = JSON


class BadRequestError(Exception):
    """Jira's 400, with what it says."""

    def __init__(self, *messages: str) -> None:
        super().__init__(*messages)
        self.messages = messages


def ok(value: Any) -> Response:
    """200 with JSON."""
    return Response(200, orjson.dumps(value))


def refusal(status: int, *messages: str, headers: dict[str, str] | None = None) -> Response:
    """Jira's usual error body."""
    body = orjson.dumps({"errorMessages": list(messages), "errors": {}})
    return Response(status, body, headers or {})
