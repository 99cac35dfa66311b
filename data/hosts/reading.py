"""A repository of a host read as deployments and changes: all of it once, then what is new."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from configuration.errors import NotFoundError, SourceError
from data.hosts.access import KINDS
from data.hosts.placing import Graph, place_changes
from data.hosts.port import About, Deployed, Host, Listing, Merged
from data.hosts.rows import Teller, is_open, with_details
from data.model.changes import ChangeRow
from data.model.tables import MISSING, DeploymentRow

# What is made of a repository; another number reads all of it again.
_READER = 1
# So many deployments and changes are asked about one by one at a time; the rest follows with the next syncs.
MOST_AT_ONCE = 500


class _State(msgspec.Struct):
    """What was read the last time, under which settings (``digest``), and what is left to be read.

    ``releases`` says that these are what counts as deployed, ``etags`` belong to the first page of each list,
    the instants to what was changed last in them; ``waiting`` holds the authors of the changes behind which
    nobody looked yet, by id, and ``unplaced`` says that no commits were told.
    """

    digest: str = ""
    branch: str = ""
    releases: bool = False
    unplaced: bool = False
    etags: dict[str, str] = {}
    deployments_at: int = 0
    changes_at: int = 0
    waiting: dict[str, str] = {}


def waiting_in(meta: Mapping[str, str]) -> dict[str, int]:
    """Return by host and repository how many changes are known by name alone so far.

    Args:
        meta: of the store that keeps what hosts told.
    """
    found = {}
    for kind in KINDS:
        head = f"{kind.name} "
        for name, text in meta.items():
            if name.startswith(head) and text:
                found[f"{kind.title} {name.removeprefix(head)}"] = len(_state_of(text).waiting)
    return found


def _state_of(text: str) -> _State:
    """Return what was noted of a repository; of what cannot be read nothing."""
    try:
        return msgspec.json.decode(text, type=_State)
    except msgspec.DecodeError:
        return _State()


class _AnewError(Exception):
    """Nothing that is stored can be built on."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a repository tells.

    Attributes:
        service: what it is called.
        deployments: that are new or different, all of them where it was read as a whole.
        changes: likewise.
        whole: what is stored and not among them is gone.
        state: for the next time.
        notices: sentences that a reader of the numbers should know.
    """

    service: str
    deployments: tuple[DeploymentRow, ...]
    changes: tuple[ChangeRow, ...]
    whole: bool
    state: str
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Lists:
    deployments: Listing[Deployed]
    releases: Listing[Deployed]
    merged: Listing[Merged]

    @property
    def unchanged(self) -> bool:
        return self.deployments.unchanged and self.releases.unchanged and self.merged.unchanged

    def etags(self) -> dict[str, str]:
        return {
            "deployments": self.deployments.etag,
            "releases": self.releases.etag,
            "changes": self.merged.etag,
        }


@dataclass(slots=True)
class _Rows:
    """The rows of a repository by id: as they become, and as they were."""

    deployments: dict[str, DeploymentRow]
    changes: dict[str, ChangeRow]
    were: tuple[dict[str, DeploymentRow], dict[str, ChangeRow]] = ({}, {})

    def __post_init__(self) -> None:
        self.were = dict(self.deployments), dict(self.changes)

    def fresh_deployments(self) -> list[DeploymentRow]:
        return [row for name, row in self.deployments.items() if self.were[0].get(name) != row]

    def fresh_changes(self) -> list[ChangeRow]:
        return [row for name, row in self.changes.items() if self.were[1].get(name) != row]


_NOTHING: Listing[Deployed] = Listing(unchanged=True)


@dataclass(slots=True)
class Reader:
    """Reads one repository.

    Args:
        host: that has it.
        repository: by its whole name.
        service: what it is called.
        settings: other ones read all of it again.
        now_ms: this machine's time.
        most: how much is asked about one by one.
    """

    host: Host
    repository: str
    service: str
    settings: Sequence[str]
    now_ms: int
    most: int = MOST_AT_ONCE
    _notices: list[str] = field(default_factory=list)
    _before: "_Rows" = field(default_factory=lambda: _Rows({}, {}))

    def read(
        self, deployments: Iterable[DeploymentRow], changes: Iterable[ChangeRow], state: str
    ) -> Told | None:
        """Read what is new.

        Args:
            deployments: that are stored of this repository.
            changes: likewise.
            state: what was told the last time, "" for the first or to read all again.

        Returns:
            None where nothing has happened since.

        Raises:
            SourceError: it cannot be read; what is stored stays.
        """
        known = self._known(state)
        rows = _Rows({row.id: row for row in deployments}, {row.id: row for row in changes})
        if known is not None:
            try:
                return self._read_new(known, rows)
            except _AnewError:
                pass
        # What stands behind a change does not change once it is merged, and need not be asked for again.
        self._before = rows
        return self._read_all()

    def _read_all(self) -> Told:
        about = self.host.about(self.repository)
        state = _State(digest=self._digest(), branch=about.branch)
        lists = self._lists(state)
        if not lists.deployments.rows:
            state.releases = True
            releases = self.host.releases(self.repository, "")
            lists = _Lists(lists.deployments, releases, lists.merged)
        self._note_name(about)
        if lists.deployments.left_out:
            self._notices.append(
                f"{lists.deployments.left_out} deployments of {self.service} are left out: their environments"
                " pass away. Name those that count in the profile."
            )
        return self._told(state, lists, _Rows({}, {}), whole=True)

    def _read_new(self, state: _State, rows: _Rows) -> Told | None:
        """Return what is new, None for nothing.

        Raises:
            _AnewError: all has to be read again.
        """
        lists = self._lists(state)
        waiting = state.unplaced or state.waiting or any(self._open(rows))
        if lists.unchanged and not waiting:
            return None
        if not lists.unchanged:
            about = self.host.about(self.repository)
            teller = self._teller()
            told = {teller.deployment(each, read=True).id for each in lists.releases.rows}
            gone = bool(told) and not rows.deployments.keys() <= told
            if about.branch != state.branch or gone or (state.releases and lists.deployments.rows):
                raise _AnewError
            self._note_name(about)
        return self._told(state, lists, rows, whole=False)

    def _lists(self, state: _State) -> _Lists:
        host, name, etags = self.host, self.repository, state.etags
        return _Lists(
            host.deployments(name, state.deployments_at, etags.get("deployments", "")),
            host.releases(name, etags.get("releases", "")) if state.releases else _NOTHING,
            host.merged(name, state.branch, state.changes_at, etags.get("changes", "")),
        )

    def _told(self, state: _State, lists: _Lists, rows: _Rows, *, whole: bool) -> Told:
        state.etags = lists.etags()
        asked = self._take_deployments(state, lists, rows)
        self._take_changes(state, lists.merged, rows)
        self._look_behind(state, asked, rows)
        self._place(state, rows)
        return Told(
            self.service,
            tuple(rows.fresh_deployments()),
            tuple(rows.fresh_changes()),
            whole,
            msgspec.json.encode(state).decode(),
            tuple(self._notices),
        )

    def _take_deployments(self, state: _State, lists: _Lists, rows: _Rows) -> list[Deployed]:
        """Take listed deployments in, and return those of which it has to be asked what became of them."""
        teller, asked = self._teller(), {each.id: each for each in self._open(rows)}
        for told in (*lists.deployments.rows, *lists.releases.rows):
            row = teller.deployment(told, read=told.settled or not self.host.asks_outcomes)
            state.deployments_at = max(state.deployments_at, told.updated_at)
            if told.settled or not self.host.asks_outcomes:
                rows.deployments[row.id] = row
            else:
                rows.deployments.setdefault(row.id, self._before.deployments.get(row.id, row))
                asked[told.id] = told
        return sorted(asked.values(), key=lambda each: (-each.at, each.id))

    def _take_changes(self, state: _State, listing: Listing[Merged], rows: _Rows) -> None:
        teller = self._teller()
        for merged in listing.rows:
            name = f"{self.service}#{merged.number}"
            known = rows.changes.get(name) or self._before.changes.get(name)
            row = teller.change(merged, known)
            rows.changes[name] = row
            state.changes_at = max(state.changes_at, merged.updated_at)
            if row.first_commit_at == MISSING and (known is None or name in self._before.changes):
                state.waiting[name] = merged.author

    def _look_behind(self, state: _State, asked: Sequence[Deployed], rows: _Rows) -> None:
        """Ask one by one, the last ones first; what is not reached, or fails, follows the next time."""
        left, waiting = list(asked), sorted(state.waiting, key=lambda name: -rows.changes[name].merged_at)
        try:
            for _ in range(self.most):
                if left:
                    self._ask_outcome(left[0], rows)
                    del left[0]
                elif waiting:
                    self._ask_details(waiting[0], state, rows)
                    del state.waiting[waiting.pop(0)]
                else:
                    break
        except SourceError as error:
            self._notices.append(f"{self.service}: {error.message} {error.hint}")
        if left or waiting:
            self._notices.append(
                f"{len(left)} deployments and {len(waiting)} changes of {self.service} are known by name"
                f" alone so far; each sync reads {self.most} more, the latest first."
            )

    def _ask_outcome(self, deployed: Deployed, rows: _Rows) -> None:
        try:
            told = self.host.outcome(self.repository, deployed)
        except NotFoundError:
            told = Deployed(deployed.id, deployed.name, "", deployed.environment, "inactive", deployed.at)
        row = self._teller().deployment(told, read=True)
        rows.deployments[row.id] = row

    def _ask_details(self, name: str, state: _State, rows: _Rows) -> None:
        row = rows.changes[name]
        number = self._teller().number_of(row)
        try:
            details = self.host.details(self.repository, number, state.waiting[name])
        except NotFoundError:
            return  # it was there a moment ago, and its name is all that will be known
        rows.changes[name] = with_details(row, details)

    def _place(self, state: _State, rows: _Rows) -> None:
        graph = Graph(lambda commit, since_ms: self.host.commits(self.repository, commit, since_ms))
        fresh = {row.id for row in rows.fresh_deployments()} | {row.id for row in rows.fresh_changes()}
        if state.unplaced:
            fresh = {*rows.deployments, *rows.changes}
        try:
            placed = place_changes(rows.changes, rows.deployments.values(), fresh, graph)
            rows.changes.update((row.id, row) for row in placed)
            state.unplaced = False
            self._note_commits(graph)
        except SourceError as error:
            state.unplaced = True
            self._notices.append(
                f"Which changes of {self.service} are deployed could not be read: {error.message}"
                f" {error.hint}"
            )

    def _note_commits(self, graph: Graph) -> None:
        if graph.unknown:
            self._notices.append(
                f"{self.service} does not have {graph.unknown} of the commits any more that were deployed;"
                " what these deployments held is not known."
            )
        if graph.skipped:
            self._notices.append(
                f"What {graph.skipped} deployments of {self.service} held was not asked: they are on branches"
                " of their own. Name the environments that count in the profile."
            )

    def _open(self, rows: _Rows) -> Iterable[Deployed]:
        teller = self._teller()
        if not self.host.asks_outcomes:
            return []
        return (teller.asked_again(row) for row in rows.deployments.values() if is_open(row, self.now_ms))

    def _teller(self) -> Teller:
        return Teller(self.host.name, self.service)

    def _note_name(self, about: About) -> None:
        if about.name.casefold() != self.repository.casefold():
            self._notices.append(
                f"The repository {self.repository} is called {about.name} now; correct it in the profile."
            )

    def _known(self, text: str) -> _State | None:
        """Return what was read the last time, None where nothing was, or under other settings."""
        state = _state_of(text)
        return state if state.digest == self._digest() else None

    def _digest(self) -> str:
        parts = (str(_READER), self.host.name, self.repository, self.service, *self.settings)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
