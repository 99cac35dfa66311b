"""What the API takes and answers, as data: its parameters, and the OpenAPI document made of them."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any, Literal

from callbacks.web.guard import API
from callbacks.web.limits import MOST_IMPORTED_WORDS
from configuration.program import VERSION
from data.intake.change_files import CHANGE_FORM
from data.intake.deployment_files import DEPLOYMENT_FORM
from data.intake.events import RowCounts
from data.intake.row_files import RowForm
from data.metrics.filters import FILTERS
from data.metrics.groups import GROUPED_BY
from data.model.periods import STEPS

Imported = Literal["deployments", "changes"]
IMPORTED: tuple[Imported, ...] = ("deployments", "changes")
BODY_TYPES = ("application/json", "application/x-ndjson")
OF_IMPORT = ("profile", "skip_bad")
# What of a view comes once, with its attribute; filters come as often as wanted.
SINGLE = {"from": "date_from", "to": "date_to", "as_of": "as_of", "timezone": "timezone", "step": "step"}
_FORMS: dict[Imported, RowForm[Any]] = {"deployments": DEPLOYMENT_FORM, "changes": CHANGE_FORM}
_REFUSALS = {
    "400": "Something in it makes no sense; nothing was stored.",
    "401": "The key is missing, or is none.",
    "403": "The key does not allow it, or the request comes from where none is answered.",
    "404": "There is nothing at this address.",
    "405": "Another method is meant.",
    "413": f"The body is larger than {MOST_IMPORTED_WORDS}.",
    "415": "The body is not sent as JSON, or is compressed.",
    "500": "The program failed; its log tells why.",
    "503": "The database cannot be reached, or somebody else writes; nothing was stored.",
}
_PARAMETER_WORDS = {
    "from": "First civil day, YYYY-MM-DD; goes with `to`.",
    "to": "Last civil day, included.",
    "as_of": "Compute as of this instant, or the end of this day.",
    "timezone": "Time zone in which days and weeks begin; by default the profile's.",
    "step": "Steps of the series; auto goes by the length of the period.",
    "by": "The same for each group too.",
    "cut": "Every number before this day and from it on.",
    "skip_bad": "Leave rows out that cannot be read, count them, and name the first ten.",
    "profile": "Which one; may be left out where the key is for one alone.",
}
_TEXT: dict[str, Any] = {"type": "string"}
_COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}


def describe() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of the API."""
    imports = {f"{API}/{what}": {"post": _import_operation(what)} for what in IMPORTED}
    reads = {
        f"{API}/metrics": {"get": _metrics_operation()},
        f"{API}/openapi.json": {
            "get": _operation("describe", "This document.", [], {"type": "object", "required": ["paths"]})
        },
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Throughline",
            "version": VERSION,
            "summary": "Deployments and changes in, numbers out.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "paths": imports | reads,
        "components": {
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "Made with `keys api NAME`."}
            },
            "schemas": _schemas(),
        },
    }


def _import_operation(what: Imported) -> dict[str, Any]:
    parameters = [_parameter("profile", _TEXT), _parameter("skip_bad", {"enum": ["true", "false"]})]
    words = f"Store {what}; of one id the last one counts, whether it comes twice or is sent again."
    found = _operation(f"import_{what}", words, parameters, _ref("Outcome"))
    row = _ref(_row_name(what))
    body = {
        BODY_TYPES[0]: {"schema": {"oneOf": [row, {"type": "array", "items": row}]}},
        BODY_TYPES[1]: {"schema": {"type": "string", "description": "Such an object on each line."}},
    }
    return found | {"requestBody": {"required": True, "content": body}}


