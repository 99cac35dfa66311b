"""The front doors of the calculators: plain Jira issues in, a context of the one real path out."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypedDict, TypeVar, Unpack

import msgspec

from configuration.errors import InputError
from configuration.profile import profile_from
from data.columns import build_issue_table
from data.delivery import derive
from data.evaluate import evaluate, no_data
from data.metric import Metric, MetricResult
from data.normalize import NotAnIssueError, custom_fields, read_issue, read_status, read_version
from data.performance_utils import CalculationContext, parse_jira_date
from data.periods import lay_out, parse_as_of, parse_day, to_ms, zone_named
from data.requested_fields import requested_fields
from data.tables import MISSING, Dataset, DeploymentRow, IssueRow, IssueTable

_T = TypeVar("_T")
PlainIssues = Sequence[Mapping[str, Any]]


class Options(TypedDict, total=False):
    """What a front door takes beside the issues; everything has the default of the page.

    Attributes:
        statuses: as ``GET /status``.
        versions: as ``GET /project/KEY/versions``.
        deployments: events with id, name, project, deployed_at, environment, failed, issues.
        profile: nested settings, shaped like the TOML file.
        date_from: first civil day, ``YYYY-MM-DD``.
        date_to: last civil day, included.
        as_of: instant or date; default the newest instant of the issues.
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
        InputError: an entry is no Jira issue, a date or zone makes no sense, or an option is unknown.
        ConfigurationError: a setting of the profile makes no sense.
    """
    _check(issues, options)
    profile = profile_from(options.get("profile") or {})
    zone = zone_named(options.get("timezone") or profile.timezone)
    first, last = (
        parse_day(options[name], name) if options.get(name) else None for name in ("date_from", "date_to")
    )
    as_of = parse_as_of(options["as_of"], zone) if options.get("as_of") else MISSING
    table = build_issue_table(_rows(issues, custom_fields(requested_fields(profile))))
    newest = max((int(column.max()) for column in _instants(table) if len(column)), default=MISSING)
    as_of = newest if as_of == MISSING else as_of
    if not len(table) or as_of == MISSING:
        return None
    dataset = Dataset(
        issues=table,
        statuses=_each(options.get("statuses") or (), "status", read_status),
        versions=_each(options.get("versions") or (), "version", read_version),
        deployments=_each(options.get("deployments") or (), "deployment", _deployment),
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
    """Return every metric of a family by id, in its order; no context is no issues."""
    return {metric.id: _result(metric, context, note) for metric in family}


def one_of(
    family: Sequence[Metric], metric_id: str, issues: PlainIssues, **options: Unpack[Options]
) -> MetricResult:
    """Return one metric of a family over plain issues."""
    metric = next(metric for metric in family if metric.id == metric_id)
    return _result(metric, plain_context(issues, **options), None)


def _result(metric: Metric, context: CalculationContext | None, note: str | None) -> MetricResult:
    return no_data(metric, "There are no issues.") if context is None else evaluate(metric, context, note)


def _check(issues: PlainIssues, options: Options) -> None:
    """Refuse what cannot be computed, before any of it is."""
    if isinstance(issues, str | bytes | Mapping) or not isinstance(issues, Sequence):
        raise InputError(
            "The issues are no list of Jira issues.", hint="Give the list that the REST API calls issues."
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
                f"Entry {place} of the issues is no Jira issue with fields.",
                hint="Give issues as the REST API sends them: id, key, fields, changelog.",
            )


def _instants(table: IssueTable) -> tuple[Any, ...]:
    return table.created, table.updated, table.newest


def _rows(issues: PlainIssues, custom: tuple[str, ...]) -> list[IssueRow]:
    """Read issues; of one id the newer or equal ``updated`` counts, as in the store."""
    kept: dict[str, IssueRow] = {}
    for row in _each(issues, "issue", lambda issue: read_issue(msgspec.json.encode(issue), custom)):
        if row.id not in kept or row.updated >= kept[row.id].updated:
            kept[row.id] = row
    return list(kept.values())


def _each(entries: Sequence[Mapping[str, Any]], what: str, read: Callable[[Any], _T]) -> tuple[_T, ...]:
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


def _deployment(raw: Mapping[str, Any]) -> DeploymentRow:
    at = parse_jira_date(raw.get("deployed_at"))
    if at is None or not raw.get("id"):
        raise NotAnIssueError("it needs an id and a readable deployed_at")
    return DeploymentRow(
        id=str(raw["id"]),
        name=str(raw.get("name") or ""),
        project=str(raw.get("project") or ""),
        at=to_ms(at),
        environment=str(raw.get("environment") or ""),
        failed=raw.get("failed") is True,
        issues=tuple(raw.get("issues") or ()),
    )
