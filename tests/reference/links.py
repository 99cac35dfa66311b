"""What an issue names: versions, other issues, its project."""

from tests.reference.issues import Issue


def version_ids(issue: Issue, field: str) -> set[str]:
    listed = issue.fields.get(field)
    rows = listed if isinstance(listed, list) else []
    return {str(row.get("id")) for row in rows if isinstance(row, dict)}


def project_id(issue: Issue) -> str:
    project = issue.fields.get("project")
    return str(project.get("id")) if isinstance(project, dict) else ""


def issue_links(issue: Issue) -> list[dict]:
    listed = issue.fields.get("issuelinks")
    return [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []


def inward_links(issue: Issue) -> list[tuple[str, str]]:
    """(inward text, key) of every link that reads "this issue `text` that one"."""
    found = []
    for row in issue_links(issue):
        other, kind = row.get("inwardIssue"), row.get("type")
        if isinstance(other, dict) and isinstance(kind, dict):
            found.append((kind.get("inward") or "", other.get("key") or ""))
    return found


def linked_keys(issue: Issue) -> set[str]:
    """Keys at the other end of any link."""
    ends = [row.get(side) for row in issue_links(issue) for side in ("inwardIssue", "outwardIssue")]
    return {end.get("key") or "" for end in ends if isinstance(end, dict)}


def past_keys(issue: Issue) -> set[str]:
    """Keys that the issue once had, from the moves in its history."""
    moves = [change.item for change in issue.changes if change.item.get("field") == "Key"]
    named = [move.get(side) for move in moves for side in ("fromString", "toString")]
    return {key for key in named if isinstance(key, str)} - {issue.key}
