"""Many scopes in one process: ``python -m tools.measure_scale.scopes SCOPES ISSUES`` prints them as JSON.

With ``served`` after them it is the process of a dashboard, as gunicorn loads it, whose pages were asked for.
"""

import json
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from http import HTTPStatus
from pathlib import Path
from typing import cast

import msgspec

from configuration.memory import keep_freed_memory
from configuration.profile import profile_from
from data.cache_manager import Store
from data.metrics.report import View
from data.model.tables import Dataset, Project
from data.pipeline import Pipeline
from data.profiles.sources import Source
from data.together import Asked, Together
from tests.support.synthetic import DAY_MS, DAYS, PROFILE, STARTS_AT, synthetic_dataset

ISSUES_SERVED = 2_000
HERE = "http://127.0.0.1:8050"
# When all made-up data end: to ask for it costs no making.
AS_OF = str(STARTS_AT + DAYS * DAY_MS)


@dataclass(frozen=True)
class Measured:
    """What a process finds that shows many profiles beside each other and together.

    Attributes:
        loads: how often tables were read to cut all scopes, then after one of them changed.
        started_mb: the most memory that the process held before.
        cut_mb: the same after all scopes were cut, one after the other.
        peak_mb: the same after all numbers were found.
        kept_mb: what is remembered of all scopes.
        cut_s: seconds of processor time to read, derive and cut all scopes.
        together_s: the same for the numbers of all together.
        changed_s: the same again after one scope changed.
        rows_s: the same for the rows of all of them.
        velocity_n: items that all delivered in the period.
    """

    loads: tuple[int, int]
    started_mb: float
    cut_mb: float
    peak_mb: float
    kept_mb: float
    cut_s: float
    together_s: float
    changed_s: float
    rows_s: float
    velocity_n: int


class _Scope:
    """A store whose issues are made whenever somebody reads them, as no disk would hold so many."""

    def __init__(self, number: int, issues: int) -> None:
        self.key = f"scope-{number}"
        self.revision = "1"
        self.loads = 0
        self._number, self._issues = number, issues

    def meta(self) -> dict[str, str]:
        """Return what a store says of itself."""
        return {"revision": self.revision, "as_of": AS_OF, "complete": "1", "site": "jira.test"}

    def load(self) -> Dataset:
        """Return issues of projects that no other scope has."""
        self.loads += 1
        made, mark = synthetic_dataset(self._issues, self._number), f"{self._number}00"
        projects = tuple(Project(mark + one.id, f"S{self._number}{one.key}") for one in made.issues.projects)
        sets = tuple(tuple(mark + version for version in each) for each in made.issues.version_sets)
        versions = tuple(
            msgspec.structs.replace(version, id=mark + version.id, project_id=mark + version.project_id)
            for version in made.versions
        )
        issues = replace(made.issues, projects=projects, version_sets=sets)
        return replace(made, issues=issues, versions=versions, revision=self.revision)


def serve_pages(home: Path) -> object:
    """Return the dashboard of this process, as gunicorn loads it, after it answered pages over one scope."""
    # Here: a process that serves nothing is measured without them.
    from callbacks.cli.hosting import application  # noqa: PLC0415
    from tests.support.calls import page_call  # noqa: PLC0415
    from tests.support.large_stores import fill_home  # noqa: PLC0415

    fill_home(home, ISSUES_SERVED)
    server = application({"THROUGHLINE_HOME": str(home)})
    client = server.test_client()
    answers = [client.get(path, base_url=HERE) for path in ("/", "/_dash-layout", "/_dash-dependencies")]
    answers += [
        client.post("/_dash-update-component", json=page_call({}, page), base_url=HERE)
        for page in ("overview", "flow", "dora")
    ]
    if any(answer.status_code != HTTPStatus.OK for answer in answers):
        raise RuntimeError("A page was not answered.")
    return server


def measure(scopes: int, issues: int, *, served: bool = False) -> Measured:
    """Answer the usual view for so many scopes of so many issues each, alone or beside served pages."""
    keep_freed_memory()
    if not served:
        return _measure(scopes, issues)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        _held = serve_pages(Path(folder))
        return _measure(scopes, issues)


def _measure(scopes: int, issues: int) -> Measured:
    stores, profile, started = (
        [_Scope(n, issues) for n in range(1, scopes + 1)],
        profile_from(PROFILE),
        _peak_mb(),
    )

    def open_profile(name: str) -> Pipeline:
        return Pipeline(Source(name, "files", profile, cast(Store, stores[int(name)])))

    together, asked = Together(open_profile), [Asked(str(place), View()) for place in range(scopes)]
    days, began = together.days(asked), time.process_time()
    for one in asked:
        together.keep(open_profile(one.name), one, days)
    cut_s, cut = time.process_time() - began, _peak_mb()
    together_s, first = _spent(together, asked), sum(store.loads for store in stores)
    stores[0].revision = "2"
    changed_s, again = _spent(together, asked), sum(store.loads for store in stores)
    began = time.process_time()
    for one in asked:
        together.beside(one)
    rows_s, found = time.process_time() - began, together.all(asked)
    assert found is not None
    return Measured(
        loads=(first, again),
        started_mb=started,
        cut_mb=cut,
        peak_mb=_peak_mb(),
        kept_mb=together.size / 1e6,
        cut_s=cut_s,
        together_s=together_s,
        changed_s=changed_s,
        rows_s=rows_s,
        velocity_n=found.results["flow_velocity"].n,
    )


def _spent(together: Together, asked: list[Asked]) -> float:
    began = time.process_time()
    together.all(asked)
    return time.process_time() - began


def _peak_mb() -> float:
    # Not ru_maxrss: that begins with what the parent process had at the fork.
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1000


if __name__ == "__main__":
    print(json.dumps(asdict(measure(int(sys.argv[1]), int(sys.argv[2]), served="served" in sys.argv[3:]))))
