"""Profiles and tokens on disk: read with care, written whole or not at all."""

import contextlib
import json
import os
import re
import tempfile
import time
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from configuration.errors import ConfigurationError, InputError
from configuration.profile import Profile, profile_from
from configuration.settings import Home, Secret
from data.profile_versions import migrate

DEFAULT_PROFILE = "default"
DEMO_PROFILE = "demo"
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9_-])?\Z")
# Names that Windows keeps for its devices, whatever stands behind a dot.
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|\Z)", re.IGNORECASE)
_ABANDONED_AFTER_S = 60.0


def checked_name(name: str) -> str:
    """Return ``name`` if it can be the name of a profile.

    Raises:
        InputError: it has other characters, or is too long; names become file names.
    """
    if not _NAME.match(name):
        raise InputError(
            f"{name!r} cannot be the name of a profile.",
            hint="Use up to 64 letters, digits, dashes, underscores and inner dots, a letter or digit first.",
        )
    if _DEVICES.match(name):
        raise InputError(
            f"{name!r} cannot be the name of a profile: Windows keeps it for a device.",
            hint="Choose another name.",
        )
    return name


def load_profile(home: Home, name: str) -> Profile | None:
    """Return the profile called ``name``, None if there is no file of that name.

    Raises:
        ConfigurationError: the file cannot be read, is no TOML, or a value makes no sense.
    """
    text = profile_text(home, name)
    if text is None:
        return None
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            f"The profile {name} cannot be read: {error}.",
            hint=f"Correct {name}.toml in the profiles folder.",
        ) from error
    migrate(raw)
    return profile_from(raw)


def profile_text(home: Home, name: str) -> str | None:
    """Return the file of a profile as it is, None if there is none.

    Raises:
        ConfigurationError: it cannot be read.
        InputError: the name cannot be one, or the file is a link to somewhere else.
    """
    path = profile_path(home, name)
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            f"The profile {name} cannot be read: {error}.",
            hint=f"Correct {path.name} in the profiles folder; it must be UTF-8 text.",
        ) from error
    except OSError as error:
        raise ConfigurationError(
            f"The profile {name} cannot be read: {error.strerror}.",
            hint="Check the permissions of the profiles folder.",
        ) from error


def save_profile(home: Home, name: str, profile: Profile) -> None:
    """Write a profile; what people wrote into its file by hand stays.

    Comments, order and unknown keys are kept. A setting that does not stand in
    the file is written only where it differs from its default.

    Raises:
        ConfigurationError: the file cannot be written, or what is there is no profile.
        InputError: the name cannot be one.
    """
    from data.profile_text import merged  # noqa: PLC0415  # tomlkit costs readers, who never need it, 40 ms

    save_profile_text(home, name, merged(profile_text(home, name) or "", profile))


def update_profile(home: Home, name: str, change: Callable[[Profile], Profile]) -> Profile:
    """Change a profile as it is on disk now, which somebody may have edited meanwhile, and return it.

    Raises:
        ConfigurationError: the file is no profile, or cannot be written.
        InputError: the name cannot be one.
    """
    profile = change(load_profile(home, name) or Profile())
    save_profile(home, name, profile)
    return profile


def save_profile_text(home: Home, name: str, text: str) -> None:
    """Write the file of a profile as it is given, in one step.

    Raises:
        ConfigurationError: it cannot be written.
        InputError: the name cannot be one.
    """
    write_whole(profile_path(home, name), text.encode(), "The profile file")


