"""The saved views of a profile as links, and what of each is no longer there."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from werkzeug.datastructures import MultiDict

from callbacks.views import filters_of, view_of
from configuration.errors import DashboardError
from data.metrics.filters import word_unknown_value
from data.pipeline import Pipeline
from ui.components.views import ViewLine, views_links


def menu_of(pipeline: Pipeline) -> list[Any]:
    """Return the saved views of a profile for the bar."""
    return views_links(view_lines(pipeline, looking=False))


def view_lines(pipeline: Pipeline, *, looking: bool = True) -> list[ViewLine]:
    """Return the saved views of a profile by name.

    Args:
        pipeline: of the profile.
        looking: whether what each asks for is still there.
    """
    profile = pipeline.profile
    return [
        ViewLine(
            view.name,
            full_address(view.address, pipeline.name),
            view.name == profile.default_view,
            _word_gone(pipeline, view.address) if looking else "",
        )
        for view in sorted(profile.views, key=lambda view: view.name.casefold())
    ]


def full_address(address: str, profile: str) -> str:
    """Return where a view leads: a link that names its profile says everything itself."""
    parts = urlsplit(address)
    return f"{parts.path}?{urlencode([('src', profile), *parse_qsl(parts.query)])}"


def _word_gone(pipeline: Pipeline, address: str) -> str:
    """Return what a view asks for in vain, "" for nothing."""
    try:
        view = view_of(pipeline, filters_of(MultiDict(parse_qsl(urlsplit(address).query))))
        return " ".join(f"{word_unknown_value(one)}" for one in pipeline.unknown_values(view))
    except DashboardError as error:
        return error.message
