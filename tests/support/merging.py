"""Partials of reports, as a dashboard keeps them: written, and read again."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import msgspec

from configuration.profile import profile_from
from data.metrics.merging.cut import Origin, partial_of, settings_of
from data.metrics.merging.partial import Partial
from data.metrics.report import Report
from data.model.periods import previous


def kept_partial(
    report: Report,
    name: str,
    *,
    profile: Mapping[str, Any] | None = None,
    newest: int | None = None,
    before: dt.date | None = None,
) -> Partial:
    """Return the partial of a report over its own period, of data as new as its T unless said."""
    assert report.context is not None
    settings = settings_of(profile_from(profile or {}))
    origin = Origin(name, "", "r", complete=True, newest=newest or report.as_of, settings=settings)
    first = before or previous(report.context.window).first_day
    data = msgspec.msgpack.encode(partial_of(report.context, origin, first))
    return msgspec.msgpack.decode(data, type=Partial)
