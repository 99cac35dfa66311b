"""The save bar of Settings: what differs from what is stored, its effect, and one save of all of it."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, cast

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, no_update, set_props
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from callbacks.connection import Typed, bound, form_of, start_sync
from callbacks.field_mapping import mapping_lines, name_fields, staged, used_statuses
from callbacks.jira_config import connection_states, keep_connection
from callbacks.saving import LOCKED, apply, forbidden, saved, told_of
from callbacks.settings.code import keep_tokens
from callbacks.settings.rules import changed, rule_lines
from callbacks.views import view_of
from configuration.errors import DashboardError, MappingError
from configuration.profile import Profile, with_settings
from data.checks.draft import in_page_words
from data.field_mapper import validate
from data.hosts.access import KINDS
from data.mapping.field_reading import FieldReading, Readings, mapped
from data.mapping.workflow_proposals import Stage
from data.model.clock import now_ms
from data.pipeline import Pipeline
from data.profiles.change_cost import cost_words, trigger_of
from data.profiles.shelf import validated
from data.workspace import Workspace
from ui import ids as shell_ids
from ui import places
from ui.pages.settings import ids
from ui.pages.settings.bar import Edited, Effect, edited_lines, effect_lines
from ui.pages.settings.connection import fault_lines
from ui.pages.settings.rules import CODE_GROUPS, title_of
from ui.pages.settings.workflow import STAGES

logger = logging.getLogger(__name__)
_SOURCE = {"url": "Address", "email": "E-mail", "jql": "Query"}
_CODE = frozenset(group for group, _ in CODE_GROUPS)
_CODE_READ = "The repositories are read after it is saved."
_TRIED = "The new token is tried before it is saved."


@dataclass(frozen=True, slots=True)
class Edits:
    """What stands on the page and differs from what is stored.

    Attributes:
        profile: whose settings.
        token: a token was typed; which one is not told.
        sources: address, e-mail and query by name, of a Jira that is connected.
        fields: field id by logical name, "" for none.
        stages: by status.
        rules: by dotted name, as they are entered.
        hosts: of which a token was typed; which one is not told.
    """

    profile: str = ""
    token: bool = False
    sources: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    stages: Mapping[str, Stage] = field(default_factory=dict)
    rules: Mapping[str, Any] = field(default_factory=dict)
    hosts: tuple[str, ...] = ()

    @classmethod
    def from_page(cls, sent: Mapping[str, Any] | None, profile: str | None = None) -> "Edits":
        """Return what the browser found; nothing where it found nothing, or found it for another profile."""
        if not sent or profile not in (None, sent["profile"]):
            return cls(profile or "")
        return cls(
            sent["profile"],
            sent["token"],
            {name: (value or "").strip() for name, value in sent["source"].items()},
            {name: value or "" for name, value in sent["field"].items()},
            cast(Mapping[str, Stage], sent["stage"]),
            sent["rule"],
            tuple(sent["host"]),
        )

    @property
    def of_source(self) -> bool:
        """Whether Jira has to be asked before anything is saved."""
        return self.token or bool(self.sources)

    @property
    def of_code(self) -> bool:
        """Whether the next sync reads other repositories, or reads them otherwise."""
        return bool(self.hosts) or any(name.partition(".")[0] in _CODE for name in self.rules)

    @property
    def of_meaning(self) -> bool:
        """Whether numbers over the stored issues may change."""
        return bool(self.fields or self.stages or self.rules)


def kept_of(workspace: Workspace, name: str) -> dict[str, Any]:
    """Return what is stored of everything that the bar saves, as the controls show it."""
    pipeline, form = workspace.pipeline(name), form_of(workspace, name)
    profile = pipeline.profile
    own = form.connected and not form.is_new
    return {
        "profile": name,
        "locked": pipeline.source.kind == "demo",
        "source": {"url": form.url, "email": form.email, "jql": form.jql} if own else {},
        "field": {line.name: profile.fields.get(line.name, "") for line in mapping_lines(profile, None)},
        "stage": {row.key: row.stage for row in used_statuses(pipeline, profile)},
        "rule": {line.name: line.value for line in rule_lines(profile)},
        "host": {kind.name: False for kind in KINDS},
    }


def edited_of(pipeline: Pipeline, edits: Edits) -> list[Edited]:
    """Return what was changed, in the order of the page."""
    stages, statuses = dict(STAGES), used_statuses(pipeline, pipeline.profile)
    names = {row.key: row.name for row in statuses}
    connection = [
        Edited(title, places.section(places.DATA if name == "jql" else places.CONNECTION))
        for name, title in _SOURCE.items()
        if name in edits.sources
    ]
    return [
        *connection,
        *([Edited("Token", places.section(places.CONNECTION))] if edits.token else []),
        *(
            Edited(f"Token of {kind.title}", places.section(places.CODE))
            for kind in KINDS
            if kind.name in edits.hosts
        ),
        *(Edited(name.replace("_", " ").capitalize(), places.field(name)) for name in edits.fields),
        *(
            Edited(f"{names.get(key, key)}: {stages[stage]}", places.stage(key))
            for key, stage in edits.stages.items()
        ),
        *(Edited(title_of(name), places.rule(name)) for name in changed(pipeline.profile, edits.rules)),
    ]


def change_of(
    pipeline: Pipeline, edits: Edits, reading: FieldReading | None, at_ms: int
) -> Callable[[Profile], Profile]:
    """Return what the edits make of a profile: fields, rules and stages in one.

    Args:
        pipeline: of the profile in force, over the stored issues.
        edits: what differs from it.
        reading: what Jira said of its fields, None if nobody has asked yet.
        at_ms: now, in epoch milliseconds.

    The function raises DashboardError for what contradicts itself.
    """
    rules = changed(pipeline.profile, edits.rules)

    def change(profile: Profile) -> Profile:
        after = with_settings(mapped(profile, edits.fields, reading, at_ms), rules)
        wrong = validate(after.fields, reading.fields) if reading and edits.fields else ()
        if wrong:
            raise MappingError(" ".join(wrong), hint="Choose another field, or none.")
        return validated(staged(pipeline, after, edits.stages) if edits.stages else after)

    return change


def effect_of(pipeline: Pipeline, edits: Edits, reading: FieldReading | None) -> Effect:
    """Return what saving all edits at once would do.

    Raises:
        DashboardError: they contradict each other or the profile.
    """
    after = change_of(pipeline, edits, reading, now_ms())(pipeline.profile)
    before = pipeline.source
    connection = {name: edits.sources.get(name, getattr(before, name)) for name in _SOURCE}
    trigger = trigger_of(before, replace(before, profile=after, **connection))
    told = told_of(pipeline, after, view_of(pipeline, None)) if edits.of_meaning else None
    sentences = list(told.sentences) if told else []
    for field_id, name in name_fields(reading).items():
        sentences = [sentence.replace(field_id, name) for sentence in sentences]
    asks = edits.of_source or edits.of_code or trigger.needs_requests
    ordered = sorted(sentences, key=lambda one: "keeps its value" in one)  # what moves a number comes first
    cost = cost_words(trigger) or (_TRIED if edits.of_source else _CODE_READ if edits.of_code else "")
    return Effect(tuple(ordered), cost, asks, told.summary if told else "")


def register(app: Dash, workspace: Workspace, readings: Readings) -> None:
    """Connect the bar to the workspace.

    Args:
        app: the dashboard.
        workspace: its profiles.
        readings: what was read of the fields of their Jiras.
    """
    _register_browser_side(app)
    _register_telling(app, workspace, readings)
    _register_saving(app, workspace, readings)


def _register_browser_side(app: Dash) -> None:
    """Let the browser compare what is shown with what is stored, whatever is typed."""
    app.clientside_callback(
        ClientsideFunction("savebar", "typed"),
        Output(ids.TYPED, "data"),
        *(Input(name, "value") for name in (ids.URL, ids.EMAIL, ids.JQL, ids.TOKEN)),
        Input({"kind": ids.HOST_TOKEN, "name": ALL}, "value"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("savebar", "compare"),
        Output(ids.EDITS, "data"),
        Output(ids.BAR, "hidden"),
        *(Input({"kind": kind, "name": ALL}, "value") for kind in (ids.FIELD, ids.STAGE, ids.RULE)),
        Input(ids.TYPED, "data"),
        Input(ids.KEPT, "data"),
        State(ids.EDITS, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("savebar", "ask"),
        Output(ids.BAR_ASKED, "data"),
        Input(ids.BAR_SAVE, "n_clicks"),
        prevent_initial_call=True,
    )
    for function, trigger in (
        ("discard", Input(ids.BAR_DISCARD, "n_clicks")),
        ("said", Input(ids.BAR_SAID, "data")),
    ):
        app.clientside_callback(ClientsideFunction("savebar", function), trigger, prevent_initial_call=True)


def _register_telling(app: Dash, workspace: Workspace, readings: Readings) -> None:
    @app.callback(
        Output(ids.BAR_TOLD, "children"),
        Output(ids.BAR_SAVE, "children"),
        Output(ids.BAR_SAVE, "hidden"),
        Input(ids.EDITS, "data"),
        prevent_initial_call=True,
        running=[(Output(ids.BAR, "data-asking"), "yes", "")],
    )
    def tell(sent: dict[str, Any] | None) -> tuple[Any, str, bool]:
        edits = Edits.from_page(sent)
        if not sent:
            return None, "Save", False
        pipeline = workspace.pipeline(edits.profile)
        return told(pipeline, edits, readings.of(edits.profile), forbidden(workspace, edits.profile))


def told(
    pipeline: Pipeline, edits: Edits, reading: FieldReading | None, why_not: str = ""
) -> tuple[list[Any], str, bool]:
    """Return what the bar says, what its button is called, and whether there is nothing to be pressed.

    Args:
        pipeline: of the profile in force.
        edits: what differs from it.
        reading: what Jira said of its fields, None if nobody has asked yet.
        why_not: whoever is present may not save them, "" where that may be done.
    """
    why_not = LOCKED if pipeline.source.kind == "demo" else why_not
    lines = [edited_lines(edited_of(pipeline, edits), why_not)]
    try:
        effect = effect_of(pipeline, edits, reading)
    except DashboardError as error:
        return [*lines, fault_of_page(error)], "Save", bool(why_not)
    syncs = effect.fetches and (pipeline.source.kind == "jira" or edits.of_code)
    label = "Save & sync" if syncs else "Save"
    return [*lines, effect_lines(effect)], label, bool(why_not)


def _register_saving(app: Dash, workspace: Workspace, readings: Readings) -> None:
    values = {**connection_states(), "jql": State(ids.JQL, "value")}

    @app.callback(
        output=[
            Output(ids.BAR_SAID, "data"),
            Output(ids.BAR_TOLD, "children", allow_duplicate=True),
            Output(ids.TOKEN, "value", allow_duplicate=True),
        ],
        inputs={"asked": Input(ids.BAR_ASKED, "data")},
        state={
            "values": values,
            "typed_for": State(ids.TYPED_FOR, "data"),
            "tokens": State({"kind": ids.HOST_TOKEN, "name": ALL}, "value"),
            "hosts_for": State({"kind": ids.HOST_FOR, "name": ALL}, "data"),
        },
        prevent_initial_call=True,
        running=[(Output(ids.BAR_SAVE, "disabled"), True, False)],
    )
    def save(
        asked: dict[str, Any] | None,
        values: dict[str, str | None],
        typed_for: str | None,
        tokens: list[str | None],
        hosts_for: list[str | None],
    ) -> tuple[Any, Any, Any]:
        if not asked:
            raise PreventUpdate
        edits = Edits.from_page(asked["edits"])
        lines = [edited_lines(edited_of(workspace.pipeline(edits.profile), edits))]
        try:
            # Both are drawn in the order of the hosts.
            pairs = zip(KINDS, tokens, hosts_for, strict=False)
            given = {kind.name: ((token or "").strip(), origin) for kind, token, origin in pairs}
            words = keep(workspace, readings, edits, bound(Typed.from_fields(values), typed_for), given)
        except DashboardError as error:
            return no_update, [*lines, fault_of_page(error)], no_update
        if not isinstance(words, str):
            return no_update, [*lines, words], no_update
        return {"words": words, "n": asked["asked"]}, no_update, ""


def keep(
    workspace: Workspace,
    readings: Readings,
    edits: Edits,
    typed: Typed,
    tokens: Mapping[str, tuple[str, str | None]] = MappingProxyType({}),
) -> str | Component:
    """Save all edits of a profile, or nothing; return what is said, or what is wrong with the connection.

    Args:
        workspace: gets the profile.
        readings: what was read of the fields of its Jira.
        edits: what differs from what is stored.
        typed: the fields of the connection, which Jira is asked about where they differ.
        tokens: of hosts by name, each with the origin that it was typed for.

    Raises:
        DashboardError: the edits contradict each other, or the profile cannot be written.
    """
    name, pipeline = edits.profile, workspace.pipeline(edits.profile)
    made = change_of(pipeline, edits, readings.of(name), now_ms())

    def change(profile: Profile) -> Profile:
        after = made(profile)
        keep_tokens(workspace, name, after, tokens)
        return after

    logger.info("settings.saving", extra={"saved": name, "settings": _name_settings(pipeline, edits)})
    if not edits.of_source:
        words = saved(workspace, name, change)
        return _read_code(workspace, name) if edits.of_code else words
    made(pipeline.profile)  # what contradicts itself is refused before Jira is asked
    wrong = keep_connection(workspace, readings, name, typed, change)
    if wrong is not None:
        return wrong
    apply(workspace, name)
    url = workspace.pipeline(name).source.url
    if url != typed.url:  # it was saved as Jira spells it
        set_props(ids.URL, {"value": url})
    set_props(shell_ids.POLL, {"disabled": False})
    return "Saved; the sync is under way."


def _read_code(workspace: Workspace, name: str) -> str:
    """Start the sync that reads repositories as they are named now, if any are."""
    if not workspace.pipeline(name).source.can_be_asked:
        return "Saved; there is nothing to read."
    start_sync(workspace, name)
    set_props(shell_ids.POLL, {"disabled": False})
    return "Saved; the sync is under way."


def _name_settings(pipeline: Pipeline, edits: Edits) -> list[str]:
    """Return what is about to be saved by the names that the profile's file has, for the log."""
    return [
        *(f"jira.{name}" for name in sorted(edits.sources)),
        *(f"fields.{name}" for name in sorted(edits.fields)),
        *(["workflow"] if edits.stages else []),
        *sorted(changed(pipeline.profile, edits.rules)),
    ]


def fault_of_page(error: DashboardError) -> Component:
    """Return what is wrong and what helps, in the words of the page."""
    return fault_lines(in_page_words(error.message), in_page_words(error.hint))
