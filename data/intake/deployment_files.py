"""Deployments in files."""

from collections.abc import Mapping
from typing import Any

from data.intake.row_files import RowForm, read_list, read_moment, read_text, read_truth
from data.model.tables import MISSING, DeploymentRow


def _read_deployment(raw: Mapping[str, Any], now_ms: int) -> DeploymentRow:
    identity = read_text(raw, "id")
    at, day = read_moment(raw, "deployed_at", now_ms)
    if not identity or (at == MISSING and not day):
        raise ValueError("id or deployed_at is missing")
    return DeploymentRow(
        id=identity,
        name=read_text(raw, "name") or identity,
        project=read_text(raw, "project"),
        at=at,
        environment=read_text(raw, "environment"),
        failed=read_truth(raw, "failed"),
        issues=read_list(raw, "issues"),
        result=read_text(raw, "result"),
        day=day,
        commits=read_list(raw, "commits"),
        service=read_text(raw, "service"),
    )


# ``deployed_at`` is an instant or a day; lists are separated by spaces, commas or semicolons in CSV.
DEPLOYMENT_FORM = RowForm(
    what="a deployment",
    option="--deployments",
    columns=(
        "id",
        "name",
        "project",
        "deployed_at",
        "environment",
        "result",
        "failed",
        "issues",
        "commits",
        "service",
    ),
    needed=("id", "deployed_at"),
    read=_read_deployment,
)
