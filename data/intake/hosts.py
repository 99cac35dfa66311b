"""GitHub and GitLab in a sync: each repository is published by itself, or named where it fails."""

import logging
import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from configuration.errors import AuthenticationError, CancelledError, DashboardError, SourceError
from configuration.logging_config import add_secrets
from configuration.settings import Home
from data.cache_manager import Changes, References
from data.hosts.access import GITHUB, GITLAB, Access, accesses_of, services_of
from data.hosts.client import HostClient
from data.hosts.github import HEADERS, GitHub
from data.hosts.gitlab import GitLab
from data.hosts.port import Host
from data.hosts.reading import Reader, Told
from data.intake.connect import read_deadline
from data.intake.events import add_events, kept_in
from data.intake.unread import Failing, note_unread
from data.jira.proxy import proxy_secrets
from data.jira_query_manager import TokenBucket, shared_bucket
from data.model.clock import clock_of
from data.people.owners import require_editor
from data.profiles.sources import Source
from data.store.locks import held
from data.store.references import Retold

logger = logging.getLogger(__name__)
_ORIGINS = (GITHUB.name, GITLAB.name)


@dataclass(slots=True)
class HostsRead:
    """What came of reading the hosts of a profile.

    Attributes:
        revision: of the store, "" where nothing changed.
        notices: sentences that a reader of the numbers should know.
        unread: of each repository or host that could not be read, cause and remedy.
        requests: what was asked, a document for each host.
    """

    revision: str = ""
    notices: list[str] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)


def check_hosts(source: Source, home: Home, environment: Mapping[str, str]) -> None:
    """Refuse a profile that would send a token of the environment where nobody said that it belongs.

    Raises:
        AuthenticationError: the sentence names the variable; no request was made.
        ConfigurationError: the saved tokens cannot be read.
    """
    for access in accesses_of(source.profile, source.name, home, environment):
        if access.withheld:
            access.check()


def read_hosts(
    source: Source,
    home: Home,
    environment: Mapping[str, str],
    cancelled: threading.Event | None = None,
    *,
    full: bool = False,
) -> HostsRead:
    """Read the repositories that a profile names, what is new in them alone.

    A repository or a host that cannot be read is told of, and changes nothing.

    Args:
        source: the profile.
        home: the shared limits, the tokens, and what is kept.
        environment: of the process.
        cancelled: once set, it ends within a second.
        full: read everything again.

    Raises:
        CancelledError: the user stopped it.
        StoreError: what was read cannot be stored.
    """
    accesses = accesses_of(source.profile, source.name, home, environment)
    services = services_of(accesses)
    work = _Work(source, home, full, services)
    work.forget()
    for access in accesses:
        try:
            client = client_of(access, home, environment, cancelled)
        except DashboardError as error:
            work.note(access.kind.title, error)
            work.fail(access, access.repositories, error)
        else:
            work.read_all(access, client)
    for origin in _ORIGINS:
        note_unread(source, home, origin, work.failing[origin])
    return work.read_so_far


def client_of(
    access: Access, home: Home, environment: Mapping[str, str], cancelled: threading.Event | None = None
) -> HostClient:
    """Return a client for a host.

    Raises:
        AuthenticationError: its token may not go there.
        ConfigurationError: it cannot be asked.
        NotAllowedError: whoever is present may not let the program ask anybody.
    """
    require_editor(home, access.profile, f"let {access.kind.title} be asked")
    access.check()
    if access.token:
        add_secrets([access.token, *proxy_secrets(access.url)])
    headers = HEADERS if access.kind is GITHUB else {}
    return HostClient(
        access, bucket_of(access, home), headers, read_deadline(environment), cancelled=cancelled
    )


def host_of(access: Access, client: HostClient) -> Host:
    """Return the host behind a client."""
    kind = GitHub if access.kind is GITHUB else GitLab
    return kind(client, access.environments, access.url)


def bucket_of(access: Access, home: Home) -> TokenBucket:
    """Return the limit that all processes of a home share for a host."""
    return shared_bucket(home, urlsplit(access.url).netloc)


def lift_holds(source: Source, home: Home, environment: Mapping[str, str]) -> None:
    """Let everybody in a home ask the hosts of a profile although they asked to wait; on the user's word."""
    for access in accesses_of(source.profile, source.name, home, environment):
        bucket_of(access, home).lift_hold()


