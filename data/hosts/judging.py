"""What an answer of a host means where it differs from one of Jira, in the words of that host."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from configuration.errors import (
    AuthenticationError,
    DashboardError,
    NotFoundError,
    PermissionDeniedError,
    QuotaExhaustedError,
    RateLimitedError,
    TokenRefusedError,
)
from data.hosts.access import Kind
from data.jira.answers import Answer, judge, retry_after_s, server_words
from data.jira.connection import Connection

NOT_MODIFIED = 304
_UNSAID_WAIT_S = 60.0  # as GitHub asks for where a limit names no time
_LIMITED = re.compile(rb"rate limit|abuse detection", re.IGNORECASE)


def judge_of(kind: Kind) -> Callable[[Answer, Connection], None]:
    """Return what raises the error that an answer of a host means, and passes what can be read."""

    def judge_answer(answer: Answer, connection: Connection) -> None:
        status = answer.status
        if status == NOT_MODIFIED:
            return
        if status == 429 or (status == 403 and _is_limit(answer)):
            raise _limited(kind, answer)
        if status == 401 and not _needed_scope(answer):
            raise TokenRefusedError(
                f"{kind.title} refused the token: it is wrong, expired or revoked (401).",
                hint=f"Create a new one with {kind.rights} and set {kind.token_variable}.",
            )
        if status in (401, 403):
            raise _not_allowed(kind, answer)
        if status in (404, 409, 410, 422, 451):
            raise NotFoundError(
                f"{kind.title} has nothing at {_path(answer)}, or nothing that this token may see ({status})"
                f"{_quoted(answer)}",
                hint=f"Check {kind.setting}; a token needs {kind.rights}.",
            )
        judge(answer, connection)

    return judge_answer


def left_until_reset(answer: Answer) -> float:
    """Return the seconds until a host gives requests again, 0 where it still gives some or does not say."""
    for prefix in ("X-RateLimit", "RateLimit"):
        if answer.header(f"{prefix}-Remaining").strip() == "0":
            return _seconds_until(answer, f"{prefix}-Reset")
    return 0.0


def _seconds_until(answer: Answer, name: str) -> float:
    text = answer.header(name).strip()
    if not text.isdecimal():
        return _UNSAID_WAIT_S
    told = answer.server_time
    return max(1.0, float(text) - (told.timestamp() if told else time.time()))


def _is_limit(answer: Answer) -> bool:
    return bool(
        answer.header("Retry-After") or left_until_reset(answer) or _LIMITED.search(answer.body[:2000])
    )


def _limited(kind: Kind, answer: Answer) -> RateLimitedError:
    wait_s = retry_after_s(answer)
    if not wait_s and (wait_s := left_until_reset(answer)):
        return QuotaExhaustedError(
            f"The requests that {kind.title} gives this token by the hour are used up; there are new ones in"
            f" {wait_s:.0f} s.",
            hint="What was read is kept, and the next sync goes on from there.",
            retry_after_s=wait_s,
        )
    wait_s = wait_s or _UNSAID_WAIT_S
    return RateLimitedError(
        f"{kind.title} limits the rate of requests ({answer.status}) and asks to wait {wait_s:.0f} s.",
        hint="What was read is kept, and the next sync goes on from there.",
        retry_after_s=wait_s,
    )


def _not_allowed(kind: Kind, answer: Answer) -> AuthenticationError:
    scope = _needed_scope(answer)
    lacking = f"it lacks {scope}" if scope else "it may not"
    return PermissionDeniedError(
        f"The token of {kind.title} cannot read {_path(answer)}: {lacking} ({answer.status})"
        f"{_quoted(answer)}",
        hint=f"Give the token {scope or kind.rights}, or create another one.",
    )


def _needed_scope(answer: Answer) -> str:
    """Return the right that an answer says the token lacks, "" where it names none."""
    if fine := answer.header("X-Accepted-GitHub-Permissions"):
        return fine.replace("=", ": ")
    has = {scope.strip() for scope in answer.header("X-OAuth-Scopes").split(",")}
    wanted = [scope.strip() for scope in answer.header("X-Accepted-OAuth-Scopes").split(",") if scope.strip()]
    if wanted and not has & set(wanted):
        return f"the scope {wanted[0]}"
    if found := re.search(rb'"scope"\s*:\s*"([\w :-]{1,200})"', answer.body[:2000]):
        return f"the scope {found[1].decode().split()[-1]}"
    return ""


def _path(answer: Answer) -> str:
    return urlsplit(answer.url).path


def _quoted(answer: Answer) -> str:
    words = server_words(answer.body)
    return f": {words}" if words else "."


@contextmanager
def words_of(kind: Kind) -> Iterator[None]:
    """Let errors from inside speak of a host: the way there is the same as that to a Jira."""
    try:
        yield
    except DashboardError as error:
        error.message, error.hint = (_in_words(kind, text) for text in (error.message, error.hint))
        error.args = (error.message,)
        raise


def _in_words(kind: Kind, text: str) -> str:
    text = text.replace("JIRA_URL", f"{kind.name}.url").replace("JIRA_TOKEN", kind.token_variable)
    return re.sub(r"\bJira(?! Data)", kind.title, text)
