"""The built-in Jira, and the GitLab beside it, as sample data behind the dashboard.

Every process that reads it has one of its own, and all of them are the same: what happens in it is made of
the note of when it came into being, minute by minute, and of nothing else.
"""

import datetime as dt
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec

from configuration.logging_config import run_context
from configuration.profile import GitlabSettings
from configuration.program import VERSION
from configuration.settings import Home, Secret
from data.intake.jobs import Progress, Work
from data.intake.profile_sync import synchronize
from data.intake.unread import name_unread
from data.profiles.notes import Notes
from data.profiles.sources import Source, configuration_of
from data.simulator.catalogue import TEAMS
from data.simulator.repositories import path_of
from data.simulator.server import JiraSimulator

DEMO_JQL = "created is not EMPTY ORDER BY key"
MUTATE_EVERY_S = 60.0
_CHANGES = 4
_PROJECTS = tuple(map(path_of, TEAMS))
_NOTE = "demo.world.json"


@dataclass(frozen=True, slots=True)
class _World:
    """Of which sample Jira the stored issues are.

    Attributes:
        day: on which its history ends.
        born: since when something happens in it, epoch seconds.
        version: of the program, whose next one may tell another history.
        read: everything of it was fetched once.
    """

    day: dt.date
    born: float
    version: str = VERSION
    read: bool = False

    def is_of(self, day: dt.date) -> bool:
        """Tell whether this program would make the same one on that day."""
        return (self.day, self.version) == (day, VERSION)


class _Life:
    """A sample Jira on loopback, in which something happens once a minute.

    Args:
        world: which one.
    """

    def __init__(self, world: _World) -> None:
        self.born = world.born
        self._minutes = 0
        self._at: float | None = None
        self.jira = JiraSimulator(today=world.day, repositories=True, clock=self._now).start()

    def _now(self) -> float:
        return time.time() if self._at is None else self._at

    def catch_up(self) -> None:
        """Let happen what has happened since its birth, each at its minute."""
        while self.born + (self._minutes + 1) * MUTATE_EVERY_S <= time.time():
            self._minutes += 1
            self._at = self.born + self._minutes * MUTATE_EVERY_S
            self.jira.mutate(_CHANGES)
        self._at = None


class DemoJira:
    """The simulated Jira of a running demo; it starts with the first sync and then lives on.

    Once a minute something happens in it, so that an incremental sync can be watched.

    Args:
        home: shared limiter of the requests, and the note of which Jira it is.
        environment: of the process.
    """

    def __init__(self, home: Home, environment: Mapping[str, str]) -> None:
        self._home = home
        self._environment = environment
        self._notes = Notes(home)
        self._lock = threading.Lock()
        self._life: _Life | None = None

    def work(self, source: Source, *, full: bool = False) -> Work:
        """Return the job that brings the demo's store up to date, through the same client as any other.

        The first one of a world fetches everything. One job at a time may run in a home.
        """

        def sync(progress: Progress, cancelled: threading.Event) -> None:
            with run_context(profile=source.name):
                world = self._world()
                jira = self._live(world)
                asked = replace(
                    source,
                    url=jira.url,
                    email=jira.email,
                    token=Secret(jira.token),
                    jql=DEMO_JQL,
                    profile=replace(source.profile, gitlab=GitlabSettings(projects=_PROJECTS)),
                )
                outcome = synchronize(
                    asked,
                    self._home,
                    # What the environment says of another GitLab is not meant for this one.
                    {**self._environment, "GITLAB_URL": jira.code_url, "GITLAB_TOKEN": jira.token},
                    progress,
                    cancelled,
                    full=full or not world.read,
                    configuration=configuration_of(source),
                )
                if not world.read:
                    self._note(replace(world, read=True))
                name_unread(outcome)

        return sync

    def begin_again(self) -> None:
        """Let the next sync be the first one of another Jira, with a history until that day."""
        self._notes.delete(_NOTE)

    def stop(self) -> None:
        """Close the simulated Jira, if it runs."""
        with self._lock:
            if self._life is not None:
                self._life.jira.stop()
                self._life = None

    def _world(self) -> _World:
        """Return the world that the processes of the home share today."""
        today = dt.datetime.now(dt.UTC).date()
        try:
            known = msgspec.json.decode(self._notes.read(_NOTE) or b"", type=_World)
        except (msgspec.DecodeError, RecursionError):
            known = None
        if known is None or not known.is_of(today):
            known = _World(today, time.time())
            self._note(known)
        return known

    def _note(self, world: _World) -> None:
        self._notes.write(_NOTE, msgspec.json.encode(world))

    def _live(self, world: _World) -> JiraSimulator:
        with self._lock:
            if self._life is not None and self._life.born != world.born:
                self._life.jira.stop()
                self._life = None
            self._life = self._life or _Life(world)
            self._life.catch_up()
            return self._life.jira
