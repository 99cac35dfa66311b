"""The parts of the Jira client that need no socket: addresses, meanings of answers, pages, histories."""

import threading
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from requests.structures import CaseInsensitiveDict

from configuration.errors import (
    AnonymousError,
    AuthenticationError,
    CancelledError,
    CaptchaError,
    ConfigurationError,
    LoginPageError,
    MalformedAnswerError,
    NotFoundError,
    PermissionDeniedError,
    ProxyRefusedError,
    QueryError,
    QuotaExhaustedError,
    RateLimitedError,
    ResultWindowError,
    RetiredEndpointError,
    ServerFailedError,
    SourceError,
    TokenRefusedError,
    TransientError,
    WrongSchemeError,
)
from configuration.settings import Secret
from data.jira.answers import Answer, judge, retry_after_s, unauthorized
from data.jira.changelogs import Completer, is_complete, read_decoded
from data.jira.connection import Connection, is_loopback, refuse_metadata
from data.jira.dialects import (
    CLOUD,
    SERVER,
    decode_object,
    decode_search,
    narrowed,
    split_order,
)
from data.jira.histories import Changelog, History
from data.jira.transport import Call, RequestLog
from data.jira.walks import FanOut
from data.jira_query_manager import TokenBucket
from data.jira_simple import JiraClient
from data.simulator.server import JiraSimulator

# Built here, so that no file holds anything that looks like a secret.
TOKEN = Secret("-".join(["made", "up", "for", "tests"]))
CLOUD_URL = "https://example.atlassian.net"


def connection(url: str = CLOUD_URL, email: str = "ann@example.com", dialect: str = "auto") -> Connection:
    return Connection(url, email, TOKEN, dialect)


def answer(
    status: int = 200, body: bytes = b"{}", content_type: str = "application/json", **headers: str
) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, CaseInsensitiveDict({"Content-Type": content_type, **named}), body)


class TestConnection:
    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("https://example.atlassian.net/", "https://example.atlassian.net"),
            ("https://example.atlassian.net/jira/software/projects/A", "https://example.atlassian.net"),
            ("https://jira.example.com/jira/", "https://jira.example.com/jira"),
            ("https://jira.example.com/jira/rest/api/2/search", "https://jira.example.com/jira"),
            ("https://jira.example.com/browse/EX-1", "https://jira.example.com"),
            ("https://jira.example.com/jira/browse/EX-1?filter=-1", "https://jira.example.com/jira"),
            ("https://jira.example.com/secure/Dashboard.jspa", "https://jira.example.com"),
            (
                "https://jira.example.com/jira/secure/RapidBoard.jspa?rapidView=1",
                "https://jira.example.com/jira",
            ),
            ("https://jira.example.com/projects/EX/issues/EX-1", "https://jira.example.com"),
            ("https://jira.example.com/issues/?jql=x", "https://jira.example.com"),
            ("https://jira.example.com/login.jsp?os_destination=x", "https://jira.example.com"),
            ("https://jira.example.com/projects", "https://jira.example.com/projects"),
            ("https://jira.example.com/security", "https://jira.example.com/security"),
            ("https://jira.example.com:8443?x=1#y", "https://jira.example.com:8443"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://localhost:8080/jira", "http://localhost:8080/jira"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("https://api.atlassian.com/ex/jira/1234", "https://api.atlassian.com/ex/jira/1234"),
        ],
    )
    def test_keeps_the_site_and_its_context_path(self, given: str, kept: str) -> None:
        assert connection(given).url == kept

    @pytest.mark.parametrize(
        ("url", "says"),
        [
            ("http://jira.example.com", "not encrypted"),
            ("http://127.0.0.1.example.com", "not encrypted"),
            ("http://localhost.example.com", "not encrypted"),
            ("http://10.0.0.5", "not encrypted"),
            ("ftp://jira.example.com", "not a web address"),
            ("jira.example.com", "not a web address"),
            ("https://", "not a web address"),
            ("https://exa mple.com", "not a web address"),
            ("https://example.com:port", "not a web address"),
            ("https://example.com\\@other.example", "not a web address"),
            ("https://ann:word@jira.example.com", "user name or a password"),
            ("https://169.254.169.254", "metadata"),
            ("https://169.254.1.1", "metadata"),
            ("https://[fe80::1]", "metadata"),
            ("https://[::ffff:169.254.169.254]", "metadata"),
            ("https://[fd00:ec2::254]", "metadata"),
            ("https://100.100.100.200", "metadata"),
            ("https://METADATA.google.internal.", "metadata"),
        ],
    )
    def test_refuses_an_unsafe_address_before_any_request(self, url: str, says: str) -> None:
        with pytest.raises(ConfigurationError, match=says) as refused:
            connection(url)

        assert refused.value.exit_code == 2
        assert "word" not in refused.value.message.replace("password", "")

    @pytest.mark.parametrize("token", ["two\nlines", "t\u00f6ken", "nul\0"])
    def test_refuses_a_token_that_cannot_be_sent(self, token: str) -> None:
        with pytest.raises(ConfigurationError, match="JIRA_TOKEN") as refused:
            Connection(CLOUD_URL, "", Secret(token))

        assert token not in refused.value.message

    def test_refuses_an_unknown_dialect(self) -> None:
        with pytest.raises(ConfigurationError, match="JIRA_DIALECT"):
            connection(dialect="server")

    def test_an_email_makes_it_basic(self) -> None:
        assert connection().authorization().startswith("Basic ")
        assert connection(email="").authorization() == f"Bearer {TOKEN.reveal()}"
        assert Connection(CLOUD_URL, "", Secret("")).authorization() == ""

    def test_prints_no_secret(self) -> None:
        assert TOKEN.reveal() not in repr(connection())

    def test_the_origin_names_its_port(self) -> None:
        assert connection("https://Jira.example.com/jira").origin == "https://jira.example.com"

    @pytest.mark.parametrize(
        ("host", "expected"),
        [("localhost", True), ("127.9.9.9", True), ("::1", True), ("127.0.0.1.nip.io", False), ("", False)],
    )
    def test_loopback_by_name(self, host: str, expected: bool) -> None:
        assert is_loopback(host) is expected

    def test_a_peer_may_be_any_ordinary_address(self) -> None:
        refuse_metadata("10.1.2.3")
        refuse_metadata("2001:db8::1")


