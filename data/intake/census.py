"""Who is in a query now. What seems to be gone is doubted before it is believed."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from configuration.errors import QueryError
from data.intake.losses import MOST_GONE
from data.jira.search import by_ids, halves, in_pieces
from data.jira_simple import JiraClient

logger = logging.getLogger(__name__)

# Ids that are asked for in one question.
_PIECE = 100


@dataclass(frozen=True, slots=True)
class CountedApart:
    """What Jira counts or lists and cannot show: remembered, so that it is not asked for at every sync.

    An issue of these that becomes readable is updated by that, and comes with the changes.

    Attributes:
        unreadable: ids whose issues came, and were not issues.
        gap: how many more issues Jira counts than can be stored.
    """

    unreadable: frozenset[str] = frozenset()
    gap: int = 0

    @classmethod
    def of(cls, meta: Mapping[str, str]) -> "CountedApart":
        """Return what the last sync left in the metadata of a store."""
        return cls(frozenset(meta.get("unreadable", "").split()), int(meta.get("census_gap", "0")))

    def marks(self) -> dict[str, str]:
        """Return the metadata for the next sync."""
        return {"unreadable": " ".join(sorted(self.unreadable)), "census_gap": str(self.gap)}

    def after(
        self, listed: Collection[str], stored: Collection[str], unreadable: Collection[str], count: int | None
    ) -> "CountedApart":
        """Return what a census leaves.

        Args:
            listed: ids that the query selects.
            stored: ids that are stored or staged by now.
            unreadable: ids that this sync could not read; with "" it could be any that did not come.
            count: Jira's exact count, where it has one.
        """
        kept = {each for each in listed if "" in unreadable or each in unreadable or each in self.unreadable}
        readable = sum(each in stored for each in listed)
        return CountedApart(frozenset(kept - set(stored)), 0 if count is None else count - readable)


def swept(client: JiraClient, jql: str) -> dict[str, str]:
    """Return the key of every issue that a query selects, by id.

    A walk may end early and politely: one that is shorter than Jira's own count is repeated.

    Raises:
        SourceError: Jira could not give everything.
    """
    refs = dict(client.ids(jql))
    return refs if _is_whole(refs, client.count(jql)) else refs | dict(client.ids(jql))


def confirmed(
    client: JiraClient,
    jql: str,
    known: Collection[str],
    refs: Mapping[str, str],
    count: int | None = None,
) -> dict[str, str]:
    """Return what a walk found, and what it left out of ``known`` although it is still there.

    Nothing is asked where nothing is missing. Else the account must be good, and
    the walk is compared with Jira's own count. Where that leaves a doubt, the walk
    is repeated, and then Jira is asked for the missing ones by name.

    Args:
        client: asks.
        jql: the query.
        known: ids that were in it.
        refs: what a walk found.
        count: how many the query selects, where that was asked already.

    Raises:
        AuthenticationError: some are missing, and nobody is logged in.
        SourceError: Jira could not give everything.
    """
    refs = dict(refs)
    if not set(known) - refs.keys():
        return refs
    client.verify_account()
    # About, on Cloud: what was deleted a moment ago may still be counted.
    count = client.count(jql) if count is None else count
    if _is_whole(refs, count):
        return refs
    refs |= dict(client.ids(jql))
    missing = sorted(set(known) - refs.keys())
    # So many are not taken for gone anyway, and each of them may cost a question.
    if _is_whole(refs, count) or len(missing) > MOST_GONE * len(known):
        return refs
    found = [ref for piece in in_pieces(missing, _PIECE) for ref in _ask_by_name(client, jql, piece)]
    logger.info("sync.census_doubted", extra={"missing": len(missing), "found": len(found)})
    return refs | dict(found)


def _is_whole(refs: Mapping[str, str], count: int | None) -> bool:
    return count is not None and len(refs) >= count


def _ask_by_name(client: JiraClient, jql: str, ids: list[str]) -> list[tuple[str, str]]:
    try:
        return list(client.ids(by_ids(jql, ids)))
    except QueryError:
        # Jira refuses the whole list where one of its issues is no more.
        return [ref for half in halves(ids) for ref in _ask_by_name(client, jql, half)]
