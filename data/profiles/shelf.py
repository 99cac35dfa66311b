"""The profiles of a home: create, copy, list, rename, delete and take back, export, import.

A token belongs to one profile. It moves with a rename, is set aside and comes
back with a deletion that is undone, and is never copied. So do imported
issues, which have no other home; what was read from a Jira can be read again.
"""

import contextlib
import datetime as dt
import re
import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass

from configuration.errors import ConfigurationError, DashboardError, InputError, LaterProfileError
from configuration.profile import Profile, profile_from
from configuration.profile_text import exported, merged, secret_keys
from configuration.profile_versions import migrate
from configuration.settings import Home
from data.model.instants import DAY_S
from data.model.periods import zone_named
from data.persistence import (
    DEMO_PROFILE,
    checked_name,
    delete_token,
    has_profile,
    load_profile,
    profile_file,
    profile_names,
    profile_text,
    save_profile_text,
    secret_file,
    write_document,
)
from data.profiles.rules import require_consistent
from data.profiles.sources import files_store
from data.store.documents import Folder, documents_of, place_of
from data.store.stores import stores_of

MOST_CHARACTERS = 256 * 1024
# Undo is for slips; a token must not lie about for ever.
TOKENS_KEPT_S = float(DAY_S)
_ASIDE = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9_.-]*)~(?P<stamp>\d{8}T\d{6}\.\d{6})\Z")


@dataclass(frozen=True, slots=True)
class Deleted:
    """A deleted profile that can be taken back: ``id`` names what was set aside, at ``stamp`` (UTC)."""

    id: str
    name: str
    stamp: str


@dataclass(frozen=True, slots=True)
class SetAside:
    """A broken file that was moved out of the way: the new name, and what is wrong with it."""

    file: str
    reason: str


def list_profiles(home: Home) -> tuple[str, ...]:
    """Return the names of the profiles on disk, sorted; files that cannot be profiles are passed over."""
    names = []
    for name in profile_names(home):
        with contextlib.suppress(InputError):
            names.append(checked_name(name))
    return tuple(sorted(names, key=str.casefold))


def existing(home: Home, names: Sequence[str]) -> Sequence[str]:
    """Return the names of profiles, for each of which there is one.

    Raises:
        InputError: there is none of some name, or no name.
    """
    if not names:
        raise InputError("No profile was named.", hint="Choose one, or name each with --profile NAME.")
    missing = [name for name in names if not has_profile(home, name)]
    if missing:
        raise InputError(
            f"There is no profile called {missing[0]}.", hint="Create it first, or name another profile."
        )
    return names


def create(home: Home, name: str, profile: Profile | None = None) -> None:
    """Write a new profile, by default one with every setting at its default.

    Raises:
        InputError: the name cannot be one, or is taken.
        ConfigurationError: the file cannot be written.
    """
    _write_new(home, name, merged("", profile or Profile()))


def copy(home: Home, name: str, new: str) -> None:
    """Write a profile again under another name, with its comments and without its token.

    Raises:
        InputError: a name cannot be one, or the new one is taken.
        ConfigurationError: there is no such profile, or its file cannot be read or written.
    """
    _write_new(home, new, _existing_text(home, name))


def rename(home: Home, name: str, new: str) -> None:
    """Give a profile another name; its token goes with it.

    Raises:
        InputError: a name cannot be one, or the new one is taken.
        ConfigurationError: there is no such profile, or the files cannot be moved.
    """
    _existing_text(home, name)
    same_but_for_case = name.casefold() == new.casefold() and name != new
    target = checked_name(new) if same_but_for_case else free_name(home, new)
    _move(home, "secrets", secret_file(name), secret_file(target))
    try:
        _move(home, "profiles", profile_file(name), profile_file(target))
    except DashboardError:
        _move(home, "secrets", secret_file(target), secret_file(name))
        raise
    stores_of(home).move(files_store(home, name).key, files_store(home, target).key)


