"""Change lead time from commits: which start, which end, what has no ticket, and the stages of changes.

The worked example G of specs/metrics.md, which a reader can check by hand.
"""

import pytest

from configuration.profile import profile_from
from data.dora_calculator import DORA_METRICS
from data.meaning.delivery import derive
from data.metrics.context import CalculationContext
from data.metrics.evaluate import evaluate
from data.metrics.filters import choose_rows
from data.metrics.report import View
from data.model.changes import ChangeRow
from data.model.metric import MetricResult
from data.model.periods import lay_out, parse_day
from data.model.tables import MISSING, Dataset, DeploymentRow
from data.store.event_table import build_change_table, build_event_table
from tests.support.builders import issue, status_list, version
from tests.support.rows import UTC, at, dataset

AS_OF = at("2026-03-31")
EVERYTHING = View()
FROM, TO = parse_day("2026-03-02", "from"), parse_day("2026-03-29", "to")


def story(key: str, done: str, **fields: object) -> dict:
    """A story whose work began on 1 March."""
    return issue(key, created="2026-02-20", history=[("2026-03-01", "Doing"), (done, "Done")], **fields)


def tag(name: str, when: str, service: str = "shop") -> DeploymentRow:
    return DeploymentRow(
        f"{service} {name}", name, "", at(when), "", False, (), origin="git", service=service
    )


def change(id_: str, first: str | None, merged: str, carried: str = "", **more: object) -> ChangeRow:
    given = {"issues": (), "opened_at": MISSING, "first_review_at": MISSING, "commits": ()} | more
    return ChangeRow(
        id=id_,
        project="",
        first_commit_at=MISSING if first is None else at(first),
        merged_at=at(merged),
        deployments=(f"shop {carried}",) if carried else (),
        origin="git",
        service="shop",
        **given,
    )


ISSUES = [story("AB-1", "2026-03-09"), story("AB-2", "2026-03-10"), story("AB-3", "2026-03-11")]
TAGS = [tag("v1", "2026-03-08"), tag("v2", "2026-03-15")]
CHANGES = [
    change("shop#1", "2026-03-04", "2026-03-05", "v1", issues=("AB-1",)),
    change("shop#2", "2026-03-06", "2026-03-10", "v2", issues=("AB-1", "AB-2")),
    change("shop#3", "2026-03-12", "2026-03-13", "v2"),
    change("shop#4", "2026-03-16", "2026-03-17"),
]


def answer(
    issues: list[dict] = ISSUES,
    deployments: list[DeploymentRow] = TAGS,
    changes: list[ChangeRow] = CHANGES,
    versions: list[dict] = (),
    view: View = EVERYTHING,
    **profile: object,
) -> dict[str, MetricResult]:
    found = dataset(issues, status_list(), versions)
    tables = Dataset(
        found.issues,
        found.statuses,
        found.versions,
        build_event_table(deployments),
        build_change_table(changes),
        as_of=AS_OF,
    )
    delivery = derive(tables, profile_from(profile), UTC, AS_OF)
    context = CalculationContext(delivery, lay_out(FROM, TO, UTC, AS_OF), choose_rows(tables, view))
    return {metric.id: evaluate(metric, context) for metric in DORA_METRICS}


def lead(*given: object, **options: object) -> MetricResult:
    return answer(*given, **options)["change_lead_time"]


def test_example_g() -> None:
    """AB-1 4 to 15 March 11 days, AB-2 6 to 15 March 9, shop#3 12 to 15 March 3: P50 9."""
    found = lead()

    assert found.definition == "change_lead_time/3"
    assert (found.value, found.n, found.evidence) == (9, 3, "measured")
    assert found.included == ("AB-1", "AB-2", "shop#3")
    assert found.excluded == {"not_deployed": ("AB-3", "shop#4")}
    assert found.extra["by_start"] is None
    assert answer()["deployment_frequency"].value == 2 * 7 / 28


def test_a_ticket_without_commits_keeps_the_start_of_its_work() -> None:
    """AB-4 went out by the pipeline's own list: 1 to 15 March are 14 days, and a proxy."""
    tags = [
        TAGS[0],
        DeploymentRow(
            "shop v2", "v2", "", at("2026-03-15"), "", False, ("AB-4",), origin="git", service="shop"
        ),
    ]
    found = lead([*ISSUES, story("AB-4", "2026-03-09")], tags)

    assert (found.value, found.n, found.evidence) == (10, 4, "proxy")
    assert found.extra["by_start"] == {"measured": {"p50": 9, "n": 3}, "proxy": {"p50": 14, "n": 1}}
    assert "3 of 4 changes start with their commit" in found.message


