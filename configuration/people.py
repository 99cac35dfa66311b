"""Who works with the program at the moment, and what the role of that person allows.

On a laptop, in commands and in background jobs nobody is present, and nobody is asked. In server mode a
request is answered for one person, and what changes something asks ``require`` before it does.
"""

import logging
from collections.abc import Callable, Collection
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Literal

from configuration.errors import NotAllowedError

logger = logging.getLogger(__name__)
Role = Literal["reader", "editor", "administrator"]
# Each may do what those before it may.
ROLES: tuple[Role, ...] = ("reader", "editor", "administrator")


def _record_nowhere(_person: str, _action: str, _subject: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signed in.

    Attributes:
        name: how the provider or the proxy calls the person; unique there.
        role: the highest one that the groups give.
        groups: as the provider or the proxy names them.
        leaves: whether there is a way to sign out.
        record: writes a line of the audit log: name of the person, what was done, and to what.
    """

    name: str
    role: Role
    groups: frozenset[str] = frozenset()
    leaves: bool = False
    record: Callable[[str, str, str], None] = field(default=_record_nowhere, repr=False, compare=False)


_PRESENT: ContextVar[Person | None] = ContextVar("person", default=None)


def present() -> Person | None:
    """Return for whom the program works at the moment, None where nobody has to be asked."""
    return _PRESENT.get()


def enter(person: Person | None) -> None:
    """Work for a person from here on, in this thread; None: for nobody in particular."""
    _PRESENT.set(person)


def refusal(least: Role, doing: str, owners: Collection[str] = ()) -> NotAllowedError | None:
    """Return why the present person may not do something, None where that may be done.

    Args:
        least: the role that it takes.
        doing: what, as in "Only an editor may ``doing``".
        owners: groups of which an editor has to be in one; without any every editor may.
    """
    person = _PRESENT.get()
    if person is None or person.role == "administrator":
        return None
    if ROLES.index(person.role) < ROLES.index(least):
        return NotAllowedError(
            f"Only an {least} may {doing}; your role is {person.role}.",
            hint=f"Ask an {least}, or ask an administrator for that role.",
        )
    if owners and not person.groups.intersection(owners):
        return NotAllowedError(
            f"Only its owners may {doing}: {', '.join(sorted(owners))}.",
            hint="Ask one of them, or ask an administrator to let one of your groups own the profile.",
        )
    return None


def require(least: Role, doing: str, owners: Collection[str] = ()) -> None:
    """Return if the present person may do something; see ``refusal``.

    Raises:
        NotAllowedError: the person may not.
    """
    error = refusal(least, doing, owners)
    if error is not None:
        note("refused", doing)
        raise error


def note(action: str, subject: str = "") -> None:
    """Write into log and audit log what the present person did; where nobody is present, nothing.

    Args:
        action: one word for it, such as ``sync started``.
        subject: what it was done to, such as the name of a profile; never a secret.
    """
    person = _PRESENT.get()
    if person is not None:
        logger.info("audit.noted", extra={"person": person.name, "action": action, "subject": subject})
        person.record(person.name, action, subject)


def as_role(word: str) -> Role | None:
    """Return the role that a word names, None for no role."""
    return next((role for role in ROLES if role == word), None)
