"""What the development field shows of the one team whose repositories and pipeline are connected.

Functions of the issue alone, so that a world of the same seed stays the same.
"""

import json
from collections.abc import Callable
from typing import Any

from data.simulator.custom_values import deployed_at
from data.simulator.model import Issue

_BEANS = "com.atlassian.jira.plugin.devstatus"


def development_of(issue: Issue, stamp: Callable[[int | None], str | None], *, cloud: bool) -> str:
    """Return the value of the field: what Java prints of an object, with JSON in it; "{}" without code."""
    summary = _summary_of(issue, stamp)
    if not summary:
        return "{}"
    cached: dict[str, Any] = {"errors": [], "summary": summary}
    if cloud:
        before = ", ".join(_printed(kind, told["overall"]) for kind, told in summary.items())
        return f"{{{before}, json={_json({'cachedValue': cached, 'isStale': True})}}}"
    bean = f"{_BEANS}.rest.SummaryItemBean@{issue.id * 7919:x}"
    before = ", ".join(f"{kind}={bean}[byInstanceType={{}}]" for kind in summary)
    cached["configErrors"] = []
    return (
        f"{{summaryBean={_BEANS}.rest.SummaryBean@{issue.id * 104_729:x}[summary={{{before}}},errors=[],"
        f"configErrors=[]], devSummaryJson={_json({'cachedValue': cached, 'isStale': False})}}}"
    )


def _summary_of(issue: Issue, stamp: Callable[[int | None], str | None]) -> dict[str, dict[str, Any]]:
    """Return by kind what there is: commits, a pull request once the work is done, and where it runs."""
    first = issue.first_commit_at
    if first is None:
        return {}
    done = issue.resolved_at
    last = max(done or 0, first)
    summary: dict[str, dict[str, Any]] = {}
    summary["repository"] = {"count": 1 + issue.id % 6, "lastUpdated": stamp(last)}
    if done is not None or issue.id % 2:
        pulls, state = 1 + (issue.id % 7 == 0), "OPEN" if done is None else "MERGED"
        counted = {"stateCount": pulls, "state": state, "open": done is None}
        summary["pullrequest"] = {"count": pulls, "lastUpdated": stamp(last), **counted}
    if (at := deployed_at(issue)) is not None:
        place = {"title": "Production", "status": "DEPLOYED", "lastUpdated": stamp(at)}
        places = {"topEnvironments": [place], "showProjects": False, "successfulCount": 1}
        summary["deployment-environment"] = {"count": 1, "lastUpdated": stamp(at), **places}
    return {kind: {"overall": told, "byInstanceType": {}} for kind, told in summary.items()}


def _printed(kind: str, told: dict[str, Any]) -> str:
    return f"{kind}={{count={told['count']}, dataType={kind}}}"


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
