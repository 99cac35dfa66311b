"""What people read on a terminal."""

from dataclasses import replace

import pytest

from callbacks.cli.tables import groups_table, metrics_table, outcome_words, profiles_table
from configuration.profile import Profile
from data.cache_manager import Changes
from data.intake.events import RowCounts
from data.intake.sync_outcome import NO_REQUESTS, SyncOutcome
from data.metrics.report import Report, View
from data.pipeline import compute
from tests.support.examples import example_a
from tests.support.rows import dataset


def outcome(changes: tuple[int, int, int, int], **more: object) -> SyncOutcome:
    created, updated, deleted, moved = changes
    done = Changes(created, updated, deleted, moved, 40, "r", changed=any(changes))
    return SyncOutcome(
        "incremental", done, 7, more.pop("bad", 0), NO_REQUESTS | {"total": 3}, None, 0.1, **more
    )


@pytest.mark.parametrize(
    ("done", "words"),
    [
        (outcome((0, 0, 0, 0)), ["7 issues read: nothing has changed; 40 stored, 3 requests."]),
        (outcome((1, 0, 0, 2)), ["7 issues read: 1 new, 2 moved; 40 stored, 3 requests."]),
        (
            outcome((1, 3, 4, 0), created_in_parts=2),
            ["7 issues read: 3 new, 3 updated, 4 gone; 40 stored, 3 requests."],
        ),
        (
            outcome((0, 1, 0, 0), bad=2),
            [
                "7 issues read: 1 updated; 40 stored, 3 requests.",
                "2 of them could not be read in full; metrics says in which fields.",
            ],
        ),
    ],
)
def test_what_was_done_in_words(done: SyncOutcome, words: list[str]) -> None:
    assert outcome_words(done).splitlines() == words


def answered(**filters: tuple[str, ...]) -> Report:
    view = View("2026-03-02", "2026-03-15", "2026-03-20T00:00:00Z", **filters)
    return compute(dataset(example_a().issues, example_a().statuses), Profile(), view)


def test_what_is_left_out_is_said_in_words() -> None:
    """In a table for people; the JSON has the codes."""
    table = metrics_table(answered())

    assert "1 never in a status in progress" in table
    assert "never_started" not in table


def test_a_table_says_which_filters_made_it_and_what_knows_nothing_of_them() -> None:
    assert metrics_table(answered()).splitlines()[1].startswith("Metric")
    assert metrics_table(answered(projects=("A",))).splitlines()[1] == "Only project A."
    assert metrics_table(answered(types=("Bug", "Story"))).splitlines()[1] == (
        "Only type Bug, Story. Deployment frequency, Change fail rate, Failed deployment recovery time, "
        "Time to restore, Deployment rework rate go by project alone, because deployments have nothing else."
    )


def test_groups_are_rows_and_what_applies_to_none_is_a_line() -> None:
    report = answered()
    bare = replace(report.results["flow_load"], state="not_applicable", value=None, message="No history.")
    results = {"flow_time": report.results["flow_time"], "flow_load": bare}
    lines = groups_table([("a", 3, results), ("(none)", 0, results)]).splitlines()

    assert [line.split() for line in lines] == [
        [],
        ["Group", "Items", "Flow", "time,", "days"],
        ["a", "3", "5.5"],
        ["(none)", "0", "5.5"],
        ["Flow", "load:", "No", "history."],
    ]
    assert groups_table([]) == "\nNo issue is in view, so there are no groups.\n"


def test_a_terminal_obeys_no_label_and_a_long_one_leaves_room() -> None:
    results = {"flow_time": answered().results["flow_time"]}
    lines = groups_table([("\x1b[31mred\x07", 1, results), ("a\nb", 1, results), ("x" * 300, 1, results)])

    assert "\x1b" not in lines
    assert [line.split()[-2:] for line in lines.splitlines()[2:]] == [["1", "5.5"]] * 3
    assert lines.splitlines()[3].startswith("a b ")
    assert f"{'x' * 39}\u2026" in lines


