"""Profiles and tokens on disk: read with care, written whole or not at all."""

import io
import json
import re
import tomllib
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from configuration.errors import ConfigurationError, InputError
from configuration.origins import GATEWAY_HOST, is_same_origin, origin_of
from configuration.people import note, present
from configuration.profile import Profile, changed_settings, profile_from
from configuration.profile_versions import migrate
from configuration.settings import Home, Secret
from data.store.documents import Documents, documents_of, place_of

DEFAULT_PROFILE = "default"
DEMO_PROFILE = "demo"
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9_-])?\Z")
# Names that Windows keeps for its devices, whatever stands behind a dot.
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|\Z)", re.IGNORECASE)


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
        ConfigurationError: the file cannot be read, is not TOML, or a value makes no sense.
    """
    text = profile_text(home, name)
    if text is None:
        return None
    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigurationError(
            f"The profile {name} cannot be read: {error}.",
            hint=f"Correct {profile_file(name)} in {place_of(home, 'profiles')}.",
        ) from error
    migrate(raw)
    return profile_from(raw)


def profile_text(home: Home, name: str) -> str | None:
    """Return the file of a profile as it is, None if there is none.

    Raises:
        ConfigurationError: it cannot be read.
        InputError: the name cannot be one, or the file is a link to somewhere else.
    """
    file = profile_file(name)
    try:
        content = documents_of(home, "profiles").read(file)
        # Notepad and PowerShell begin with a byte order mark, and end lines in their own way.
        return None if content is None else io.TextIOWrapper(io.BytesIO(content), "utf-8-sig").read()
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            f"The profile {name} cannot be read: {error}.",
            hint=f"Correct {file} in {place_of(home, 'profiles')}; it must be UTF-8 text.",
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
    from configuration.profile_text import merged  # noqa: PLC0415  # tomlkit costs readers, who never need it, 40 ms

    save_profile_text(home, name, merged(profile_text(home, name) or "", profile))


def update_profile(home: Home, name: str, change: Callable[[Profile], Profile]) -> Profile:
    """Change a profile as it is on disk now, which somebody may have edited meanwhile, and return it.

    Raises:
        ConfigurationError: the file is not a profile, or cannot be written.
        InputError: the name cannot be one.
    """
    before = load_profile(home, name) or Profile()
    profile = change(before)
    save_profile(home, name, profile)
    if present() is not None:
        note("settings saved", f"{name}: {', '.join(changed_settings(before, profile)) or 'nothing new'}")
    return profile


def save_profile_text(home: Home, name: str, text: str) -> None:
    """Write the file of a profile as it is given, in one step.

    Raises:
        ConfigurationError: it cannot be written.
        InputError: the name cannot be one.
    """
    write_document(documents_of(home, "profiles"), profile_file(name), text.encode(), "The profile file")


class _SavedToken(msgspec.Struct, frozen=True):
    """For which origin a token was entered, and the token."""

    origin: str = ""
    token: Secret = Secret("")


class _SavedHeaders(msgspec.Struct, frozen=True):
    """To which origin headers belong, and their values by name."""

    origin: str = ""
    values: dict[str, Secret] = {}


class _Secrets(msgspec.Struct, frozen=True):
    """What the file of a profile's secrets says; version 0.1.0 kept nothing but the token, at the top."""

    jira: _SavedToken | None = None
    github: _SavedToken = _SavedToken()
    gitlab: _SavedToken = _SavedToken()
    headers: _SavedHeaders = _SavedHeaders()
    origin: str = ""
    token: Secret = Secret("")


def load_token(home: Home, name: str, url: str) -> Secret | None:
    """Return the token that was saved for this profile and this origin, None if there is none.

    A token belongs to the origin it was entered for: with another address in
    the profile it is not used.
    """
    saved = _saved_token(home, name)
    return saved.token if saved.token and _is_for(saved.origin, url) else None


def _is_for(saved: str, url: str) -> bool:
    # Version 0.1.0 kept the gateway's host alone; the token was for the one site that the profile named.
    if saved == f"https://{GATEWAY_HOST}":
        return origin_of(url).startswith(f"{saved}/ex/jira/")
    return is_same_origin(saved, url)


