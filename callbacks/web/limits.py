"""How much work one request may ask for: refused before anything is computed, with a word about why.

The page itself asks for a few dozen outputs at most. Whoever asks for more is
not the page, and must not keep a thread from those who are.
"""

from collections.abc import Iterable
from typing import Any

from dash import Dash
from flask import Response, request

from callbacks.timing import CALLBACKS

MOST_BODY_BYTES = 1024 * 1024
# By the API, from a pipeline that has a key.
MOST_IMPORTED_BYTES, MOST_IMPORTED_WORDS = 16 * 1024 * 1024, "16 MiB"
# Heard out by ``serve`` itself, so that who sends a larger one hears why; beyond, the connection ends.
MOST_HEARD_BYTES = 2 * MOST_IMPORTED_BYTES
MOST_OUTPUTS = 200
MOST_INPUTS = 5_000


def limit_callbacks(app: Dash) -> None:
    """Refuse bodies beyond 1 MiB, and calls that are not a callback of this page or ask for too much."""
    app.server.config["MAX_CONTENT_LENGTH"] = MOST_BODY_BYTES

    def check() -> Response | None:
        if request.method != "POST" or request.path != CALLBACKS:
            return None
        fault = fault_of(_decode_body(), app.callback_map)
        return None if fault is None else Response(f"{fault}\n", 400, mimetype="text/plain")

    app.server.before_request(check)


def _decode_body() -> Any:
    """Return the decoded body, None where it is not JSON, or is nested deeper than anybody means."""
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


def fault_of(body: Any, known: Iterable[str]) -> str | None:
    """Return what is wrong with the body of a callback, None where the page could have sent it.

    Args:
        body: as decoded; None where it is not JSON.
        known: the outputs of the callbacks that there are.
    """
    if not isinstance(body, dict) or not isinstance(body.get("output"), str):
        return "The request is not a callback: it has to be a JSON object that names an output."
    if body["output"] not in known:
        return "The page has no callback with this output."
    return _fault_in_outputs(body.get("outputs")) or _fault_in_inputs(body)


def _fault_in_outputs(outputs: Any) -> str | None:
    asked = count(outputs)
    if asked > MOST_OUTPUTS:
        return f"The request names {asked} outputs; {MOST_OUTPUTS} are the most."
    return None if asked else "The request names no outputs."


def _fault_in_inputs(body: dict[str, Any]) -> str | None:
    brought = [body.get(part) or [] for part in ("inputs", "state", "changedPropIds")]
    if not all(isinstance(entries, list) for entries in brought):
        return "The inputs of a callback are lists."
    if sum(map(count, brought)) > MOST_INPUTS:
        return f"The request brings more than {MOST_INPUTS} inputs."
    return None


def count(entries: Any) -> int:
    """Return how many outputs or inputs there are, in a list of entries and of lists of entries."""
    if not isinstance(entries, list):
        return 0 if entries is None else 1
    return sum(len(entry) if isinstance(entry, list) else 1 for entry in entries)
