"""Finding the fields of sprints and development where no list of fields tells: by their values. Pure."""

from typing import Any

import msgspec

from data.jira.development_values import looks_like_development
from data.jira.json_record import JsonRecord
from data.jira.requested_fields import STANDARD_FIELDS, FoundFields
from data.jira.sprint_values import looks_like_sprints
from data.model.tables import IssueRow

# What stands in every such value: the first two in those of sprints, which name their board.
_BOARD, _VIEW, _CACHED = b"oardId", b"rapidViewId", b"cachedValue"


class _Issue(JsonRecord):
    fields: dict[str, msgspec.Raw]


_issue = msgspec.json.Decoder(_Issue)


def may_hold_more(body: bytes, row: IssueRow) -> bool:
    """Tell whether an issue that was read to ``row`` may have sprints or development in unknown fields."""
    sprints = not row.sprints and (_BOARD in body or _VIEW in body)
    return sprints or (not row.development and _CACHED in body)


def fields_by_value(body: bytes) -> FoundFields:
    """Return the ids of the fields of an issue whose values can be nothing but sprints or development."""
    try:
        raws = _issue.decode(body).fields
    except msgspec.DecodeError:
        return FoundFields()
    values = {name: _decoded(raw) for name, raw in raws.items() if name not in STANDARD_FIELDS}
    return FoundFields(
        tuple(name for name, value in values.items() if looks_like_sprints(value)),
        tuple(name for name, value in values.items() if looks_like_development(value)),
    )


def _decoded(raw: msgspec.Raw) -> Any:
    try:
        return msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return None
