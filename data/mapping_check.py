"""The part of ``check`` that compares the names in a profile with those that a Jira knows."""

from collections.abc import Iterator, Sequence

from configuration.errors import ConfigurationError, MappingError, SourceError
from configuration.profile import Profile
from data.check_findings import Finding, counted
from data.columns import build_issue_table
from data.field_mapper import LOGICAL_FIELDS, problems
from data.field_proposals import FieldProposals, propose
from data.field_sample import read_sample
from data.jira_simple import JiraClient
from data.normalize import fold
from data.profile_rules import contradictions, idle_mappings, workflow_gaps
from data.tables import Dataset, StatusRef
from data.workflow_proposals import STAGES, status_stages


def mapping_findings(client: JiraClient, _jql: str, profile: Profile) -> Iterator[Finding]:
    """Yield what the profile says of statuses, types and fields, compared with what Jira has."""
    workflow = profile.workflow
    named = [*workflow.active, *workflow.waiting, *workflow.done, *workflow.not_started]
    named += [profile.deployments.status] if profile.deployments.status else []
    statuses = client.statuses()
    yield _unknown("statuses", named, {word for one in statuses for word in (fold(one.name), one.id)})
    yield _workflow(profile, statuses)
    kinds = {
        word for kind in client.issue_types() for word in (fold(str(kind.get("name"))), str(kind.get("id")))
    }
    flow = profile.flow_types
    types = [*flow.Feature, *flow.Defect, *flow.Debt, *flow.Risk]
    types += [profile.deployments.type] if profile.deployments.type else []
    yield _unknown("issue types", types, kinds)
    yield _fields(client, profile)


def proposal_findings(client: JiraClient, jql: str, profile: Profile) -> Iterator[Finding]:
    """Yield, for the logical names that are not mapped, the likeliest field with its confidence."""
    missing = [logical.name for logical in LOGICAL_FIELDS if not profile.fields.get(logical.name)]
    if not missing:
        yield Finding("proposed fields", "ok", "Every field that a metric can use is mapped.")
        return
    try:
        sample = read_sample(client, jql, profile)
    except SourceError as error:
        # A wrong query has a line of its own; without proposals everything else works.
        yield Finding("proposed fields", "note", f"No fields are proposed: {error.message}")
        return
    found = [propose(name, client.fields(), sample) for name in missing]
    likely = any(one.chosen for one in found)
    yield Finding(
        "proposed fields",
        "note" if likely else "ok",
        f"Not mapped: {'; '.join(map(_proposed, found))}.",
        "Map them under [fields] in the profile; most metrics do without, some become measured."
        if likely
        else "",
    )


def _proposed(found: FieldProposals) -> str:
    best = found.best
    if best is None:
        return f"{found.logical_name}, no likely field"
    doubt = ", in doubt" if found.doubtful else ""
    return f"{found.logical_name}, best {best.field} ({best.title}, confidence {best.confidence:.2f}{doubt})"


def _workflow(profile: Profile, statuses: Sequence[StatusRef]) -> Finding:
    wrong = contradictions(profile, statuses)
    if wrong:
        return Finding(
            "workflow",
            "failed",
            " ".join(wrong),
            "Correct the profile; until then the last good one holds.",
            exit_code=ConfigurationError.exit_code,
        )
    rows = status_stages(Dataset(build_issue_table([]), tuple(statuses)), profile)
    gaps = workflow_gaps(profile, [row.stage for row in rows])
    if gaps:
        hint = "Correct [workflow] in the profile."
        return Finding("workflow", "failed", " ".join(gaps), hint, exit_code=MappingError.exit_code)
    parts = (f"{sum(row.stage == stage for row in rows)} {stage.replace('_', ' ')}" for stage in STAGES)
    proposed = sum(row.source == "proposed" for row in rows)
    return Finding("workflow", "ok", f"Statuses: {', '.join(parts)}; {proposed} of {len(rows)} as proposed.")


def _fields(client: JiraClient, profile: Profile) -> Finding:
    rules = {entry.partition("=")[0].strip() for entry in profile.incidents.fields}
    found = [
        one for one in problems(profile.fields, client.fields()) if not (one.harmless and one.name in rules)
    ]
    idle = tuple(idle_mappings(profile).values())
    if not found and idle:
        hint = "Name the issue type of deployments under deployments.type, or leave these fields out."
        return Finding("mapping of fields", "note", " ".join(idle), hint)
    if not found:
        count = counted(len(client.fields()), "field")
        return Finding("mapping of fields", "ok", f"Jira knows {count}, and those that the profile maps.")
    harmless = all(one.harmless for one in found)
    return Finding(
        "mapping of fields",
        "note" if harmless else "failed",
        " ".join(one.sentence for one in found),
        "Correct [fields] in the profile; the page offers the fields that Jira has.",
        exit_code=0 if harmless else MappingError.exit_code,
    )


def _unknown(what: str, named: list[str], known: set[str]) -> Finding:
    """A name that Jira does not know is a slip of the pen, or a status that was renamed."""
    lost = sorted({name for name in named if fold(name) not in known and name not in known})
    if lost:
        return Finding(
            f"mapping of {what}",
            "note",
            f"Jira does not know these {what} of the profile: {', '.join(lost)}.",
            "Correct the spelling in the profile, or take them out; old names still count in old histories.",
        )
    return Finding(f"mapping of {what}", "ok", f"Jira knows all {what} that the profile names.")