LOGIN = b"  <!DOCTYPE html><html><body>Log in</body></html>"
WORDS = b'{"errorMessages":["The value \'X\' does not exist."],"errors":{"jql":"is wrong"}}'
WINDOW = b'{"errorMessages":["Search limit exceeded: Result window is too large"]}'

# answer, class, exit code, a part of the sentence
MEANINGS: list[tuple[Answer, type[SourceError], int, str]] = [
    (answer(400, WORDS), QueryError, 4, "The value 'X' does not exist. jql: is wrong"),
    (answer(400, b"not json"), QueryError, 4, "no reason given"),
    (answer(414), QueryError, 4, "414"),
    (answer(401), TokenRefusedError, 3, "expired"),
    (
        answer(401, X_Authentication_Denied_Reason="CAPTCHA_CHALLENGE; login-url=x"),
        CaptchaError,
        3,
        "CAPTCHA",
    ),
    (answer(403, X_Seraph_LoginReason="AUTHENTICATION_DENIED"), CaptchaError, 3, "CAPTCHA"),
    (answer(403, b'{"message":"No licence"}'), PermissionDeniedError, 3, "No licence"),
    (answer(404), NotFoundError, 2, "404"),
    (answer(405), RetiredEndpointError, 2, "405"),
    (answer(407), ProxyRefusedError, 5, "407"),
    (answer(408), ServerFailedError, 5, "408"),
    (answer(410, WORDS), RetiredEndpointError, 2, "removed"),
    (answer(418), SourceError, 5, "unexpected"),
    (answer(425), ServerFailedError, 5, "425"),
    (answer(429), RateLimitedError, 5, "limits the rate"),
    (answer(429, RateLimit_Reason="jira-quota-global-based"), QuotaExhaustedError, 5, "quota"),
    (answer(429, RateLimit_Reason="jira-quota-tenant-based"), QuotaExhaustedError, 5, "quota"),
    (answer(500), ServerFailedError, 5, "500"),
    (answer(500, WINDOW), ResultWindowError, 5, "page any further"),
    (answer(502, b"<html>", "text/html"), ServerFailedError, 5, "502"),
    (answer(503), ServerFailedError, 5, "503"),
    (answer(504), ServerFailedError, 5, "504"),
    (answer(200, LOGIN, "text/html;charset=UTF-8"), LoginPageError, 3, "web page"),
    (answer(200, LOGIN), LoginPageError, 3, "web page"),
    (answer(200, b"{}", "text/plain"), MalformedAnswerError, 5, "text/plain"),
    (answer(200, b"{}", "application/octet-stream"), MalformedAnswerError, 5, "octet-stream"),
    (answer(200, X_AUSERNAME="anonymous"), WrongSchemeError, 3, "with an e-mail"),
]


