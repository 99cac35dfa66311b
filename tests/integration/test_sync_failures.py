"""A failed sync changes no number and no file that numbers come from; a large one stays small in memory."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from configuration.settings import Home
from data.persistence import load_cache_metadata
from data.simulator.server import JiraSimulator
from tests.servers.fault_server import Fault, FaultServer, login_page, redirect, status, too_many
from tests.support.commands import ROOT, environment, printed, refused, run
from tests.support.syncing import DIALECTS, settings_for, store_of

CAPTCHA = {
    "X_Seraph_LoginReason": "AUTHENTICATION_DENIED",
    "X_Authentication_Denied_Reason": "CAPTCHA_CHALLENGE; login-url=https://example.com/login",
}
# What the server answers to everything, the exit code, and a word of the cause.
FAILURES: dict[str, tuple[Fault, int]] = {
    "401": (status(401, b"Client must be authenticated to access this resource."), 3),
    "403": (status(403, b'{"errorMessages":["No."],"errors":{}}'), 3),
    "captcha": (status(403, b"", **CAPTCHA), 3),
    "login page": (login_page, 3),
    "sso": (redirect("https://sso.example.com/login"), 3),
    "400": (status(400, b'{"errorMessages":["Field \'x\' does not exist."],"errors":{}}'), 4),
    "410": (status(410, b'{"errorMessages":["Gone."],"errors":{}}'), 2),
    "429": (too_many("3"), 5),
    "503": (status(503, b"busy", "text/plain"), 5),
    "not json": (status(200, b'{"issues": [', "application/json"), 5),
}


@dataclass(frozen=True)
class Scene:
    """A home that was synced once from a Jira that has changed since."""

    home: Path
    jira: JiraSimulator
    server: FaultServer
    settings: dict[str, str]
    numbers: str
    meta: dict[str, str]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    home = tmp_path_factory.mktemp("home")
    with JiraSimulator(200, 3) as jira, FaultServer(jira.handle) as server:
        settings = settings_for(jira, "cloud", url=server.url)
        printed(home, "sync", **settings)
        numbers, meta = printed(home, "metrics", "--json", **settings), store_of(home).meta()
        jira.mutate(20)
        yield Scene(home, jira, server, settings, numbers, meta)


@pytest.fixture
def home(scene: Scene, tmp_path: Path) -> Path:
    """A copy of the synced home: a wait that one failure brings must not hold the next one up."""
    copy: Path = shutil.copytree(scene.home, tmp_path / "home")
    return copy


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failed_sync_changes_no_number(scene: Scene, home: Path, failure: str) -> None:
    """What ``metrics`` prints is byte-equal after a sync and a full one that failed."""
    fault, code = FAILURES[failure]
    scene.server.plan = lambda number, request: fault
    for arguments in (["sync"], ["sync", "--full"]):
        seen = len(scene.server.seen)
        refused(run(home, *arguments, **scene.settings, JIRA_DEADLINE="1"), code)
        asked = [each for each in scene.server.seen[seen:] if "authorization" in each.headers]
        record = load_cache_metadata(Home(home), "default").syncs[-1]

        assert code != 3 or len(asked) == 1
        assert (record.state, bool(record.error)) == ("failed", True)
    after = printed(home, "metrics", "--json", **scene.settings)

    assert after == scene.numbers
    assert store_of(home).meta() == scene.meta


def test_after_failures_a_sync_brings_what_was_missed(scene: Scene, home: Path) -> None:
    """The first one after a failure that succeeds is incremental, and misses nothing."""
    fault, code = FAILURES["503"]
    scene.server.plan = lambda number, request: fault
    refused(run(home, "sync", **scene.settings, JIRA_DEADLINE="1"), code)
    scene.server.plan = lambda number, request: None
    outcome = json.loads(printed(home, "sync", "--json", **scene.settings))

    assert (outcome["state"], outcome["mode"]) == ("ok", "incremental")
    assert outcome["issues"]["stored"] == len(scene.jira.site.issues())


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_server_that_cannot_be_found(tmp_path: Path, dialect: str) -> None:
    """The site is another one then, so its scope is empty; the scope of the old one is as it was."""
    with JiraSimulator(120, 3, dialect) as jira:
        settings = settings_for(jira, dialect)
        printed(tmp_path, "sync", **settings)
        before = printed(tmp_path, "metrics", "--json", **settings)
    gone = run(tmp_path, "sync", **settings | {"JIRA_DEADLINE": "1"})
    nowhere = {"JIRA_URL": "https://jira.invalid", "JIRA_DEADLINE": "1"}
    unknown = run(tmp_path, "sync", **settings | nowhere)

    refused(gone, 5)
    refused(unknown, 5)
    assert printed(tmp_path, "metrics", "--json", **settings) == before


# Memory ---------------------------------------------------------------------------------

# Not getrusage: a child begins with the peak of the process that it was forked from.
STATUS = Path("/proc/self/status")
MEASURED = """
import re, sys
from app import main
code = main(["sync", "--json"])
status = open("/proc/self/status").read()
print(int(re.search(r"VmHWM:\\s+(\\d+)", status)[1]) // 1024, file=sys.stderr)
sys.exit(code)
"""


def peak_mib(home: Path, settings: dict[str, str]) -> tuple[int, dict]:
    """Sync in a process of its own; return its largest resident size in MiB, and its answer."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED],
        env=environment(home, **settings),
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stderr.split()[-1]), json.loads(done.stdout)


def assert_small(tmp_path: Path, dialect: str, issues: int, most_mib: int) -> None:
    """A first fetch, a sync of changes and a full comparison stay within the same memory."""
    with JiraSimulator(issues, 3, dialect) as jira:
        settings = settings_for(jira, dialect)
        first, _ = peak_mib(tmp_path, settings)
        jira.mutate(issues // 100)
        changes, outcome = peak_mib(tmp_path, settings)

    print(f"{dialect}, {issues} issues: {first} MiB at first, {changes} MiB after")
    assert outcome["mode"] == "incremental"
    assert max(first, changes) <= most_mib


@pytest.mark.skipif(not STATUS.exists(), reason="only Linux tells the peak of a process")
@pytest.mark.parametrize("dialect", DIALECTS)
def test_5000_issues_in_little_memory(tmp_path: Path, dialect: str) -> None:
    assert_small(tmp_path, dialect, 5_000, 256)


@pytest.mark.soak
@pytest.mark.skipif(not STATUS.exists(), reason="only Linux tells the peak of a process")
@pytest.mark.parametrize("dialect", DIALECTS)
def test_50000_issues_in_512_mib(tmp_path: Path, dialect: str) -> None:
    assert_small(tmp_path, dialect, 50_000, 512)
