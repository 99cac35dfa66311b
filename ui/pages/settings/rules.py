"""Settings, section 6: how time is counted, and which issues count as what."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from ui.components.aria import aria
from ui.format import counted
from ui.pages.settings import ids
from ui.pages.settings.connection import section_head

# Which part of the file, and what it is called here; what is open from the start stands first.
GROUPS = (
    ("", "Time and items"),
    ("flow_types", "Kinds of work"),
    ("deployments", "Deployments"),
    ("incidents", "Incidents"),
    ("sync", "Syncs of a server"),
    ("targets", "Targets"),
)
# Where code is has a section of its own.
CODE_GROUPS = (("git", "Local clones"), ("github", "GitHub"), ("gitlab", "GitLab"))
# The workflow's statuses have a section of their own; this list stands beside that of the resolutions. What
# a parent starts with stands beside what an item does.
_BESIDE = {"workflow.not_delivered": "", "hierarchy.parent_starts_with_children": ""}
_TITLES = {
    "timezone": "Time zone",
    "edition": "DORA report",
    "start_source": "Start of an item",
    "completion_source": "Completion of an item",
    "not_delivered": "Not delivered: resolutions",
    "workflow.not_delivered": "Not delivered: statuses",
    "business_days": "Working days",
    "deployments.type": "Deployment type",
    "deployments.status": "Deployment status",
    "incidents.types": "Incident types",
    "incidents.fields": "Field values",
    "incidents.restored": "Restored in",
    "incidents.window_hours": "Hours after a deployment",
    "incidents.latent_days": "Latent after days",
    "hierarchy.parent_starts_with_children": "Start of a parent",
    "git.paths": "Folders",
    "git.tags": "Tags that deploy",
    "github.url": "Address of the API",
    "github.repositories": "Repositories",
    "github.environments": "Environments that are read",
    "gitlab.url": "Address",
    "gitlab.projects": "Projects",
    "gitlab.environments": "Environments that are read",
    "sync.every_minutes": "Minutes between syncs",
    "flow_types.Feature": "Features",
    "flow_types.Defect": "Defects",
    "flow_types.Debt": "Debts",
    "flow_types.Risk": "Risks",
}


@dataclass(frozen=True, slots=True)
class Ending:
    """A resolution or done status that was met: how often, and how it counts now."""

    name: str
    n: int
    delivered: bool


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One setting.

    Attributes:
        name: dotted, as in the file.
        about: what it means.
        kind: how it is entered.
        value: as it is entered: a text, a number, or a list of texts.
        choices: of a choice.
        endings: of a list of what is not delivered: what was met in the data.
        fixed: what decides it instead, in words; "" for what can be entered.
    """

    name: str
    about: str
    kind: Literal["choice", "text", "list", "number"]
    value: Any
    choices: tuple[str, ...] = ()
    endings: tuple[Ending, ...] = ()
    fixed: str = ""


def rules_section(lines: Sequence[RuleLine]) -> Component:
    """Return the settings in groups.

    Args:
        lines: in the order of the file.
    """
    groups = [(title, [line for line in lines if group_of(line.name) == group]) for group, title in GROUPS]
    (_, first), *others = groups
    return html.Section(
        className="panel settings-panel",
        **aria(labelledby="settings-rules"),
        children=[
            section_head(
                "settings-rules",
                "6",
                "Rules",
                "How time is counted, and which issues count as what. Each has its name in the profile.",
            ),
            draw_grid(first),
            *(html.Details([html.Summary(title), draw_grid(group)]) for title, group in others),
        ],
    )


def group_of(name: str) -> str:
    """Return the group of this section that a setting belongs to, if the section has it."""
    return _BESIDE.get(name, name.rpartition(".")[0])


def title_of(name: str) -> str:
    """Return what a setting is called on the page."""
    words = name.rpartition(".")[2].replace("_", " ")
    return _TITLES.get(name, words[:1].upper() + words[1:])


def draw_grid(lines: Sequence[RuleLine]) -> Component:
    """Return the controls of some settings beside each other."""
    return html.Div([draw_entry(line) for line in lines], className="rules")


def draw_entry(line: RuleLine) -> Any:  # a component, of a library without types
    """Return the control of a setting."""
    shared: dict[str, Any] = {
        "id": {"kind": ids.RULE, "name": line.name},
        "label": title_of(line.name),
        "description": f"{line.name}: {line.about}",
        "value": line.value,
        **({"disabled": True, "description": line.fixed} if line.fixed else {}),
    }
    if line.kind == "choice":
        searchable = len(line.choices) > 10
        return dmc.Select(
            **shared, data=list(line.choices), allowDeselect=False, searchable=searchable, limit=50
        )
    if line.kind == "list":
        tags = dmc.TagsInput(
            **shared, splitChars=[","], placeholder="" if line.value else "Type one, then Enter"
        )
        return html.Div([tags, _draw_endings(line)], className="with-endings") if line.endings else tags
    if line.kind == "number":
        return dmc.NumberInput(**shared, min=0, debounce=True)
    return dmc.TextInput(**shared, debounce=True, autoComplete="off", spellCheck=False)


def _draw_endings(line: RuleLine) -> Component:
    """Return what was met, how it counts, and the click that changes it in the list above."""
    return html.Ul([_draw_ending(line.name, ending) for ending in line.endings], className="endings")


def _draw_ending(setting: str, ending: Ending) -> Component:
    told, other = ("delivered", "not delivered") if ending.delivered else ("not delivered", "delivered")
    return html.Li(
        [
            html.Span(ending.name or "without a resolution", className="name"),
            html.Span(f"{counted(ending.n, 'item')}, {told}", className="soft"),
            html.Button(
                f"Count as {other}",
                id={"kind": ids.ENDING, "name": setting, "ending": ending.name},
                type="button",
                className="quiet-button",
                n_clicks=0,
                **aria(label=f"Count {ending.name} as {other}"),
            )
            if ending.name
            else None,
        ]
    )
