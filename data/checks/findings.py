"""What ``check`` reports: one finding per thing that was looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "note", "failed"]


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """One line of the check.

    Attributes:
        name: what was looked at.
        state: ``note`` is worth reading and stops nothing.
        message: one sentence of what was found.
        hint: one sentence of what to do; "" where nothing is to be done.
        exit_code: that the command should end with; 0 unless ``failed``.
    """

    name: str
    state: State
    message: str
    hint: str = ""
    exit_code: int = 0

    def as_document(self) -> dict[str, str]:
        """Return the finding for ``check --json``."""
        return {"name": self.name, "state": self.state, "message": self.message, "hint": self.hint}


def environment_findings(ignored: Sequence[str]) -> list[CheckFinding]:
    """Return a line on the variables that are set and not heeded because all teams would share them."""
    if not ignored:
        return []
    return [
        CheckFinding(
            "environment",
            "note",
            f"DATABASE_URL is set, so these variables are not heeded: {', '.join(ignored)}.",
            "Enter addresses and tokens on the Settings page of each profile.",
        )
    ]


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, ``1 issue`` or ``2 issues``, thousands set apart."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}".replace(",", "\u202f")
