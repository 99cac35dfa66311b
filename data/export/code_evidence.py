"""Changes of code beside an issue or a deployment, in words: looked up only when somebody opens them."""

from collections.abc import Sequence

import numpy as np

from data.cache_manager import Store
from data.charts.code_line import CodeLine
from data.meaning.code_changes import NONE
from data.meaning.delivery import DeliveryTables
from data.model.changes import ChangeRow
from data.model.instants import iso_instant
from data.model.places import NOWHERE, find_keys

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


def word_change(delivery: DeliveryTables, row: ChangeRow | None) -> str:
    """Return what a change that names no stored issue says: the keys that match nothing, and its commits."""
    if row is None:
        return "names no issue"
    lost = [key for key in row.issues if find_keys(delivery.issues, [key])[0] == NOWHERE]
    said = f"{name_some(lost)} not stored" if lost else "names no issue"
    noun = "commit" if len(row.commits) == 1 else "commits"
    return f"{said}; {noun} {name_some(short_hashes(row.commits))}" if row.commits else said


def word_held(delivery: DeliveryTables, row: int) -> str:
    """Return which changes a deployment carried out, "" where no deployment is known to hold any."""
    code = delivery.code
    if not (code.deployment != NONE).any():
        return ""
    held = np.flatnonzero(code.deployment == row).tolist()
    if held:
        return f"holds {name_some([code.table.ids[change] for change in held])}"
    return "" if delivery.deployments.holds.count[row] else "holds no change"


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
