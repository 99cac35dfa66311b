"""The document of ``metrics --json``, made by plain loops from Jira's own answers."""

from collections.abc import Callable, Iterable
from datetime import timedelta

from tests.reference import blocking, dora, flow, lead_time
from tests.reference.clock import Period, as_of_instant, civil_day, day_of, instant, midnight, stamp
from tests.reference.code_changes import STAMPS, moment
from tests.reference.deployments import deployment_frequency
from tests.reference.issues import Issue, read_issues
from tests.reference.quality import data_quality
from tests.reference.results import finished
from tests.reference.scope import default_as_of, scope
from tests.reference.settings import Settings
from tests.reference.sprints import sprints
from tests.reference.statuses import Categories
from tests.reference.told_incidents import stand_for
from tests.reference.world import World

METRICS: dict[str, Callable[[World], dict]] = {
    "deployment_frequency": deployment_frequency,
    "flow_velocity": flow.flow_velocity,
    "flow_time": flow.flow_time,
    "request_lead_time": flow.request_lead_time,
    "flow_load": flow.flow_load,
    "flow_distribution": flow.flow_distribution,
    "flow_efficiency": flow.flow_efficiency,
    "blocked_time": blocking.blocked_time,
    "change_lead_time": lead_time.change_lead_time,
    "change_fail_rate": dora.change_fail_rate,
    "failed_deployment_recovery_time": dora.failed_deployment_recovery_time,
    "time_to_restore": dora.time_to_restore,
    "deployment_rework_rate": dora.deployment_rework_rate,
}
# Only where the profile maps the field that they need.
MAPPED_METRICS = {"flow_velocity_points": ("story_points", flow.flow_velocity_points)}


def reference_metrics(
    issues: list[dict],
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
    only: Iterable[str] | None = None,
    step: str = "auto",
    types: Iterable[str] = (),
    labels: Iterable[str] = (),
    now: int | None = None,
) -> dict:
    """Every metric of a store, from Jira's JSON alone.

    Args:
        issues: as the REST API sends them, in the order in which they were stored.
        statuses: as ``GET /status``.
        versions: as ``GET /project/KEY/versions``.
        deployments: events, as the lines of an imported file.
        changes: of code, likewise.
        incidents: likewise.
        profile: nested dictionaries shaped like the profile's TOML.
        date_from: first civil day; default 89 days before the last.
        date_to: last civil day; default the day of the last instant before T.
        as_of: T as a text or in epoch milliseconds; default 1 ms after the newest instant.
        timezone: beats the profile's.
        only: ids of the metrics wanted; default all.
        step: of the series: week, month or quarter; auto goes by the length of the period.
        types: names of issue types in view; none: all.
        labels: of which an issue in view has one; none: all.
        now: the reader's clock in milliseconds; default this machine's.

    Returns:
        The document of ``metrics --json`` without what the store alone knows.
    """
    settings = Settings(profile or {})
    rows = read_issues(issues, now)
    zone = timezone or settings.choice("timezone", "UTC")
    events, changes = list(deployments), list(changes)
    told = [moment(change.get(name)) for change in changes for name in STAMPS]
    seen = list(incidents)
    told += [moment(each.get(name)) for each in seen for name in ("detected_at", "restored_at")]
    begun = [*begun_events(events), *(at for at in told if at is not None)]
    period = make_period(rows, begun, (date_from, date_to), as_of, zone)
    if period is None:
        return unknown_time(settings, date_from, date_to, zone, only)
    world = World(rows, list(versions), Categories(rows, list(statuses), settings), settings, period)
    world.events, world.types, world.labels = events, list(types), list(labels)
    world.changes, world.told_incidents = changes, seen
    world.stand_for_told = stand_for(world)
    automatic = "week" if world.has_nothing else period.automatic_step
    world.step = automatic if step == "auto" else step
    known = {**METRICS, **mapped_metrics(settings)}
    wanted = known if only is None else {id_: known[id_] for id_ in known if id_ in set(only)}
    return {
        "schema": 2,
        "as_of": stamp(period.as_of),
        "period": {
            "from": period.first.isoformat(),
            "to": period.last.isoformat(),
            "days": period.days,
            "timezone": zone,
        },
        "scope": scope(world),
        "filters": {"project": [], "type": world.types, "label": world.labels},
        "metrics": {metric: finished(metric, compute, world) for metric, compute in wanted.items()},
        "data_quality": data_quality(world),
        "sprints": sprints(world),
    }


def mapped_metrics(settings: Settings) -> dict[str, Callable[[World], dict]]:
    fields = settings.section("fields")
    return {metric: compute for metric, (field, compute) in MAPPED_METRICS.items() if fields.get(field)}


def make_period(
    issues: list[Issue],
    begun: list[int],
    dates: tuple[str | None, str | None],
    as_of: str | int | None,
    zone: str,
) -> Period | None:
    """The period with its defaults, or None where nothing tells the time."""
    moment = default_as_of(issues, begun) if as_of is None else as_of
    if moment is None:
        return None
    if isinstance(moment, str):
        moment = as_of_instant(moment, zone)
    last = civil_day(dates[1]) or day_of(moment - 1, zone)
    first = civil_day(dates[0]) or last - timedelta(days=89)
    return Period(first, last, zone, moment)


def begun_events(events: list[dict]) -> list[int]:
    """The instants of events; of one that is dated by day noon UTC, when it is that day everywhere or was."""
    days = [civil_day(row.get("deployed_at")) for row in events]
    begun = [
        instant(row.get("deployed_at")) if day is None else midnight(day, "UTC") + 12 * 3_600_000
        for row, day in zip(events, days, strict=True)
    ]
    return [moment for moment in begun if moment is not None]


def unknown_time(
    settings: Settings, date_from: str | None, date_to: str | None, zone: str, only: Iterable[str] | None
) -> dict:
    """An empty store knows no time of its own: every metric is null, ``no_data``."""
    sections = {name: settings.section(name) for name in ("fields", "targets")}
    profile = {**sections, "business_days": settings.flag("business_days")}
    document = reference_metrics(
        [], profile=profile, date_from=date_from, date_to=date_to, as_of=0, timezone=zone, only=only
    )
    document["as_of"] = None
    document["period"] = {"from": date_from, "to": date_to, "days": None, "timezone": zone}
    return document
