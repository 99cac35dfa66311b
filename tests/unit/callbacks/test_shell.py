"""When a page has something new to show, and whose data it says it shows."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from callbacks.shell import banner_kind, banner_of, stamp
from callbacks.web.application import create_app
from configuration.errors import ConfigurationError, StoreError
from configuration.profile import Profile
from configuration.settings import Home
from data.cache_manager import References
from data.profiles.sources import Source
from data.workspace import Workspace
from tests.support.builders import issue
from tests.support.calls import AT_HOME
from tests.support.dashboards import PORT, workspace_over
from tests.support.rows import row
from tests.support.stores import store_at
from ui import ids


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Return what a job waits for; it is let go at the end."""
    event = threading.Event()
    yield event
    event.set()


def waiting_job(workspace: Workspace, gate: threading.Event) -> None:
    """Start a job that lasts until the gate opens."""
    assert workspace.jobs.start("Reading", lambda progress, cancelled: gate.wait(10), "default")


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

    workspace.jobs.start("Reading", work, "default")
    workspace.jobs.join("default", 10)

    assert stamp(workspace, None) != before


def test_the_first_data_are_waited_for_and_given_up(tmp_path: Path, gate: threading.Event) -> None:
    """While an empty store is filled nobody is told that it is empty; a cancelled job changes that."""
    workspace = workspace_over(tmp_path, [])
    empty, kind = stamp(workspace, None), banner_kind(workspace, workspace.pipeline(), "empty")
    waiting_job(workspace, gate)
    reading, meanwhile = stamp(workspace, None), banner_kind(workspace, workspace.pipeline(), "empty")
    gate.set()
    workspace.jobs.join("default", 10)

    assert (kind, meanwhile) == ("empty", "files")
    assert reading != empty == stamp(workspace, None)


def test_an_unknown_profile_is_refused(tmp_path: Path) -> None:
    """A pasted link may name any profile."""
    with pytest.raises(ConfigurationError, match="no profile called nobody"):
        stamp(workspace_over(tmp_path), "nobody")


def test_the_first_start_over_an_earlier_store_says_that_the_definitions_are_new(tmp_path: Path) -> None:
    """What to do about files, and where the changes are listed; it is told until they are imported again."""
    path = tmp_path / "scope.sqlite"
    shutil.copy(Path(__file__).resolve().parents[2] / "fixtures" / "store-v2.sqlite", path)
    source = Source("default", "files", Profile(), store_at(path))
    workspace = Workspace(Home(tmp_path), {}, source)
    first = str(banner_of(workspace, workspace.pipeline()))
    source.store.add([row(issue("Z-1"))], References())
    again = str(banner_of(workspace, workspace.pipeline()))

    assert "definitions of the numbers are new (version 2)" in first
    assert "Import the files again, once: " in first
    assert "href='/diagnostics'" in first
    assert "40 stored issues were read by an earlier version" in again


def test_no_answer_follows_the_address_itself(tmp_path: Path) -> None:
    """A busy server would be asked too late, of a page that was left, or in place of what somebody waits for.

    What an answer needs of the address the browser puts into stores that change with it alone; whoever keeps
    a view keeps the address that is there when the button is pressed.
    """
    app = create_app(workspace_over(tmp_path), port=PORT)
    app.server.test_client().get("/_dash-dependencies", headers=AT_HOME)
    served = {name: one for name, one in app.callback_map.items() if one.get("callback")}
    following = [
        name
        for name, one in served.items()
        if any(each["id"] == ids.URL for each in (*one["inputs"], *one["state"]))
    ]

    assert len(served) > 35
    assert [name for name in following if ids.VIEWS_KEPT not in name] == []
