"""Every kind of error has a cause, a remedy and the exit code that is published for it."""

import pytest

from configuration import errors
from configuration.errors import DashboardError

PUBLISHED = {
    "DashboardError": 1,
    "InputError": 2,
    "ConfigurationError": 2,
    "MappingError": 4,
    "StoreError": 6,
    "SourceError": 5,
    "AuthenticationError": 3,
    "QueryError": 4,
    "RetiredEndpointError": 2,
    "TransientError": 5,
    "RateLimitedError": 5,
    "UnavailableError": 5,
    "TlsError": 5,
    "GateNotMetError": 7,
    "CancelledError": 130,
}


def kinds() -> list[type[DashboardError]]:
    return [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, DashboardError)
    ]


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_exit_codes(name: str) -> None:
    assert getattr(errors, name).exit_code == PUBLISHED[name]


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_every_error_says_cause_and_remedy(kind: type[DashboardError]) -> None:
    """And has one of the published codes; its text is the cause."""
    error = kind("Cause.", "Remedy.")

    assert (error.message, error.hint, str(error)) == ("Cause.", "Remedy.", "Cause.")
    assert error.exit_code in set(PUBLISHED.values())
    assert kind.__doc__


def test_every_kind_of_credentials_trouble_is_3() -> None:
    credentials = [kind for kind in kinds() if issubclass(kind, errors.AuthenticationError)]

    assert {kind.exit_code for kind in credentials} == {3}


def test_what_may_pass_says_how_long_to_wait() -> None:
    assert errors.RateLimitedError("Cause.", "Remedy.").retry_after_s == 0.0
    assert errors.RateLimitedError("Cause.", "Remedy.", 7.5).retry_after_s == 7.5