def load_token(home: Home, name: str, url: str) -> Secret | None:
    """Return the token that was saved for this profile and this origin, None if there is none.

    A token belongs to the origin it was entered for: with another address in
    the profile it is not used.
    """
    try:
        raw: Any = json.loads(secret_path(home, name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(raw, Mapping) or raw.get("origin") != origin_of(url) or not raw.get("token"):
        return None
    return Secret(str(raw["token"]))


def token_origin(home: Home, name: str) -> str | None:
    """Return the origin that the saved token of a profile belongs to, None if there is no token.

    Raises:
        InputError: the name cannot be one, or the file is a link to somewhere else.
    """
    try:
        raw: Any = json.loads(secret_path(home, name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return str(raw.get("origin") or "") or None if isinstance(raw, Mapping) else None


def save_token(home: Home, name: str, url: str, token: Secret) -> None:
    """Write the token of a profile with the origin it belongs to, for the owner's eyes alone.

    Raises:
        ConfigurationError: it cannot be written.
        InputError: the name cannot be one.
    """
    path = secret_path(home, name)
    try:
        path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
        path.parent.chmod(0o700)
    except OSError as error:
        raise _not_written("The secrets folder", error) from error
    content = json.dumps({"origin": origin_of(url), "token": token.reveal()})
    write_whole(path, content.encode(), "The file of the token")


def delete_token(home: Home, name: str) -> None:
    """Forget the token of a profile; nothing happens where there is none.

    Raises:
        ConfigurationError: it cannot be deleted.
        InputError: the name cannot be one.
    """
    try:
        secret_path(home, name).unlink(missing_ok=True)
    except OSError as error:
        raise _not_written("The file of the token", error) from error


def origin_of(url: str) -> str:
    """Return scheme, host and port of an address, in lower case."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}".casefold()


def profile_path(home: Home, name: str) -> Path:
    """Return the file of a profile, which may not exist.

    Raises:
        InputError: the name cannot be one, or the file is a link to somewhere else.
    """
    return _no_link(home.profiles / f"{checked_name(name)}.toml")


def secret_path(home: Home, name: str) -> Path:
    """Return the file of a profile's token, which may not exist.

    Raises:
        InputError: the name cannot be one, or the file is a link to somewhere else.
    """
    return _no_link(home.secrets / f"{checked_name(name)}.json")


def write_whole(path: Path, content: bytes, what: str) -> None:
    """Put ``content`` in place of a file in one step, so that a power cut leaves the old one or the new.

    Args:
        path: the file; readable by its owner alone.
        content: all of it.
        what: the file is called so if it cannot be written.

    Raises:
        ConfigurationError: it cannot be written; the old file is unharmed.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _clear_abandoned(path)
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
        _sync_folder(path.parent)
    except OSError as error:
        raise _not_written(f"{what} {path.name}", error) from error


def _clear_abandoned(path: Path) -> None:
    """Take away what a killed process left; a younger file may be another process at work."""
    for left in path.parent.glob(f".{path.name}.*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > _ABANDONED_AFTER_S:
                left.unlink()


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut; Windows opens no folders and needs none."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _no_link(path: Path) -> Path:
    if path.is_symlink():
        raise InputError(
            f"{path.name} is a link to somewhere else.", hint="Put the file itself into the folder."
        )
    return path


def _not_written(what: str, error: OSError) -> ConfigurationError:
    return ConfigurationError(
        f"{what} cannot be written: {error.strerror}.",
        hint="Check the space and the permissions of the folder that THROUGHLINE_HOME names.",
    )


class SyncRecord(msgspec.Struct, frozen=True):
    """What one sync did; instants are epoch milliseconds of this machine's clock."""

    at: int
    mode: str
    state: str
    reason: str | None
    issues: dict[str, int]
    requests: int
    retries: int
    throttled_s: float
    bytes: int
    by_path: dict[str, int]
    duration_s: float
    error: str = ""


class CacheMetadata(msgspec.Struct, frozen=True):
    """What is known of a profile's cache beside the data: kept for whoever asks why something was fetched.

    ``configuration`` is the text of the ``CacheConfiguration`` whose scope is ``cache_key``.
    """

    cache_key: str
    creation_timestamp: int
    config_hash: str
    configuration: str
    last_synced: int | None = None
    stored: int = 0
    syncs: tuple[SyncRecord, ...] = ()


def load_cache_metadata(home: Home, name: str) -> CacheMetadata | None:
    """Return the metadata of a profile's cache; None where there are none that can be read."""
    try:
        content = _metadata_path(home, name).read_bytes()
        return msgspec.json.decode(content, type=CacheMetadata)
    except (OSError, msgspec.DecodeError):
        return None  # they can be written anew; nothing is computed from them


def save_cache_metadata(home: Home, name: str, metadata: CacheMetadata) -> None:
    """Write the metadata of a profile's cache, whole or not at all.

    Raises:
        ConfigurationError: the file cannot be written.
    """
    write_whole(_metadata_path(home, name), msgspec.json.encode(metadata), "The metadata of the cache")


def _metadata_path(home: Home, name: str) -> Path:
    return home.run / f"{checked_name(name)}.cache.json"
