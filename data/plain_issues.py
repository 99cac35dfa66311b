"""The front doors of the calculators: plain Jira issues in, a context of the one real path out."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypedDict, TypeVar, Unpack

import msgspec

from configuration.errors import InputError
from configuration.profile import Profile, profile_from
from data.jira.issue_rows import (
    NotAnIssueError,
    custom_fields,
    decode_issue,
    issue_row,
    met_versions,
    read_status,
    read_version,
)
from data.jira.requested_fields import requested_fields
from data.meaning.delivery import derive
from data.meaning.mapped_values import civil_day_of
from data.metrics.context import CalculationContext
from data.metrics.evaluate import evaluate, no_data
from data.model.data_time import time_after_newest
from data.model.instants import to_ms
from data.model.metric import Metric, MetricResult
from data.model.periods import lay_out, parse_as_of, parse_day, zone_named
from data.model.tables import (
    MISSING,
    Dataset,
    DeploymentRow,
    EventTable,
    IssueRow,
    VersionRow,
    versions_that_count,
)
from data.performance_utils import parse_jira_date
from data.store.columns import build_issue_table
from data.store.event_table import build_event_table

_T = TypeVar("_T")
PlainIssues = Sequence[Mapping[str, Any]]


class Options(TypedDict, total=False):
    """What a front door takes beside the issues; everything has the default of the page.

    Attributes:
        statuses: as ``GET /status``.
        versions: as ``GET /project/KEY/versions``.
        deployments: events with id, name, project, deployed_at (an instant or a day), environment,
            result, failed, issues; of two with one id the second counts.
        profile: nested settings, shaped like the TOML file.
        date_from: first civil day, ``YYYY-MM-DD``.
        date_to: last civil day, included.
        as_of: instant or date; default 1 ms after the newest instant of issues and deployments.
        timezone: beats the profile's.
    """

    statuses: Sequence[Mapping[str, Any]]
    versions: Sequence[Mapping[str, Any]]
    deployments: Sequence[Mapping[str, Any]]
    profile: Mapping[str, Any]
    date_from: str
    date_to: str
    as_of: str
    timezone: str


def plain_context(issues: PlainIssues, **options: Unpack[Options]) -> CalculationContext | None:
    """Return the context of plain issues; None where there is no issue, hence no time and no number.

    Everything that can be wrong with the options, or with the shape of the issues,
    is found before anything is computed.

    Raises:
        InputError: an entry is not a Jira issue, a date or zone makes no sense, or an option is unknown.
        ConfigurationError: a setting of the profile makes no sense.
    """
    _check_question(issues, options)
    profile = profile_from(options.get("profile") or {})
    zone = zone_named(options.get("timezone") or profile.timezone)
    first, last = (
        parse_day(options[name], name) if options.get(name) else None for name in ("date_from", "date_to")
    )
    as_of = parse_as_of(options["as_of"], zone) if options.get("as_of") else MISSING
    met: dict[str, VersionRow] = {}
    table = build_issue_table(_read_rows(issues, profile, met))
    deployments = _read_deployments(options.get("deployments") or ())
    as_of = time_after_newest(table, deployments) if as_of == MISSING else as_of
    if not len(table) or as_of == MISSING:
        return None
    dataset = Dataset(
        issues=table,
        statuses=_read_each(options.get("statuses") or (), "status", read_status),
        versions=_read_versions(options.get("versions") or (), met),
        deployments=deployments,
        as_of=as_of,
    )
    created = table.created[table.created != MISSING]
    window = lay_out(first, last, zone, as_of, int(created.min()) if len(created) else MISSING)
    return CalculationContext(derive(dataset, profile, zone, as_of), window)


def all_of(
    family: Sequence[Metric],
    subject: CalculationContext | PlainIssues,
    note: str | None = None,
    **options: Unpack[Options],
) -> dict[str, MetricResult]:
    """Return every metric of a family by id, in its order, over a context or over plain issues."""
    context = subject if isinstance(subject, CalculationContext) else plain_context(subject, **options)
    return results_of(family, context, note)


def results_of(
    family: Sequence[Metric], context: CalculationContext | None, note: str | None = None
) -> dict[str, MetricResult]:
    """Return every metric of a family by id, in its order; without a context there are no issues."""
    return {metric.id: _compute_result(metric, context, note) for metric in family}


def one_of(
    family: Sequence[Metric], metric_id: str, issues: PlainIssues, **options: Unpack[Options]
) -> MetricResult:
    """Return one metric of a family over plain issues."""
    metric = next(metric for metric in family if metric.id == metric_id)
    return _compute_result(metric, plain_context(issues, **options), None)


def _compute_result(metric: Metric, context: CalculationContext | None, note: str | None) -> MetricResult:
    return no_data(metric, "There are no issues.") if context is None else evaluate(metric, context, note)


def _check_question(issues: PlainIssues, options: Options) -> None:
    """Refuse what cannot be computed, before any of it is."""
    if isinstance(issues, str | bytes | Mapping) or not isinstance(issues, Sequence):
        raise InputError(
            "The issues are not a list of Jira issues.", hint="Give the list that the REST API calls issues."
        )
    unknown = sorted(set(options) - set(Options.__annotations__))
    if unknown:
        raise InputError(
            f"There is no option {unknown[0]!r}.",
            hint="Use one of " + ", ".join(Options.__annotations__) + ".",
        )
    for place, issue in enumerate(issues):
        if not isinstance(issue, Mapping) or not isinstance(issue.get("fields"), Mapping):
            raise InputError(
                f"Entry {place} of the issues is not a Jira issue with fields.",
                hint="Give issues as the REST API sends them: id, key, fields, changelog.",
            )


def _read_versions(
    given: Sequence[Mapping[str, Any]], met: Mapping[str, VersionRow]
) -> tuple[VersionRow, ...]:
    """Read versions; where none of a project were given, those that its issues tell of count."""
    listed = _read_each(given, "version", read_version)
    known = {version.id for version in listed}
    return versions_that_count([*listed, *(version for version in met.values() if version.id not in known)])


def _read_rows(issues: PlainIssues, profile: Profile, met: dict[str, VersionRow]) -> list[IssueRow]:
    """Read issues; of one id the newer or equal ``updated`` counts, as in the store.

    An ``updated`` that cannot be read counts as the creation. ``met`` collects the versions of
    which they tell.
    """
    custom, impediment = custom_fields(requested_fields(profile)), profile.fields.get("impediment", "")

    def read(issue: Mapping[str, Any]) -> IssueRow:
        decoded, bad = decode_issue(msgspec.json.encode(issue), custom)
        met.update((version.id, version) for version in met_versions(decoded))
        return issue_row(decoded, bad, impediment=impediment)

    kept: dict[str, IssueRow] = {}
    for row in _read_each(issues, "issue", read):
        if row.id not in kept or _age_of(row) >= _age_of(kept[row.id]):
            kept[row.id] = row
    return list(kept.values())


def _age_of(row: IssueRow) -> int:
    return row.created if row.updated == MISSING else row.updated


def _read_each(entries: Sequence[Mapping[str, Any]], what: str, read: Callable[[Any], _T]) -> tuple[_T, ...]:
    found = []
    for place, entry in enumerate(entries):
        try:
            found.append(read(entry))
        except (NotAnIssueError, ValueError, TypeError) as error:
            raise InputError(
                f"Entry {place} is no {what} that can be read: {error}.",
                hint="Give it as the REST API sends it.",
            ) from error
    return tuple(found)


def _read_deployments(entries: Sequence[Mapping[str, Any]]) -> EventTable:
    rows = _read_each(entries, "deployment", _read_deployment)
    return build_event_table({row.id: row for row in rows}.values())


def _read_deployment(raw: Mapping[str, Any]) -> DeploymentRow:
    day = civil_day_of(raw.get("deployed_at"))
    at = None if day else parse_jira_date(raw.get("deployed_at"))
    if (at is None and day is None) or not raw.get("id"):
        raise NotAnIssueError("it needs an id and a readable deployed_at")
    return DeploymentRow(
        id=str(raw["id"]),
        name=str(raw.get("name") or ""),
        project=str(raw.get("project") or ""),
        at=MISSING if at is None else to_ms(at),
        environment=str(raw.get("environment") or ""),
        failed=raw.get("failed") is True,
        issues=tuple(raw.get("issues") or ()),
        result=str(raw.get("result") or ""),
        day=day.isoformat() if day else "",
    )
