"""What a provider says of somebody, read with care; the whole way is in the integration tests."""

import pytest

from callbacks.web.oidc import groups_of, name_of
from configuration.errors import NotAllowedError


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"sub": "17", "email": "ann@team.example", "email_verified": True}, "ann@team.example"),
        ({"sub": "17", "email": "ann@team.example", "email_verified": False}, "17"),
        ({"sub": "17", "email": "ann@team.example", "email_verified": "true"}, "17"),
        ({"sub": "17", "email": "ann@team.example"}, "17"),
        ({"sub": "17", "preferred_username": "admins"}, "17"),
        ({"sub": "17", "email": "", "email_verified": True}, "17"),
    ],
)
def test_who_somebody_is(claims: dict[str, object], name: str) -> None:
    """By what the provider vouches for; an address that it has not verified may be anybody's."""
    assert name_of(claims) == name


@pytest.mark.parametrize("claims", [{}, {"sub": ""}, {"sub": 17}])
def test_nobody_is_nobody(claims: dict[str, object]) -> None:
    """A provider that names nobody lets nobody in."""
    with pytest.raises(NotAllowedError, match="it names nobody"):
        name_of(claims)


@pytest.mark.parametrize(
    ("told", "groups"),
    [
        (["a", "b"], {"a", "b"}),
        ("a", {"a"}),
        ([], set()),
        (None, set()),
        ({"a": 1}, set()),
        (7, set()),
    ],
)
def test_groups(told: object, groups: set[str]) -> None:
    """A list, or one; anything else is none."""
    assert groups_of({"groups": told}) == groups


def test_no_groups() -> None:
    """A provider need not tell any."""
    assert groups_of({}) == frozenset()
