"""When a page has something new to show, and whose data it says it shows."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from callbacks.shell import banner_kind, stamp
from callbacks.workspace import Workspace
from configuration.errors import ConfigurationError, StoreError
from tests.dashboards import workspace_over


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Return what a job waits for; it is let go at the end."""
    event = threading.Event()
    yield event
    event.set()


def waiting_job(workspace: Workspace, gate: threading.Event) -> None:
    """Start a job that lasts until the gate opens."""
    assert workspace.jobs.start("Reading", lambda progress, cancelled: gate.wait(10))


def test_the_same_data_are_nothing_new(tmp_path: Path, gate: threading.Event) -> None:
    """Neither looking twice nor a sync that is still running changes what is shown."""
    workspace = workspace_over(tmp_path)
    before = stamp(workspace, None)
    waiting_job(workspace, gate)

    assert stamp(workspace, None) == before == stamp(workspace, "default")


def test_a_sync_that_failed_is_something_new(tmp_path: Path) -> None:
    """The cards learn that they were not refreshed."""
    workspace = workspace_over(tmp_path)
    before = stamp(workspace, None)

    def work(progress: object, cancelled: object) -> None:
        raise StoreError("The disk is full.", hint="Make room.")

    workspace.jobs.start("Reading", work)
    workspace.jobs.join(10)

    assert stamp(workspace, None) != before


def test_the_first_data_are_waited_for_and_given_up(tmp_path: Path, gate: threading.Event) -> None:
    """While an empty store is filled nobody is told that it is empty; a cancelled job changes that."""
    workspace = workspace_over(tmp_path, [])
    empty, kind = stamp(workspace, None), banner_kind(workspace, workspace.pipeline())
    waiting_job(workspace, gate)
    reading, meanwhile = stamp(workspace, None), banner_kind(workspace, workspace.pipeline())
    gate.set()
    workspace.jobs.join(10)

    assert (kind, meanwhile) == ("empty", "files")
    assert reading != empty == stamp(workspace, None)


def test_an_unknown_profile_is_refused(tmp_path: Path) -> None:
    """A pasted link may name any profile."""
    with pytest.raises(ConfigurationError, match="no profile called nobody"):
        stamp(workspace_over(tmp_path), "nobody")