class TestMeanings:
    @pytest.mark.parametrize(("given", "kind", "exit_code", "says"), MEANINGS)
    def test_every_answer_has_its_error(
        self, given: Answer, kind: type[SourceError], exit_code: int, says: str
    ) -> None:
        with pytest.raises(SourceError) as raised:
            judge(given, connection())

        assert type(raised.value) is kind
        assert raised.value.exit_code == exit_code
        assert says in raised.value.message
        assert raised.value.hint.endswith(".")

    @pytest.mark.parametrize(
        "given",
        [
            answer(200, b"[]"),
            answer(200, b"{}", "application/vnd.x+json; charset=utf-8"),
            answer(200, b"{}", ""),
            answer(200, X_AUSERNAME="ann"),
        ],
    )
    def test_json_is_fine(self, given: Answer) -> None:
        judge(given, connection())

    def test_a_token_that_was_dropped_on_the_way(self) -> None:
        with pytest.raises(AnonymousError, match="logged in"):
            judge(answer(X_AUSERNAME="anonymous"), connection("https://jira.example.com", email=""))

    def test_anonymous_is_what_an_anonymous_connection_expects(self) -> None:
        judge(answer(X_AUSERNAME="anonymous"), Connection(CLOUD_URL, "", Secret("")))

    def test_only_what_may_pass_is_transient(self) -> None:
        """P4: retried are 408, 425, 429, 500, 502, 503, 504 and what cannot be read."""
        transient = {
            given.status
            for given, *_ in MEANINGS
            if isinstance(_error_of(given), TransientError) and given.status >= 400
        }

        assert transient == {408, 425, 429, 500, 502, 503, 504}

    @pytest.mark.parametrize(
        ("site", "email", "dialect", "kind", "says"),
        [
            (CLOUD_URL, "a@b.c", "cloud", TokenRefusedError, "scoped token"),
            (CLOUD_URL, "", "", WrongSchemeError, "no e-mail"),
            ("https://jira.example.com", "a@b.c", "dc", WrongSchemeError, "Data Center"),
            ("https://jira.example.com", "", "dc", TokenRefusedError, "personal access token"),
            ("https://api.atlassian.com/ex/jira/1", "a@b.c", "cloud", TokenRefusedError, "scope"),
        ],
    )
    def test_a_401_names_its_cause(
        self, site: str, email: str, dialect: str, kind: type[AuthenticationError], says: str
    ) -> None:
        error = unauthorized(connection(site, email), dialect)

        assert type(error) is kind
        assert says in error.message

    @pytest.mark.parametrize(
        ("header", "seconds"),
        [
            ("", 0.0),
            ("0", 0.0),
            ("7", 7.0),
            ("1.5", 1.5),
            (" 3 ", 3.0),
            ("-4", 0.0),
            ("nan", 0.0),
            ("soon", 0.0),
            ("Mon, 23 Nov 2026 12:00:30 GMT", 30.0),
            ("Mon, 23 Nov 2026 11:59:00 GMT", 0.0),
        ],
    )
    def test_retry_after_in_all_its_forms(self, header: str, seconds: float) -> None:
        """A date is measured from the server's own clock."""
        given = answer(429, Retry_After=header, Date="Mon, 23 Nov 2026 12:00:00 GMT")

        assert retry_after_s(given) == seconds

    def test_a_rate_limit_names_its_reset(self) -> None:
        error = _error_of(answer(429, Retry_After="90", Date="Mon, 23 Nov 2026 12:00:00 GMT"))

        assert "until 2026-11-23T12:01:30Z" in str(error)

    def test_a_quota_without_retry_after_names_its_reset(self) -> None:
        given = answer(
            429,
            RateLimit_Reason="jira-quota-global-based",
            X_RateLimit_Reset="2026-11-23T13:00Z",
            Date="Mon, 23 Nov 2026 12:00:00 GMT",
        )

        assert "until 2026-11-23T13:00:00Z" in str(_error_of(given))


