"""The part of ``check`` that compares the names in a profile with those that a Jira knows."""

from collections.abc import Iterator, Sequence

from configuration.errors import ConfigurationError, MappingError, SourceError
from configuration.profile import Profile
from data.checks.findings import CheckFinding, counted
from data.field_mapper import problems
from data.jira_simple import JiraClient
from data.mapping.field_proposals import FieldProposals, propose
from data.mapping.field_sample import read_sample
from data.mapping.workflow_proposals import STAGES, status_stages
from data.model.logical_fields import LOGICAL_FIELDS
from data.model.tables import Dataset, StatusRef
from data.model.words import fold
from data.profiles.rules import contradictions, idle_mappings, workflow_gaps
from data.store.columns import build_issue_table


def mapping_findings(client: JiraClient, _jql: str, profile: Profile) -> Iterator[CheckFinding]:
    """Yield what the profile says of statuses, types and fields, compared with what Jira has."""
    workflow = profile.workflow
    named = [*workflow.active, *workflow.waiting, *workflow.done, *workflow.not_started]
    named += [profile.deployments.status] if profile.deployments.status else []
    statuses = client.statuses()
    yield _tell_unknown("statuses", named, {word for one in statuses for word in (fold(one.name), one.id)})
    yield _check_workflow(profile, statuses)
    kinds = {
        word for kind in client.issue_types() for word in (fold(str(kind.get("name"))), str(kind.get("id")))
    }
    flow = profile.flow_types
    types = [*flow.Feature, *flow.Defect, *flow.Debt, *flow.Risk]
    types += [profile.deployments.type] if profile.deployments.type else []
    yield _tell_unknown("issue types", types, kinds)
    yield _check_fields(client, profile)


def proposal_findings(client: JiraClient, jql: str, profile: Profile) -> Iterator[CheckFinding]:
    """Yield, for the logical names that are not mapped, the likeliest field with its confidence."""
    missing = [logical.name for logical in LOGICAL_FIELDS if not profile.fields.get(logical.name)]
    if not missing:
        yield CheckFinding("proposed fields", "ok", "Every field that a metric can use is mapped.")
        return
    try:
        sample = read_sample(client, jql, profile)
    except SourceError as error:
        # A wrong query has a line of its own; without proposals everything else works.
        yield CheckFinding("proposed fields", "note", f"No fields are proposed: {error.message}")
        return
    found = [propose(name, client.fields(), sample) for name in missing]
    likely = any(one.chosen for one in found)
    yield CheckFinding(
        "proposed fields",
        "note" if likely else "ok",
        f"Not mapped: {'; '.join(map(_word_proposal, found))}.",
        "Map them under [fields] in the profile; most metrics do without, some become measured."
        if likely
        else "",
    )


def _word_proposal(found: FieldProposals) -> str:
    best = found.best
    if best is None:
        return f"{found.logical_name}, no likely field"
    doubt = ", in doubt" if found.doubtful else ""
    return f"{found.logical_name}, best {best.field} ({best.title}, confidence {best.confidence:.2f}{doubt})"


def _check_workflow(profile: Profile, statuses: Sequence[StatusRef]) -> CheckFinding:
    wrong = contradictions(profile, statuses)
    if wrong:
        return CheckFinding(
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
        return CheckFinding("workflow", "failed", " ".join(gaps), hint, exit_code=MappingError.exit_code)
    parts = (f"{sum(row.stage == stage for row in rows)} {stage.replace('_', ' ')}" for stage in STAGES)
    proposed = sum(row.source == "proposed" for row in rows)
    return CheckFinding(
        "workflow", "ok", f"Statuses: {', '.join(parts)}; {proposed} of {len(rows)} as proposed."
    )


def _check_fields(client: JiraClient, profile: Profile) -> CheckFinding:
    rules = {entry.partition("=")[0].strip() for entry in profile.incidents.fields}
    found = [
        one for one in problems(profile.fields, client.fields()) if not (one.harmless and one.name in rules)
    ]
    idle = tuple(idle_mappings(profile).values())
    if not found and idle:
        hint = "Name the issue type of deployments under deployments.type, or leave these fields out."
        return CheckFinding("mapping of fields", "note", " ".join(idle), hint)
    if not found:
        count = counted(len(client.fields()), "field")
        return CheckFinding(
            "mapping of fields", "ok", f"Jira knows {count}, and those that the profile maps."
        )
    harmless = all(one.harmless for one in found)
    return CheckFinding(
        "mapping of fields",
        "note" if harmless else "failed",
        " ".join(one.sentence for one in found),
        "Correct [fields] in the profile; the page offers the fields that Jira has.",
        exit_code=0 if harmless else MappingError.exit_code,
    )


def _tell_unknown(what: str, named: list[str], known: set[str]) -> CheckFinding:
    """A name that Jira does not know is a slip of the pen, or a status that was renamed."""
    lost = sorted({name for name in named if fold(name) not in known and name not in known})
    if lost:
        return CheckFinding(
            f"mapping of {what}",
            "note",
            f"Jira does not know these {what} of the profile: {', '.join(lost)}.",
            "Correct the spelling in the profile, or take them out; old names still count in old histories.",
        )
    return CheckFinding(f"mapping of {what}", "ok", f"Jira knows all {what} that the profile names.")