def test_what_is_said_of_several_metrics_is_one_line_and_steers_no_terminal() -> None:
    """A message may name what a Jira holds."""
    report = answered()
    said = {
        name: replace(report.results[name], message="No deployment to \x1b[2Jlive.\x9b")
        for name in ("flow_time", "flow_load")
    }
    lines = metrics_table(replace(report, results={**report.results, **said})).splitlines()

    assert [line for line in lines if "[2J" in line] == [
        "Flow time, Flow load: No deployment to \ufffd[2Jlive.\ufffd"
    ]


def test_a_finding_and_a_warning_steer_no_terminal_either() -> None:
    report = answered()
    finding = replace(report.findings[0], message="\x1b]0;title\x07")
    done = outcome((1, 0, 0, 0), warnings=("\x1b[31mred",))

    assert "\x1b" not in metrics_table(replace(report, find=lambda: (finding,)))
    assert "\x1b" not in outcome_words(done)


def test_what_one_profile_has_alone_is_not_compared() -> None:
    report = answered()
    fewer = replace(report, results={"flow_time": report.results["flow_time"]})
    table = profiles_table({"p": report, "q": fewer})

    assert table.splitlines()[0].split() == ["Group", "Items", "Flow", "time,", "days"]
    assert table.splitlines()[-1].startswith("q: 2026-03-02 to 2026-03-15, 14 days, UTC, as of 2026-03-20")


def test_a_query_that_selects_nothing_says_so_and_what_to_look_at() -> None:
    nothing = Changes(0, 0, 0, 0, 0, "r", changed=False)
    done = SyncOutcome(
        "full",
        nothing,
        0,
        0,
        NO_REQUESTS | {"total": 3},
        "cold",
        0.1,
        warnings=("The value 'X' is unknown.",),
    )

    assert outcome_words(done).splitlines() == [
        "0 issues read: the query selects no issue; 0 stored, 3 requests.",
        "Jira says about the query: The value 'X' is unknown.",
        "Check JIRA_JQL, and whether the account may see the projects that it names.",
    ]


def test_a_mass_loss_says_what_to_do() -> None:
    """It is kept, and the words name the command that believes it."""
    lines = outcome_words(outcome((0, 0, 0, 0), held_back=12)).splitlines()

    assert lines[1].startswith("12 issues seem to be gone")
    assert lines[1].endswith("run sync --full.")


def imported(created: int, *, fetched: int = 1, changed: bool = True, **more: object) -> SyncOutcome:
    done = Changes(created, 0, 0, 0, 40, "r", changed=changed)
    return SyncOutcome("import", done, fetched, more.pop("bad", 0), NO_REQUESTS, None, 0.1, **more)


@pytest.mark.parametrize(
    ("done", "words"),
    [
        (imported(1), ["1 issues read: 1 new; 40 stored."]),
        (imported(0, changed=False), ["1 issues read: nothing has changed; 40 stored."]),
        (imported(0, fetched=0), ["0 issues read: what is known beside them has changed; 40 stored."]),
        (
            imported(1, bad=2),
            ["1 issues read: 1 new; 40 stored.", "2 entries were left out, because they could not be read."],
        ),
        (
            imported(0, fetched=0, beside={"deployments": RowCounts(5, 0, 0, 0, 0, 0, 0)}),
            ["Deployments: nothing has changed; 5 stored."],
        ),
        (
            imported(0, fetched=0, beside={"deployments": RowCounts(5, 2, 1, 3, 1, 4, 6)}),
            [
                "Deployments: 2 new, 1 updated; 5 stored.",
                "3 rows gave way to a later one with the same id.",
                "6 rows were left out, because they could not be read.",
                "They name 1 projects and 4 issues that are not stored; check the keys, or bring those issues"
                " too.",
            ],
        ),
    ],
)
def test_imports(done: SyncOutcome, words: list[str]) -> None:
    """What an import left out is not what a sync could not read in full, and no query is to blame."""
    assert outcome_words(done).splitlines() == words
