"""What a worker does of a profile, and how often."""

from pathlib import Path

import pytest

from configuration.errors import CancelledError, ConfigurationError, StoreError
from configuration.profile import JiraSettings, Profile, SyncSettings
from configuration.settings import Home
from data.intake.background import Schedules, Syncs, refer
from data.persistence import delete_profile, save_profile, save_profile_text

JIRA = JiraSettings(url="https://jira.example.org", jql="x")


def test_profiles_are_due_as_their_settings_say(tmp_path: Path) -> None:
    """Those of files have nobody to ask; settings that cannot be read any more stay as they were."""
    home = Home(tmp_path)
    schedules = Schedules(home, {})
    save_profile(home, "usual", Profile(jira=JIRA))
    save_profile(home, "often", Profile(jira=JIRA, sync=SyncSettings(5)))
    save_profile(home, "never", Profile(jira=JIRA, sync=SyncSettings(0)))
    save_profile(home, "files", Profile())
    first = schedules.minutes()
    save_profile(home, "never", Profile(jira=JIRA, sync=SyncSettings(60)))
    save_profile_text(home, "often", "[sync]\nevery_minutes = 'x'\n")
    delete_profile(home, "usual")

    assert first == {"usual": 15, "often": 5}
    assert schedules.minutes() == {"often": 5, "never": 60}


@pytest.mark.parametrize(
    ("name", "cause"),
    [("gone", "There is no profile called gone."), ("files", "The profile files has nobody to ask.")],
)
def test_a_profile_that_changed_since_it_was_asked_for(tmp_path: Path, name: str, cause: str) -> None:
    """It was deleted, or has lost its Jira, while the sync waited."""
    home = Home(tmp_path)
    save_profile(home, "files", Profile())

    with pytest.raises(ConfigurationError) as refused:
        Syncs(home, {}).named(name, False)

    assert refused.value.message == cause


def test_a_sync_has_the_name_of_what_it_reads(tmp_path: Path) -> None:
    home = Home(tmp_path)
    save_profile(home, "team", Profile(jira=JIRA))
    syncs = Syncs(home, {})

    assert [syncs.named(name, True)[0] for name in ("team", "demo")] == [
        "Reading Jira",
        "Reading the sample Jira",
    ]


def test_what_somebody_stopped_has_not_failed(caplog: pytest.LogCaptureFixture) -> None:
    """Its reference is found in the log all the same, but not among the errors."""
    stopped = refer(CancelledError("The sync was cancelled.", hint="Start it again later."))
    failed = refer(StoreError("The disk is full.", hint="Free some space."))

    told = [(record.levelname, record.message, record.reference) for record in caplog.records]  # type: ignore[attr-defined]
    assert told == [("WARNING", "sync.cancelled", stopped), ("ERROR", "sync.failed", failed)]
