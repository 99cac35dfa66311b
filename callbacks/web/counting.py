"""Answers counted for whoever watches over a server, by what was asked for and what became of it."""

import time
from collections.abc import Iterable
from typing import Protocol

from flask import Flask, Response, g, request

from callbacks.timing import CALLBACKS

# By how a path begins. Whatever else is no page is "other": nobody makes up a new kind by asking for it.
_KINDS = (
    (CALLBACKS, "callback"),
    ("/_dash-", "script"),
    ("/assets/", "script"),
    ("/_favicon.ico", "script"),
    ("/export/", "export"),
)


class Counters(Protocol):
    """Counts answers."""

    def answered(self, page: str, status: int, seconds: float) -> None:
        """Count an answer of one of a few kinds, with its status and the seconds until it began."""


def count_answers(server: Flask, counters: Counters, pages: Iterable[str]) -> None:
    """Count every answer, also what is refused before anything is computed.

    Args:
        server: the application, after what guards it was added.
        counters: count.
        pages: paths that are told apart.
    """
    known = frozenset(pages)

    def begin() -> None:
        g.counted_from = time.perf_counter()

    @server.after_request
    def end(response: Response) -> Response:
        kind = kind_of(request.path, known)
        counters.answered(kind, response.status_code, time.perf_counter() - g.counted_from)
        return response

    server.before_request_funcs.setdefault(None, []).insert(0, begin)


def kind_of(path: str, pages: frozenset[str]) -> str:
    """Return what was asked for: a page, or the kind of something else."""
    if path in pages:
        return path
    return next((kind for beginning, kind in _KINDS if path.startswith(beginning)), "other")
