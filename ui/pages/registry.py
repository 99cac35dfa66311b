"""The pages of the dashboard, in the order of the navigation. A page is a module and a line here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dash.development.base_component import Component

from ui.pages import compare, diagnostics, dora, flow, forecast, overview, profiles, sprints
from ui.pages.settings import page as settings


@dataclass(frozen=True, slots=True)
class PageSpec:
    """One page.

    Attributes:
        id: names its element, its store and its callbacks.
        path: where it is found.
        title: in the navigation, in the window's title, and its heading.
        in_navigation: it has a link there.
        where_sprints: the link is there only where the profile has sprints.
        layout: returns what is in it before any number is.
    """

    id: str
    path: str
    title: str
    in_navigation: bool
    layout: Callable[[], Sequence[Component]]
    where_sprints: bool = False


PAGES = (
    PageSpec("overview", "/", "Overview", True, overview.layout),
    PageSpec("dora", "/dora", "DORA", True, dora.layout),
    PageSpec("flow", "/flow", "Flow", True, flow.layout),
    PageSpec("forecast", "/forecast", "Forecast", True, forecast.layout),
    PageSpec("sprints", "/sprints", "Sprints", True, sprints.layout, where_sprints=True),
    PageSpec("compare", "/compare", "Compare", True, compare.layout),
    PageSpec("settings", "/settings", "Settings", True, settings.layout),
    PageSpec("diagnostics", "/diagnostics", "Diagnostics", True, diagnostics.layout),
    PageSpec("profiles", "/profiles", "Profiles", False, profiles.layout),
)
