"""Jira answers for tests, built from what a test wants to say.

Times are UTC and may be short: ``"2026-03-02"`` or ``"2026-03-02T09:00"``.
"""

from datetime import UTC, datetime
from zlib import crc32

CATEGORY_NAMES = {"new": "To Do", "indeterminate": "In Progress", "done": "Done", "undefined": "No Category"}
CATEGORY_IDS = {"undefined": 1, "new": 2, "done": 3, "indeterminate": 4}
STATUSES = {
    "To Do": ("10000", "new"),
    "Doing": ("3", "indeterminate"),
    "Review": ("10011", "indeterminate"),
    "Done": ("10002", "done"),
    "Archived": ("68", "new"),
    "Cancelled": ("10012", "done"),
}
TYPES = {
    "Story": ("10001", 0),
    "Bug": ("10004", 0),
    "Task": ("10002", 0),
    "Incident": ("10010", 0),
    "Sub-task": ("10003", -1),
    "Epic": ("10000", 1),
}
StatusRef = str | tuple[str | None, str]


def when(text: str) -> str:
    """A Jira stamp for a short time."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    moment = moment.astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}+0000"


def status(name: str, id: str | None = None, category: str | None = None) -> dict:
    """A status object; a name of ``STATUSES`` brings its id and category along."""
    known_id, known_category = STATUSES.get(name, (str(crc32(name.encode())), "indeterminate"))
    key = category or known_category
    return {
        "id": id or known_id,
        "name": name,
        "statusCategory": {"id": CATEGORY_IDS[key], "key": key, "name": CATEGORY_NAMES[key]},
    }


def status_list(*names: str) -> list[dict]:
    """The answer of ``GET /status``; without names all of ``STATUSES``."""
    return [status(name) for name in names or STATUSES]


def version(
    id: str | int,
    name: str,
    *,
    released: bool = True,
    release_date: str | None = None,
    project_id: int = 10000,
    archived: bool = False,
) -> dict:
    """A row of ``GET /project/KEY/versions``; an undated one has no ``releaseDate`` at all."""
    row = {
        "id": str(id),
        "name": name,
        "archived": archived,
        "released": released,
        "projectId": project_id,
    }
    return row if release_date is None else {**row, "releaseDate": release_date}


def link(inward: str, key: str, *, type_name: str = "Problem/Incident", outward: str = "causes") -> dict:
    """A link seen from its target: "this issue `inward` KEY"."""
    return {
        "id": str(crc32(f"{inward} {key}".encode())),
        "type": {"name": type_name, "inward": inward, "outward": outward},
        "inwardIssue": {"id": str(crc32(key.encode())), "key": key, "fields": {}},
    }


def blocked_by(key: str) -> dict:
    """A link of today: "this issue is blocked by KEY"."""
    return link("is blocked by", key, type_name="Blocks", outward="blocks")


def _sides(ref: StatusRef) -> tuple[str | None, str]:
    return (status(ref)["id"], ref) if isinstance(ref, str) else ref


def status_item(before: StatusRef, after: StatusRef) -> dict:
    """The changelog item of a transition; a pair (id, name) stands for a status unknown here."""
    from_id, from_name = _sides(before)
    to_id, to_name = _sides(after)
    return {
        "field": "status",
        "fieldtype": "jira",
        "fieldId": "status",
        "from": from_id,
        "fromString": from_name,
        "to": to_id,
        "toString": to_name,
    }


def flag_item(flagged: bool) -> dict:
    """The changelog item of the Impediment flag."""
    before, after = (("", ""), ("[10019]", "Impediment"))[:: 1 if flagged else -1]
    return {
        "field": "Flagged",
        "fieldtype": "custom",
        "fieldId": "customfield_10021",
        "from": before[0],
        "fromString": before[1],
        "to": after[0],
        "toString": after[1],
    }


def block_item(key: str, added: bool) -> dict:
    """The changelog item of a link by which another issue blocks this one."""
    told = (key, f"This issue is blocked by {key}")
    before, after = ((None, None), told)[:: 1 if added else -1]
    return {
        "field": "Link",
        "fieldtype": "jira",
        "from": before[0],
        "fromString": before[1],
        "to": after[0],
        "toString": after[1],
    }


def entry(history_id: int, at: str | int, *items: dict) -> dict:
    """One changelog history."""
    return {
        "id": str(history_id),
        "created": at if isinstance(at, int) else when(at),
        "author": {"displayName": "Robin"},
        "items": list(items),
    }


def changelog(histories: list[dict]) -> dict:
    return {"startAt": 0, "maxResults": len(histories), "total": len(histories), "histories": histories}


def issue(
    key: str,
    type: str = "Story",
    *,
    created: str = "2026-01-01",
    history: list[tuple] = (),
    flags: list[tuple[str, bool]] = (),
    blocks: list[tuple[str, str, bool]] = (),
    first: StatusRef = "To Do",
    now: str | None = None,
    resolution: str | None = None,
    resolutiondate: str | None = None,
    updated: str | None = None,
    labels: list[str] = (),
    components: list[str] = (),
    fix_versions: list[dict] = (),
    versions: list[dict] = (),
    links: list[dict] = (),
    id: str | None = None,
    has_changelog: bool = True,
    **fields: object,
) -> dict:
    """One issue as Jira's REST API sends it.

    Args:
        key: the project is what stands before the dash.
        type: a name of ``TYPES``, or any other standard type.
        created: short time.
        history: ``(at, status)`` leaves the status before; ``(at, left, status)``
            names it, and may break the chain; a fourth entry is the history's id.
        flags: ``(at, flagged)``.
        blocks: ``(at, key, linked)``: when the issue was linked as blocked by ``key``, or no more. A link of
            today belongs into ``links`` as well, made by ``blocked_by``.
        first: the status the issue was created in.
        now: today's status; default where the history ends.
        resolution: its name.
        resolutiondate: short time.
        updated: short time; default the last change.
        labels: texts.
        components: names.
        fix_versions: rows made by ``version``.
        versions: affected versions, likewise.
        links: made by ``link``.
        id: default a number made from the key.
        has_changelog: False leaves the whole ``changelog`` out.
        fields: any other field, as Jira sends it; also overrides the ones above.
    """
    histories, last = _histories(history, first)
    histories += [entry(5000 + n, at, flag_item(flagged)) for n, (at, flagged) in enumerate(flags)]
    histories += [entry(7000 + n, at, block_item(key, added)) for n, (at, key, added) in enumerate(blocks)]
    type_id, level = TYPES.get(type, (str(crc32(type.encode())), 0))
    project = key.rpartition("-")[0]
    row = {
        "id": id or str(crc32(key.encode())),
        "key": key,
        "fields": {
            "summary": f"Summary of {key}",
            "issuetype": {"id": type_id, "name": type, "subtask": level < 0, "hierarchyLevel": level},
            "project": {"id": "10000", "key": project, "name": project},
            "status": status(now) if now else _status_of(last),
            "resolution": {"id": "1", "name": resolution} if resolution else None,
            "resolutiondate": when(resolutiondate) if resolutiondate else None,
            "priority": {"id": "3", "name": "Medium"},
            "labels": list(labels),
            "components": [{"id": str(crc32(name.encode())), "name": name} for name in components],
            "created": when(created),
            "updated": when(updated) if updated else _last_change(histories, when(created)),
            "fixVersions": list(fix_versions),
            "versions": list(versions),
            "issuelinks": list(links),
            "parent": None,
            **fields,
        },
    }
    return {**row, "changelog": changelog(histories)} if has_changelog else row


def _histories(history: list[tuple], first: StatusRef) -> tuple[list[dict], StatusRef]:
    """Rows of the changelog, and the status in which they end."""
    last = first
    rows = []
    for place, step in enumerate(history):
        at, *middle = step[:3]
        before, after = middle if len(middle) == 2 else (last, middle[0])
        number = step[3] if len(step) > 3 else 100 + place
        rows.append(entry(number, at, status_item(before, after)))
        last = after
    return rows, last


def _status_of(ref: StatusRef) -> dict:
    return status(ref) if isinstance(ref, str) else status(ref[1], ref[0])


def _last_change(histories: list[dict], created: str) -> str:
    return max([created, *(row["created"] for row in histories)])