def token_origin(home: Home, name: str) -> str | None:
    """Return the origin that the saved token of a profile belongs to, None if there is no token.

    Raises:
        InputError: the name cannot be one, or the file is a link to somewhere else.
    """
    return origin_of(_saved_token(home, name).origin) or None


def load_host_token(home: Home, name: str, host: str) -> tuple[str, Secret]:
    """Return the origin and the token that were saved for a profile's host, empty for none.

    Args:
        home: where it is.
        name: of the profile.
        host: ``github`` or ``gitlab``.

    Raises:
        ConfigurationError: the file cannot be read.
        InputError: the name cannot be one, or the file is a link to somewhere else.
    """
    saved: _SavedToken = getattr(_secrets(home, name), host)
    return origin_of(saved.origin), saved.token


def _saved_token(home: Home, name: str) -> _SavedToken:
    """Return the token in the file of a profile; empty where there is none that can be read."""
    try:
        saved = _secrets(home, name)
    except ConfigurationError:
        return _SavedToken()
    return saved.jira or _SavedToken(saved.origin, saved.token)


def load_headers(home: Home, name: str, url: str, wanted: Iterable[str]) -> tuple[tuple[str, Secret], ...]:
    """Return name and value of each header that a profile wants to send to ``url``.

    Args:
        home: where the values are.
        name: of the profile.
        url: of the Jira.
        wanted: names, in any case.

    Raises:
        ConfigurationError: a value is missing, belongs to another origin, or the file cannot be read.
        InputError: the name cannot be one, or the file is a link to somewhere else.
    """
    names = tuple(wanted)
    saved = _secrets(home, name).headers if names else _SavedHeaders()
    if saved.values and not is_same_origin(saved.origin, url):
        raise ConfigurationError(
            f"The headers in secrets/{name}.json are not sent to {origin_of(url) or url}: "
            f"they belong to {origin_of(saved.origin) or 'no origin'}.",
            hint="Correct the origin beside them, if they are meant for that address.",
        )
    values = {known.casefold(): value for known, value in saved.values.items()}
    for header in names:
        if not values.get(header.casefold()):
            raise ConfigurationError(
                f"The header {header} of the profile {name} has no value.",
                hint=f"Write it into secrets/{name}.json under headers, as the page on settings shows.",
            )
    return tuple((header, values[header.casefold()]) for header in names)


def _secrets(home: Home, name: str) -> _Secrets:
    """Return what the file of a profile's secrets says; empty where there is none.

    Raises:
        ConfigurationError: it cannot be read.
    """
    file = secret_file(name)
    try:
        content = documents_of(home, "secrets").read(file)
        return _Secrets() if content is None else _decode_secrets(content)
    except (OSError, msgspec.DecodeError, RecursionError) as error:
        # Neither the words of the decoder nor the error itself: they may hold a piece of a secret.
        raise _not_read(file) from (error if isinstance(error, OSError) else None)


def _decode_secrets(content: bytes) -> _Secrets:
    return msgspec.json.decode(content, type=_Secrets, dec_hook=_as_secret)


def _as_secret(_kind: type, value: object) -> Secret:
    """Return a secret; what is not a text is taken for an empty one."""
    return Secret(value if isinstance(value, str) else "")


def _not_read(file: str) -> ConfigurationError:
    return ConfigurationError(
        f"The file secrets/{file} cannot be read.",
        hint="Correct it, which is JSON as the page on settings shows, or delete it and enter the token.",
    )


def save_token(home: Home, name: str, url: str, token: Secret) -> None:
    """Write the token of a profile with the origin it belongs to, for the owner's eyes alone.

    Other secrets in the file stay.

    Raises:
        ConfigurationError: it cannot be written, or what is there cannot be read.
        InputError: the name cannot be one.
    """
    documents, file = documents_of(home, "secrets"), secret_file(name)
    saved = _other_secrets(documents, file, "jira", "origin", "token")
    jira = {"origin": origin_of(url), "token": token.reveal()}
    _write_secrets(documents, file, {"jira": jira, **saved})


