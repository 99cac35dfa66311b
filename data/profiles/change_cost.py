"""What a change of settings costs, told before it is made: requests to Jira, or only arithmetic. Pure."""

from data.cache_manager import CacheInvalidationTrigger
from data.profiles.sources import Source, configuration_of

_WORDS = {
    "site": "another Jira",
    "account": "another account",
    "jql": "another query",
    "fields": "a field that was not fetched yet",
    "mapping": "another mapping",
    "workflow": "another meaning of statuses or types",
    "zone": "another time zone",
    "period": "another period",
}


def trigger_of(before: Source, after: Source) -> CacheInvalidationTrigger:
    """Return the comparison of two states of a profile."""
    return CacheInvalidationTrigger(configuration_of(before), configuration_of(after))


def cost_words(trigger: CacheInvalidationTrigger) -> str:
    """Return one sentence on what a change costs; "" where nothing changes."""
    if not trigger.reasons:
        return ""
    why = ", ".join(_WORDS.get(reason, reason) for reason in trigger.reasons)
    costs = set(trigger.costs.values())
    if "other scope" in costs:
        return f"This is {why}: all issues are fetched anew; what is stored now is kept beside it."
    if "refetch" in costs:
        return f"This is {why}: the issues are fetched again with it."
    return f"This is {why}: numbers are computed again, and Jira is not asked."