def test_a_tag_stands_for_the_version_of_its_name() -> None:
    """AB-4 has no change, and the fix version that v2 is called like: out on the 15th; not so that of XY."""
    named, other = version(7, "v2"), version(8, "v1", project_id=10_001)
    issues = [
        *ISSUES,
        story("AB-4", "2026-03-09", fix_versions=[named]),
        story("AB-5", "2026-03-07", fix_versions=[other]),
    ]
    found = lead(issues, versions=[named, other])

    assert found.included == ("AB-1", "AB-2", "AB-4", "shop#3")
    assert found.excluded["not_deployed"] == ("AB-3", "AB-5", "shop#4")


def test_an_issue_is_out_with_the_last_of_its_changes() -> None:
    """AB-1 has a second change that nothing carried out yet."""
    changes = [CHANGES[0], change("shop#9", "2026-03-06", "2026-03-10", issues=("AB-1",))]

    assert lead(changes=changes).excluded["not_deployed"] == ("AB-1", "AB-2", "AB-3")


def test_the_end_of_a_release_of_jira_with_the_start_of_a_commit() -> None:
    """Without tags versions tell what went out when, and no change counts by itself."""
    release = version(7, "1.0", release_date="2026-03-14")
    changes = [change("shop#1", "2026-03-04", "2026-03-05", issues=("AB-1",)), CHANGES[3]]
    found = lead([story("AB-1", "2026-03-09", fix_versions=[release])], [], changes, [release])

    assert (found.value, found.included, found.excluded) == (11, ("AB-1",), {})
    assert found.evidence == "measured"


@pytest.mark.parametrize(
    ("first", "days"),
    [("2026-03-15T12:00", 0), ("2026-03-16", None), ("2026-03-15", 0), ("2026-03-14", 1), (None, None)],
)
def test_a_commit_after_its_deployment(first: str | None, days: int | None) -> None:
    """Up to a day it counts as 0; a whole day after it no longer does."""
    found = lead([], changes=[change("shop#1", first, "2026-03-13", "v2")])

    assert found.value == days
    expected = "never_started" if first is None else "deployed_before_start"
    assert found.excluded == ({} if days is not None else {expected: ("shop#1",)})


def test_filters() -> None:
    """By project a change is that of most of its repository; by type it has nothing to go by."""
    assert lead(view=View(projects=("AB",))).included == ("AB-1", "AB-2", "shop#3")
    assert lead(view=View(types=("Story",))).included == ("AB-1", "AB-2")
    assert lead(view=View(projects=("XY",))).included == ()


def test_without_any_issue_changes_have_a_lead_time() -> None:
    """Of a clone alone: 4 to 8 March 4 days, 6 to 15 March 9, 12 to 15 March 3."""
    found = lead([])

    assert (found.value, found.included) == (4, ("shop#1", "shop#2", "shop#3"))
    assert found.evidence == "measured"


def test_stages_of_changes() -> None:
    """Coding 1 day, pickup 0.5, review 1.5, deploy 3; a review before the opening has no length."""
    whole = change(
        "shop#1",
        "2026-03-04",
        "2026-03-12",
        "v2",
        opened_at=at("2026-03-05"),
        first_review_at=at("2026-03-05T12:00"),
    )
    ends = {"opened_at": at("2026-03-09"), "first_review_at": at("2026-03-08")}
    odd = change("shop#2", "2026-03-06", "2026-03-10", "v2", **ends)
    found = lead([], changes=[whole, odd]).extra["change_stages"]

    assert found == {
        "unit": "days",
        "n": 2,
        "coding": {"p50": 2.0, "n": 2},
        "pickup": {"p50": 0.5, "n": 1},
        "review": {"p50": 4.25, "n": 2},
        "deploy": {"p50": 4.0, "n": 2},
    }
    assert lead(changes=[]).extra["change_stages"] is None


def test_a_pipeline_that_lists_commits_holds_their_changes() -> None:
    """The change went out when the later of its two commits did; hashes may be cut."""
    events = [
        DeploymentRow("1", "one", "", at("2026-03-08"), "", False, (), commits=("aaaaaaa",)),
        DeploymentRow("2", "two", "", at("2026-03-15"), "", False, (), commits=("aaaaaaa", "bbbbbbbbbb")),
    ]
    commits = ("aaaaaaa" + "1" * 33, "bbbbbbbbbb" + "2" * 30)
    found = lead([], events, [change("shop#1", "2026-03-05", "2026-03-06", commits=commits)])

    assert (found.value, found.included) == (10, ("shop#1",))


def test_as_of_a_past_instant_later_changes_have_not_happened() -> None:
    late = change("shop#9", "2026-03-30", "2026-04-02", "v2")

    assert "shop#9" not in lead([], changes=[*CHANGES, late]).excluded.get("not_deployed", ())
