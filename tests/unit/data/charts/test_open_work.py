"""What is open in each group: as many as the table of epics tells, whatever the rows are."""

from data.charts.epics import epic_rows
from data.charts.open_work import OpenWork, open_in_view, open_work
from tests.support.builders import issue
from tests.support.rows import context

PERIOD = ("2026-03-02", "2026-03-08", "2026-03-09")
DAY = [("2026-03-02", "Doing"), ("2026-03-03", "Done")]
# Six left Doing after a day, so what is older than that is stuck.
USUAL = [issue(f"WEB-{n}", created="2026-03-01", history=DAY) for n in range(1, 7)]


def story(key: str, begun: str | None, **more: object) -> dict:
    """An open item that is in Doing since an instant, or was never begun."""
    return issue(key, created="2026-03-01", history=[(begun, "Doing")] if begun else [], **more)


OLD = story("API-1", "2026-03-07T12:00", labels=["shop", "api"])
YOUNG = story("WEB-8", "2026-03-08T12:00", labels=["shop"])
IDLE = story("API-2", None, labels=["api"])
ISSUES = [*USUAL, OLD, YOUNG, IDLE]


def found(by: str, *names: str, **more: bool) -> dict[str, OpenWork]:
    return open_work(context(ISSUES, *PERIOD), by, names, **more)


def test_open_work_goes_by_project() -> None:
    """A day and a half against a day is stuck, half a day is not; one was never begun."""
    assert found("project", "API", "WEB", "OPS") == {
        "API": OpenWork(2, 1, 1, 1.5, "API-1", "Doing"),
        "WEB": OpenWork(1, 1, 0, 0.5, "WEB-8", "Doing"),
        "OPS": OpenWork(0, 0, 0, None),
    }


def test_an_item_counts_in_each_of_its_labels() -> None:
    """API-1 is the oldest of both; what has no label has its row as well."""
    assert found("label", "shop", "api", "(none)") == {
        "shop": OpenWork(2, 2, 1, 1.5, "API-1", "Doing"),
        "api": OpenWork(2, 1, 1, 1.5, "API-1", "Doing"),
        "(none)": OpenWork(0, 0, 0, None),
    }


def test_without_histories_only_the_number_of_open_items_is_known() -> None:
    assert found("project", "API", ages_known=False) == {"API": OpenWork(2, 1, None, None)}


def test_a_whole_view_is_what_its_groups_are_together() -> None:
    assert open_in_view(context(ISSUES, *PERIOD)) == OpenWork(3, 2, 1, 1.5, "API-1", "Doing")


def test_rows_of_epics_have_the_numbers_of_the_table_of_epics() -> None:
    """Two below P-1, one of them stuck; one below another."""
    items = [
        issue("P-1", "Epic", created="2026-03-01"),
        *USUAL,
        story("WEB-7", "2026-03-07T12:00", parent={"key": "P-1"}),
        story("WEB-8", None, parent={"key": "P-1"}),
        story("WEB-9", "2026-03-08T12:00", parent={"key": "P-2"}),
    ]
    view = context(items, *PERIOD)
    table = {
        row.key: (row.under_way + row.waiting, row.under_way, row.stuck, row.oldest)
        for row in epic_rows(view)
    }
    rows = open_work(view, "epic", ["P-1", "P-2"])

    assert table == {"P-1": (2, 1, 1, 1.5), "P-2": (1, 1, 0, 0.5)}
    assert {name: (one.open, one.under_way, one.stuck, one.oldest) for name, one in rows.items()} == table
