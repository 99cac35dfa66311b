"""Incidents in files: what a tool for operations says of them."""

from collections.abc import Mapping
from typing import Any

from data.intake.row_files import RowForm, read_instant, read_list, read_text
from data.model.changes import IncidentRow
from data.model.tables import MISSING


def _read_incident(raw: Mapping[str, Any], now_ms: int) -> IncidentRow:
    identity = read_text(raw, "id")
    detected = read_instant(raw, "detected_at", now_ms)
    if not identity or detected == MISSING:
        raise ValueError("id or detected_at is missing")
    return IncidentRow(
        id=identity,
        project=read_text(raw, "project"),
        detected_at=detected,
        restored_at=read_instant(raw, "restored_at", now_ms),
        deployment=read_text(raw, "deployment"),
        issues=read_list(raw, "issues"),
        name=read_text(raw, "name"),
    )


INCIDENT_FORM = RowForm(
    what="an incident",
    option="--incidents",
    columns=("id", "project", "detected_at", "restored_at", "deployment", "issues", "name"),
    needed=("id", "detected_at"),
    read=_read_incident,
)
