"""The TOML of a profile as people write it: settings change, comments, order and unknown keys stay. Pure."""

import tomllib
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import asdict, replace
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Table

from configuration.errors import ConfigurationError
from configuration.profile import Profile, profile_from, setting_rows
from configuration.profile_versions import migrate

_SECRET_WORDS = ("token", "password", "secret", "api_key", "apikey")
_EXPORT_HEADER = "A Throughline profile without token and e-mail, which are entered where it is imported."


def merged(text: str, profile: Profile) -> str:
    """Return ``text`` with the settings of ``profile`` in it.

    Args:
        text: the file as it is; "" for a new one.
        profile: what it shall say.

    Returns:
        The same text where nothing changed. A setting that stands in the file
        stays there, also with its default value; others are written only
        where they differ from their default.

    Raises:
        ConfigurationError: ``text`` is not TOML, is not a profile, or cannot be changed without harm.
    """
    try:
        document = tomlkit.parse(text)
    except TOMLKitError as error:
        raise ConfigurationError(
            f"The profile cannot be changed, for its file cannot be read: {error}.",
            hint="Correct the file, or set it aside and start afresh.",
        ) from error
    migrate(document)
    profile_from(document.unwrap())
    for row in setting_rows():
        if isinstance(row.default, Mapping):
            _merge_mapping(document, row.name, _read_value(profile, row.name))
        elif row.parts:
            _merge_tables(document, row.name, [*map(asdict, _read_value(profile, row.name))])
        else:
            _merge_setting(document, row.name.split("."), _read_value(profile, row.name), row.default)
    written = tomlkit.dumps(document)
    # A hand-written file can be laid out in ways nobody thought of: what is written must say what was meant.
    if profile_from(tomllib.loads(written)) != profile:
        raise ConfigurationError(
            "The profile's file is laid out in a way that cannot be changed from here.",
            hint="Change the file by hand, or export the profile and import it under another name.",
        )
    return written


def exported(profile: Profile) -> str:
    """Return a profile to give away: no e-mail, no credentials in the address, no path of this machine."""
    jira = replace(profile.jira, email="", url=_without_user(profile.jira.url), client_cert="")
    document = tomlkit.document()
    document.add(tomlkit.comment(_EXPORT_HEADER))
    return merged(tomlkit.dumps(document), replace(profile, jira=jira))


def secret_keys(raw: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Yield the dotted names of keys that sound like a secret; a profile must not hold one."""
    for name, value in raw.items():
        if any(word in name.casefold() for word in _SECRET_WORDS):
            yield prefix + name
        elif isinstance(value, Mapping):
            yield from secret_keys(value, f"{prefix}{name}.")


def _read_value(profile: Profile, name: str) -> Any:
    value: Any = profile
    for part in name.split("."):
        value = getattr(value, part)
    return value


def _merge_setting(document: MutableMapping[str, Any], path: list[str], value: Any, default: Any) -> None:
    *sections, name = path
    table: Any = document
    for section in sections:
        if section not in table:
            if value == default:
                return
            table[section] = tomlkit.table()
        table = table[section]
    spelt = list(value) if isinstance(value, tuple) else value
    if name in table:
        if _make_plain(table[name]) != spelt:
            _replace_value(table, name, spelt)
    elif value != default:
        table[name] = spelt


def _replace_value(table: Any, name: str, value: Any) -> None:
    """Put a value in place of another, with the comment that stands behind it."""
    old, new = table[name], tomlkit.item(value)
    if hasattr(old, "trivia"):
        new.trivia.comment_ws, new.trivia.comment = old.trivia.comment_ws, old.trivia.comment
    table[name] = new


def _merge_mapping(document: MutableMapping[str, Any], section: str, mapping: Mapping[str, Any]) -> None:
    """Names that are no longer mapped go; the others keep their place."""
    if section not in document and mapping:
        document[section] = tomlkit.table()
    table: Any = document.get(section, {})
    for name in [name for name in table if name not in mapping]:
        del table[name]
    for name, value in mapping.items():
        if name not in table:
            table[name] = value
        elif _make_plain(table[name]) != value:
            _replace_value(table, name, value)


def _merge_tables(
    document: MutableMapping[str, Any], name: str, entries: Sequence[Mapping[str, str]]
) -> None:
    """Entries that are there already keep what else is written in them; a changed list ends the file."""
    known = list(document.get(name, ()))
    if len(known) == len(entries) and all(map(_says, known, entries)):
        return
    tables = tomlkit.aot()
    for entry in entries:
        kept = [table for table in known if isinstance(table, Table) and _says(table, entry)]
        tables.append(kept[0] if kept else _make_table(entry))
    if name in document:
        del document[name]
    if entries:
        document[name] = tables


def _says(table: Any, entry: Mapping[str, str]) -> bool:
    return all(_make_plain(table.get(part)) == value for part, value in entry.items())


def _make_table(entry: Mapping[str, str]) -> Table:
    table = tomlkit.table()
    table.update(entry)
    return table


def _make_plain(value: Any) -> Any:
    return value.unwrap() if hasattr(value, "unwrap") else value


def _without_user(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
