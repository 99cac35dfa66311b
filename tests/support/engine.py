"""The engine as a test sees it: Jira's JSON in, the document of ``metrics --json`` out.

The issues go through a real store in a real file, as imported ones do.
"""

import json
import tempfile
import time
from collections.abc import Iterable
from functools import reduce
from pathlib import Path

from configuration.profile import Profile, profile_from
from data.cache_manager import References, Store
from data.export.document import document
from data.intake.bad_entries import BadEntry
from data.intake.change_files import CHANGE_FORM
from data.intake.deployment_files import DEPLOYMENT_FORM
from data.intake.incident_files import INCIDENT_FORM
from data.intake.row_files import RowForm, read_rows
from data.jira.fields_by_value import fields_by_value
from data.jira.issue_rows import custom_fields, decode_issue, issue_row, read_status, read_version
from data.jira.requested_fields import FoundFields, requested_fields
from data.jira.stamps import latest_of
from data.metrics.report import Report, View
from data.model.instants import iso_instant
from data.pipeline import compute
from tests.support.rows import FOUND
from tests.support.stores import store_at

_NO_FUTURE = 4_102_444_800_000  # the year 2100: what lies in the future is for tests of files to say


def stored(
    folder: Path,
    issues: Iterable[dict],
    statuses: Iterable[dict] = (),
    versions: Iterable[dict] = (),
    profile: Profile | None = None,
    *,
    deployments: Iterable[dict] = (),
    changes: Iterable[dict] = (),
    incidents: Iterable[dict] = (),
    file: str = "scope.sqlite",
) -> Store:
    """Return a store in ``folder`` that holds what Jira sent, with the fields that the profile maps.

    Deployment events go through a file of JSON lines, as ``import --deployments`` reads it.
    """
    store = store_at(folder / file)
    custom = custom_fields(requested_fields(profile or Profile()))
    latest = latest_of(time.time_ns() // 1_000_000)
    texts = [json.dumps(issue).encode() for issue in issues]
    found = reduce(FoundFields.with_others, map(fields_by_value, texts), FOUND)
    rows = [issue_row(*decode_issue(text, custom, found), latest=latest) for text in texts]
    references = References(
        [read_status(raw) for raw in statuses],
        [read_version(raw) for raw in versions],
        _events(DEPLOYMENT_FORM, folder / "deployments.jsonl", deployments),
        _events(CHANGE_FORM, folder / "changes.jsonl", changes),
        _events(INCIDENT_FORM, folder / "incidents.jsonl", incidents),
    )
    store.add(rows, references)
    return store


def _events(form: RowForm, path: Path, rows: Iterable[dict]) -> list:
    lines = [json.dumps(row) + "\n" for row in rows]
    path.write_text("".join(lines), encoding="utf-8")
    return list(read_rows(form, path, _refuse, _NO_FUTURE)) if lines else []


def _refuse(entry: BadEntry) -> None:
    raise AssertionError(f"not such a row: {entry}")


def engine_report(
    issues: Iterable[dict],
    *,
    statuses: Iterable[dict] = (),
    versions: Iterable[dict] = (),
    deployments: Iterable[dict] = (),
    changes: Iterable[dict] = (),
    incidents: Iterable[dict] = (),
    profile: dict | None = None,
    date_from: str | None = None,
    date_to: str | None = None,
    as_of: str | int | None = None,
    timezone: str | None = None,
    types: Iterable[str] = (),
    labels: Iterable[str] = (),
) -> Report:
    """Return the report of a fresh store; the arguments are those of ``reference_metrics``."""
    at = iso_instant(as_of) if isinstance(as_of, int) else as_of
    dates = {"date_from": date_from, "date_to": date_to, "as_of": at, "timezone": timezone}
    view = View(**dates, types=tuple(types), labels=tuple(labels))
    settings = profile_from(profile or {})
    with tempfile.TemporaryDirectory() as folder:
        beside = {"deployments": deployments, "changes": changes, "incidents": incidents}
        dataset = stored(Path(folder), issues, statuses, versions, settings, **beside).load()
    return compute(dataset, settings, view)


def engine_metrics(issues: Iterable[dict], **arguments: object) -> dict:
    """Return the document of a fresh store, as a script would read it."""
    return json.loads(json.dumps(document(engine_report(issues, **arguments), "test")))
