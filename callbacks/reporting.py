"""The standalone report: a view of a profile as one HTML text, and that text as a file."""

import os
import tempfile
from pathlib import Path

from configuration.errors import InputError
from data.periods import from_ms
from data.pipeline import ALL_METRICS, Pipeline, View
from data.tables import MISSING
from ui.report import Snapshot, report_page

_FILTERS = (("Project", "projects"), ("Type", "types"), ("Label", "labels"))


def report_html(pipeline: Pipeline, view: View, written_at: int) -> str:
    """Return the report of a view as an HTML text that needs nothing else.

    Args:
        pipeline: of the profile.
        view: what is looked at.
        written_at: epoch milliseconds; told on the page.

    Raises:
        InputError: a date, period or zone of the view makes no sense.
        StoreError: the store is damaged.
    """
    report = pipeline.report(view)
    period = report.period
    snapshot = Snapshot(
        profile=pipeline.name,
        sample=pipeline.source.kind == "demo",
        revision=report.revision,
        complete=report.complete,
        as_of=_moment(report.as_of),
        written_at=_moment(written_at),
        date_from=period.date_from or "",
        date_to=period.date_to or "",
        days=period.days,
        timezone=period.timezone,
        issues=report.scope_issues,
        flow_items=report.flow_items,
        filters=tuple(
            (head, ", ".join(getattr(view, name))) for head, name in _FILTERS if getattr(view, name)
        ),
    )
    metrics = [metric for metric in ALL_METRICS if metric.id in report.results]
    return report_page(snapshot, metrics, report, report.findings)


def save_report(path: Path, text: str) -> None:
    """Write a report in one step: whatever happens, the file is the old one or the whole new one.

    Raises:
        InputError: the path is no file, or cannot be written.
    """
    try:
        target = path.resolve()  # a link stays a link
        if target.exists() and not target.is_file():
            raise InputError(
                f"The report cannot be written to {path}: it is no file.", hint="Name a file with --out."
            )
        _replace(target, text.encode())
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            f"The report cannot be written to {path}: {reason}.",
            hint="Name another file with --out, in a folder that exists and that you may write to.",
        ) from error


def _replace(target: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".report-", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(_mode(target))
        temporary.replace(target)
    except BaseException:  # whatever happens, no half-written file stays behind
        temporary.unlink(missing_ok=True)
        raise


def _mode(target: Path) -> int:
    """Return the permissions of the file that is replaced, or those that a new one would get."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _moment(instant: int) -> str:
    """Return an instant for people, ``22 Nov 2026, 09:05 UTC``; "" for none."""
    if instant == MISSING:
        return ""
    moment = from_ms(instant)
    return f"{moment.day} {moment:%b %Y, %H:%M} UTC"
