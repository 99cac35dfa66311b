"""Which category a status belongs to: specs/metrics.md."""

import re
from collections import Counter

from tests.reference.issues import Issue, Status
from tests.reference.settings import WORKFLOW_CATEGORY, Settings, fold, folded, usual

JIRA_CATEGORY = {"new": "todo", "indeterminate": "in_progress", "done": "done"}
TIE_ORDER = ("done", "in_progress", "todo")
USUAL = ("todo", "in_progress", "done")
# The ids that every Jira is delivered with.
BUILT_IN = {"1": "todo", "4": "todo", "3": "in_progress", "5": "done", "6": "done"}


class Categories:
    """Answers ``todo``, ``in_progress``, ``done`` or ``unmapped`` for any recorded status."""

    def __init__(self, issues: list[Issue], statuses: list[dict], settings: Settings):
        self.settings = settings
        self.server = {str(entry["id"]): entry for entry in statuses}
        self.votes: dict[str, Counter[str]] = {}
        self.names: dict[str, Counter[str]] = {}
        self.told: set[str] = set(self.server)
        for issue in issues:
            self._count(issue.status)
        self.today = set(self.server) | set(self.names)

    def _count(self, status: Status | None) -> None:
        if status is None:
            return
        identity = _identity(status)
        self.names.setdefault(identity, Counter())[status.name or ""] += 1
        if status.category:
            self.told.add(identity)
        category = JIRA_CATEGORY.get(status.category or "")
        if category:
            self.votes.setdefault(identity, Counter())[category] += 1

    def category(self, status: Status | None) -> str:
        return self.judge(status)[0]

    def judge(self, status: Status | None, *, resolved: bool = False) -> tuple[str, bool]:
        """The category, and whether it is only inferred.

        Args:
            status: as some history or issue recorded it.
            resolved: the move into it set a resolution.
        """
        if status is None:
            return "unmapped", False
        part = self._workflow_part(status)
        if part:
            return WORKFLOW_CATEGORY[part], False
        if _identity(status) in self.told:
            return self._category_today(_identity(status)), False
        shared = self._category_by_name(status)
        if shared:
            return shared, False
        guessed = (
            usual_category(self._name_of(status))
            or BUILT_IN.get(status.id or "")
            or ("done" if resolved else "")
        )
        return (guessed, True) if guessed else ("unmapped", False)

    def is_waiting(self, status: Status | None) -> bool:
        """Mapped as waiting; one that is gone waits if all its namesakes of today do, else by its name."""
        if status is None:
            return False
        part = self._workflow_part(status)
        if part:
            return part == "waiting"
        if _identity(status) not in self.told and self._category_by_name(status):
            return all(self.is_waiting(known) for known in self._namesakes(status))
        sounds = sounds_waiting(fold(self._name_of(status)))
        return self.guesses_waiting and sounds and self.category(status) == "in_progress"

    def not_delivered(self, status: Status | None, category: str) -> tuple[bool, bool]:
        """Whether a status stands for work that was not delivered, and whether that is only inferred.

        Without a word of the profile these are the done statuses that are usually called so.
        """
        if status is None:
            return False, False
        name, listed = fold(self._name_of(status)), self.settings.workflow("not_delivered")
        if listed:
            return status.id in listed or (bool(name) and name in folded(listed)), False
        return category == "done" and name in usual("not_delivered_statuses"), True

    def name_of(self, status: Status | None) -> str:
        return "" if status is None else self._name_of(status) or ""

    @property
    def guesses_waiting(self) -> bool:
        """Without a word of the profile, names tell where work waits."""
        return not self.settings.workflow("waiting")

    def _workflow_part(self, status: Status) -> str | None:
        """The workflow list that holds this status, by its id or by one name.

        A status that exists today goes by today's name, so that a rename does
        not pull an old mapping along; one that is gone goes by its last known name.
        """
        name = self._name_of(status)
        for part in WORKFLOW_CATEGORY:
            listed = self.settings.workflow(part)
            if status.id in listed or (fold(name) and fold(name) in {fold(entry) for entry in listed}):
                return part
        return None

    def _name_of(self, status: Status) -> str | None:
        """Today's name of a status that exists today, else the one recorded."""
        identity = _identity(status)
        return self._name_today(identity) if identity in self.today else status.name

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

    def _category_by_name(self, status: Status) -> str | None:
        """The one category that all of today's statuses of this name share."""
        found = {self.category(known) for known in self._namesakes(status)}
        return found.pop() if len(found) == 1 else None

    def _namesakes(self, status: Status) -> list[Status]:
        """Today's statuses of that name, as far as something tells their category."""
        wanted = fold(self._name_of(status))
        known = [
            self._known(identity) for identity in self.today if fold(self._name_today(identity)) == wanted
        ]
        return [each for each in known if _identity(each) in self.told or self._workflow_part(each)]

    def _known(self, identity: str) -> Status:
        own_id = None if identity.startswith("name:") else identity
        return Status(own_id, self._name_today(identity))


def usual_category(name: str | None) -> str | None:
    """Of a status that has a name which Jira gives by default, in any language."""
    return next((kind for kind in USUAL if fold(name) in usual(kind)), None)


def sounds_waiting(name: str) -> bool:
    """A folded name with one of the words, or beginning with one of the phrases, of "Defaults"."""
    padded = " " + re.sub(r"[^\w]+", " ", name).strip() + " "
    words = ("blocked", "waiting", "on hold", "pending", "parked", "queue", "queued")
    reviews = ("in review", "code review", "peer review")
    starts = ("ready for", "ready to", "to be")
    return any(f" {phrase} " in padded for phrase in (*words, *reviews)) or any(
        padded.startswith(f" {start} ") for start in starts
    )


def _identity(status: Status) -> str:
    return status.id or "name:" + fold(status.name)
