"""What a sync notes of the repositories that it could not read, until it can: cards tell of it."""

from collections.abc import Mapping

import msgspec

from configuration.errors import DashboardError, SourceError
from configuration.settings import Home
from data.cache_manager import References
from data.intake.sync_outcome import SyncOutcome
from data.model.clock import now_ms
from data.model.tables import MISSING
from data.model.unread import UNREAD, Unread, unread_of
from data.profiles.sources import Source
from data.store.locks import held

Failing = tuple[str, str, DashboardError]


def note_unread(source: Source, home: Home, origin: str, failing: Mapping[str, Failing]) -> None:
    """Note which repositories of an origin could not be read this time; what could be is forgotten.

    Nothing is written where nothing has changed.

    Args:
        source: the profile.
        home: its locks.
        origin: ``github``, ``gitlab`` or ``git``.
        failing: by whole name of a repository or folder, how people call it, its service, and why.

    Raises:
        StoreError: it cannot be written.
    """
    store, head = source.store, f"{UNREAD}{origin} "
    meta = store.meta()
    if not meta.get("revision"):
        return  # there are no numbers that it could be said of
    before = {name: text for name, text in meta.items() if name.startswith(head)}
    known = {name: unread_of({name: text}) for name, text in before.items()}
    now = dict.fromkeys(before, "")
    stored = store.references() if failing else References()
    for name, (title, service, error) in failing.items():
        key = f"{head}{name}"
        since = known[key][0].since if known.get(key) else now_ms()
        told = Unread(title, since, _newest_of(stored, origin, service), error.message, error.hint)
        now[key] = msgspec.json.encode(told).decode()
    changed = {name: text for name, text in now.items() if before.get(name, "") != text}
    if changed:
        with held(home, store.key):
            store.add_events(References(), changed)


def name_unread(outcome: SyncOutcome) -> None:
    """Let the page name what a host did not give, after everything else was stored.

    Raises:
        SourceError: some repository could not be read.
    """
    if outcome.unread:
        (cause, remedy), *others = outcome.unread
        more = f" So it is with {len(others)} more." if others else ""
        raise SourceError(f"{cause}{more}", hint=f"{remedy} What was read before stays; all else is new.")


def _newest_of(stored: References, origin: str, service: str) -> int:
    deployed = [row.at for row in stored.deployments if (row.origin, row.service) == (origin, service)]
    merged = [row.merged_at for row in stored.changes if (row.origin, row.service) == (origin, service)]
    return max((*deployed, *merged), default=MISSING)
