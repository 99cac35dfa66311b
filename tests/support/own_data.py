"""The Jiras that real teams have, in place of the sample data: a home with a profile for each of them."""

import json
import subprocess
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from data.simulator.server import JiraSimulator
from tests.support.commands import run, written

Issues = list[dict[str, Any]]
LONG = "a-profile-with-the-long-name-that-people-give-it"
# Without releases, without histories, one issue, one week, messy, larger: each reads files of its own.
PROFILES = ("plain", "nohistories", "one", "week", LONG, "larger")
PAGE = 500


def fill_home(home: Path) -> None:
    """Import each kind of data into a profile of its own."""
    issues, statuses = read_simulated(700, seed=7)
    larger, _ = read_simulated(4000, seed=3)
    without = [changed(one, fixVersions=[]) for one in issues]
    kinds = {
        "plain": without,
        "nohistories": [{k: v for k, v in one.items() if k != "changelog"} for one in without],
        "one": without[:1],
        "week": last_week(without),
        LONG: [spoilt(one, place) for place, one in enumerate(without[:250])],
        "larger": larger,
    }
    (home / "statuses.json").write_text(json.dumps(statuses))
    # Two at a time: each is a process of its own.
    with ThreadPoolExecutor(max_workers=2) as imports:
        for done in imports.map(partial(_import_kind, home), kinds.items()):
            assert done.returncode == 0, done.stderr


def _import_kind(home: Path, kind: tuple[str, Issues]) -> "subprocess.CompletedProcess[str]":
    name, issues = kind
    file = written(home / f"{name}.json", issues)
    more = () if name == LONG else ("--statuses", home / "statuses.json")
    return run(home, "import", file, *more, "--profile", name)


def read_simulated(n: int, seed: int) -> tuple[Issues, list[dict[str, Any]]]:
    """Return the issues of a simulated company, and its statuses, as its REST API sends them."""
    with JiraSimulator(issues=n, seed=seed, dialect="dc") as jira:

        def ask(path: str) -> Any:
            asked = urllib.request.Request(
                f"{jira.url}/rest/api/2/{path}", headers={"Authorization": f"Bearer {jira.token}"}
            )
            with urllib.request.urlopen(asked, timeout=30) as answer:
                return json.load(answer)

        query = f"search?jql=order+by+created&maxResults={PAGE}&fields=*all&expand=changelog"
        pages = [ask(f"{query}&startAt={start}")["issues"] for start in range(0, n, PAGE)]
        return [one for page in pages for one in page], ask("status")


def changed(one: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return an issue with other fields."""
    return {**one, "fields": {**one["fields"], **fields}}


def last_week(issues: Issues) -> Issues:
    """Return what was created in the seven days before the newest creation."""
    newest = max(one["fields"]["created"] for one in issues)
    since = (datetime.fromisoformat(newest[:19]) - timedelta(days=7)).isoformat()
    return [one for one in issues if one["fields"]["created"] >= since]


def spoilt(one: dict[str, Any], place: int) -> dict[str, Any]:
    """Return an issue as years of use leave it: words without an end, gaps in its history, odd types."""
    odd = changed(
        one,
        summary=f"{'Donaudampfschifffahrtsgesellschaft' * 4} {place}",
        labels=[f"a-label-with-a-long-name-of-team-{place % 30}"],
        components=[{"id": str(place % 9), "name": f"Customer Relationship Management Backend {place % 9}"}],
    )
    if place % 7 == 0:
        odd["fields"]["issuetype"] = {
            **one["fields"]["issuetype"],
            "name": "Spezielle Anforderungsänderung (Großprojekt Überführung)",
        }
    if place % 3 == 0:
        histories = one["changelog"]["histories"][1:]
        odd["changelog"] = {**one["changelog"], "histories": histories}
    return odd
