"""What a page lists of the field mapping: one row per logical name, and all that speaks for it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from configuration.profile import Profile
from data.field_mapper import LOGICAL_FIELDS, LogicalField, Need, need_of, problems
from data.field_proposals import FieldProposals, FieldSample, Proposal, judge, propose
from data.pipeline import ALL_METRICS
from data.profile_rules import idle_mappings
from data.provenance import origin_of_field, proposed, with_field


@dataclass(frozen=True, slots=True)
class MappingRow:
    """One logical name.

    Attributes:
        name: as in the profile.
        kind: of its values.
        meaning: the rest of the sentence "it is ...".
        field: id of the field that is mapped; "" for none.
        judged: how likely that field is, and why; None where none is mapped or Jira does not have it.
        problem: why the mapping cannot work, as a sentence; "" where it can.
        idle: why no metric reads it although it could, as a sentence; "" where one does.
        origin: who mapped it, and when.
        proposals: the best candidates.
    """

    name: str
    kind: str
    meaning: str
    field: str
    judged: Proposal | None
    problem: str
    idle: str
    origin: str
    proposals: FieldProposals

    @property
    def doubtful(self) -> bool:
        """Whether somebody has to look: the mapping cannot work, or nothing certain is there to map.

        A name that is not mapped and for which no field is likely at all is no
        question to anybody: most teams do not have such a field.
        """
        if self.field:
            return bool(self.problem)
        return bool(self.proposals.candidates) and self.proposals.doubtful

    def needs(self) -> dict[str, Need]:
        """Return by metric id whether it requires the field, uses it, or does not need it."""
        return {metric.id: need_of(self.name, metric.id) for metric in ALL_METRICS}


def mapping_rows(
    profile: Profile, fields: Sequence[Mapping[str, Any]], sample: FieldSample | None = None
) -> tuple[MappingRow, ...]:
    """Return a row for every logical name, in the order of ``LOGICAL_FIELDS``.

    Args:
        profile: what is mapped, and by whom.
        fields: as ``GET /field``; empty: not asked yet, and every mapped field is told as missing.
        sample: issues with their values, as ``data.field_sample`` reads them.
    """
    wrong = {problem.name: problem.sentence for problem in problems(profile.fields, fields)}
    return tuple(_row(logical, profile, fields, sample, wrong) for logical in LOGICAL_FIELDS)


def with_certain_fields(profile: Profile, rows: Sequence[MappingRow], at: int) -> Profile:
    """Return the profile with every proposal mapped that is beyond doubt; what is mapped stays.

    Args:
        profile: the one that the rows were made for.
        rows: as ``mapping_rows`` gives them.
        at: epoch milliseconds, for the note of who mapped it.
    """
    for row in rows:
        best = row.proposals.chosen
        if best is not None and not row.field and best.field not in profile.fields.values():
            profile = with_field(profile, row.name, best.field, proposed(best.confidence, at))
    return profile


def _row(
    logical: LogicalField,
    profile: Profile,
    fields: Sequence[Mapping[str, Any]],
    sample: FieldSample | None,
    wrong: Mapping[str, str],
) -> MappingRow:
    field_id = profile.fields.get(logical.name, "")
    return MappingRow(
        name=logical.name,
        kind=logical.kind,
        meaning=logical.meaning,
        field=field_id,
        judged=judge(logical.name, field_id, fields, sample) if field_id else None,
        problem=wrong.get(logical.name, ""),
        idle=idle_mappings(profile).get(logical.name, ""),
        origin=origin_of_field(profile, logical.name),
        proposals=propose(logical.name, fields, sample),
    )
