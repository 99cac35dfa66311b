"""What a running dashboard works on: the profiles it shows, and the background jobs beside them.

Several processes may work on one home. What one of them saves the others see at their next question.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace

from configuration.errors import ConfigurationError, DashboardError
from configuration.people import note, require
from configuration.settings import Home
from data.answers import AnswerMemory
from data.intake.background import Syncs, refer
from data.intake.connect import lift_hold
from data.intake.jobs import JobPort
from data.intake.queued_jobs import QueuedJobs
from data.model.clock import clock_of
from data.people.owners import require_editor
from data.persistence import DEFAULT_PROFILE, DEMO_PROFILE, checked_name, has_profile
from data.pipeline import Pipeline
from data.profiles.notes import Notes
from data.profiles.sources import Source, resolve
from data.store.documents import documents_of
from data.store.ledger import ledger_of
from data.together import Together

STALE_AFTER_MS = 15 * 60 * 1000
A_MOMENT_MS = 60 * 1000
MOST_PIPELINES = 32
_SHOWN = "shown"


class Workspace:
    """The profiles of a home, each with its pipeline; safe to share between threads.

    Args:
        home: profiles, stores and the shared limiter.
        environment: of the process; wins over the profiles.
        shown: what is shown where nobody asks for another profile.
        still_wanted: called between the steps of an answer; raises where nobody waits for it any more.
        shared: other processes answer for the same address, so that what one of them shows all have to.
    """

    def __init__(
        self,
        home: Home,
        environment: Mapping[str, str],
        shown: Source,
        still_wanted: Callable[[], None] = lambda: None,
        *,
        shared: bool = False,
    ) -> None:
        self.home = home
        self.environment = environment
        database = home.database
        self.jobs: JobPort | QueuedJobs = (
            QueuedJobs(home, database, refer) if database else JobPort(home, refer)
        )
        self._still_wanted = still_wanted
        self._lock = threading.Lock()
        self._answers = AnswerMemory()
        self._shared = Notes(home) if shared else None
        self._shown = shown.name
        self._kept = documents_of(home, "profiles"), documents_of(home, "secrets")
        self._stamps: dict[str, Hashable] = {shown.name: self._stamp_of(shown.name)}
        self._pipelines = OrderedDict({shown.name: self._pipeline_of(shown)})
        self.together = Together(self.borrow)
        self._syncs = Syncs(home, environment)

    @property
    def shown(self) -> str:
        """Name of the profile that is shown where nobody asks for another one."""
        if self._shared is not None:
            name = (self._shared.read(_SHOWN) or b"").decode(errors="replace")
            if name and self._has(name):
                return name
        return self._shown

    def _has(self, name: str) -> bool:
        return name in (DEFAULT_PROFILE, DEMO_PROFILE) or has_profile(self.home, name)

    def show(self, name: str) -> None:
        """Make ``name`` the profile that is shown where nobody asks for another one.

        Raises:
            ConfigurationError: there is no such profile, or the present person may not.
            InputError: the name cannot be one.
        """
        require("editor", "choose what is shown to everybody first")
        self.pipeline(name)
        self._shown = name
        if self._shared is not None:
            self._shared.write(_SHOWN, name.encode())

    def pipeline(self, name: str | None = None) -> Pipeline:
        """Return the pipeline of a profile, by default of the one that is shown, as its settings are now.

        While the file of a profile is wrong its last good settings hold.

        Raises:
            ConfigurationError: there is no such profile, or its file is wrong and was never good.
            InputError: the name cannot be one.
        """
        chosen = name or self.shown
        with self._lock:
            known, stamp = self._pipelines.get(chosen), self._stamp_of(chosen)
            saved = known is not None and stamp != self._stamps.get(chosen)
            if known is None:
                known = self._pipelines[chosen] = self._pipeline_of(self._resolve(chosen))
                self._drop_oldest(chosen)
            self._stamps[chosen] = stamp
            self._pipelines.move_to_end(chosen)
        return self._follow(chosen, known) if saved else known

    def _stamp_of(self, name: str) -> Hashable:
        """Return what changes whenever somebody saves a profile, or its token."""
        profiles, secrets = self._kept
        return profiles.stamp(f"{name}.toml"), secrets.stamp(f"{name}.json")

    def _follow(self, name: str, known: Pipeline) -> Pipeline:
        """Return the pipeline of a profile that somebody saved, be it by another process or by hand."""
        try:
            source = self._resolve(name)
        except DashboardError:
            if self._has(name):
                return known
            self.forget(name)
            raise
        return self._take_over(known, source)

    def _take_over(self, known: Pipeline, source: Source) -> Pipeline:
        """Return the pipeline over other settings: the same one where no number depends on what changed."""
        same = replace(source, store=known.store)
        if _without_lists(known.source) != _without_lists(source):
            return self._replace(source)
        if same != known.source:
            known.take_over(same)
        return known

    def _replace(self, source: Source) -> Pipeline:
        fresh = self._pipeline_of(source)
        with self._lock:
            stamp = self._stamps.get(source.name)
            self._forget(source.name)
            self._pipelines[source.name], self._stamps[source.name] = fresh, stamp
        return fresh

    def borrow(self, name: str) -> Pipeline:
        """Return the pipeline of a profile for one question: where none is open, what it reads is not kept.

        Raises:
            ConfigurationError: there is no such profile, or its file is wrong.
            InputError: the name cannot be one.
        """
        with self._lock:
            known = self._pipelines.get(name)
            return known or Pipeline(self._resolve(name), still_wanted=self._still_wanted)

    def _resolve(self, name: str) -> Source:
        """Return a profile that exists: an address of the environment alone does not make one of any name."""
        if not self._has(checked_name(name)):
            raise ConfigurationError(
                f"There is no profile called {name}.",
                hint="Choose another one, or create it on the Settings page.",
            )
        return resolve(self.home, name, self.environment)

    def _drop_oldest(self, asked: str) -> None:
        names = [name for name in self._pipelines if name not in (self._shown, asked)]
        for name in names[: max(0, len(self._pipelines) - MOST_PIPELINES)]:
            self._forget(name)

    def reload(self, name: str) -> Pipeline:
        """Read a profile again after its settings changed; while its file is wrong the last good ones hold.

        Raises:
            ConfigurationError: the file is wrong, or gone.
        """
        self._stamps[name] = self._stamp_of(name)  # before it is read: later writes are noticed
        return self._replace(resolve(self.home, name, self.environment))

    def renew(self, name: str) -> Pipeline:
        """Read settings again of which only those changed that no number depends on: events and views.

        Where others turn out to have changed too, in the file, this is ``reload``.

        Raises:
            ConfigurationError: the file is wrong, or gone.
        """
        pipeline = self.pipeline(name)
        return self._take_over(pipeline, resolve(self.home, name, self.environment))

    def forget(self, name: str) -> None:
        """Drop the pipeline of a profile that was renamed or deleted."""
        with self._lock:
            self._forget(name)

    def _forget(self, name: str) -> None:
        known = self._pipelines.pop(name, None)
        self._stamps.pop(name, None)
        if known is not None:
            known.forget_answers()

    def refresh(self, name: str | None = None, *, full: bool = False) -> bool:
        """Start a background sync of a profile that has a Jira, or a host of repositories, to ask.

        On a server a worker runs it.

        Args:
            name: the profile, by default the one that is shown.
            full: fetch and compare everything.

        Returns:
            False where there is nothing to ask, or another job of the profile still runs.
        """
        source = self.pipeline(name).source
        if not source.can_be_asked:
            return False
        # Whoever looks at the sample data first lets them be made; that changes nothing of anybody's.
        if source.kind != "demo" or full or source.store.revision():
            require_editor(self.home, source.name, "start a sync")
        note("sync started", source.name)
        if isinstance(self.jobs, QueuedJobs):
            return self.jobs.start(source.name, full=full)
        return self.jobs.start(*self._syncs.of(source, full=full), source.name)

    def ask_now(self, name: str) -> bool:
        """Start a sync although Jira asked to wait: once, on the word of whoever clicked.

        Raises:
            DashboardError: the connection is not usable.
        """
        require_editor(self.home, name, "ask Jira before its time")
        lift_hold(self.pipeline(name).source, self.home)
        return self.refresh(name)

    def cancel(self, name: str) -> None:
        """Ask the running job to stop.

        Raises:
            NotAllowedError: the present person may not change the profile.
        """
        require_editor(self.home, name, "cancel a sync")
        note("sync cancelled", name)
        self.jobs.cancel(name)

    def refresh_if_old(self, name: str | None = None) -> bool:
        """Start a background sync if what is stored is older than 15 minutes, and always for the demo."""
        pipeline = self.pipeline(name)
        synced_at = pipeline.status().synced_at
        # Data from the future are those of a clock that was put back: nobody knows how old they are.
        now = clock_of(self.home).now_ms()
        old = synced_at is None or not -A_MOMENT_MS <= now - synced_at <= STALE_AFTER_MS
        return (old or pipeline.source.kind == "demo") and self.refresh(name)

    def begin(self) -> None:
        """Start what a dashboard starts with: a sync where the data are old, and sample data of today.

        Of the processes that share a home one does so.
        """
        self._syncs.begin_again()
        self.refresh_if_old()

    def close(self) -> None:
        """Stop the jobs of this process and its sample Jira."""
        self.jobs.close()
        self._syncs.stop()

    def _pipeline_of(self, source: Source) -> Pipeline:
        ledger = ledger_of(self.home, source.name)
        return Pipeline(source, ledger, self._still_wanted, self._answers)


def _without_lists(source: Source) -> tuple[object, ...]:
    """Return all of a source that numbers depend on, in a form that can be compared."""
    profile = replace(source.profile, events=(), views=(), default_view="")
    return profile, source.kind, source.store.key, source.url, source.email, source.jql, source.dialect
