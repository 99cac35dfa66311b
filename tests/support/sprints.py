"""Issues in sprints as Jira would have sent them."""

from tests.support.builders import changelog, entry, issue, when

FIELD, POINTS = "customfield_10020", "customfield_10016"


def sprint(
    number: int,
    name: str,
    start: str | None = None,
    end: str | None = None,
    completed: str | None = None,
    *,
    state: str | None = None,
    board: int = 1,
) -> dict:
    """A sprint as Cloud writes it; closed where it is completed, active where it only began."""
    told = {"id": number, "name": name, "boardId": board}
    told["state"] = state or ("closed" if completed else "active" if start else "future")
    dates = {"startDate": start, "endDate": end, "completeDate": completed}
    return told | {key: when(at) for key, at in dates.items() if at}


def sprint_item(before: str, after: str, field: str = FIELD) -> dict:
    """The changelog item of a sprint field: both sides are lists of ids, such as "41, 42"."""
    names = [", ".join(f"Web {number}" for number in side.split(", ") if number) for side in (before, after)]
    return {
        "field": "Sprint",
        "fieldtype": "custom",
        "fieldId": field,
        "from": before,
        "fromString": names[0],
        "to": after,
        "toString": names[1],
    }


def sprint_issue(
    key: str, moves: list[tuple[str, str, str]] = (), held: list[dict] = (), **more: object
) -> dict:
    """An issue with changes of its sprint, ``(at, before, after)``, and the sprints that it holds today."""
    made = issue(key, **{FIELD: list(held), **more})
    histories = [entry(7000 + n, at, sprint_item(*sides)) for n, (at, *sides) in enumerate(moves)]
    if "changelog" in made:
        made["changelog"] = changelog([*made["changelog"]["histories"], *histories])
    return made


def estimated(issue: dict, *moves: tuple[str, str, str]) -> dict:
    """The same issue with changes of its estimate, ``(at, before, after)``; "" is none."""
    items = [(at, estimate_item(before, after)) for at, before, after in moves]
    histories = [entry(8000 + n, at, item) for n, (at, item) in enumerate(items)]
    return issue | {"changelog": changelog([*issue["changelog"]["histories"], *histories])}


def estimate_item(before: str, after: str, field: str = POINTS) -> dict:
    """The changelog item of an estimate: its numbers are texts."""
    item = {"field": "Story point estimate", "fieldtype": "custom", "fieldId": field}
    return item | {"from": None, "fromString": before or None, "to": None, "toString": after or None}