def _metrics_operation() -> dict[str, Any]:
    choices = {"step": ("auto", *STEPS)}
    single = [
        _parameter(name, {"enum": list(choices[name])} if name in choices else _TEXT) for name in SINGLE
    ]
    several = [
        _parameter(
            name, {"type": "array", "items": _TEXT}, f"Only of this {name.replace('_', ' ')}; repeatable."
        )
        for name in FILTERS
    ]
    others = [
        _parameter("profile", _TEXT),
        _parameter("by", {"enum": list(GROUPED_BY)}),
        _parameter("cut", _TEXT),
    ]
    words = "Every metric of a period, as `metrics --json` prints it."
    found = _operation("metrics", words, [*others, *single, *several], _ref("Metrics"))
    found["responses"]["304"] = {"description": "What `If-None-Match` names still holds."}
    return found


def _operation(
    identity: str, words: str, parameters: list[dict[str, Any]], answer: dict[str, Any]
) -> dict[str, Any]:
    refusals = {
        status: {"description": why, "content": {"application/json": {"schema": _ref("Refusal")}}}
        for status, why in _REFUSALS.items()
    }
    good = {"description": "Done.", "content": {"application/json": {"schema": answer}}}
    return {
        "operationId": identity,
        "summary": words,
        "parameters": parameters,
        "responses": {"200": good, **refusals},
    }


def _parameter(name: str, schema: dict[str, Any], words: str = "") -> dict[str, Any]:
    return {"name": name, "in": "query", "description": words or _PARAMETER_WORDS[name], "schema": schema}


def _schemas() -> dict[str, Any]:
    rows = {_row_name(what): _row_schema(form) for what, form in _FORMS.items()}
    counts = _closed({field.name: _COUNT for field in fields(RowCounts)})
    return {**rows, "Counts": counts, "Outcome": _outcome(), "Metrics": _metrics(), "Refusal": _refusal()}


def _row_name(what: Imported) -> str:
    return what.removesuffix("s").capitalize()


def _row_schema(form: RowForm[Any]) -> dict[str, Any]:
    """Return one row as it may be sent; other names are passed over, as in files."""
    several = {"type": "array", "items": {"type": ["string", "integer"]}}
    value = {"anyOf": [{"type": ["string", "integer", "boolean", "null"]}, several]}
    needed = [name for name in form.needed if form is DEPLOYMENT_FORM or name == "id"]
    return {
        "type": "object",
        "description": form.remedy,
        "required": needed,
        "properties": dict.fromkeys(form.columns, value),
    }


def _outcome() -> dict[str, Any]:
    issues = ("stored", "fetched", "created", "updated", "deleted", "moved", "held_back", "bad")
    known = {
        "state": {"enum": ["ok", "guarded"]},
        "mode": {"enum": ["import"]},
        "issues": _closed(dict.fromkeys(issues, _COUNT)),
        "requests": {"type": "object"},
        "cache": _closed({"hit": {"type": "boolean"}, "reason": {"type": ["string", "null"]}}),
        "duration_s": {"type": "number", "minimum": 0},
        "revision": _TEXT,
    }
    more = {what: _ref("Counts") for what in IMPORTED} | {"left_out": {"type": "array", "items": _TEXT}}
    return _closed(known | more, required=known)


def _metrics() -> dict[str, Any]:
    known = {
        "schema": {"type": "integer"},
        "profile": _TEXT,
        "filters": {"type": "object"},
        "metrics": {"type": "object", "additionalProperties": {"type": "object"}},
        "data_quality": {"type": "array", "items": {"type": "object"}},
        "events": {"type": "array", "items": {"type": "object"}},
    }
    groups = {"by": {"enum": list(GROUPED_BY)}, "groups": {"type": "object"}, "other_groups": _COUNT}
    more = {"cut": {"type": ["object", "null"]}, "sprints": {"type": "object"}}
    return {"type": "object", "required": list(known), "properties": known | groups | more}


def _refusal() -> dict[str, Any]:
    cause = {"type": "string", "description": "A sentence: what is wrong."}
    return _closed({"error": cause, "hint": {"type": "string", "description": "A sentence: what helps."}})


def _closed(properties: dict[str, Any], required: Iterable[str] | None = None) -> dict[str, Any]:
    needed = list(properties if required is None else required)
    return {"type": "object", "required": needed, "properties": properties, "additionalProperties": False}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}
