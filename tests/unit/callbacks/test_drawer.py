"""What the drawer asks the server for: head, groups and tools at once, rows page by page."""

import json
from pathlib import Path
from typing import Any

import pytest

from data.cache_manager import References
from tests.support.builders import issue
from tests.support.dashboards import PORT, dashboard_over
from tests.support.engine import stored

MARCH = {"from": "2026-03-01", "to": "2026-03-31"}
SITE = "https://jira.example.com"


def worked(number: int, days: int) -> dict:
    history = [("2026-03-02", "Doing"), (f"2026-03-{2 + days:02d}", "Done")]
    return issue(f"LONGNAME-{number}", created="2026-02-20", history=history)


ISSUES = [worked(1, 2), worked(2, 20), worked(3, 2), worked(4, 5)]


def ask(folder: Path, panel: dict, site: str = "", request: dict | None = None) -> dict[str, Any]:
    """Return the answer to an open drawer, or to a table that asks for rows; with the address of a Jira."""
    app = dashboard_over(folder, ISSUES)
    if site:
        stored(folder, ISSUES).add([], References([], []), {"site": site})
    if request is None:
        parts = ("value", "facts", "chips", "groups", "tools")
        names = ["drawer.title", *(f"drawer-{part}.children" for part in parts)]
        names += ["drawer-metric.hidden", "drawer-issue.children"]
        inputs = [("panel", "data", panel), ("filters", "data", MARCH), ("revision", "data", "1")]
        state = []
    else:
        names = ["drawer-rows.getRowsResponse", "drawer-filled.data"]
        inputs = [("drawer-rows", "getRowsRequest", request)]
        state = [("panel", "data", panel), ("filters", "data", MARCH)]
    body = {
        "output": "..".join(["", "...".join(names), ""]),
        "outputs": [dict(zip(("id", "property"), name.split("."), strict=True)) for name in names],
        "inputs": [dict(zip(("id", "property", "value"), each, strict=True)) for each in inputs],
        "state": [dict(zip(("id", "property", "value"), each, strict=True)) for each in state],
        "changedPropIds": [f"{inputs[0][0]}.{inputs[0][1]}"],
    }
    client = app.server.test_client()
    answer = client.post("/_dash-update-component", json=body, headers={"Host": f"127.0.0.1:{PORT}"})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return json.loads(answer.data)["response"]


def shown(answer: dict[str, Any], *names: str) -> str:
    return " ".join(json.dumps(answer[name], ensure_ascii=False) for name in names)


@pytest.mark.parametrize(
    ("order", "first", "last", "keys"),
    [
        ([{"colId": "days", "sort": "desc"}], 0, 2, ["LONGNAME-2", "LONGNAME-4"]),
        ([{"colId": "days", "sort": "desc"}], 2, 50, ["LONGNAME-1", "LONGNAME-3"]),
        ([{"colId": "key", "sort": "asc"}], 0, 2, ["LONGNAME-1", "LONGNAME-2"]),
        ([], 0, 1, ["LONGNAME-2"]),
    ],
)
def test_rows_come_page_by_page(tmp_path: Path, order: list, first: int, last: int, keys: list[str]) -> None:
    """In the order that the table asks for, else in the usual one; all of them are counted."""
    request = {"startRow": first, "endRow": last, "sortModel": order}
    answer = ask(tmp_path, {"panel": "flow_time"}, request=request)
    rows = answer["drawer-rows"]["getRowsResponse"]

    assert [row["key"] for row in rows["rowData"]] == keys
    assert rows["rowCount"] == 4
    assert "note" not in answer["drawer-filled"]["data"]


def test_numbers_of_a_row_have_as_many_digits_as_those_below(tmp_path: Path) -> None:
    """20 of 29 days are 68.97 percent."""
    request = {"startRow": 0, "endRow": 1, "sortModel": []}
    (row,) = ask(tmp_path, {"panel": "flow_time"}, request=request)["drawer-rows"]["getRowsResponse"][
        "rowData"
    ]

    assert (row["days"], row["share"]) == ("20.00", "68.97")


def test_rows_are_opened_in_jira_in_their_order(tmp_path: Path) -> None:
    """All that is found, and no more of it; a file has no Jira to be opened in."""
    panel = {"panel": "flow_time", "find": "longname", "sort": "-key"}
    keys = "LONGNAME-4,LONGNAME-3,LONGNAME-2,LONGNAME-1"
    without = shown(ask(tmp_path, panel), "drawer-tools")
    with_site = shown(ask(tmp_path, panel, SITE), "drawer-tools")

    assert f"{SITE}/issues/?jql=key%20in%20({keys})" in with_site
    assert f"key in ({keys.replace(',', ', ')})" in with_site
    assert "find=longname&sort=-key" in with_site
    assert "Jira takes no more" not in with_site
    assert "issues/?jql" not in without


def test_groups_are_drawn_where_somebody_asks(tmp_path: Path) -> None:
    """Four stories; what cannot be asked about is not."""
    by_type = shown(ask(tmp_path, {"panel": "flow_time", "by": "type", "group": "Story"}), "drawer-groups")

    assert '"data-name": "Story"' in by_type
    assert "Choose a group" in by_type
    assert "Choose a group" not in shown(
        ask(tmp_path, {"panel": "flow_time", "by": "reporter"}), "drawer-groups"
    )


def test_what_does_not_exist_is_said(tmp_path: Path) -> None:
    """An address may name anything."""
    answer = ask(tmp_path, {"panel": "nothing", "by": "type"})

    assert answer["drawer-metric"]["hidden"] is True
    assert "There is nothing called" in shown(answer, "drawer-issue")


def test_the_number_above_the_rows_of_a_group_is_that_of_the_group(tmp_path: Path) -> None:
    """As the table of a comparison has it; a group that does not exist has no number."""
    panel = {"panel": "flow_time", "by": "type", "group": "Story"}
    of_all = shown(ask(tmp_path, {"panel": "flow_time"}), "drawer-value", "drawer-facts")
    of_group = shown(ask(tmp_path, panel), "drawer-value", "drawer-facts")
    of_nobody = shown(ask(tmp_path, {**panel, "group": "Saga"}), "drawer-value", "drawer-facts")

    assert "3.5 days, median" in of_all
    assert "type Story" not in of_all
    assert "3.5 days, median" in of_group
    assert "type Story" in of_group
    assert "n/a" in of_nobody
