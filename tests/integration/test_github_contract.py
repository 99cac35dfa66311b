"""Every request to GitHub, and what is read of its answers, against GitHub's own description of its API.

``tests/fixtures/contracts/github.json`` is that description, cut to the paths that are asked and the values
that are read of them; it names where it was cut from.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from configuration.settings import Secret
from data.hosts import github
from data.hosts.access import GITHUB, Access
from data.hosts.client import HostClient
from data.hosts.github import HEADERS, GitHub
from data.hosts.reading import Reader
from data.jira_query_manager import TokenBucket
from tests.servers.code_hosts import API, BEN, FakeGitHub, Repo, serving
from tests.support.rows import at

CONTRACT = json.loads(
    (Path(__file__).resolve().parents[1] / "fixtures" / "contracts" / "github.json").read_text()
)["paths"]
LIST = "/repos/{owner}/{repo}"
# What is decoded of each path: of a list, each of its entries.
DECODED = {
    LIST: github._Repository,
    f"{LIST}/deployments": github._Deployment,
    f"{LIST}/deployments/{{deployment_id}}/statuses": github._Status,
    f"{LIST}/releases": github._Release,
    f"{LIST}/tags": github._Tag,
    f"{LIST}/pulls": github._Pull,
    f"{LIST}/pulls/{{pull_number}}/commits": github._Commit,
    f"{LIST}/pulls/{{pull_number}}/reviews": github._Review,
    f"{LIST}/commits": github._Commit,
}


def template_of(path: str) -> str | None:
    """The path of the description that a request goes to."""
    patterns = {name: re.sub(r"\{\w+\}", "[^/]+", name) for name in CONTRACT}
    return next((name for name, pattern in patterns.items() if re.fullmatch(pattern, path)), None)


def objections(path: str, query: dict[str, list[str]]) -> Iterator[str]:
    """What the description has against a request."""
    template = template_of(path)
    if template is None:
        yield f"{path} is not described"
        return
    known = CONTRACT[template]["query"]
    for name, (value, *others) in query.items():
        if name not in known or others:
            yield f"{template} takes no {name}"
        elif value not in known[name].get("enum", [value]):
            yield f"{template} takes no {name}={value}"
        elif known[name]["type"] == "integer" and not value.isdigit():
            yield f"{template} takes numbers as {name}"


def asked_by(shop: Repo) -> list[Any]:
    """All requests of two readings of a repository, the second one after something has happened."""
    with serving(FakeGitHub([shop])) as server:
        access = Access(GITHUB, "team", f"{server.url}{API}", (shop.name,), (), Secret("x" * 8), False)
        host = GitHub(HostClient(access, TokenBucket(), HEADERS, 10.0), (), access.url)
        first = Reader(host, shop.name, "shop", (), at("2026-03-20")).read((), (), "")
        assert first is not None
        merge = shop.pull(3, "more", first="2026-03-11", opened="2026-03-12", merged="2026-03-13")
        shop.deploy(8, merge, "2026-03-14", ("success", "2026-03-14"))
        shop.release("v3", merge, "2026-03-15")
        Reader(host, shop.name, "shop", (), at("2026-03-20")).read(
            first.deployments, first.changes, first.state
        )
        return list(server.seen)


@pytest.mark.parametrize("deploys", [True, False], ids=["deployments", "releases"])
def test_the_description_accepts_every_request(deploys: bool) -> None:
    shop = Repo("acme/shop")
    reviews = [(BEN, "2026-03-04")]
    merge = shop.pull(1, "pay", first="2026-03-02", opened="2026-03-03", merged="2026-03-05", reviews=reviews)
    if deploys:
        shop.deploy(7, merge, "2026-03-06", ("success", "2026-03-07"))
    else:
        shop.release("v1", merge, "2026-03-06")
    asked = asked_by(shop)
    paths = [request.path.removeprefix(API) for request in asked]
    found = [objections(path, request.query) for request, path in zip(asked, paths, strict=True)]
    statuses, tags = f"{LIST}/deployments/{{deployment_id}}/statuses", f"{LIST}/tags"
    unasked = {f"{LIST}/releases", tags} if deploys else {statuses}

    assert [one for some in found for one in some] == []
    assert {template_of(path) for path in paths} >= set(CONTRACT) - unasked
    assert all(request.headers["accept"] == HEADERS["Accept"] for request in asked)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/repos/acme/shop/builds", {}),
        ("/repos/acme/shop/pulls", {"since": ["2026-03-01"]}),
        ("/repos/acme/shop/pulls", {"state": ["merged"]}),
    ],
)
def test_the_description_would_object(path: str, query: dict[str, list[str]]) -> None:
    """The test above can fail."""
    assert list(objections(path, query))


@pytest.mark.parametrize("path", DECODED)
def test_what_is_read_is_what_the_description_promises(path: str) -> None:
    """What an answer cannot be read without is always there, and is null only where we expect that."""
    assert list(_differences(DECODED[path], CONTRACT[path]["answer"], path)) == []


def _differences(kind: type, promised: dict[str, Any], where: str) -> Iterator[str]:
    for item in msgspec.structs.fields(kind):
        place, told = f"{where} {item.encode_name}", promised.get(item.encode_name)
        if told is None:
            yield f"{place} is not described"
            continue
        info = msgspec.inspect.type_info(item.type)
        parts = info.types if isinstance(info, msgspec.inspect.UnionType) else (info,)
        may_be_null = any(isinstance(part, msgspec.inspect.NoneType) for part in parts)
        if item.required and not told["required"]:
            yield f"{place} may be absent"
        if told["nullable"] and not may_be_null:
            yield f"{place} may be null"
        for part in parts:
            inner = part.item_type if isinstance(part, msgspec.inspect.ListType) else part
            if isinstance(inner, msgspec.inspect.StructType) and "properties" in told:
                yield from _differences(inner.cls, told["properties"], place)
