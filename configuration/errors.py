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

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InputError(DashboardError):
    """An option or a file that cannot be used as it is."""

    exit_code = 2


class ConfigurationError(DashboardError):
    """A setting, profile or environment variable that cannot work."""

    exit_code = 2


class MappingError(DashboardError):
    """A field or status mapping that does not fit the Jira at hand."""

    exit_code = 4


class StoreError(DashboardError):
    """The store is damaged, locked, full or read-only."""

    exit_code = 6


class SourceError(DashboardError):
    """Jira could not give what was asked."""

    exit_code = 5


class AuthenticationError(SourceError):
    """Jira refused the credentials, or answered as if there were none."""

    exit_code = 3


class QueryError(SourceError):
    """Jira understood the request and says that it is wrong."""

    exit_code = 4


class RetiredEndpointError(SourceError):
    """This Jira no longer has, or never had, the endpoint that was asked."""

    exit_code = 2


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


class UnavailableError(TransientError):
    """Jira is unreachable, failing, or its answers arrive cut or malformed."""


class CancelledError(DashboardError):
    """The user stopped the work."""

    exit_code = 130