def delete(home: Home, name: str) -> Deleted:
    """Set a profile and its token aside, where ``restore`` finds them.

    Raises:
        InputError: the name cannot be one, or is that of the sample data.
        ConfigurationError: there is no such profile, or the files cannot be moved.
    """
    _not_the_demo(name)
    if not has_profile(home, name):
        raise _explain_missing(name)
    forget_old_tokens(home)
    stamp = _make_stamp()
    aside = f"{name}~{stamp}"
    _move(home, "secrets", secret_file(name), f"aside/{aside}.json")
    _move(home, "profiles", profile_file(name), f"aside/{aside}.toml")
    stores_of(home).move(files_store(home, name).key, f"aside/{aside}")
    return Deleted(aside, name, stamp)


def deleted(home: Home) -> tuple[Deleted, ...]:
    """Return the profiles that can be taken back, the newest first."""
    found = []
    for aside in _names_aside(home, "profiles", ".toml"):
        match = _ASIDE.match(aside)
        if match:
            found.append(Deleted(aside, match["name"], match["stamp"]))
    return tuple(sorted(found, key=lambda one: one.stamp, reverse=True))


def restore(home: Home, deleted_id: str) -> str:
    """Take a deletion back and return the name of the profile; its token comes back within a day.

    Raises:
        InputError: the name has been taken meanwhile, or there is nothing to take back.
        ConfigurationError: the files cannot be moved.
    """
    match = _ASIDE.match(deleted_id)
    if match is None or deleted_id not in _names_aside(home, "profiles", ".toml"):
        raise InputError(
            "There is no such deleted profile.", hint=f"Look into {place_of(home, 'profiles')}, under aside."
        )
    name = free_name(home, match["name"])
    delete_token(home, name)
    _move(home, "profiles", f"aside/{deleted_id}.toml", profile_file(name))
    _move(home, "secrets", f"aside/{deleted_id}.json", secret_file(name))
    stores_of(home).move(f"aside/{deleted_id}", files_store(home, name).key)
    return name


def forget_old_tokens(home: Home, now: float | None = None) -> None:
    """Delete the tokens of profiles that were deleted more than a day ago (``now`` in epoch seconds)."""
    moment = time.time() if now is None else now
    for aside in _names_aside(home, "secrets", ".json"):
        match = _ASIDE.match(aside)
        if match is None or moment - _epoch_s(match["stamp"]) > TOKENS_KEPT_S:
            documents_of(home, "secrets").delete(f"aside/{aside}.json")


def export(home: Home, name: str) -> str:
    """Return the TOML of a profile to give away: no token, no e-mail, no comments.

    Raises:
        InputError: the name cannot be one.
        ConfigurationError: there is no such profile, or its file cannot be read.
    """
    profile = load_profile(home, name)
    if profile is None:
        raise _explain_missing(name)
    return exported(profile)


def import_text(home: Home, name: str, text: str) -> Profile:
    """Write a profile that somebody exported or wrote, if it is one, and return it.

    Raises:
        InputError: the name cannot be one or is taken, or the text is not a profile or holds a secret.
        ConfigurationError: a setting makes no sense, or the file cannot be written.
    """
    free_name(home, name)
    profile = read_text(text)
    _write_new(home, name, text)
    return profile


def read_text(text: str) -> Profile:
    """Return the profile that a TOML text spells.

    Raises:
        InputError: it is too long, is not TOML, or holds a secret.
        ConfigurationError: a setting makes no sense.
    """
    if len(text) > MOST_CHARACTERS:
        raise InputError("The file is too long for a profile.", hint="Choose the TOML file of a profile.")
    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(
            f"The file is not a profile: {error}.", hint="Choose the TOML file of a profile, or correct it."
        ) from error
    secret = next(secret_keys(raw), None)
    if secret is not None:
        raise InputError(
            f"The file holds {secret}, and a profile must not hold a secret.",
            hint="Take it out; the token is entered under Connection.",
        )
    migrate(raw)
    return validated(profile_from(raw))


