"""A Jira of many equal issues that costs its machine almost nothing, for measuring a client.

The simulator thinks about every query; at 100 000 issues a benchmark would
measure that. Here a page is cut from prepared bytes. Run as a program it
serves on a free port, and takes its latency and its cues from standard input.
"""

import json
import re
import sys
import time

from data.simulator.messages import Request, Response, ok, refusal
from tests.servers.fault_server import FaultServer

_LONG_EVERY = 50  # one issue in so many has more history than a page embeds
_EMBEDDED, _LONG = 8, 60
_FIRST_ID = 10_000
# Jira takes no longer summary than this; what else makes an issue long is in fields that nobody keeps.
_SUMMARY, _PADDING = "x" * 255, "x" * 2_745
_FIRST_CREATED = 1_700_000_000_000
_IDS = re.compile(r"id in \(([^)]*)\)")
_CREATED = re.compile(r"created >= (\d+)")
_UPDATED = "updated >="  # nobody has touched them since they were made


class FlatJira:
    """Answers ``issues`` issues in either dialect, in pages of at most 100 (Cloud) or 1 000."""

    def __init__(self, issues: int, dialect: str) -> None:
        self._issues = issues
        self._cloud = dialect == "cloud"
        self._short = json.dumps({"total": _EMBEDDED, "histories": _histories(_EMBEDDED)})
        self._body = json.dumps(
            {
                "summary": _SUMMARY,
                "description": _PADDING,
                "status": {"id": "3", "name": "Done", "statusCategory": {"key": "done"}},
                "issuetype": {"id": "1", "name": "Story", "subtask": False},
                "project": {"id": "1", "key": "FLAT"},
                "updated": "2026-03-05T09:00:00.000+0000",
                "labels": [],
            }
        )

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        asked = json.loads(request.body) if request.body else {k: v[-1] for k, v in request.query.items()}
        end = request.path.rpartition("/")[2]
        if request.path.endswith("/search/jql"):
            return self._cloud_page(asked)
        if end == "search":
            return self._server_page(asked)
        if end == "bulkfetch":
            return self._bulk(asked["issueIdsOrKeys"])
        if end == "serverInfo" and (f"/{3 if self._cloud else 2}/" in request.path):
            return ok({"version": "1", "deploymentType": "Cloud" if self._cloud else "Server"})
        simple = {
            "field": [{"id": "status", "name": "Status"}],
            "myself": {"accountId": "ann", "name": "ann"},
            "approximate-count": {"count": self._issues},
            "status": [{"id": "3", "name": "Done", "statusCategory": {"key": "done"}}],
            "versions": [],
        }
        return ok(simple[end]) if end in simple else refusal(404, "Nothing here.")

    def _cloud_page(self, asked: dict[str, str]) -> Response:
        listed = _IDS.search(asked["jql"])
        ids = [int(each) for each in listed[1].split(",")] if listed else None
        light = "summary" not in asked["fields"]
        start = int(asked.get("nextPageToken") or 0)
        size = min(int(asked["maxResults"]), 5000 if light else 100)
        total = len(ids) if ids is not None else self._issues
        if _UPDATED in asked["jql"]:
            total, ids = 0, []
        chosen = (
            ids[start : start + size]
            if ids is not None
            else range(_FIRST_ID + start, _FIRST_ID + min(start + size, total))
        )
        more = f',"nextPageToken":"{start + size}"' if start + size < total else ""
        return Response(200, f'{{"issues":[{self._written(chosen, light)}]{more}}}'.encode())

    def _server_page(self, asked: dict[str, str]) -> Response:
        start, size = int(asked["startAt"]), min(int(asked["maxResults"]), 1000)
        since = _CREATED.search(asked["jql"])
        skipped = (int(since[1]) - _FIRST_CREATED) // 1000 if since else 0
        total = 0 if _UPDATED in asked["jql"] else self._issues - skipped
        chosen = range(_FIRST_ID + skipped + start, _FIRST_ID + skipped + min(start + size, total))
        head = f'"startAt":{start},"maxResults":{size},"total":{total}'
        return Response(200, f'{{{head},"issues":[{self._written(chosen, False)}]}}'.encode())

    def _written(self, ids: "list[int] | range", light: bool) -> str:
        if light:
            return ",".join(f'{{"id":"{each}","key":"FLAT-{each}"}}' for each in ids)
        return ",".join(map(self._issue, ids))

    def _issue(self, number: int) -> str:
        created = _FIRST_CREATED + (number - _FIRST_ID) * 1000
        fields = f'{{"created":{created},{self._body[1:]}'
        changelog = self._changelog(number)
        return f'{{"id":"{number}","key":"FLAT-{number}","fields":{fields},"changelog":{changelog}}}'

    def _changelog(self, issue_id: int) -> str:
        long = self._cloud and issue_id % _LONG_EVERY == 0
        return f'{{"total":{_LONG},"histories":[]}}' if long else self._short

    def _bulk(self, ids: list[str]) -> Response:
        histories = _histories(_LONG)
        return ok({"issueChangeLogs": [{"issueId": each, "changeHistories": histories} for each in ids]})


def _histories(n: int) -> list[dict[str, object]]:
    return [
        {
            "id": str(number),
            "created": f"2026-02-{number % 28 + 1:02}T09:00:00.000+0000",
            "author": {"accountId": "ann", "displayName": "Ann", "avatarUrls": {"48x48": "/a" * 50}},
            "items": [
                {"field": "status", "fieldId": "status", "from": str(number), "to": str(number + 1),
                 "fromString": "To Do", "toString": "Done"}
            ],
        }
        for number in range(n)
    ]  # fmt: skip


def serve(dialect: str, issues: int, latency_s: float) -> None:
    """Serve until a line arrives on standard input, then print what was seen."""
    jira = FlatJira(issues, dialect)
    last = 0.0

    def answer(request: Request) -> Response:
        nonlocal last
        began = time.monotonic()
        response = jira.answer(request)
        time.sleep(max(0.0, latency_s - (time.monotonic() - began)))
        last = time.monotonic()
        return response

    with FaultServer(answer) as server:
        print(server.url, flush=True)
        sys.stdin.readline()
        print(json.dumps([len(server.seen), server.fullest_window(), last]), flush=True)


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