def _error_of(given: Answer) -> Exception:
    with pytest.raises(SourceError) as raised:
        judge(given, connection())
    return raised.value


class TestQueries:
    @pytest.mark.parametrize(
        ("jql", "expected"),
        [
            ("project = A", "project = A"),
            ("project = A ORDER BY rank", "project = A"),
            ("project = A order   by updated desc, key", "project = A"),
            ('summary ~ "order by me" order by key', 'summary ~ "order by me"'),
            (r'summary ~ "a \" order by b"', r'summary ~ "a \" order by b"'),
            ("summary ~ 'order by'", "summary ~ 'order by'"),
            ("border by = 1", "border by = 1"),
            ("ORDER BY key", ""),
        ],
    )
    def test_the_order_of_the_user_is_cut_off(self, jql: str, expected: str) -> None:
        assert split_order(jql) == expected

    def test_a_clause_binds_tighter_than_the_query(self) -> None:
        assert narrowed("a = 1 OR b = 2 ORDER BY c", "id in (3)") == "(a = 1 OR b = 2) AND id in (3)"

    def test_short_queries_travel_by_get_and_long_ones_by_post(self) -> None:
        short = CLOUD.search("project = A", size=100, histories=True, token="t")
        long = CLOUD.search(f"id in ({', '.join(map(str, range(10_000, 10_400)))})", size=100, histories=True)

        assert (short.method, long.method) == ("GET", "POST")
        assert short.params["expand"] == "changelog"
        assert long.body is not None
        assert long.body["expand"] == "changelog"
        assert "summary" in long.body["fields"]

    def test_data_center_numbers_its_pages(self) -> None:
        call = SERVER.search("project = A", size=50, start_at=100, histories=True)

        assert call.path == "/rest/api/2/search"
        assert call.params["startAt"] == "100"

    def test_parts_of_a_path_are_quoted(self) -> None:
        call = CLOUD.call("project/{projectIdOrKey}/versions", projectIdOrKey="a/../b?c")

        assert call.path == "/rest/api/3/project/a%2F..%2Fb%3Fc/versions"
        assert call.template == "/rest/api/3/project/{projectIdOrKey}/versions"


class TestDecoding:
    @pytest.mark.parametrize(
        "text",
        [
            rb"half \ud83d alone",
            rb"the other half \ude00",
            rb"\ud83d\ud83d\ude00",
            b"latin \xe4 letter",
            rb"\\ud800 is \ud800",
        ],
    )
    def test_broken_characters_cost_a_character(self, text: bytes) -> None:
        page = decode_search(b'{"issues":[{"id":"1","key":"A-1","fields":{"summary":"%s"}}]}' % text)

        decoded = read_decoded(page.issues[0], page.repaired)

        assert "\ufffd" in decoded.row.summary
        assert decoded.row.malformed

    def test_whole_characters_stay(self) -> None:
        page = decode_search(rb'{"issues":[{"id":"1","key":"A-1","fields":{"summary":"\ud83d\ude00"}}]}')

        assert not page.repaired
        assert read_decoded(page.issues[0], page.repaired).row.summary == "\U0001f600"

    def test_a_byte_order_mark_is_skipped(self) -> None:
        assert decode_object(b'\xef\xbb\xbf{"a":1}') == {"a": 1}

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"issues":null}', b'{"issues":{}}', b"{}"])
    def test_what_is_no_page_is_said_to_be_none(self, body: bytes) -> None:
        with pytest.raises(ValueError):
            decode_search(body)

    def test_a_10_mb_summary_is_read(self) -> None:
        text = b"x" * 10_000_000
        page = decode_search(b'{"issues":[{"id":"1","key":"A-1","fields":{"summary":"%s"}}]}' % text)

        assert len(read_decoded(page.issues[0], page.repaired).row.summary) == 10_000_000


