"""Every error a user can meet: one sentence of cause, one of remedy, an exit code.

A foreign exception is translated where it enters and then passes untouched to
the border: the command line prints it, the page shows it, the log keeps the
traceback under a short reference.
"""


class DashboardError(Exception):
    """Something the user can be told about.

    Args:
        message: one sentence that names the cause.
        hint: one sentence that names the remedy.
    """

    exit_code = 1
    # False where the sentences say all that there is: no traceback would tell more about a mistyped date.
    needs_traceback = True

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InputError(DashboardError):
    """An option or a file that cannot be used as it is."""

    exit_code = 2
    needs_traceback = False


class ConfigurationError(DashboardError):
    """A setting, profile or environment variable that cannot work."""

    exit_code = 2
    needs_traceback = False


class NotAllowedError(ConfigurationError):
    """The role of whoever asks does not allow it."""


class LaterProfileError(ConfigurationError):
    """A later version of the program wrote the profile: it is good, and not for this one."""


class MappingError(DashboardError):
    """A field or status mapping that does not fit the Jira at hand."""

    exit_code = 4


class StoreError(DashboardError):
    """The store is damaged, locked, full or read-only."""

    exit_code = 6


class InUseError(StoreError):
    """Somebody else holds what one at a time may hold."""


class DamagedStoreError(StoreError):
    """What the store holds is not what was written."""


class GateNotMetError(DashboardError):
    """A number is not what a pipeline asks for."""

    exit_code = 7
    needs_traceback = False


class SourceError(DashboardError):
    """Jira could not give what was asked."""

    exit_code = 5


class AuthenticationError(SourceError):
    """Jira refused the credentials, or answered as if there were none."""

    exit_code = 3
    needs_traceback = False


class TokenRefusedError(AuthenticationError):
    """401: the token is wrong, expired, revoked, or of a kind this address does not take."""


class WrongSchemeError(AuthenticationError):
    """401: Basic was sent where Bearer is asked, or the other way round."""


class CaptchaError(AuthenticationError):
    """Jira wants a person to solve a CAPTCHA before it takes this account's requests again."""


class PermissionDeniedError(AuthenticationError):
    """403: the account is known and may not do this."""


class AnonymousError(AuthenticationError):
    """Jira answered as if nobody were logged in."""


class LoginPageError(AuthenticationError):
    """A web page, usually a login form, came where JSON was asked for."""


class ForeignRedirectError(AuthenticationError):
    """Jira's address points to another host; credentials do not follow."""


class QueryError(SourceError):
    """Jira understood the request and says that it is wrong."""

    exit_code = 4
    needs_traceback = False


class RetiredEndpointError(SourceError):
    """This Jira no longer has, or never had, the endpoint that was asked."""

    exit_code = 2


class NotFoundError(RetiredEndpointError):
    """404: there is nothing at this address, or nothing that this account may see."""


class TlsError(SourceError):
    """The certificate of the server cannot be trusted; another attempt would not change that."""


class ClientCertificateError(TlsError):
    """The server wants a client certificate, or another one than it was shown."""


class RedirectLoopError(SourceError):
    """The server sends every request somewhere else."""


class ProxyRefusedError(SourceError):
    """The proxy between here and Jira wants to know who asks (407), or lets nobody through."""


class ProxyAddressError(SourceError):
    """What should name the proxy between here and Jira does not."""


class AnswerTooLargeError(SourceError):
    """An answer is larger than what any honest page holds."""


class RepeatedTokenError(SourceError):
    """Jira gave a page token a second time: following it would never end."""


class ResultWindowError(SourceError):
    """Jira pages only so far into a result; the query must be split."""


class TransientError(SourceError):
    """A failure that may be over at the next attempt.

    Args:
        message: one sentence that names the cause.
        hint: one sentence that names the remedy.
        retry_after_s: seconds that Jira asks to wait; 0 where it names none.
    """

    def __init__(self, message: str, hint: str, retry_after_s: float = 0.0) -> None:
        super().__init__(message, hint)
        self.retry_after_s = retry_after_s


class RateLimitedError(TransientError):
    """Jira asked to wait (429)."""


class QuotaExhaustedError(RateLimitedError):
    """The hour's quota is used up: an early attempt cannot succeed, so none is made."""


class UnavailableError(TransientError):
    """Jira is unreachable, failing, or its answers arrive cut or malformed."""


class ServerFailedError(UnavailableError):
    """Jira, or something before it, answered with a failure of its own (408, 425, 5xx)."""


class UnreachableError(UnavailableError):
    """No connection to the server, or one that broke."""


class NameResolutionError(UnreachableError):
    """The host name of Jira is not known to the name service."""


class ProxyFailedError(UnreachableError):
    """The proxy between here and Jira is missing or refuses."""


class TimedOutError(UnreachableError):
    """No complete answer within the time a request may take."""


class MalformedAnswerError(UnavailableError):
    """An answer that is cut, is not JSON, or has not the shape it should."""


class EmptyPageError(MalformedAnswerError):
    """A page without issues where the result goes on; a logged-out view may look like that."""


class CancelledError(DashboardError):
    """The user stopped the work."""

    exit_code = 130
