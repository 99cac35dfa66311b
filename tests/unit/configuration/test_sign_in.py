"""Who lets people in, as the environment says, and what is wrong with it in one sentence."""

import pytest

from configuration.errors import ConfigurationError
from configuration.sign_in import (
    OidcSignIn,
    ProxySignIn,
    Roles,
    heeded,
    ignored_variables,
    public_host,
    require_sign_in,
    sign_in_from,
)

SHARED = {"DATABASE_URL": "postgresql://127.0.0.1/t"}
PROXY = {
    **SHARED,
    "TRUSTED_PROXY": "10.0.0.0/24, ::1",
    "TRUSTED_HEADER": "X-User",
    "TRUSTED_GROUPS": "*=reader",
}
PROVIDER = {
    **SHARED,
    "OIDC_ISSUER": "https://id.example/",
    "OIDC_CLIENT_ID": "throughline",
    "OIDC_CLIENT_SECRET": "-".join(["not", "one"]),
    "OIDC_GROUPS": "all=reader, admins=administrator",
    "PUBLIC_URL": "https://flow.example/",
    "THROUGHLINE_KEYS": "first, second",
}


def test_both_ways_are_read() -> None:
    """Networks and pairs with commas between; addresses without a slash at their end; keys in order."""
    proxy, provider = sign_in_from(PROXY), sign_in_from(PROVIDER)

    assert isinstance(proxy, ProxySignIn)
    assert [str(network) for network in proxy.networks] == ["10.0.0.0/24", "::1/128"]
    assert isinstance(provider, OidcSignIn)
    assert (provider.issuer, provider.public_url) == ("https://id.example", "https://flow.example")
    assert provider.keys == ("first", "second")
    assert "not-one" not in repr(provider)


def test_on_a_laptop_nothing_of_it_counts() -> None:
    """Without a database nobody signs in, whatever else is set, and every variable is heeded."""
    laptop = {**PROVIDER, "DATABASE_URL": "", "JIRA_TOKEN": "x"}

    assert sign_in_from(laptop) is None
    assert heeded(laptop) is laptop
    require_sign_in(laptop, "0.0.0.0")


def test_what_all_teams_would_share_is_not_heeded() -> None:
    """Whose Jira and which token the profile says; limits and proxies are of the machine and stay."""
    given = {**SHARED, "JIRA_URL": "https://a", "JIRA_TOKEN": "x", "GITLAB_TOKEN": "y", "JIRA_DEADLINE": "9"}

    assert ignored_variables(given) == ("JIRA_URL", "JIRA_TOKEN", "GITLAB_TOKEN")
    assert set(heeded(given)) == {"DATABASE_URL", "JIRA_DEADLINE"}


@pytest.mark.parametrize(
    ("name", "groups", "role"),
    [
        ("ann", (), None),
        ("ann", ("x",), None),
        ("ann", ("all",), "reader"),
        ("ann", ("all", "admins", "blue"), "administrator"),
        ("eve", (), "editor"),
        ("ann", ("user:eve",), None),
        ("admins", (), None),
    ],
)
def test_the_highest_role_of_groups_and_name(name: str, groups: tuple[str, ...], role: str | None) -> None:
    """A group cannot pass for a person, nor a person for a group."""
    roles = Roles(
        (("all", "reader"), ("blue", "editor"), ("admins", "administrator"), ("user:eve", "editor"))
    )

    assert roles.of(name, groups) == role


@pytest.mark.parametrize(
    ("given", "cause"),
    [
        ({**PROXY, "OIDC_ISSUER": "https://id.example"}, "OIDC_ISSUER and TRUSTED_PROXY are both set"),
        ({**PROXY, "TRUSTED_PROXY": "proxy.example"}, "TRUSTED_PROXY 'proxy.example' is no address"),
        ({**PROXY, "TRUSTED_HEADER": ""}, "TRUSTED_PROXY is set, and TRUSTED_HEADER is not."),
        ({**PROXY, "TRUSTED_GROUPS": ""}, "TRUSTED_PROXY is set, and TRUSTED_GROUPS is not."),
        ({**PROXY, "TRUSTED_GROUPS": "all=king"}, "'all=king' in TRUSTED_GROUPS gives no group a role."),
        ({**PROXY, "TRUSTED_GROUPS": "all"}, "'all' in TRUSTED_GROUPS gives no group a role."),
        ({**PROVIDER, "OIDC_CLIENT_SECRET": ""}, "OIDC_ISSUER is set, and OIDC_CLIENT_SECRET is not."),
        ({**PROVIDER, "THROUGHLINE_KEYS": " "}, "OIDC_ISSUER is set, and THROUGHLINE_KEYS is not."),
        ({**PROVIDER, "PUBLIC_URL": "http://flow.example"}, "PUBLIC_URL is not an address"),
        ({**PROVIDER, "PUBLIC_URL": "https://flow.example/x"}, "PUBLIC_URL is not an address"),
        ({**PROVIDER, "PUBLIC_URL": "flow.example"}, "PUBLIC_URL is not an address"),
    ],
)
def test_what_is_wrong_is_one_sentence(given: dict[str, str], cause: str) -> None:
    """It names the variable."""
    with pytest.raises(ConfigurationError, match=cause.replace("(", r"\(")):
        sign_in_from(given)


def test_a_shared_database_is_not_open_to_everybody() -> None:
    """The sentence names the variables of both ways."""
    with pytest.raises(ConfigurationError, match=r"not served on 0\.0\.0\.0") as refused:
        require_sign_in(SHARED, "0.0.0.0")

    assert all(name in refused.value.hint for name in ("OIDC_ISSUER", "PUBLIC_URL", "TRUSTED_PROXY"))
    require_sign_in(PROXY, "0.0.0.0")
    require_sign_in(SHARED)


def test_the_public_address_is_a_name_to_answer_to() -> None:
    """Host and port of it; none where it is not set."""
    assert public_host({"PUBLIC_URL": "https://flow.example:8443"}) == "flow.example:8443"
    assert public_host({}) == ""
