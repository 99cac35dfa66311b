"""Which category a status belongs to: METRICS.md section 1, "Category"."""

import re
from collections import Counter

from tests.reference.issues import Issue, Status
from tests.reference.settings import WORKFLOW_CATEGORY, Settings, fold

JIRA_CATEGORY = {"new": "todo", "indeterminate": "in_progress", "done": "done"}
TIE_ORDER = ("done", "in_progress", "todo")


class Categories:
    """Answers ``todo``, ``in_progress``, ``done`` or ``unmapped`` for any recorded status."""

    def __init__(self, issues: list[Issue], statuses: list[dict], settings: Settings):
        self.settings = settings
        self.server = {str(entry["id"]): entry for entry in statuses}
        self.votes: dict[str, Counter[str]] = {}
        self.names: dict[str, Counter[str]] = {}
        for issue in issues:
            self._count(issue.status)
        self.today = set(self.server) | set(self.names)

    def _count(self, status: Status | None) -> None:
        if status is None:
            return
        identity = _identity(status)
        self.names.setdefault(identity, Counter())[status.name or ""] += 1
        category = JIRA_CATEGORY.get(status.category or "")
        if category:
            self.votes.setdefault(identity, Counter())[category] += 1

    def category(self, status: Status | None) -> str:
        if status is None:
            return "unmapped"
        part = self._workflow_part(status)
        if part:
            return WORKFLOW_CATEGORY[part]
        identity = _identity(status)
        if identity in self.today:
            return self._category_today(identity)
        return self._category_by_name(status.name)

    def is_waiting(self, status: Status | None) -> bool:
        """Mapped as waiting; a status that is gone waits if all its namesakes of today do."""
        if status is None:
            return False
        part = self._workflow_part(status)
        if part:
            return part == "waiting"
        if _identity(status) in self.today:
            name = fold(self._name_today(_identity(status)))
            return self.guesses_waiting and self.category(status) == "in_progress" and sounds_waiting(name)
        namesakes = self._namesakes(status.name)
        return bool(namesakes) and all(self.is_waiting(known) for known in namesakes)

    @property
    def guesses_waiting(self) -> bool:
        """Without a word of the profile, names tell where work waits."""
        return not self.settings.workflow("waiting")

    def _workflow_part(self, status: Status) -> str | None:
        """The workflow list that holds this status, by its id or by one name.

        A status that exists today goes by today's name, so that a rename does
        not pull an old mapping along; one that is gone goes by its last known name.
        """
        identity = _identity(status)
        name = self._name_today(identity) if identity in self.today else status.name
        for part in WORKFLOW_CATEGORY:
            listed = self.settings.workflow(part)
            if status.id in listed or (fold(name) and fold(name) in {fold(entry) for entry in listed}):
                return part
        return None

    def _name_today(self, identity: str) -> str | None:
        if identity in self.server:
            return self.server[identity].get("name")
        counted = self.names[identity]
        return min(counted, key=lambda name: (-counted[name], name))

    def _category_today(self, identity: str) -> str:
        if identity in self.server:
            key = (self.server[identity].get("statusCategory") or {}).get("key")
            return JIRA_CATEGORY.get(key, "unmapped")
        votes = self.votes.get(identity)
        if not votes:
            return "unmapped"
        return max(TIE_ORDER, key=lambda category: (votes[category], -TIE_ORDER.index(category)))

    def _category_by_name(self, name: str | None) -> str:
        """The one category that all of today's statuses of this name share."""
        found = {self.category(known) for known in self._namesakes(name)}
        return found.pop() if len(found) == 1 else "unmapped"

    def _namesakes(self, name: str | None) -> list[Status]:
        wanted = fold(name)
        return [self._known(known) for known in self.today if fold(self._name_today(known)) == wanted]

    def _known(self, identity: str) -> Status:
        own_id = None if identity.startswith("name:") else identity
        return Status(own_id, self._name_today(identity))


def sounds_waiting(name: str) -> bool:
    """A folded name with one of the words, or beginning with one of the phrases, of section 7."""
    padded = " " + re.sub(r"[^\w]+", " ", name).strip() + " "
    words = ("blocked", "waiting", "on hold", "pending", "parked", "queue", "queued")
    reviews = ("in review", "code review", "peer review")
    starts = ("ready for", "ready to", "to be")
    return any(f" {phrase} " in padded for phrase in (*words, *reviews)) or any(
        padded.startswith(f" {start} ") for start in starts
    )


def _identity(status: Status) -> str:
    return status.id or "name:" + fold(status.name)