def histories(*numbers: int) -> list[History]:
    raws = [
        {
            "id": str(number),
            "created": f"2026-01-{number % 28 + 1:02}T10:00:00.000+0000",
            "items": [{"field": "status", "fieldId": "status", "from": str(number), "to": str(number + 1)}],
        }
        for number in numbers
    ]
    return msgspec.convert(raws, list[History])


class TestCompleteness:
    @pytest.mark.parametrize(
        ("total", "n", "cap", "complete"),
        [
            (3, 3, 40, True),
            (39, 39, 40, True),
            (40, 40, 40, False),  # says so, and is the cap: not believed
            (41, 40, 40, False),
            (40, 40, 0, True),  # Data Center has no cap
            (5, 3, 0, False),
            (0, 0, 40, True),
            (None, 3, 0, False),
        ],
    )
    def test_the_list_must_say_that_it_is_all(
        self, total: int | None, n: int, cap: int, complete: bool
    ) -> None:
        assert is_complete(Changelog(total, histories(*range(n))), set(), cap) is complete

    def test_nothing_is_not_complete(self) -> None:
        assert not is_complete(None, set(), 40)
        assert not is_complete(Changelog(0, None), set(), 40)
        assert not is_complete(Changelog(0, []), {"changelog"}, 40)


class ScriptedJira:
    """Answers calls from functions of their path; an exception in place of a body is raised."""

    def __init__(self, script: Callable[[Call], Any]) -> None:
        self.script = script
        self.calls: list[Call] = []

    def ask(self, call: Call, decode: Callable[[bytes], Any], _stop: object = None) -> Any:
        self.calls.append(call)
        told = self.script(call)
        if isinstance(told, Exception):
            raise told
        return decode(msgspec.json.encode(told))

    def flag_fields(self) -> list[str]:
        return ["customfield_1"]

    def kept_fields(self) -> list[str]:
        return ["resolution", "customfield_2"]

    def verify_account(self) -> None:
        self.calls.append(Call("/verify"))


def cut_issue(issue_id: int, embedded: list[History]) -> Any:
    body = {
        "id": str(issue_id),
        "key": f"A-{issue_id}",
        "fields": {},
        "changelog": {"total": 60, "histories": embedded},
    }
    return read_decoded(msgspec.Raw(msgspec.json.encode(body)), repaired=False)


def missing() -> NotFoundError:
    return NotFoundError("gone (404)", hint="Look.")


