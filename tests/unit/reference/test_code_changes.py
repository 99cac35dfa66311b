"""Two programs that share no line give the same lead times from commits: drawn worlds, and one by hand."""

import random

import pytest

from tests.reference import assert_documents_equal, reference_metrics
from tests.support.builders import issue, status_list
from tests.support.engine import engine_metrics

PERIOD = {"date_from": "2026-03-02", "date_to": "2026-03-29", "as_of": "2026-03-31T00:00:00Z"}
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
    return issue(f"AB-{number}", kind, created="2026-02-20", history=[*history, *done])


def drawn_change(draw: random.Random, number: int) -> dict:
    keys = draw.sample(["AB-1", "AB-2", "AB-3", "AB-4", "XY-9"], draw.choice((0, 0, 1, 1, 2)))
    stamps = {name: day(draw) for name in ("first_commit_at", "opened_at", "first_review_at", "merged_at")}
    given = {name: at for name, at in stamps.items() if draw.random() < 0.8} or {"merged_at": day(draw)}
    commits = [f"{draw.randint(0, 6):07x}{number:033x}" for _ in range(draw.randint(0, 2))]
    return {
        "id": f"{draw.choice(('shop', 'desk'))}#{number}",
        "issues": keys,
        "deployment": draw.choice(("", "1", "2", "9")),
        "commits": commits,
        **given,
    }


def drawn_deployment(draw: random.Random, number: int) -> dict:
    return {
        "id": str(number),
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
        "project": draw.choice(("AB", "XY", "")),
        "detected_at": day(draw),
        "deployment": draw.choice(("", "1", "2", "9")),
        "issues": draw.sample(["AB-1", "AB-4", "XY-9"], draw.choice((0, 0, 1, 2))),
        **over,
    }


@pytest.mark.parametrize("seed", range(25))
def test_drawn_worlds(seed: int) -> None:
    draw = random.Random(seed)
    world = {
        "issues": [drawn_issue(draw, n) for n in range(1, 5)],
        "statuses": status_list(),
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
