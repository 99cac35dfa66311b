"""Saved views: what of an address is kept, where it leads, and which one opens first."""

from dataclasses import replace
from pathlib import Path

import pytest

from callbacks.saved_links import full_address, view_lines
from callbacks.saved_views import kept_address, opening_first, renaming, with_view, without_view
from callbacks.web.application import create_app
from configuration.errors import InputError
from configuration.profile import Profile
from configuration.profile_lists import SavedView
from configuration.settings import Home
from data.persistence import save_profile
from data.profiles.sources import resolve
from data.workspace import Workspace
from tests.support.dashboards import PORT, pipeline_over

BUGS = SavedView("Bugs", "/flow?type=Bug&type=Story&days=30")
PROFILE = Profile(views=(BUGS, SavedView("all", "/")), default_view="Bugs")


@pytest.mark.parametrize(
    ("path", "search", "kept"),
    [
        ("/", None, "/"),
        ("/", "", "/"),
        ("/flow", "?src=shop&type=Bug&type=Story&days=30", "/flow?type=Bug&type=Story&days=30"),
        ("/flow", "?type=Bug&panel=flow_time&reason=negative&by=type&issue=A-1", "/flow?type=Bug"),
        ("/forecast", "?by=2026-12-24&growth=1", "/forecast?by=2026-12-24&growth=1"),
        ("/flow", "?label=a%20%26%20b&cut=2026-03-04", "/flow?label=a+%26+b&cut=2026-03-04"),
    ],
)
def test_a_view_keeps_what_is_looked_at_and_not_what_is_open(
    path: str, search: str | None, kept: str
) -> None:
    assert kept_address(path, search) == kept


def test_a_link_names_its_profile() -> None:
    """One that names none would take the filters of the moment along."""
    assert full_address("/flow?type=Bug", "my shop") == "/flow?src=my+shop&type=Bug"
    assert full_address("/", "shop") == "/?src=shop"


def test_a_view_is_added_renamed_opened_first_and_taken_away() -> None:
    added = with_view(SavedView("More", "/dora"))(PROFILE)
    renamed = renaming("Bugs", "Defects")(added)

    assert [view.name for view in renamed.views] == ["Defects", "all", "More"]
    assert renamed.default_view == "Defects"
    assert opening_first("all")(renamed).default_view == "all"
    assert opening_first("Defects")(renamed).default_view == ""
    assert without_view("Defects")(renamed) == replace(renamed, views=renamed.views[1:], default_view="")
    assert without_view("all")(renamed).default_view == "Defects"
    with pytest.raises(InputError, match="The view has no name"):
        with_view(SavedView("", "/"))


def test_what_is_no_longer_there_is_said(tmp_path: Path) -> None:
    pipeline = pipeline_over(tmp_path)
    views = (BUGS, SavedView("gone", "/flow?type=Bgu"), SavedView("odd", "/?period=next-month"))
    pipeline.take_over(replace(pipeline.source, profile=Profile(views=views, default_view="gone")))
    lines = view_lines(pipeline)

    assert [(line.name, line.default) for line in lines] == [("Bugs", False), ("gone", True), ("odd", False)]
    assert lines[0].gone == ""
    assert "Bgu" in lines[1].gone
    assert lines[2].gone == "There is no period called 'next-month'."


def test_the_default_view_opens_where_an_address_asks_for_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path)
    save_profile(home, "default", PROFILE)
    client = create_app(Workspace(home, {}, resolve(home, "default", {})), port=PORT).server.test_client()
    host = {"Host": f"127.0.0.1:{PORT}"}

    answer = client.get("/", headers=host)
    assert (answer.status_code, answer.headers["Location"]) == (302, BUGS.address)
    assert client.get("/?days=90", headers=host).status_code == 200
    assert client.get("/dora", headers=host).status_code == 200


def test_without_one_the_overview_opens(tmp_path: Path) -> None:
    home = Home(tmp_path)
    save_profile(home, "default", replace(PROFILE, default_view=""))
    client = create_app(Workspace(home, {}, resolve(home, "default", {})), port=PORT).server.test_client()

    assert client.get("/", headers={"Host": f"127.0.0.1:{PORT}"}).status_code == 200
