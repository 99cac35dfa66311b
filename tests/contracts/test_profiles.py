"""The life of a profile and its token, for each kind of home."""

import pytest

from configuration.errors import ConfigurationError, InputError
from configuration.profile import Profile
from configuration.settings import Home, Secret
from data.persistence import (
    CacheMetadata,
    load_cache_metadata,
    load_host_token,
    load_profile,
    load_token,
    profile_text,
    save_cache_metadata,
    save_host_token,
    save_profile,
    save_profile_text,
    save_token,
)
from data.profiles import shelf
from data.store.documents import documents_of

SITE = "https://team.example.net"
TOKEN = Secret("-".join(("made", "up")))


def test_a_profile_is_made_copied_renamed_deleted_and_taken_back(home: Home) -> None:
    shelf.create(home, "Team", Profile(timezone="Europe/Berlin"))
    save_token(home, "Team", SITE, TOKEN)
    shelf.copy(home, "Team", "copy")
    shelf.rename(home, "Team", "ours")

    assert shelf.list_profiles(home) == ("copy", "ours")
    assert load_token(home, "ours", SITE) == TOKEN
    assert load_token(home, "copy", SITE) is None
    with pytest.raises(InputError, match="There is a profile called ours already"):
        shelf.create(home, "OURS")

    deleted = shelf.delete(home, "ours")
    assert shelf.list_profiles(home) == ("copy",)
    assert load_token(home, "ours", SITE) is None
    assert shelf.deleted(home) == (deleted,)
    assert shelf.restore(home, deleted.id) == "ours"
    restored = load_profile(home, "ours")
    assert restored is not None
    assert restored.timezone == "Europe/Berlin"
    assert load_token(home, "ours", SITE) == TOKEN
    with pytest.raises(ConfigurationError, match="There is no profile called Team"):
        shelf.rename(home, "Team", "other")


def test_a_token_that_was_set_aside_goes_after_a_day(home: Home) -> None:
    shelf.create(home, "team")
    save_token(home, "team", SITE, TOKEN)
    deleted = shelf.delete(home, "team")
    shelf.forget_old_tokens(home, 4e9)
    shelf.restore(home, deleted.id)

    assert load_token(home, "team", SITE) is None


def test_what_people_wrote_stays(home: Home) -> None:
    """A byte order mark, ends of lines of another system, comments."""
    save_profile_text(home, "team", '\ufeff# ours\r\ntimezone = "Europe/Berlin"\r\n')
    save_profile(home, "team", Profile(timezone="Asia/Tokyo"))

    assert profile_text(home, "team") == '# ours\ntimezone = "Asia/Tokyo"\n'


def test_secrets_of_hosts_stay_beside_that_of_jira(home: Home) -> None:
    save_host_token(home, "team", "github", "https://api.github.com", TOKEN)
    save_token(home, "team", SITE, TOKEN)
    save_host_token(home, "team", "gitlab", "https://gitlab.com", TOKEN)
    save_host_token(home, "team", "gitlab", "https://gitlab.com", None)

    assert load_host_token(home, "team", "github") == ("https://api.github.com", TOKEN)
    assert load_host_token(home, "team", "gitlab") == ("", Secret(""))
    assert load_token(home, "team", SITE) == TOKEN


def test_a_broken_profile_is_set_aside(home: Home) -> None:
    save_profile_text(home, "team", "= nothing")
    aside = shelf.start_afresh(home, "team")

    assert "cannot be read" in aside.reason
    assert load_profile(home, "team") == Profile()
    assert aside.file.startswith("team~")


@pytest.mark.parametrize("content", [b"= no TOML", b"\xff\xfe = 1"])
def test_a_broken_profile_says_where_it_is_corrected(home: Home, content: bytes) -> None:
    documents_of(home, "profiles").write("team.toml", content)
    where = "the profiles folder" if home.database is None else "the table document of the database"
    with pytest.raises(ConfigurationError) as caught:
        load_profile(home, "team")
    assert f"Correct team.toml in {where}" in caught.value.hint


def test_the_metadata_of_a_cache(home: Home) -> None:
    assert load_cache_metadata(home, "team") is None
    kept = CacheMetadata("key", 1, "hash", "text")
    save_cache_metadata(home, "team", kept)

    assert load_cache_metadata(home, "team") == kept