def validated(profile: Profile) -> Profile:
    """Return a profile whose time zone exists, whose patterns can be read and whose settings agree.

    Raises:
        InputError: there is no such time zone.
        ConfigurationError: a pattern makes no sense, or two settings contradict each other.
    """
    zone_named(profile.timezone)
    for name in ("version_pattern", "hotfix_pattern"):
        try:
            re.compile(getattr(profile.deployments, name))
        except re.error as error:
            raise ConfigurationError(
                f"The setting deployments.{name} is not a pattern: {error}.",
                hint="Correct the regular expression, or leave it out for its default.",
            ) from error
    return require_consistent(profile)


def start_afresh(home: Home, name: str) -> SetAside:
    """Move a file that is not a profile out of the way, with the reason beside it, and begin with defaults.

    Raises:
        InputError: the file is a good profile, or the name cannot be one.
        LaterProfileError: a later version of the program wrote it: it is as good, and stays.
        ConfigurationError: the files cannot be moved or written.
    """
    try:
        load_profile(home, name)
    except LaterProfileError:
        raise
    except ConfigurationError as error:
        reason = error.message
    else:
        raise InputError(f"The profile {name} can be read.", hint="Delete it if you want to begin again.")
    aside = f"{name}~{_make_stamp()}"
    _move(home, "profiles", profile_file(name), f"aside/{aside}.broken")
    documents = documents_of(home, "profiles")
    write_document(documents, f"aside/{aside}.reason.txt", f"{reason}\n".encode(), "The note")
    save_profile_text(home, name, "")
    return SetAside(f"{aside}.broken", reason)


def free_name(home: Home, name: str) -> str:
    """Return ``name`` if a new profile may have it.

    Raises:
        InputError: it cannot be a name, is that of the sample data, or is taken, be it in other case.
    """
    _not_the_demo(checked_name(name))
    taken = {known.casefold(): known for known in profile_names(home)}
    if name.casefold() in taken:
        raise InputError(
            f"There is a profile called {taken[name.casefold()]} already.", hint="Choose another name."
        )
    return name


def _write_new(home: Home, name: str, text: str) -> None:
    """Write the file of a new profile; a token that lay about under its name does not become its own."""
    free_name(home, name)
    delete_token(home, name)
    save_profile_text(home, name, text)


def _not_the_demo(name: str) -> None:
    if name.casefold() == DEMO_PROFILE:
        raise InputError(
            f"{name} is the profile of the sample data, which stays as it is.", hint="Choose another name."
        )


def _explain_missing(name: str) -> ConfigurationError:
    return ConfigurationError(f"There is no profile called {name}.", hint="Choose one from the list.")


def _existing_text(home: Home, name: str) -> str:
    text = profile_text(home, name)
    if text is None:
        raise _explain_missing(name)
    return text


def _names_aside(home: Home, folder: Folder, suffix: str) -> list[str]:
    """Return what was set aside in a folder, without ``aside/`` and the suffix."""
    files = [file for file in documents_of(home, folder).names() if file.endswith(suffix)]
    return [file[len("aside/") : -len(suffix)] for file in files if file.startswith("aside/")]


def _move(home: Home, folder: Folder, name: str, new: str) -> None:
    """Move a document if it is there, in one step."""
    try:
        documents_of(home, folder).move(name, new)
    except OSError as error:
        raise _not_moved(name, error) from error


def _not_moved(name: str, error: OSError) -> ConfigurationError:
    return ConfigurationError(
        f"The file {name.rpartition('/')[2]} cannot be moved: {error.strerror}.",
        hint="Check the space and the permissions of the folder that THROUGHLINE_HOME names.",
    )


def _make_stamp() -> str:
    return dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%S.%f")


def _epoch_s(stamp: str) -> float:
    return dt.datetime.strptime(stamp, "%Y%m%dT%H%M%S.%f").replace(tzinfo=dt.UTC).timestamp()
