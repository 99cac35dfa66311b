"""What statuses mean: the profile, then the server's list, then the majority of today, then the name."""

import pytest

from configuration.profile import profile_from
from data.meaning.workflow import looks_waiting, read_workflow
from data.model.tables import CATEGORY_NAMES, StatusRef
from tests.support.builders import issue, status
from tests.support.rows import dataset


def meanings(
    issues: list[dict], listed: tuple[StatusRef, ...] = (), **workflow: list[str]
) -> dict[str, tuple]:
    """Category and waiting by the name of the status."""
    table = dataset(issues).issues
    found = read_workflow(table, listed, profile_from({"workflow": workflow}))
    return {
        ref.name: (CATEGORY_NAMES[category], waiting)
        for ref, category, waiting in zip(
            table.statuses, found.category.tolist(), found.waiting.tolist(), strict=True
        )
    }


def at_rest(key: str, name: str, id_: str, category: str) -> dict:
    return issue(key, status=status(name, id_, category))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Blocked", True),
        ("On Hold", True),
        ("Ready for Test", True),
        ("To be released", True),
        ("In Review", True),
        ("Code review", True),
        ("Queue", True),
        ("Waiting", True),
        ("Review", False),
        ("Unblocked", False),
        ("Already for sale", False),
        ("Doing", False),
    ],
)
def test_names_that_sound_like_waiting(name: str, expected: bool) -> None:
    assert looks_waiting(name) is expected


def test_the_server_says_the_category() -> None:
    """Also against what the issues themselves claim."""
    found = meanings([at_rest("A-1", "Doing", "3", "new")], (StatusRef("3", "Doing", "indeterminate"),))

    assert found == {"Doing": ("in_progress", False)}


def test_without_a_list_the_majority_of_today_counts() -> None:
    issues = [
        at_rest(f"A-{n}", "Odd", "5", category) for n, category in enumerate(("done", "done", "new"), 1)
    ]

    assert meanings(issues) == {"Odd": ("done", False)}


@pytest.mark.parametrize(
    ("categories", "expected"),
    [
        (("new", "indeterminate"), "in_progress"),
        (("new", "done"), "done"),
        (("indeterminate", "done"), "done"),
        (("undefined", "undefined", "new"), "todo"),  # what says nothing has no vote
        (("undefined",), "unmapped"),
    ],
)
def test_a_draw_goes_to_what_is_further_on(categories: tuple[str, ...], expected: str) -> None:
    issues = [at_rest(f"A-{n}", "Odd", "5", category) for n, category in enumerate(categories, 1)]

    assert meanings(issues)["Odd"] == (expected, False)


def test_the_profile_beats_everybody() -> None:
    """By name, however it is written, and by id."""
    issues = [at_rest("A-1", "Doing", "3", "indeterminate"), at_rest("A-2", "Other", "4", "indeterminate")]

    assert meanings(issues, done=["DOING"], not_started=["4"]) == {
        "Doing": ("done", False),
        "Other": ("todo", False),
    }


def test_once_waiting_is_named_names_do_not_tell_it_any_more() -> None:
    issues = [at_rest("A-1", "Blocked", "3", "indeterminate"), at_rest("A-2", "Parked", "4", "indeterminate")]

    assert meanings(issues) == {"Blocked": ("in_progress", True), "Parked": ("in_progress", True)}
    assert meanings(issues, waiting=["Parked"]) == {
        "Blocked": ("in_progress", False),
        "Parked": ("in_progress", True),
    }


def test_what_sounds_like_waiting_waits_only_in_progress() -> None:
    assert meanings([at_rest("A-1", "Blocked", "3", "new")]) == {"Blocked": ("todo", False)}


@pytest.mark.parametrize(
    ("names", "told", "known", "inferred"),
    [
        (["Doing"], [], False, True),
        (["Blocked"], [], True, True),
        (["Doing"], ["Doing"], True, False),
        (["Blocked"], ["Nothing of ours"], True, False),
    ],
)
def test_whether_waiting_is_known_and_by_whom(
    names: list[str], told: list[str], known: bool, inferred: bool
) -> None:
    table = dataset([at_rest("A-1", name, "3", "indeterminate") for name in names]).issues
    found = read_workflow(table, (), profile_from({"workflow": {"waiting": told}}))

    assert (found.waiting_known, found.waiting_inferred) == (known, inferred)