class TestCompleter:
    def test_one_bulk_call_completes_many_issues(self) -> None:
        def script(call: Call) -> Any:
            assert call.body is not None
            if "nextPageToken" not in call.body:
                logs = [{"issueId": "1", "changeHistories": histories(1, 2)}]
                return {"issueChangeLogs": logs, "nextPageToken": "more"}
            logs = [
                {"issueId": 1, "changeHistories": histories(3)},
                {"issueId": "2", "changeHistories": histories(4)},
            ]
            return {"issueChangeLogs": logs}

        jira = ScriptedJira(script)
        completer = Completer(jira, CLOUD)
        for issue_id in (1, 2, 3):
            assert completer.takes(cut_issue(issue_id, []))

        rows = {row.id: row for row in completer.flush()}

        assert [len(rows[issue_id].transitions) for issue_id in "123"] == [3, 1, 0]
        assert all(row.has_changelog for row in rows.values())
        assert len(jira.calls) == 2
        first = jira.calls[0].body
        assert first is not None
        assert first["fieldIds"] == ["status", "customfield_1", "resolution", "customfield_2"]

    def test_what_the_page_showed_must_be_in_the_bulk_answer(self) -> None:
        """Otherwise the issue is asked for on its own."""

        def script(call: Call) -> Any:
            if call.method == "POST":
                return {"issueChangeLogs": []}
            return {"values": histories(7, 8), "total": 2, "startAt": 0}

        jira = ScriptedJira(script)
        completer = Completer(jira, CLOUD)
        completer.takes(cut_issue(1, histories(7)))

        (row,) = completer.flush()

        assert len(row.transitions) == 2

    def test_without_a_bulk_endpoint_each_issue_is_read_page_by_page(self) -> None:
        def script(call: Call) -> Any:
            if call.method == "POST":
                return missing()
            start = int(call.params["startAt"])
            return {"values": histories(start, start + 1), "total": 4, "startAt": start}

        jira = ScriptedJira(script)
        completer = Completer(jira, CLOUD)
        for issue_id in (1, 2):
            completer.takes(cut_issue(issue_id, []))

        rows = completer.flush()
        completer.takes(cut_issue(3, []))
        rows += completer.flush()

        assert [len(row.transitions) for row in rows] == [4, 4, 4]
        assert sum(call.method == "POST" for call in jira.calls) == 1

    def test_an_issue_that_is_gone_is_left_out_once_the_account_is_known(self) -> None:
        jira = ScriptedJira(lambda call: missing())
        completer = Completer(jira, CLOUD)
        completer.takes(cut_issue(1, []))

        assert completer.flush() == []
        assert jira.calls[-1].path == "/verify"

    def test_pages_that_repeat_themselves_end_and_are_not_believed(self) -> None:
        """A server that does not heed startAt."""

        def script(call: Call) -> Any:
            return (
                missing() if call.method == "POST" else {"values": histories(1, 2), "total": 5, "startAt": 0}
            )

        jira = ScriptedJira(script)
        completer = Completer(jira, CLOUD)
        completer.takes(cut_issue(1, []))

        (row,) = completer.flush()

        assert row.truncated
        assert len(jira.calls) < 8

    def test_a_page_that_is_empty_before_the_end_is_no_page(self) -> None:
        def script(call: Call) -> Any:
            return missing() if call.method == "POST" else {"values": [], "total": 4, "startAt": 0}

        completer = Completer(ScriptedJira(script), CLOUD)
        completer.takes(cut_issue(1, []))

        with pytest.raises(ValueError, match="empty before its end"):
            completer.flush()

    def test_a_repeated_token_ends_the_walk(self) -> None:
        jira = ScriptedJira(lambda call: {"issueChangeLogs": [], "nextPageToken": "same"})
        completer = Completer(jira, CLOUD)
        completer.takes(cut_issue(1, []))

        with pytest.raises(SourceError, match="same page token twice") as raised:
            completer.flush()

        assert raised.value.exit_code == 5

    def test_data_center_gives_the_whole_history_with_the_issue(self) -> None:
        def script(call: Call) -> Any:
            return {
                "id": "1",
                "key": "A-1",
                "fields": {},
                "changelog": {"total": 2, "histories": histories(1, 2)},
            }

        completer = Completer(ScriptedJira(script), SERVER)
        completer.takes(cut_issue(1, histories(2)))

        (row,) = completer.flush()

        assert len(row.transitions) == 2

    @pytest.mark.parametrize("named", [True, False])
    def test_a_field_that_jira_refuses_is_dropped_and_said(self, named: bool) -> None:
        """One that Jira names goes alone; where it names none, all but status and flags go."""
        words = "The field customfield_2 is unknown." if named else "Invalid request."

        def script(call: Call) -> Any:
            assert call.body is not None
            if {"resolution", "customfield_2"} & set(call.body["fieldIds"]) - (
                {"resolution"} if named else set()
            ):
                return QueryError(words, hint="")
            return {"issueChangeLogs": [{"issueId": "1", "changeHistories": histories(1)}]}

        jira, said = ScriptedJira(script), []
        completer = Completer(jira, CLOUD, said.append)
        for _ in range(2):
            completer.takes(cut_issue(1, []))
            (row,) = completer.flush()

            assert len(row.transitions) == 1
        asked = [call.body["fieldIds"][2:] for call in jira.calls if call.body]
        left = ["resolution"] if named else []
        assert asked == [["resolution", "customfield_2"], left, left]
        refused = "customfield_2" if named else "resolution, customfield_2"
        assert said == [f"Jira refuses the histories of the fields {refused}; they are left out."]

    def test_an_issue_that_jira_refuses_costs_no_field(self) -> None:
        """Where the list is refused without the fields too, they are not to blame."""

        def script(call: Call) -> Any:
            if call.body is None:
                return NotFoundError("gone", hint="")
            if "2" in call.body["issueIdsOrKeys"]:
                return QueryError("No issue.", hint="")
            return {"issueChangeLogs": [{"issueId": "1", "changeHistories": histories(1)}]}

        jira, said = ScriptedJira(script), []
        completer = Completer(jira, CLOUD, said.append)
        for issue_id in (1, 2):
            completer.takes(cut_issue(issue_id, []))

        assert [row.id for row in completer.flush()] == ["1"]
        assert said == []
        asked = {
            tuple(call.body["issueIdsOrKeys"]): call.body["fieldIds"] for call in jira.calls if call.body
        }
        assert asked[("1",)] == ["status", "customfield_1", "resolution", "customfield_2"]

    def test_a_history_that_stays_cut_is_never_passed_off_as_complete(self) -> None:
        def script(call: Call) -> Any:
            return {
                "id": "1",
                "key": "A-1",
                "fields": {},
                "changelog": {"total": 9, "histories": histories(1)},
            }

        completer = Completer(ScriptedJira(script), SERVER)
        completer.takes(cut_issue(1, histories(2)))

        (row,) = completer.flush()

        assert row.has_changelog
        assert len(row.transitions) == 2
        assert row.truncated

    def test_one_malformed_history_does_not_cost_the_others(self) -> None:
        logs = [{"issueId": "1", "changeHistories": [*msgspec.to_builtins(histories(1)), {"items": 3}]}]
        completer = Completer(ScriptedJira(lambda call: {"issueChangeLogs": logs}), CLOUD)
        completer.takes(cut_issue(1, []))

        (row,) = completer.flush()

        assert len(row.transitions) == 1
        assert row.malformed

    def test_epoch_milliseconds_and_text_mean_the_same(self) -> None:
        text = msgspec.to_builtins(histories(1))
        epoch = [{**text[0], "created": 1767348000000}]
        rows = []
        for raws in (text, epoch):
            logs = [{"issueId": "1", "changeHistories": raws}]
            completer = Completer(ScriptedJira(lambda call, logs=logs: {"issueChangeLogs": logs}), CLOUD)
            completer.takes(cut_issue(1, []))
            rows += completer.flush()

        assert rows[0] == rows[1]


