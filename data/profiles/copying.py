"""A home copied to another one, such as a folder into a database: scopes, profiles, secrets and notes."""

from collections.abc import Iterator
from dataclasses import dataclass

from configuration.errors import ConfigurationError, StoreError
from configuration.settings import Home
from data.persistence import DEFAULT_PROFILE, DEMO_PROFILE, profile_names, write_document
from data.store.copying import copy_store
from data.store.database import Store
from data.store.documents import Folder, documents_of
from data.store.ledger import ledger_of
from data.store.locks import held
from data.store.stores import stores_of

# Secrets first: where the target cannot encrypt them, nothing else is written. Profiles last: they show the
# rest.
_FOLDERS: tuple[Folder, ...] = ("secrets", "run", "profiles")
_NOTES = ".cache.json"
_CALLED: dict[Folder, str] = {"secrets": "The secrets", "run": "The notes", "profiles": "The profile"}


@dataclass(frozen=True, slots=True)
class Plan:
    """What copying a home would do.

    Attributes:
        scopes: keys of those that are not in the target as they are here.
        replaced: of these, those of which the target holds an older state.
        kept: of these, those of which it holds a state that is as new, or newer.
        documents: folder and name of those that are not in the target as they are here.
        other: of these, names of those of which it holds other ones.
        same: how many scopes and documents are there already.
    """

    scopes: tuple[str, ...]
    replaced: tuple[str, ...]
    kept: tuple[str, ...]
    documents: tuple[tuple[Folder, str], ...]
    other: tuple[str, ...]
    same: int


def plan_copy(source: Home, target: Home) -> Plan:
    """Return what copying would do, without writing anything.

    Raises:
        StoreError: one of them cannot be read.
        ConfigurationError: likewise, or a key to the secrets is missing.
    """
    scopes: list[str] = []
    replaced: list[str] = []
    kept: list[str] = []
    same = 0
    for key in stores_of(source).keys():  # noqa: SIM118  # not a mapping
        here, there = stores_of(source).of(key).meta(), stores_of(target).of(key).meta()
        if here == there and here:
            same += 1
            continue
        scopes.append(key)
        if there:
            (replaced if _moment(there) < _moment(here) else kept).append(key)
    documents, other = [], []
    for folder, name, content in _documents(source):
        known = _read(target, folder, name)
        if known == content:
            same += 1
            continue
        documents.append((folder, name))
        if known is not None and folder != "run":
            other.append(name)
    return Plan(tuple(scopes), tuple(replaced), tuple(kept), tuple(documents), tuple(other), same)


def copy_home(source: Home, target: Home, plan: Plan) -> None:
    """Do what a plan says; a scope is copied whole or not at all, and checked where it arrived.

    Raises:
        StoreError: a scope is damaged or is being synced, or the target cannot be written.
        ConfigurationError: a document cannot be read or written.
    """
    _copy_documents(source, target, plan, "secrets")
    for key in plan.scopes:
        lock = key.replace("/", "~")
        with held(source, lock), held(target, lock):
            copy_store(stores_of(source).of(key), stores_of(target).of(key))
    _copy_documents(source, target, plan, "run")
    for name in {*profile_names(source), DEFAULT_PROFILE, DEMO_PROFILE}:
        ledger_of(target, name).take_over(ledger_of(source, name))
    _copy_documents(source, target, plan, "profiles")


def name_of(store: Store) -> str:
    """Return what people know a scope by: the Jira that it was read from, else its key."""
    return store.meta().get("site") or store.key


def _moment(meta: dict[str, str]) -> int:
    """Return of when a scope is: the data's own time, or when they were compared with their Jira."""
    return max(int(meta.get("synced_at", "0")), int(meta.get("as_of", "0")))


def _copy_documents(source: Home, target: Home, plan: Plan, folder: Folder) -> None:
    for where, name in plan.documents:
        content = _read(source, where, name) if where == folder else None
        if content is not None:
            write_document(documents_of(target, where), name, content, _CALLED[where])


def _documents(home: Home) -> Iterator[tuple[Folder, str, bytes]]:
    for folder in _FOLDERS:
        for name in documents_of(home, folder).names():
            content = _read(home, folder, name) if folder != "run" or name.endswith(_NOTES) else None
            if content is not None:
                yield folder, name, content


def _read(home: Home, folder: Folder, name: str) -> bytes | None:
    try:
        return documents_of(home, folder).read(name)
    except OSError as error:
        raise ConfigurationError(
            f"{_CALLED[folder]} {name} cannot be read: {error.strerror}.",
            hint="Check the permissions of the folder, then copy again.",
        ) from error


def refuse_to_overwrite(plan: Plan, target: Home) -> None:
    """Refuse a plan that would write over what is not older.

    Raises:
        StoreError: it would.
    """
    if plan.kept:
        names = ", ".join(name_of(stores_of(target).of(key)) for key in plan.kept[:3])
        raise StoreError(
            f"The target holds {len(plan.kept)} scopes that are as new as these or newer: {names}"
            f"{' ...' if len(plan.kept) > 3 else ''}.",
            hint="Add --force to write over them, or copy in the other direction.",
        )
    if plan.other:
        raise StoreError(
            f"The target has other settings or secrets already: {', '.join(sorted(set(plan.other))[:5])}.",
            hint="Add --force to write over them, or delete these profiles there first.",
        )
