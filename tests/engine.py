"""The engine as a test sees it: Jira's JSON in, the document of ``metrics --json`` out.

The issues go through a real store in a real file, as imported ones do.
"""

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path

from configuration.profile import Profile, profile_from
from data.cache_manager import References, Store
from data.normalize import custom_fields, read_issue, read_status, read_version
from data.periods import iso_instant
from data.pipeline import Report, View, compute, document
from data.requested_fields import requested_fields


def stored(
    folder: Path,
    issues: Iterable[dict],
    statuses: Iterable[dict] = (),
    versions: Iterable[dict] = (),
    profile: Profile | None = None,
) -> Store:
    """Return a store in ``folder`` that holds what Jira sent, with the fields that the profile maps."""
    store = Store(folder / "scope.sqlite")
    custom = custom_fields(requested_fields(profile or Profile()))
    rows = [read_issue(json.dumps(issue).encode(), custom) for issue in issues]
    store.add(
        rows, References([read_status(raw) for raw in statuses], [read_version(raw) for raw in versions])
    )
    return store


def engine_report(
    issues: Iterable[dict],
    *,
    statuses: Iterable[dict] = (),
    versions: Iterable[dict] = (),
    profile: dict | None = None,
    date_from: str | None = None,
    date_to: str | None = None,
    as_of: str | int | None = None,
    timezone: str | None = None,
) -> Report:
    """Return the report of a fresh store; the arguments are those of ``reference_metrics``."""
    at = iso_instant(as_of) if isinstance(as_of, int) else as_of
    view = View(date_from=date_from, date_to=date_to, as_of=at, timezone=timezone)
    settings = profile_from(profile or {})
    with tempfile.TemporaryDirectory() as folder:
        dataset = stored(Path(folder), issues, statuses, versions, settings).load()
    return compute(dataset, settings, view)


def engine_metrics(issues: Iterable[dict], **arguments: object) -> dict:
    """Return the document of a fresh store, as a script would read it."""
    return json.loads(json.dumps(document(engine_report(issues, **arguments), "test")))
