"""The client stands on its parts and none of them knows it: a walk along the references of live objects."""

import threading
from collections.abc import Iterator
from types import FunctionType, GeneratorType, MethodType
from typing import Any

import pytest

from configuration.settings import Secret
from data.jira.changelogs import Completer
from data.jira.connection import Connection
from data.jira.reading import IssueReader
from data.jira.search_cloud import CloudSearch
from data.jira.search_server import ServerSearch
from data.jira.site import Site
from data.jira.transport import Transport
from data.jira_query_manager import TokenBucket
from data.jira_simple import JiraClient
from data.simulator.server import JiraSimulator

_SIMPLE = (str, bytes, int, float, bool, type(None), type)
# What may hold what, from the client down; a part holds only parts that come after it.
FLOORS = ((JiraClient,), (IssueReader,), (CloudSearch, ServerSearch, Completer), (Site,), (Transport,))


def held_by(thing: Any) -> Iterator[Any]:
    """Yield what an object refers to: attributes, entries, what a closure or a paused generator keeps."""
    if isinstance(thing, dict):
        yield from (*thing.keys(), *thing.values())
    elif isinstance(thing, list | tuple | set | frozenset):
        yield from thing
    elif isinstance(thing, FunctionType):
        yield from (cell.cell_contents for cell in thing.__closure__ or ())
    elif isinstance(thing, MethodType):
        yield from (thing.__self__, thing.__func__)
    elif isinstance(thing, GeneratorType):
        yield from thing.gi_frame.f_locals.values() if thing.gi_frame else ()
        yield thing.gi_yieldfrom
    else:
        yield from getattr(thing, "__dict__", {}).values()
        slots = (name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ()))
        yield from (getattr(thing, name, None) for name in slots)


def reached_from(start: Any) -> list[Any]:
    """Return every object of interest that references lead to, the start among them."""
    found: dict[int, Any] = {}
    waiting = [start]
    while waiting:
        thing = waiting.pop()
        if id(thing) not in found and not isinstance(thing, _SIMPLE):
            found[id(thing)] = thing
            waiting += held_by(thing)
    return list(found.values())


@pytest.mark.parametrize("dialect", ["cloud", "dc"])
def test_nothing_below_holds_what_is_above(dialect: str) -> None:
    """Also in the middle of a walk, with pages on their way and histories to complete."""
    with JiraSimulator(120, 3, dialect) as jira:
        email = jira.email if dialect == "cloud" else ""
        client = JiraClient(Connection(jira.url, email, Secret(jira.token)), TokenBucket(1_000), page_size=20)
        pages = client.pages("created is not EMPTY")
        next(pages)
        alive = [*reached_from(client), *reached_from(pages)]
        seen: set[type] = set()
        for floor, kinds in enumerate(FLOORS):
            above = tuple(kind for kinds_above in FLOORS[:floor] for kind in kinds_above)
            for part in (each for each in alive if isinstance(each, kinds)):
                seen.add(type(part))
                assert not [held for held in reached_from(part) if isinstance(held, above)]
        pages.close()

    search = CloudSearch if dialect == "cloud" else ServerSearch
    assert seen == {JiraClient, IssueReader, search, Completer, Site, Transport}


def test_the_walk_finds_what_is_hidden_in_a_closure() -> None:
    """So that the test above can fail."""
    bucket = TokenBucket()
    transport = Transport(Connection("http://127.0.0.1:9", "", Secret("")), bucket, threading.Event())

    def call_back() -> Any:
        return transport.fetch

    assert transport in reached_from({"deep": [call_back]})
    assert bucket in reached_from(call_back)
