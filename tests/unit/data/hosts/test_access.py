"""Where a host is asked, and which token may go there."""

import json
from pathlib import Path

import pytest

from configuration.errors import AuthenticationError, ConfigurationError
from configuration.profile import GithubSettings, Profile
from configuration.settings import Home
from data.hosts.access import GITHUB, GITLAB, Access, accesses_of, api_of, services_of

GIVEN, SAVED = "given" + "-token", "saved" + "-token"


@pytest.mark.parametrize(
    ("written", "api"),
    [
        ("", "https://api.github.com"),
        ("https://github.com/", "https://api.github.com"),
        ("https://api.github.com", "https://api.github.com"),
        ("https://git.example.com", "https://git.example.com/api/v3"),
        ("https://git.example.com/api/v3/", "https://git.example.com/api/v3"),
        ("https://api.acme.ghe.example", "https://api.acme.ghe.example"),
    ],
)
def test_the_address_of_pages_leads_to_the_api(written: str, api: str) -> None:
    assert api_of(GITHUB, written) == api


@pytest.mark.parametrize(
    "written", ["", "https://gitlab.com/", "https://gitlab.com/api/v4"], ids=["none", "pages", "api"]
)
def test_gitlab_is_asked_at_its_api(written: str) -> None:
    assert api_of(GITLAB, written) == "https://gitlab.com/api/v4"


def access(home: Home, environment: dict[str, str], url: str = "", *names: str) -> Access:
    profile = Profile(github=GithubSettings(url=url, repositories=names or ("acme/shop",)))
    (only,) = accesses_of(profile, "team", home, environment)
    return only


def save(home: Home, origin: str) -> None:
    home.secrets.mkdir(parents=True)
    document = {"github": {"origin": origin, "token": SAVED}}
    (home.secrets / "team.json").write_text(json.dumps(document))


@pytest.mark.parametrize(
    ("environment", "url", "token"),
    [
        ({"GITHUB_TOKEN": GIVEN}, "", GIVEN),
        ({"GITHUB_TOKEN": GIVEN}, "https://git.example.com", None),
        ({"GITHUB_TOKEN": GIVEN, "GITHUB_API_URL": "https://git.example.com"}, "", GIVEN),
        ({}, "", None),
    ],
)
def test_the_token_of_the_environment_goes_where_the_environment_says(
    tmp_path: Path, environment: dict[str, str], url: str, token: str | None
) -> None:
    found = access(Home(tmp_path), environment, url)

    assert (found.token.reveal() if found.token else None) == token
    assert found.withheld == (token is None and "GITHUB_TOKEN" in environment)


def test_a_saved_token_goes_to_its_origin_alone(tmp_path: Path) -> None:
    home = Home(tmp_path)
    save(home, "https://git.example.com")
    there, elsewhere = access(home, {}, "https://git.example.com"), access(home, {})

    assert there.token is not None
    assert there.token.reveal() == SAVED
    assert elsewhere.token is None
    assert access(home, {"GITHUB_TOKEN": GIVEN}, "https://git.example.com").token is not None


def test_what_cannot_be_asked_is_refused(tmp_path: Path) -> None:
    home, token = Home(tmp_path), {"GITHUB_TOKEN": GIVEN}
    with pytest.raises(AuthenticationError, match="not sent to https://git"):
        access(home, token, "https://git.example.com").check()
    with pytest.raises(ConfigurationError, match="GITHUB_TOKEN is not set"):
        access(home, {}).check()
    with pytest.raises(ConfigurationError, match="is not a web address"):
        access(home, {}, "git.example.com").check()


@pytest.mark.parametrize(
    "name", ["shop", "acme/../user", "acme/shop?x=1", "/acme/shop", "acme/shop/", ".acme/x"]
)
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be the name of a repository"):
        access(Home(tmp_path), {"GITHUB_TOKEN": GIVEN}, "", name).check()


def test_a_repository_is_called_by_the_last_part_of_its_name_unless_two_end_alike(tmp_path: Path) -> None:
    found = access(Home(tmp_path), {}, "", "acme/shop", "acme/pay", "other/pay")

    assert services_of([found]) == {
        ("github", "acme/shop"): "shop",
        ("github", "acme/pay"): "acme/pay",
        ("github", "other/pay"): "other/pay",
    }
