"""Changes and commits beside issues and deployments: each with its link, or the hash by which it is found."""

from pathlib import Path

import pytest

from configuration.profile import Profile
from data.charts.code_line import CodeLine
from data.export.code_evidence import code_lines, name_some
from data.export.evidence import IssueLine, evidence_lines, find_evidence
from data.metrics.report import Report, View
from data.model.changes import ChangeRow
from data.model.tables import MISSING, DeploymentRow
from data.pipeline import compute
from data.store.database import Store
from data.store.references import References
from tests.support.builders import issue, status_list, version
from tests.support.engine import stored
from tests.support.rows import at

PAGE = "https://git.a.example/shop"
FIRST, SECOND = "a1" * 20, "b2" * 20


def tag(name: str, when: str) -> DeploymentRow:
    return DeploymentRow(
        f"shop {name}",
        name,
        "",
        at(when),
        "",
        False,
        (),
        origin="git",
        service="shop",
        url=f"{PAGE}/tree/{name}",
    )


def change(name: str, keys: tuple[str, ...], commits: tuple[str, ...], carried: str) -> ChangeRow:
    moments = at("2026-03-02"), MISSING, MISSING, at("2026-03-04")
    return ChangeRow(
        name,
        "",
        keys,
        *moments,
        commits=commits,
        deployments=(carried,) if carried else (),
        name=f"title of {name}",
        origin="git",
        service="shop",
        url=f"{PAGE}/pull/{name[-1]}",
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """AB-1 has two changes, of which one is not out; another names AB-9, which is not stored; v2 is empty.

    v3 is called like a version, and holds what that does.
    """
    done = [("2026-03-01", "Doing"), ("2026-03-05", "Done")]
    found = stored(
        tmp_path, [issue("AB-1", created="2026-02-20", history=done)], status_list(), [version(1, "v3")]
    )
    rows = [
        change("shop#1", ("AB-1",), (FIRST, SECOND), "shop v1"),
        change("shop#2", ("AB-1",), (), ""),
        change("shop#3", ("AB-9",), (SECOND,), "shop v1"),
    ]
    tags = [tag(f"v{number}", f"2026-03-{8 + number:02d}") for number in (1, 2, 3)]
    found.add((), References(deployments=tags, changes=rows))
    return found


def report_of(store: Store) -> Report:
    return compute(store.load(), Profile(), View(date_from="2026-03-02", date_to="2026-03-29"))


def lines(store: Store, metric: str, reason: str | None = None) -> list[IssueLine]:
    report = report_of(store)
    return evidence_lines(find_evidence(report.delivery, metric, report.results[metric], reason), store=store)


def test_the_changes_of_an_issue(store: Store) -> None:
    delivery = report_of(store).delivery
    one, two = code_lines(delivery, "AB-1", store)

    assert one == CodeLine(
        id="shop#1",
        name="title of shop#1",
        url=f"{PAGE}/pull/1",
        service="shop",
        commits=(FIRST[:10], SECOND[:10]),
        merged="2026-03-04T00:00:00.000Z",
        deployment="v1",
    )
    assert (two.id, two.commits, two.deployment) == ("shop#2", (), "")
    assert code_lines(delivery, "AB-9", store) == ()


def test_a_change_tells_the_keys_that_match_nothing(store: Store) -> None:
    (line,) = lines(store, "change_lead_time")

    assert (line.key, line.url, line.service) == ("shop#3", f"{PAGE}/pull/3", "shop")
    assert line.note == f"AB-9 not stored; commit {SECOND[:10]}"


def test_an_issue_tells_its_changes_and_services(store: Store) -> None:
    """One of its changes is not out, so that it is not."""
    (line,) = lines(store, "change_lead_time", "not_deployed")

    assert (line.key, line.service) == ("AB-1", "shop")


def test_deployments_tell_what_they_hold(store: Store) -> None:
    told = lines(store, "deployment_frequency")

    assert [(line.key, line.note) for line in told] == [
        ("shop v1", "holds shop#1, shop#3"),
        ("shop v2", "holds no change"),
        ("shop v3", ""),
    ]
    assert [(line.url, line.service) for line in told] == [
        (f"{PAGE}/tree/v1", "shop"),
        (f"{PAGE}/tree/v2", "shop"),
        (f"{PAGE}/tree/v3", "shop"),
    ]


def test_the_first_few_of_many_are_named() -> None:
    assert name_some(["a", "b", "c"]) == "a, b, c"
    assert name_some(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
