"""Changes of code beside an issue or a deployment, in words: looked up only when somebody opens them."""

from collections.abc import Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from data.cache_manager import Store
from data.charts.code_line import CodeLine
from data.meaning.code_changes import NONE
from data.meaning.delivery import DeliveryTables
from data.model.changes import ChangeRow
from data.model.instants import iso_instant
from data.model.places import NOWHERE, find_keys
from data.model.projects import rows_by_number
from data.model.tables import IssueRow, pulls_of

SHORT = 10  # digits of a hash by which a commit is told
MOST_NAMED = 3  # of several


def code_lines(delivery: DeliveryTables, key: str, store: Store) -> tuple[CodeLine, ...]:
    """Return the landed changes that name an issue, as stored; none for an issue that is not.

    Args:
        delivery: knows which changes name it and what carried them out.
        key: of the issue.
        store: has titles, hashes and addresses.
    """
    row = int(find_keys(delivery.issues, [key])[0])
    if row == NOWHERE or not len(delivery.code):
        return ()
    changes = delivery.code.of_issues.of(np.array([row]))[0].tolist()
    ids = delivery.code.table.ids
    stored = store.changes([ids[change] for change in changes])
    return tuple(_line(delivery, change, stored.get(ids[change])) for change in changes)


def _line(delivery: DeliveryTables, change: int, row: ChangeRow | None) -> CodeLine:
    code = delivery.code
    carrier, merged = int(code.deployment[change]), int(code.merged_at[change])
    return CodeLine(
        id=code.table.ids[change],
        name=row.name if row else "",
        url=row.url if row else "",
        service=code.table.services[code.table.service[change]],
        commits=short_hashes(row.commits) if row else (),
        merged=iso_instant(merged) or "",
        deployment="" if carrier == NONE else delivery.deployments.names[carrier],
    )


def short_hashes(commits: Sequence[str]) -> tuple[str, ...]:
    """Return hashes as people tell them."""
    return tuple(commit[:SHORT] for commit in commits)


def word_pulls(row: IssueRow) -> str:
    """Return what Jira's development field says of the pull requests of an issue, "" where it counts none."""
    for count, done in pulls_of(row):
        noun = "pull request" if count == 1 else "pull requests"
        merged = f"{done} of them merged" if count > 1 else "merged" if done else "not merged"
        return f"Jira counts {count} {noun} of it, {merged} (inferred: it does not say which, nor when)."
    return ""


def lost_keys(delivery: DeliveryTables, rows: Iterable[ChangeRow]) -> frozenset[str]:
    """Return the keys that some changes name and no stored issue has or had; all are looked up at once."""
    keys = list(dict.fromkeys(key for row in rows for key in row.issues))
    places = find_keys(delivery.issues, keys).tolist()
    return frozenset(key for key, place in zip(keys, places, strict=True) if place == NOWHERE)


def word_change(row: ChangeRow | None, lost: Collection[str]) -> str:
    """Return what a change that names no stored issue says: the keys that match nothing, and its commits."""
    if row is None:
        return "names no issue"
    unknown = [key for key in row.issues if key in lost]
    said = f"{name_some(unknown)} not stored" if unknown else "names no issue"
    noun = "commit" if len(row.commits) == 1 else "commits"
    return f"{said}; {noun} {name_some(short_hashes(row.commits))}" if row.commits else said


def word_held(delivery: DeliveryTables, row: int) -> str:
    """Return which changes a deployment carried out, "" where no deployment is known to hold any."""
    code, held = delivery.code, delivery.once(_changes_by_deployment)
    if not held:
        return ""
    if row in held:
        return f"holds {name_some([code.table.ids[change] for change in held[row].tolist()])}"
    deployments = delivery.deployments
    return "" if deployments.holds.count[row] or deployments.versions[row] else "holds no change"


def _changes_by_deployment(delivery: DeliveryTables) -> dict[int, NDArray[np.intp]]:
    """Return by row of a deployment the rows of the changes that it carried out, from one sort."""
    deployment = delivery.code.deployment
    return {row: held for row, held in rows_by_number(deployment).items() if row != NONE}


def services_of(delivery: DeliveryTables, row: int) -> str:
    """Return the services whose changes name an issue, "" for none."""
    code = delivery.code
    if not len(code):
        return ""
    changes = code.of_issues.of(np.array([row]))[0]
    names = (code.table.services[number] for number in code.table.service[changes].tolist())
    return ", ".join(dict.fromkeys(names))


def name_some(names: Sequence[str]) -> str:
    """Return the first few of some names, and how many more there are."""
    shown = ", ".join(names[:MOST_NAMED])
    return f"{shown} and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else shown
