"""Profiles and tokens on disk: read with care, written whole or not at all."""

import json
import os
import re
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import tomli_w

from configuration.errors import ConfigurationError, InputError
from configuration.profile import Profile, profile_as_mapping, profile_from
from configuration.settings import Home, Secret

DEFAULT_PROFILE = "default"
DEMO_PROFILE = "demo"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\Z")


def checked_name(name: str) -> str:
    """Return ``name`` if it can be the name of a profile.

    Raises:
        InputError: it has other characters, or is too long; names become file names.
    """
    if not _NAME.match(name):
        raise InputError(
            f"{name!r} cannot be the name of a profile.",
            hint="Use up to 64 letters, digits, dots, dashes or underscores; begin with a letter or digit.",
        )
    return name


def load_profile(home: Home, name: str) -> Profile | None:
    """Return the profile called ``name``, None if there is no file of that name.

    Raises:
        ConfigurationError: the file cannot be read, is no TOML, or a value makes no sense.
    """
    path = _path(home, name)
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"The profile {name} cannot be read: {error}.",
            hint=f"Correct {path.name} in the profiles folder.",
        ) from error
    except OSError as error:
        raise ConfigurationError(
            f"The profile {name} cannot be read: {error.strerror}.",
            hint="Check the permissions of the profiles folder.",
        ) from error
    return profile_from(raw)


def save_profile(home: Home, name: str, profile: Profile) -> None:
    """Write the settings of a profile that differ from their defaults.

    Raises:
        ConfigurationError: the file cannot be written.
    """
    _replace(_path(home, name), tomli_w.dumps(profile_as_mapping(profile)).encode())


def load_token(home: Home, name: str, url: str) -> Secret | None:
    """Return the token that was saved for this profile and this origin, None if there is none.

    A token belongs to the origin it was entered for: with another address in
    the profile it is not used.
    """
    try:
        raw: Any = json.loads((home.secrets / f"{checked_name(name)}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(raw, Mapping) or raw.get("origin") != origin_of(url) or not raw.get("token"):
        return None
    return Secret(str(raw["token"]))


def origin_of(url: str) -> str:
    """Return scheme, host and port of an address, in lower case."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}".casefold()


def _path(home: Home, name: str) -> Path:
    return home.profiles / f"{checked_name(name)}.toml"


def _replace(path: Path, content: bytes) -> None:
    """Put ``content`` in place of a file in one step, so that a power cut leaves the old one or the new."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:  # whatever happens, no half-written file stays behind
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ConfigurationError(
            f"The profile file {path.name} cannot be written: {error.strerror}.",
            hint="Check the space and the permissions of the profiles folder.",
        ) from error
