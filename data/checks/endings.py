"""The part of ``check`` that lists how the completed items of the store ended, and how each counts."""

from collections.abc import Iterator

from configuration.errors import StoreError
from configuration.profile import Profile
from data.cache_manager import Store
from data.checks.findings import CheckFinding, counted
from data.meaning.delivery import derive
from data.meaning.endings import Counted, count_endings
from data.model.periods import zone_named
from data.model.tables import MISSING, Dataset

FILES_ALONE = CheckFinding("connection", "ok", "This profile reads imported files; there is no Jira to ask.")


def stored_findings(store: Store, profile: Profile) -> Iterator[CheckFinding]:
    """Yield what a store says of endings; one that cannot be read is a note, and stops no check."""
    try:
        dataset = store.load()
    except StoreError as error:
        yield CheckFinding("stored issues", "note", error.message, error.hint)
        return
    yield from ending_findings(dataset, profile)


def ending_findings(dataset: Dataset, profile: Profile) -> Iterator[CheckFinding]:
    """Yield a line on the resolutions that were met and one on the done statuses; none over an empty store.

    Args:
        dataset: as stored.
        profile: what its issues mean.
    """
    if not len(dataset.issues) or dataset.as_of == MISSING:
        return
    tables = derive(dataset, profile, zone_named(profile.timezone), dataset.as_of)
    endings = count_endings(tables)
    yield _word("resolutions", endings.resolutions, "not_delivered")
    yield _word("done statuses", endings.done_statuses, "workflow.not_delivered")


def _word(what: str, met: Counted, setting: str) -> CheckFinding:
    """Say which of them count as delivered and which do not, with their counts."""
    parts = []
    for delivers, words in ((True, "delivered"), (False, "not delivered")):
        names = (
            f"{name or 'no resolution'} ({n})" for name, (n, counts) in met.items() if counts == delivers
        )
        if named := ", ".join(names):
            parts.append(f"{words}: {named}")
    if not parts:
        return CheckFinding(what, "ok", "No item is completed yet.", "")
    total, told = counted(sum(n for n, _ in met.values()), "completed item"), "; ".join(parts)
    message = f"{total}. {told[0].upper()}{told[1:]}."
    return CheckFinding(what, "ok", message, f"The list {setting} of the profile decides.")