def save_host_token(home: Home, name: str, host: str, url: str, token: Secret | None) -> None:
    """Write the token of a profile's host, with the origin it belongs to; None takes out what is there.

    Args:
        home: where it is kept.
        name: of the profile.
        host: ``github`` or ``gitlab``.
        url: of the API that it is for.
        token: of the host.

    Raises:
        ConfigurationError: it cannot be written, or what is there cannot be read.
        InputError: the name cannot be one.
    """
    documents, file = documents_of(home, "secrets"), secret_file(name)
    saved = _other_secrets(documents, file, host)
    if token is not None:
        saved[host] = {"origin": origin_of(url), "token": token.reveal()}
    _write_secrets(documents, file, saved)


def _write_secrets(documents: Documents, file: str, saved: dict[str, Any]) -> None:
    write_document(documents, file, f"{json.dumps(saved, indent=2)}\n".encode(), "The file of the token")


def _other_secrets(documents: Documents, file: str, *names: str) -> dict[str, Any]:
    """Return what stands in the file beside some secrets, also what this version does not know.

    Raises:
        ConfigurationError: the file holds something that cannot be read, and would be lost.
    """
    try:
        content = documents.read(file) or b""
        kept = json.loads(content) if content.strip(b" \r\n\t\0") else {}
    except (OSError, ValueError, RecursionError):
        raise _not_read(file) from None
    if not isinstance(kept, dict):
        raise _not_read(file)
    return {name: value for name, value in kept.items() if name not in names}


def delete_token(home: Home, name: str) -> None:
    """Forget the token of a profile; nothing happens where there is none.

    Raises:
        ConfigurationError: it cannot be deleted.
        InputError: the name cannot be one.
    """
    try:
        documents_of(home, "secrets").delete(secret_file(name))
    except OSError as error:
        raise _not_written("The file of the token", error) from error


def profile_names(home: Home) -> list[str]:
    """Return what stands in the profiles folder, sorted, be it good names for profiles or not."""
    files = documents_of(home, "profiles").names()
    return [file.removesuffix(".toml") for file in files if file.endswith(".toml") and "/" not in file]


def has_profile(home: Home, name: str) -> bool:
    """Tell whether there is a file of a profile.

    Raises:
        InputError: the name cannot be one, or the file is a link to somewhere else.
    """
    return documents_of(home, "profiles").has(profile_file(name))


def delete_profile(home: Home, name: str) -> None:
    """Delete the file of a profile; nothing happens where there is none.

    Raises:
        ConfigurationError: it cannot be deleted.
        InputError: the name cannot be one, or the file is a link to somewhere else.
    """
    try:
        documents_of(home, "profiles").delete(profile_file(name))
    except OSError as error:
        raise _not_written("The profile file", error) from error


def profile_file(name: str) -> str:
    """Return what the document of a profile is called; raises InputError where the name cannot be one."""
    return f"{checked_name(name)}.toml"


def secret_file(name: str) -> str:
    """Return what the document of a profile's secrets is called; raises InputError as ``profile_file``."""
    return f"{checked_name(name)}.json"


def write_document(documents: Documents, name: str, content: bytes, what: str) -> None:
    """Put ``content`` in place of a document of the home in one step; its owner alone may read it.

    Args:
        documents: where it is.
        name: of the document.
        content: all of it.
        what: the document is called so if it cannot be written.

    Raises:
        ConfigurationError: it cannot be written; the old one is unharmed.
        InputError: it is a link to somewhere else.
    """
    try:
        documents.write(name, content)
    except OSError as error:
        raise _not_written(f"{what} {name.rpartition('/')[2]}", error) from error


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
    file = _metadata_file(name)
    try:
        content = documents_of(home, "run").read(file)
        return None if content is None else msgspec.json.decode(content, type=CacheMetadata)
    except (OSError, InputError, msgspec.DecodeError, RecursionError):
        return None  # they can be written anew; nothing is computed from them


def save_cache_metadata(home: Home, name: str, metadata: CacheMetadata) -> None:
    """Write the metadata of a profile's cache, whole or not at all.

    Raises:
        ConfigurationError: the file cannot be written.
    """
    content = msgspec.json.encode(metadata)
    write_document(documents_of(home, "run"), _metadata_file(name), content, "The metadata of the cache")


def _metadata_file(name: str) -> str:
    return f"{checked_name(name)}.cache.json"