class TestFanOut:
    def test_everything_arrives_once(self) -> None:
        walks = (iter(range(start, start + 10)) for start in range(0, 100, 10))

        found = list(FanOut(walks, 4, threading.Event()))

        assert sorted(found) == list(range(100))

    def test_one_walk_keeps_its_order(self) -> None:
        assert list(FanOut(iter([iter(range(50))]), 1, threading.Event())) == list(range(50))

    def test_an_error_reaches_the_reader_and_stops_the_others(self) -> None:
        stop = threading.Event()

        def walk() -> Any:
            yield 1
            raise missing()

        with pytest.raises(NotFoundError):
            list(FanOut(iter([walk(), iter(range(3))]), 2, stop))

        assert stop.is_set()

    def test_a_slow_reader_stops_the_workers(self) -> None:
        taken = []

        def walk() -> Any:
            for number in range(1000):
                taken.append(number)
                yield number

        pages = iter(FanOut(iter([walk()]), 1, threading.Event()))
        next(pages)

        assert len(taken) < 10

    def test_cancelling_ends_the_wait(self) -> None:
        cancelled = threading.Event()
        forever = threading.Event()

        def walk() -> Any:
            forever.wait(5)
            yield 1

        threading.Timer(0.1, cancelled.set).start()

        with pytest.raises(CancelledError):
            list(FanOut(iter([walk()]), 1, threading.Event(), cancelled))
        forever.set()


def test_the_request_log_adds_up() -> None:
    log = RequestLog()

    log.add("/a", 10, 0.5)
    log.add("/b", 5, 0.0)
    log.add("/a", 1, 0.0)
    log.add_wait(1.0)

    assert log.as_document() == {
        "total": 3,
        "retries": 1,
        "throttled_s": 1.5,
        "bytes": 16,
        "by_path": {"/a": 2, "/b": 1},
    }


def test_issues_asked_for_by_name_all_come_from_a_server_with_small_pages() -> None:
    """A list of 60 ids takes seven pages where the server gives ten at a time, and none is left out."""
    with JiraSimulator(120, 3, "dc", page_cap=10) as jira:
        client = JiraClient(Connection(jira.url, "", Secret(jira.token)), TokenBucket(1_000))
        ids = [str(issue.id) for issue in jira.site.issues()][::2]
        named = [row.id for page in client.named("created is not EMPTY", ids) for row in page]

    assert sorted(named) == sorted(ids)
