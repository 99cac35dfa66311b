"""Changes of code in files: what a pull or merge request says of itself."""

from collections.abc import Mapping
from typing import Any

from data.intake.row_files import RowForm, read_instant, read_list, read_text
from data.model.changes import ChangeRow
from data.model.tables import MISSING

_STAMPS = ("first_commit_at", "opened_at", "first_review_at", "merged_at")


def _read_change(raw: Mapping[str, Any], now_ms: int) -> ChangeRow:
    identity = read_text(raw, "id")
    if not identity:
        raise ValueError("id is missing")
    stamps = {name: read_instant(raw, name, now_ms) for name in _STAMPS}
    if all(at == MISSING for at in stamps.values()):
        raise ValueError(f"it has no instant: {', '.join(_STAMPS)} are empty")
    project = read_text(raw, "project")
    return ChangeRow(
        id=identity,
        project=project,
        issues=read_list(raw, "issues"),
        first_commit_at=stamps["first_commit_at"],
        opened_at=stamps["opened_at"],
        first_review_at=stamps["first_review_at"],
        merged_at=stamps["merged_at"],
        commits=read_list(raw, "commits"),
        deployments=read_list(raw, "deployment"),
        name=read_text(raw, "name"),
        service=read_text(raw, "service") or _repository_of(identity) or project,
        reverts=read_list(raw, "reverts"),
    )


def _repository_of(identity: str) -> str:
    """Return what stands before the number of ``repository#12``, "" where the id is of another form."""
    before, found, _ = identity.rpartition("#")
    return before if found else ""


CHANGE_FORM = RowForm(
    what="a change",
    option="--changes",
    columns=("id", "project", "issues", *_STAMPS, "commits", "deployment", "name", "service", "reverts"),
    needed=("id", "merged_at"),
    read=_read_change,
)
