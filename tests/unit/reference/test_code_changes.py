"""Two programs that share no line give the same lead times from commits: drawn worlds, and one by hand."""

import random

import pytest

from tests.reference import assert_documents_equal, reference_metrics
from tests.support.builders import issue, status_list, version
from tests.support.engine import engine_metrics

PERIOD = {"date_from": "2026-03-02", "date_to": "2026-03-29", "as_of": "2026-03-31T00:00:00Z"}
# Of AB, the project of the issues; deployments of services may be called like them.
VERSIONS = [version(1, "1.7"), version(2, "1.8", release_date="2026-03-20")]
FAMILY = (
    "deployment_frequency",
    "change_lead_time",
    "change_fail_rate",
    "failed_deployment_recovery_time",
    "time_to_restore",
    "deployment_rework_rate",
)


def day(draw: random.Random, first: int = 1, last: int = 31) -> str:
    return f"2026-03-{draw.randint(first, last):02d}T{draw.randint(0, 23):02d}:00:00Z"


def drawn_issue(draw: random.Random, number: int) -> dict:
    history = [(f"2026-03-{draw.randint(1, 9):02d}", "Doing")] if draw.random() < 0.8 else []
    done = [(f"2026-03-{draw.randint(9, 30):02d}", "Done")] if draw.random() < 0.8 else []
    kind = draw.choice(("Story", "Bug", "Incident"))
    fixed = draw.choice(([], [], VERSIONS[:1], VERSIONS))
    return issue(f"AB-{number}", kind, created="2026-02-20", history=[*history, *done], fix_versions=fixed)


def commit_of(first: int, number: int, place: int) -> str:
    """A hash whose first seven digits others have too, and of whose first fifteen no other one has all."""
    return f"{first:07x}{number:04x}{place:04x}{0:025x}"


def drawn_change(draw: random.Random, number: int) -> dict:
    keys = draw.sample(["AB-1", "AB-2", "AB-3", "AB-4", "XY-9"], draw.choice((0, 0, 1, 1, 2)))
    stamps = {name: day(draw) for name in ("first_commit_at", "opened_at", "first_review_at", "merged_at")}
    given = {name: at for name, at in stamps.items() if draw.random() < 0.8} or {"merged_at": day(draw)}
    commits = [commit_of(draw.randint(0, 6), number, place) for place in range(draw.randint(0, 2))]
    undone = commit_of(draw.randint(0, 6), draw.randint(1, 7), 0)
    return {
        "reverts": draw.choice(([], [], [undone])),
        "id": f"{draw.choice(('shop', 'desk'))}#{number}",
        "issues": keys,
        "deployment": draw.choice(("", "1", "2", "9")),
        "commits": commits,
        **given,
    }


def drawn_deployment(draw: random.Random, number: int) -> dict:
    return {
        "id": str(number),
        "name": draw.choice(("", "", f"1.{number}-hotfix", "1.7", "1.8")),
        "service": draw.choice(("", "shop", "shop", "desk")),
        "project": draw.choice(("AB", "")),
        "deployed_at": day(draw) if draw.random() < 0.7 else day(draw)[:10],
        "issues": draw.sample(["AB-1", "AB-2"], draw.choice((0, 0, 1))),
        "commits": [f"{draw.randint(0, 6):07x}" for _ in range(draw.randint(0, 3))],
        "result": draw.choice(("success", "success", "failed")),
        "failed": draw.random() < 0.2,
    }


def drawn_incident(draw: random.Random, number: int) -> dict:
    over = {"restored_at": day(draw)} if draw.random() < 0.7 else {}
    return {
        "id": f"i{number}",
        "project": draw.choice(("AB", "XY", "", "desk")),
        "detected_at": day(draw),
        "deployment": draw.choice(("", "1", "2", "9", "1.2-hotfix")),
        "issues": draw.sample(["AB-1", "AB-4", "XY-9"], draw.choice((0, 0, 1, 2))),
        **over,
    }


@pytest.mark.parametrize("seed", range(25))
def test_drawn_worlds(seed: int) -> None:
    draw = random.Random(seed)
    world = {
        "issues": [drawn_issue(draw, n) for n in range(1, 5)],
        "statuses": status_list(),
        "versions": VERSIONS,
        "changes": [drawn_change(draw, n) for n in range(1, draw.randint(2, 8))],
        "deployments": [drawn_deployment(draw, n) for n in range(1, draw.randint(1, 5))],
        "incidents": [drawn_incident(draw, n) for n in range(draw.randint(0, 3))],
        "types": draw.choice(((), (), ("Story",))),
        **PERIOD,
    }
    issues = world.pop("issues")
    engine, reference = engine_metrics(issues, **world), reference_metrics(issues, **world, only=FAMILY)

    assert_documents_equal(engine, reference, quality_codes=())


def test_example_g() -> None:
    """The worked example of specs/metrics.md, told by files: the same numbers as from a clone."""

    def story(key: str, done: str) -> dict:
        return issue(key, created="2026-02-20", history=[("2026-03-01", "Doing"), (done, "Done")])

    found = reference_metrics(
        [story("AB-1", "2026-03-09"), story("AB-2", "2026-03-10"), story("AB-3", "2026-03-11")],
        statuses=status_list(),
        deployments=[
            {"id": "v1", "deployed_at": "2026-03-08T00:00:00Z", "issues": ["XY-1"]},
            {"id": "v2", "deployed_at": "2026-03-15T00:00:00Z", "issues": ["XY-1"]},
        ],
        changes=[
            {
                "id": f"shop#{number}",
                "issues": keys,
                "first_commit_at": f"2026-03-{first}",
                "merged_at": f"2026-03-{merged}",
                "deployment": carried,
            }
            for number, keys, first, merged, carried in (
                (1, ["AB-1"], "04", "05", "v1"),
                (2, ["AB-1", "AB-2"], "06", "10", "v2"),
                (3, [], "12", "13", "v2"),
                (4, [], "16", "17", ""),
            )
        ],
        **PERIOD,
    )["metrics"]["change_lead_time"]

    assert (found["value"], found["n"], found["evidence"]) == (9, 3, "measured")
    assert found["included"] == ["AB-1", "AB-2", "shop#3"]
    assert found["excluded"] == {"not_deployed": ["AB-3", "shop#4"]}