def test_a_status_that_is_gone_goes_by_its_name() -> None:
    """The id 99 is unknown today; there is one Doing today, and it is in progress."""
    moved = issue(
        "A-1", created="2026-03-01", history=[("2026-03-02", ("99", "doing")), ("2026-03-03", "Done")]
    )
    found = meanings([moved], (StatusRef("3", "Doing", "indeterminate"), StatusRef("10002", "Done", "done")))

    assert found["doing"] == ("in_progress", False)


def test_namesakes_that_disagree_leave_it_unmapped() -> None:
    moved = issue(
        "A-1", created="2026-03-01", history=[("2026-03-02", ("99", "Doing")), ("2026-03-03", "Done")]
    )
    listed = (
        StatusRef("3", "Doing", "indeterminate"),
        StatusRef("4", "Doing", "new"),
        StatusRef("10002", "Done", "done"),
    )

    assert meanings([moved], listed)["Doing"] == ("unmapped", False)


def inferred(issues: list[dict]) -> dict[str, tuple[str, bool]]:
    """Category by name, and whether it is inferred; nobody lists anything."""
    table = dataset(issues).issues
    found = read_workflow(table, (), profile_from({}))
    columns = zip(table.statuses, found.category.tolist(), found.inferred.tolist(), strict=True)
    return {ref.name: (CATEGORY_NAMES[category], sure) for ref, category, sure in columns}


@pytest.mark.parametrize(
    ("gone", "expected"),
    [
        (("77", "In Progress"), ("in_progress", True)),  # by its usual name
        (("77", "進行中"), ("in_progress", True)),
        (("77", "Zu erledigen"), ("todo", True)),
        (("77", "Closed"), ("done", True)),
        (("3", "Underway"), ("in_progress", True)),  # by the number that Jira gives it
        (("1", "Fresh"), ("todo", True)),
        (("4", "Back"), ("todo", True)),
        (("5", "Ready at last"), ("done", True)),
        (("6", "Shut"), ("done", True)),
        (("3", "Closed"), ("done", True)),  # the name comes first
        (("77", "Underway"), ("unmapped", False)),
    ],
)
def test_a_status_that_nobody_knows_is_inferred(gone: tuple[str, str], expected: tuple[str, bool]) -> None:
    moved = issue("A-1", created="2026-03-01", history=[("2026-03-02", gone), ("2026-03-03", "Done")])

    assert inferred([moved])[gone[1]] == expected


def test_what_is_known_today_is_not_inferred() -> None:
    """An issue is in Open and does not say what that means; another one says it, and is believed."""
    assert inferred([at_rest("A-1", "Open", "9", "undefined")]) == {"Open": ("unmapped", False)}
    assert inferred([at_rest("A-1", "Open", "9", "done")]) == {"Open": ("done", False)}


def test_a_namesake_of_today_beats_the_usual_name() -> None:
    """Here Closed waits for work, whatever it usually means."""
    moved = issue(
        "A-1", created="2026-03-01", history=[("2026-03-02", ("77", "Closed")), ("2026-03-03", "Done")]
    )

    assert inferred([moved, at_rest("A-2", "closed", "8", "new")])["Closed"] == ("todo", False)


@pytest.mark.parametrize(
    ("name", "category", "written", "expected"),
    [
        ("Cancelled", "done", [], True),
        ("won't do", "done", [], True),
        ("Duplikat", "done", [], True),
        ("Cancelled", "indeterminate", [], False),  # by default only what is done ends the work
        ("Done", "done", [], False),
        ("Cancelled", "done", ["Dropped"], False),  # what somebody wrote counts alone
        ("Dropped", "done", ["dropped"], True),
        ("Dropped", "new", ["9"], True),  # by id
    ],
)
def test_statuses_that_stand_for_not_delivered(
    name: str, category: str, written: list[str], expected: bool
) -> None:
    table = dataset([at_rest("A-1", name, "9", category)]).issues
    found = read_workflow(table, (), profile_from({"workflow": {"not_delivered": written}}))

    assert found.not_delivered.tolist() == [expected]
    assert found.not_delivered_inferred == (not written)


def test_a_renamed_status_is_called_what_it_is_called_today() -> None:
    """The list calls it Cancelled, the history still Parked."""
    moved = issue("A-1", created="2026-03-01", history=[("2026-03-02", ("9", "Parked"))])
    found = read_workflow(dataset([moved]).issues, (StatusRef("9", "Cancelled", "done"),), profile_from({}))

    assert set(found.names) == {"To Do", "Cancelled"}
    assert found.not_delivered.sum() >= 1
