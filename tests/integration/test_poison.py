"""P21: one bad issue never costs another issue, and never costs requests at every sync.

A real client asks a simulator on loopback whose answers are spoilt for one
issue, in both dialects, on search pages and in histories.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from configuration.errors import PermissionDeniedError
from configuration.settings import Secret
from data.intake.bad_entries import BadEntry
from data.intake.import_files import read_issues
from data.intake.sync import sync_all
from data.jira.dialects import FIELDS
from data.jira.issue_rows import FIELD_BIT
from data.jira_query_manager import TokenBucket
from data.jira_simple import Connection, JiraClient
from data.model.tables import IssueRow
from data.simulator.messages import Request, Response
from data.simulator.server import JiraSimulator
from tests.servers.fault_server import Fault, FaultServer, always, bomb, hang, truth
from tests.support.rows import read_issue
from tests.support.stores import store_at
from tests.support.syncing import EVERYTHING, client_for

Spoil = Callable[[Request, Any], Any]
DIALECTS = ("cloud", "dc")


@pytest.fixture(scope="module", params=DIALECTS)
def jira(request: pytest.FixtureRequest) -> Iterator[JiraSimulator]:
    with JiraSimulator(99, 3, request.param) as simulator:
        yield simulator


def dialect_of(jira: JiraSimulator) -> str:
    return "cloud" if jira._cloud else "dc"


@contextmanager
def spoilt(jira: JiraSimulator, spoil: Spoil) -> Iterator[FaultServer]:
    """Serve what the simulator says, changed by ``spoil``, which sees each decoded answer."""

    def answer(request: Request) -> Response:
        genuine = jira.handle(request)
        if genuine.status == 200:
            genuine.body = json.dumps(spoil(request, json.loads(genuine.body))).encode()
        return genuine

    with FaultServer(answer) as server:
        yield server


def client_to(jira: JiraSimulator, server: FaultServer, page_size: int | None = None) -> JiraClient:
    return client_for(jira, dialect_of(jira), url=server.url, page_size=page_size)


def quick_client(jira: JiraSimulator, server: FaultServer, deadline_s: float = 60.0) -> JiraClient:
    """Return a client whose waits before another attempt pass at once."""
    email = jira.email if dialect_of(jira) == "cloud" else ""
    connection = Connection(server.url, email, Secret(jira.token), dialect_of(jira), deadline_s)
    return JiraClient(connection, TokenBucket(100_000), sleep=lambda _seconds: None)


def rows_of(client: JiraClient) -> dict[str, IssueRow]:
    return {row.id: row for page in client.pages(EVERYTHING) for row in page}


def healthy(jira: JiraSimulator) -> dict[str, IssueRow]:
    return rows_of(client_for(jira, dialect_of(jira)))


@pytest.fixture(scope="module")
def data_center() -> Iterator[JiraSimulator]:
    with JiraSimulator(99, 3, "dc") as simulator:
        yield simulator


def cut_to_one(answer: Any) -> Any:
    if isinstance(answer, dict) and answer.get("issues"):
        answer["issues"] = answer["issues"][:1]
    return answer


class TestShortPages:
    """Data Center may answer with fewer issues than asked for, down to a single one."""

    @pytest.mark.parametrize("lengths", [{0: 1}, {49: 1}, {49: 49, 97: 1}, {0: 98, 97: 1}])
    def test_a_page_of_one_issue_is_not_the_end(
        self, data_center: JiraSimulator, lengths: dict[int, int]
    ) -> None:
        """``{"startAt":97,"maxResults":2,"total":99,"issues":[one]}``: place 98 is still to come."""

        def spoil(_request: Request, answer: Any) -> Any:
            if isinstance(answer, dict) and answer.get("startAt") in lengths and "issues" in answer:
                answer["issues"] = answer["issues"][: lengths[answer["startAt"]]]
            return answer

        with spoilt(data_center, spoil) as server:
            client = client_to(data_center, server, 50)

            assert rows_of(client) == healthy(data_center)
            assert client.count(EVERYTHING) == 99

    def test_pages_of_one_issue_throughout(self, data_center: JiraSimulator) -> None:
        with spoilt(data_center, lambda _request, answer: cut_to_one(answer)) as server:
            assert rows_of(client_to(data_center, server, 50)) == healthy(data_center)

    def test_what_moves_up_between_pages_of_one_issue_is_fetched(self) -> None:
        """The oldest issue is deleted in mid-walk: each place then holds the next issue."""
        with JiraSimulator(60, 3, "dc") as jira:
            oldest = min(jira.site.issues(), key=lambda issue: (issue.created, issue.id))
            expected = healthy(jira).keys() - {str(oldest.id)}
            pages = 0

            def spoil(request: Request, answer: Any) -> Any:
                nonlocal pages
                if "expand" not in request.query:
                    return answer  # a sweep of ids
                pages += 1
                if pages == 30:
                    jira.site.delete(oldest)
                return cut_to_one(answer)

            with spoilt(jira, spoil) as server:
                found = rows_of(client_to(jira, server, 20))

        assert found.keys() - {str(oldest.id)} == expected


# Histories ---------------------------------------------------------------------------


def first_id(jira: JiraSimulator) -> str:
    return str(min(issue.id for issue in jira.site.issues()))


def cut_on_pages(answer: Any, wanted: Callable[[str], bool] = lambda _id: True) -> None:
    """Let search pages embed no history although there is one, so that it has to be fetched."""
    for issue in answer.get("issues", ()) if isinstance(answer, dict) else ():
        if "changelog" in issue and wanted(issue["id"]):
            issue["changelog"] = {"total": 60, "histories": []}


NOTHING = {"values": [], "total": 5, "changelog": {"histories": [], "total": 5}}
UNTOLD = {"values": [], "total": None, "changelog": {"histories": [], "total": None}}
NULLS = {"values": None, "total": 3, "changelog": {"histories": None, "total": 3}}
# What is said about one issue when it is asked for alone, and where its history can be read all the same.
HISTORY_ANSWERS: dict[str, tuple[Callable[[Any], Any], tuple[str, ...]]] = {
    "fields are null": (lambda answer: answer | {"fields": None}, ("cloud", "dc")),
    "the changelog is null": (lambda answer: answer | {"changelog": None}, ("cloud",)),
    "the history is a text": (lambda answer: answer | {"changelog": "none", "values": "none"}, ()),
    "the id is a list": (lambda answer: answer | {"id": [1]}, ("cloud",)),
    "values are null": (lambda answer: answer | NULLS, ()),
    "the total is null": (lambda answer: answer | UNTOLD, ()),
    "nothing before its end": (lambda answer: answer | NOTHING, ()),
    "a list": (lambda answer: [answer], ()),
}


class TestHistories:
    """One issue whose history cannot be had is stored without it; the others are unaffected."""

    @pytest.mark.parametrize("what", HISTORY_ANSWERS)
    def test_a_history_that_cannot_be_read_costs_no_other_issue(self, jira: JiraSimulator, what: str) -> None:
        poisoned = first_id(jira)
        changed, readable_on = HISTORY_ANSWERS[what]

        def spoil(request: Request, answer: Any) -> Any:
            if request.path.endswith("/bulkfetch"):
                logs = [log for log in answer["issueChangeLogs"] if log["issueId"] != poisoned]
                return answer | {"issueChangeLogs": [*logs, {"issueId": None}]}
            if f"/issue/{poisoned}" in request.path:
                return changed(answer)
            cut_on_pages(answer, lambda each: each == poisoned)
            return answer

        with spoilt(jira, spoil) as server:
            found = rows_of(quick_client(jira, server))

        expected = healthy(jira)
        bad, good = found.pop(poisoned), expected.pop(poisoned)
        assert found == expected
        if dialect_of(jira) in readable_on:
            assert bad.transitions == good.transitions
        else:
            assert not bad.has_changelog
            assert bad.malformed & FIELD_BIT["changelog"]

    @pytest.mark.parametrize("status", [400, 403, 500])
    def test_a_history_that_jira_refuses_costs_no_other_issue(self, jira: JiraSimulator, status: int) -> None:
        """Cloud refuses a whole list for one issue in it: the list is halved, then it is asked alone."""
        poisoned = first_id(jira)

        def answer(request: Request) -> Response:
            bulk = request.path.endswith("/bulkfetch")
            named = poisoned in json.loads(request.body)["issueIdsOrKeys"] if bulk else False
            if (named and status != 500) or f"/issue/{poisoned}" in request.path:
                return Response(status, b'{"errorMessages": ["Not this one."]}')
            genuine = jira.handle(request)
            body = json.loads(genuine.body)
            cut_on_pages(body, lambda each: each == poisoned or dialect_of(jira) == "cloud")
            if bulk:
                logs = [log for log in body["issueChangeLogs"] if log["issueId"] != poisoned]
                body["issueChangeLogs"] = logs + [{}] * (status == 500)
            genuine.body = json.dumps(body).encode()
            return genuine

        with FaultServer(answer) as server:
            found = rows_of(quick_client(jira, server))
            bulks = server.count("/bulkfetch")

        expected = healthy(jira)
        assert not found[poisoned].has_changelog
        assert found.keys() == expected.keys()
        others = found.keys() - {poisoned}
        assert {each: found[each].transitions for each in others} == {
            each: expected[each].transitions for each in others
        }
        assert bulks <= 2 * 7 + 1

    @pytest.mark.parametrize("fault", [bomb(66 << 20), hang(5)], ids=["too large", "too slow"])
    def test_a_history_that_does_not_come_costs_no_other_issue(
        self, jira: JiraSimulator, fault: Fault
    ) -> None:
        poisoned = first_id(jira)

        def answer(request: Request) -> Response:
            genuine = jira.handle(request)
            body = json.loads(genuine.body)
            cut_on_pages(body, lambda each: each == poisoned)
            if request.path.endswith("/bulkfetch"):
                body["issueChangeLogs"] = None
            genuine.body = json.dumps(body).encode()
            return genuine

        with FaultServer(answer, always(fault, f"/issue/{poisoned}")) as server:
            found = rows_of(quick_client(jira, server, deadline_s=3.0))  # a busy machine is slow as well

        expected = healthy(jira)
        assert not found.pop(poisoned).has_changelog
        assert found == {each: row for each, row in expected.items() if each != poisoned}

    def test_a_jira_that_refuses_every_history_is_not_one_bad_issue(self, jira: JiraSimulator) -> None:
        def answer(request: Request) -> Response:
            if request.path.endswith("/bulkfetch") or "/issue/" in request.path:
                return Response(403, b'{"errorMessages": ["Not yours."]}')
            genuine = jira.handle(request)
            body = json.loads(genuine.body)
            cut_on_pages(body)
            genuine.body = json.dumps(body).encode()
            return genuine

        with FaultServer(answer) as server:
            with pytest.raises(PermissionDeniedError, match="Not yours"):
                rows_of(quick_client(jira, server))

            assert len(server.seen) < 80

    def test_an_endpoint_that_answers_nothing_does_not_replace_what_the_page_showed(
        self, jira: JiraSimulator
    ) -> None:
        """Cloud doubts a list of 40 entries; Data Center one whose total does not fit."""
        cloud = dialect_of(jira) == "cloud"
        expected = healthy(jira)
        shown = max(expected.values(), key=lambda row: len(row.transitions))

        def spoil(request: Request, answer: Any) -> Any:
            if request.path.endswith("/bulkfetch"):
                return {"issueChangeLogs": []}
            if f"/issue/{shown.id}" in request.path:
                return {"id": shown.id, "values": [], "total": 0, "changelog": {"total": 0, "histories": []}}
            for issue in answer.get("issues", ()) if isinstance(answer, dict) else ():
                if issue["id"] == shown.id and "changelog" in issue:
                    grow(issue["changelog"], cloud)
            return answer

        with spoilt(jira, spoil) as server:
            found = rows_of(quick_client(jira, server))[shown.id]

        assert found.truncated
        assert (found.has_changelog, found.transitions) == (True, shown.transitions)


def grow(changelog: dict[str, Any], whole: bool) -> None:
    """Make a history long enough to be doubted, or one that says that it is not whole."""
    if whole:
        filler = {
            "created": "2026-01-05T09:00:00.000+0000",
            "items": [{"field": "labels", "fieldId": "labels"}],
        }
        changelog["histories"] += [{"id": str(9_000_000 + n), **filler} for n in range(40)]
    changelog["total"] = len(changelog["histories"]) + (not whole)


# Search pages ------------------------------------------------------------------------


def with_fields(value: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda issue: issue | {"fields": value} if "summary" in issue["fields"] else issue


# What one issue looks like on every page, and whether it can still be stored by its key.
ISSUES: dict[str, tuple[Callable[[dict[str, Any]], Any], bool]] = {
    "fields are null": (with_fields(None), True),
    "fields are a list": (with_fields([]), True),
    "every field has a wrong type": (
        lambda issue: issue | {"fields": {name: [{"a": 1}] for name in issue.get("fields", ())}},
        True,
    ),
    "no fields": (lambda issue: {name: issue[name] for name in ("id", "key")}, False),
    "the key is null": (lambda issue: issue | {"key": None}, False),
    "the key is not one": (lambda issue: issue | {"key": "?"}, False),
    "the id is null": (lambda issue: issue | {"id": None}, False),
    "a text": (lambda issue: "issue", False),
    "null": (lambda issue: None, False),
}


class TestSearchPages:
    """One issue that cannot be read leaves the others alone, and later syncs as cheap as they were."""

    @pytest.mark.parametrize("only_full", [True, False], ids=["on full pages", "everywhere"])
    @pytest.mark.parametrize("what", ISSUES)
    def test_later_syncs_cost_what_they_cost_without_it(
        self,
        jira: JiraSimulator,
        tmp_path: Path,
        what: str,
        only_full: bool,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        poisoned = first_id(jira)
        change, is_stored = ISSUES[what]

        def spoil(_request: Request, answer: Any) -> Any:
            if isinstance(answer, dict) and "issues" in answer:
                answer["issues"] = [
                    change(issue)
                    if issue["id"] == poisoned
                    and ("changelog" in issue or (not only_full and "fields" in issue))
                    else issue
                    for issue in answer["issues"]
                ]
            return answer

        store = store_at(tmp_path / "poison.sqlite")
        with spoilt(jira, spoil) as server:
            costs = []
            for _ in range(4):
                outcome = sync_all(client_to(jira, server), store, EVERYTHING)
                costs.append(outcome.requests["total"])
        plain = store_at(tmp_path / "plain.sqlite")
        usual = [sync_all(client_for(jira, dialect_of(jira)), plain, EVERYTHING) for _ in range(2)]

        stored = {row.id: row for row in store.load_with_rows()[1]}
        expected = {row.id: row for row in plain.load_with_rows()[1]}
        good = expected.pop(poisoned)
        bad = stored.pop(poisoned, None)
        assert stored == expected
        assert (bad is not None) is is_stored
        assert bad is None or (bad.key == good.key and bad.malformed)
        assert costs[2:] == [usual[1].requests["total"]] * 2
        named = [vars(record).get("issue_id") for record in caplog.records if record.msg == "jira.bad_issue"]
        assert is_stored or set(named) <= {poisoned, ""}


# Files -------------------------------------------------------------------------------


class TestImport:
    @pytest.mark.parametrize("what", ISSUES)
    def test_one_bad_line_costs_no_other_issue(self, jira: JiraSimulator, tmp_path: Path, what: str) -> None:
        """It is stored by its key as a sync would store it, or named by its place."""
        change, is_stored = ISSUES[what]
        issues = [json.loads(line) for line in truth(jira, FIELDS)]
        path = tmp_path / "issues.jsonl"
        lines = [json.dumps(change(issue) if place == 2 else issue) for place, issue in enumerate(issues)]
        path.write_text("\n".join(lines), encoding="utf-8")
        bad: list[BadEntry] = []

        rows = {row.id: row for row in read_issues(path, bad.append)}

        spoilt_id = str(issues[2]["id"])
        found = rows.pop(spoilt_id, None)
        expected = {row.id: row for row in map(read_issue, truth(jira, FIELDS)) if row.id != spoilt_id}
        assert rows == expected
        assert (found is not None) is is_stored
        assert [entry.place for entry in bad] == ([] if is_stored else ["line 3"])
        assert found is None or (found.key == issues[2]["key"] and found.malformed)


# Flags -------------------------------------------------------------------------------


class TestFlags:
    """Blocked work is marked by a field that Jira translates: it is found and counted all the same."""

    @pytest.mark.parametrize("known_by", ["untranslatedName", "clauseNames"])
    def test_a_translated_flag_counts_as_one(self, flagged_jira: JiraSimulator, known_by: str) -> None:
        cloud = dialect_of(flagged_jira) == "cloud"
        told = {"untranslatedName": "Flagged", "clauseNames": ["cf[10021]", "Flagged", "Flagged[Checkboxes]"]}

        def spoil(request: Request, answer: Any) -> Any:
            if request.path.endswith("/field"):
                for field in answer:
                    if field["name"] == "Flagged":
                        field.update(name="Markiert", untranslatedName=None, clauseNames=[])
                        field[known_by] = told[known_by]
            for history in histories_in(answer):
                for item in history["items"]:
                    if item["field"] == "Flagged":
                        item["field"] = "Markiert"
                        item.pop("fieldId", None) if not cloud else None
            return answer

        with spoilt(flagged_jira, spoil) as server:
            found = rows_of(quick_client(flagged_jira, server))
            asked = server.count("/field")

        expected = healthy(flagged_jira)
        assert {each: row.flagged for each, row in found.items()} == {
            each: row.flagged for each, row in expected.items()
        }
        assert sum(bool(row.flagged) for row in expected.values()) >= 3
        assert asked == 1

    def test_another_box_is_not_a_flag(self, flagged_jira: JiraSimulator) -> None:
        def spoil(request: Request, answer: Any) -> Any:
            if request.path.endswith("/field"):
                renamed = {"name": "Teams", "untranslatedName": "Teams", "clauseNames": ["Teams"]}
                return [field | renamed if field["name"] == "Flagged" else field for field in answer]
            for history in histories_in(answer):
                for item in history["items"]:
                    item["field"] = item["field"].replace("Flagged", "Teams")
            return answer

        with spoilt(flagged_jira, spoil) as server:
            assert not any(row.flagged for row in rows_of(quick_client(flagged_jira, server)).values())


@pytest.fixture(scope="module", params=DIALECTS)
def flagged_jira(request: pytest.FixtureRequest) -> Iterator[JiraSimulator]:
    with JiraSimulator(400, 3, request.param) as simulator:
        yield simulator


def histories_in(answer: Any) -> Iterator[dict[str, Any]]:
    """Yield the histories of a search page, a bulk answer, a page of histories, or one issue."""
    if isinstance(answer, dict):
        for issue in (answer, *answer.get("issues", ())):
            yield from issue.get("changelog", {}).get("histories", ())
        for log in answer.get("issueChangeLogs", ()):
            yield from log["changeHistories"]
        yield from answer.get("values", ())