def test_example_i() -> None:
    """Incidents of a file, in both programs; AB-2 is what the first of them is in Jira."""
    incidents = [
        {
            "id": "a",
            "detected_at": "2026-03-05T06:00Z",
            "restored_at": "2026-03-05T12:00Z",
            "deployment": "1",
        },
        {"id": "b", "detected_at": "2026-03-13", "restored_at": "2026-03-13T10:00Z", "project": "AB"},
        {"id": "c", "detected_at": "2026-03-20", "restored_at": "2026-03-20T02:00Z", "project": "AB"},
        {"id": "d", "detected_at": "2026-03-30T12:00Z", "project": "AB"},
        {"id": "e", "detected_at": "2026-03-21", "restored_at": "2026-03-20", "project": "AB"},
    ]
    incidents[0]["issues"] = ["AB-2"]
    days = {"1": "2026-03-05T00:00Z", "2": "2026-03-12T00:00Z"}
    world = {
        "statuses": status_list(),
        "deployments": [{"id": name, "project": "AB", "deployed_at": at} for name, at in days.items()],
        "incidents": incidents,
        **PERIOD,
    }
    issues = [
        issue("AB-1"),
        issue("AB-2", "Incident", created="2026-03-05", history=[("2026-03-07", "Done")]),
    ]
    reference = reference_metrics(issues, **world, only=FAMILY)
    restore, recovery = (
        reference["metrics"][name] for name in ("time_to_restore", "failed_deployment_recovery_time")
    )

    assert (restore["value"], restore["included"], restore["open"]) == (6, ["a", "b", "c"], 1)
    assert restore["excluded"] == {"negative": ["e"]}
    assert (recovery["value"], recovery["included"]) == (23, ["a", "b"])
    assert recovery["excluded"] == {"unattributed": ["c", "e"]}
    assert reference["metrics"]["change_fail_rate"]["failed"] == ["1", "2"]
    assert_documents_equal(engine_metrics(issues, **world), reference, quality_codes=())


def example_j(**more: object) -> tuple[list[dict], dict]:
    """The worked example of what a repository says of failures: tags, a hotfix, a change taken back."""
    days = {"v1": "05", "v2": "12", "v2.1-hotfix": "13", "v3": "20", "v4": "25"}
    broken, back = "a" * 40, "b" * 40
    world = {
        "statuses": status_list(),
        "deployments": [
            {"id": name, "service": "shop", "deployed_at": f"2026-03-{day}T00:00Z"}
            for name, day in days.items()
        ],
        "changes": [
            {"id": "shop#1", "merged_at": "2026-03-19", "commits": [broken], "deployment": "v3"},
            {
                "id": "shop#2",
                "merged_at": "2026-03-24",
                "commits": [back],
                "deployment": "v4",
                "reverts": [broken],
            },
        ],
        **PERIOD,
        **more,
    }
    return [issue("AB-1")], world


SEEN = {"id": "i", "detected_at": "2026-03-20T06:00Z", "restored_at": "2026-03-21", "deployment": "v3"}


@pytest.mark.parametrize(
    ("more", "hours", "recovered"),
    [
        ({}, 72, ["v2", "v3"]),  # 24 until the hotfix, 120 until the change was taken back
        ({"incidents": [SEEN]}, 24, ["i", "v2"]),  # an incident knows better: 24 hours as well
        ({"incidents": [{**SEEN, "deployment": "", "project": "shop"}]}, 24, ["i", "v2"]),
    ],
)
def test_example_j(more: dict, hours: float, recovered: list[str]) -> None:
    """v2 was followed by a hotfix, v3 held what v4 takes back: 2 of 5 failed, as far as one can tell."""
    issues, world = example_j(**more)
    reference = reference_metrics(issues, **world, only=FAMILY)
    fail, recovery, rework = (
        reference["metrics"][name]
        for name in ("change_fail_rate", "failed_deployment_recovery_time", "deployment_rework_rate")
    )

    assert (fail["value"], fail["failed"], fail["evidence"]) == (40, ["v2", "v3"], "inferred")
    assert (recovery["value"], recovery["included"], recovery["evidence"]) == (hours, recovered, "inferred")
    assert rework["value"] == 20
    assert_documents_equal(engine_metrics(issues, **world), reference, quality_codes=())


def test_deployments_without_a_service_tell_nothing_of_each_other() -> None:
    """Files that name no service know of hotfixes what they always did: nothing."""
    issues, world = example_j(changes=[])
    for row in world["deployments"]:
        row["service"] = ""

    assert engine_metrics(issues, **world)["metrics"]["change_fail_rate"]["state"] == "not_configured"


def test_a_repository_alone() -> None:
    """Example J without the issue: both programs give the same, and nothing of flow."""
    _, world = example_j(incidents=[{**SEEN, "deployment": "", "project": "shop"}])
    reference = reference_metrics([], **world)

    assert reference["metrics"]["change_fail_rate"]["failed"] == ["v2", "v3"]
    assert reference["metrics"]["time_to_restore"]["value"] == 18
    assert reference["metrics"]["flow_velocity"]["state"] == "no_data"
    assert_documents_equal(engine_metrics([], **world), reference, quality_codes=())
