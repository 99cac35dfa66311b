"""What each likely field would do to the numbers, told beside it before anybody chooses it."""

from callbacks.saving import told_of
from callbacks.views import view_of
from configuration.errors import DashboardError
from data.checks.draft import in_page_words
from data.jira.requested_fields import STANDARD_FIELDS
from data.mapping.field_reading import FieldReading, mapped
from data.model.clock import now_ms
from data.model.logical_fields import LOGICAL_FIELDS, LogicalField
from data.pipeline import ALL_METRICS, Pipeline
from data.profiles.rules import idle_mappings

_TITLES = {metric.id: metric.title for metric in ALL_METRICS}


def effects_of(pipeline: Pipeline, reading: FieldReading | None) -> dict[tuple[str, str], str]:
    """Return by logical name and field id what mapping that field alone would do to the last 90 days.

    Numbers are computed only for fields whose values are stored: of the others it is told that nobody knows.

    Args:
        pipeline: of the profile in force, over the stored issues.
        reading: what Jira said of its fields; None, and nothing is returned, if nobody has asked yet.
    """
    if reading is None:
        return {}
    return {
        (logical.name, one.field): _word_effect(pipeline, reading, logical, one.field)
        for logical in LOGICAL_FIELDS
        for one in reading.proposals[logical.name].candidates
    }


def _word_effect(pipeline: Pipeline, reading: FieldReading, logical: LogicalField, field_id: str) -> str:
    if pipeline.profile.fields.get(logical.name) == field_id:
        return "In use."
    after = mapped(pipeline.profile, {logical.name: field_id}, reading, now_ms())
    other = next((name for name, one in pipeline.profile.fields.items() if one == field_id), None)
    if other:
        return f"None: it stands for {other.replace('_', ' ')} already."
    if logical.name in idle_mappings(after):
        return "None yet: no type of issue stands for deployments (Rules, Deployments)."
    if field_id not in {*STANDARD_FIELDS, *pipeline.dataset().issues.value_fields}:
        return f"Known once it is fetched: {', '.join(_TITLES[one] for one in logical.metrics)}."
    try:
        told = told_of(pipeline, after, view_of(pipeline, None))
    except DashboardError as error:
        return in_page_words(error.message)
    lines = told.sentences if len(told.sentences) < 2 else (told.summary, *told.sentences)
    return " ".join(lines) or "No number of the last 90 days changes."
