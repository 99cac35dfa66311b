"""Who is in a query now. What seems to be gone is doubted before it is believed."""

import logging
from collections.abc import Collection, Mapping

from configuration.errors import QueryError
from data.jira_search import by_ids, halves, in_pieces
from data.jira_simple import JiraClient

logger = logging.getLogger(__name__)

# More than this share gone at once, or a whole project, is held back until somebody asks for it.
MOST_GONE = 0.10
# Ids that are asked for in one question.
_PIECE = 100


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
    found = [ref for piece in in_pieces(missing, _PIECE) for ref in _named(client, jql, piece)]
    logger.info("sync.census_doubted", extra={"missing": len(missing), "found": len(found)})
    return refs | dict(found)


def _is_whole(refs: Mapping[str, str], count: int | None) -> bool:
    return count is not None and len(refs) >= count


def _named(client: JiraClient, jql: str, ids: list[str]) -> list[tuple[str, str]]:
    try:
        return list(client.ids(by_ids(jql, ids)))
    except QueryError:
        # Jira refuses the whole list where one of its issues is no more.
        return [ref for half in halves(ids) for ref in _named(client, jql, half)]