@dataclass(slots=True)
class _Work:
    """Reads repositories into what is kept of a profile."""

    source: Source
    home: Home
    full: bool
    services: Mapping[tuple[str, str], str]
    read_so_far: HostsRead = field(default_factory=HostsRead)
    failing: dict[str, dict[str, Failing]] = field(default_factory=lambda: {each: {} for each in _ORIGINS})

    def fail(self, access: Access, repositories: Sequence[str], error: DashboardError) -> None:
        """Have it noted that repositories could not be read."""
        kind = access.kind
        for name in repositories:
            told = f"{kind.title} {name}", self.services[kind.name, name], error
            self.failing[kind.name][name] = told

    def note(self, what: str, error: DashboardError) -> None:
        logger.warning("host.unreadable", extra={"host": what, "cause": error.message})
        self.read_so_far.unread.append((f"{what} could not be read: {error.message}", error.hint))

    def read_all(self, access: Access, client: HostClient) -> None:
        """Read the repositories of a host; the others are given up once its credentials were refused."""
        host = host_of(access, client)
        settings = (access.url, *access.environments)
        for place, repository in enumerate(access.repositories):
            service = self.services[access.kind.name, repository]
            try:
                self.read(Reader(host, repository, service, settings, clock_of(self.home).now_ms()))
            except CancelledError:
                raise
            except SourceError as error:
                self.note(f"The repository {repository} on {access.kind.title}", error)
                refused = isinstance(error, AuthenticationError) and client.is_refused
                self.fail(access, access.repositories[place:][: None if refused else 1], error)
                if refused:
                    break
        self.read_so_far.requests.append(client.requests.as_document())

    def read(self, reader: Reader) -> None:
        """Read a repository and publish what it tells."""
        store, origin = kept_in(self.source, self.home), reader.host.name
        known = store.references()
        key = f"{origin} {reader.repository}"
        state = "" if self.full else store.meta().get(key, "")
        told = reader.read(
            [row for row in known.deployments if (row.origin, row.service) == (origin, reader.service)],
            [row for row in known.changes if (row.origin, row.service) == (origin, reader.service)],
            state,
        )
        if told is not None:
            self._publish(origin, key, told)

    def _publish(self, origin: str, key: str, told: Told) -> None:
        logger.info(
            "host.read",
            extra={"host": origin, "deployments": len(told.deployments), "changes": len(told.changes)},
        )
        retold = (Retold(origin, frozenset((told.service,))),) if told.whole else ()
        self.read_so_far.notices += told.notices
        rows = References(deployments=told.deployments, changes=told.changes)
        self._store(rows, retold, {key: told.state})

    def forget(self) -> None:
        """Take out what is kept of repositories that the profile does not name any more."""
        wanted = {(kind, service) for (kind, _), service in self.services.items()}
        store = kept_in(self.source, self.home)
        if not store.revision():
            return
        known = store.references()
        kept = {(row.origin, row.service) for row in known.deployments}
        kept |= {(row.origin, row.service) for row in known.changes}
        gone = {pair for pair in kept if pair[0] in _ORIGINS and pair not in wanted}
        if not gone:
            return
        # Without what was noted of them a repository that comes back is read as for the first time.
        staying = {f"{kind} {name}" for kind, name in self.services}
        heads = tuple(f"{each} " for each in _ORIGINS)
        noted = {name: "" for name in store.meta() if name.startswith(heads) and name not in staying}
        self._store(References(), [Retold(origin, frozenset((service,))) for origin, service in gone], noted)

    def _store(self, rows: References, retold: Sequence[Retold], meta: Mapping[str, str]) -> None:
        changes = keep(self.source, self.home, rows, retold, meta)
        self.read_so_far.revision = changes.revision or self.read_so_far.revision


def keep(
    source: Source, home: Home, rows: References, retold: Sequence[Retold], meta: Mapping[str, str]
) -> Changes:
    """Keep rows of hosts for a profile, whichever source its issues have."""
    if source.kind == "jira":
        return add_events(source, home, rows, retold, meta)
    with held(home, source.store.key):
        source.store.verify_events()
        if source.kind == "demo":  # a store that is synced has the time of its issues' server
            return source.store.add_events(rows, meta, retold)
        return source.store.add((), rows, meta, retold)


def summed(requests: dict[str, Any], others: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return the block of requests of a sync with those that went to hosts."""
    paths, sums = Counter(requests["by_path"]), dict(requests)
    for other in others:
        paths.update(other["by_path"])
        sums = {name: other[name] + value if name != "by_path" else value for name, value in sums.items()}
    return sums | {"by_path": dict(sorted(paths.items()))}
