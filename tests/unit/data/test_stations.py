"""The list of stations in the client's docstring is held against a request that really travels."""

import importlib
import re
import sys
import threading
from types import CodeType, FrameType
from typing import Any

import pytest

import data.jira_simple
from configuration.settings import Secret
from data.jira.connection import Connection
from data.jira_query_manager import TokenBucket
from data.jira_simple import JiraClient
from data.simulator.server import JiraSimulator

_STATION = re.compile(r"^(\d+)\. (``data\.[\s\S]+?)(?=^\d+\. |\Z)", re.MULTILINE)
_NAME = re.compile(r"``(data[\w.]+)``")
# Places that the other dialect alone passes.
OTHER = {"cloud": "data.jira.search_server", "dc": "data.jira.search_cloud"}


def stations() -> list[list[str]]:
    """Return the names at each station of the docstring, in order."""
    found = [
        (int(number), _NAME.findall(text)) for number, text in _STATION.findall(data.jira_simple.__doc__)
    ]
    assert [number for number, _ in found] == list(range(1, len(found) + 1))
    return [names for _, names in found]


def resolved(name: str) -> Any:
    """Return what a dotted name means."""
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            thing: Any = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            thing = getattr(thing, part)
        return thing
    raise AssertionError(f"{name} does not exist")


def code_of(name: str) -> CodeType:
    """Return the code that runs when the thing of this name is passed; of a class, what begins its work."""
    thing = resolved(name)
    if isinstance(thing, type):
        thing = thing.__call__ if "__call__" in vars(thing) else thing.__init__  # type: ignore[misc]
    code = thing.__code__
    assert isinstance(code, CodeType)
    return code


def test_every_station_exists() -> None:
    names = [name for station in stations() for name in station]

    assert len(names) >= 16
    assert all(code_of(name).co_filename.replace("\\", "/").rpartition("/data/")[2] for name in names)


@pytest.mark.parametrize("dialect", ["cloud", "dc"])
def test_a_page_passes_the_stations_in_their_order(dialect: str) -> None:
    """The first time that each is entered, on whatever thread."""
    places = {code_of(name): name for station in stations() for name in station}
    entered: dict[str, None] = {}

    def note(frame: FrameType, event: str, _argument: Any) -> None:
        if event == "call" and frame.f_code in places:
            entered.setdefault(places[frame.f_code])

    with JiraSimulator(120, 3, dialect) as jira:
        email = jira.email if dialect == "cloud" else ""
        connection = Connection(jira.url, email, Secret(jira.token), dialect)
        client = JiraClient(connection, TokenBucket(1_000), page_size=20)
        threading.setprofile(note)
        sys.setprofile(note)
        try:
            rows = [row for page in client.pages("created is not EMPTY") for row in page]
        finally:
            sys.setprofile(None)
            threading.setprofile(None)

    expected = [
        name
        for station in stations()
        for name in station
        if not name.startswith(OTHER[dialect]) and name != "data.jira.walks.FanOut"
    ]
    assert rows
    assert [name for name in entered if name in expected] == expected
    assert "data.jira.walks.FanOut" in entered
