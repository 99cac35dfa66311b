"""The mutants that no test can notice, each with its reason: ``explained.toml``."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.mutants.changes import Mutant
from tools.mutants.runs import Target

EXPLAINED = Path(__file__).with_name("explained.toml")


@dataclass
class Explanation:
    """Why some changes of a line cannot be seen by any test."""

    file: str
    line: str
    changes: list[str]
    reason: str

    def covers(self, file: str, mutant: Mutant) -> bool:
        """Tell whether this explains a mutant of a file."""
        return (file, self.line) == (self.file, mutant.text) and mutant.change in self.changes

    def __str__(self) -> str:
        return f"{self.file}: {self.line}\n{'':12}{'; '.join(self.changes)}: {self.reason}"


def explanations(path: Path = EXPLAINED) -> list[Explanation]:
    """Read the list of explained mutants."""
    return [Explanation(**entry) for entry in tomllib.loads(path.read_text("utf-8")).get("mutant", [])]


def stale(known: Sequence[Explanation], every: Sequence[Target]) -> list[str]:
    """Return the explanations of changes that there are no longer."""
    there = {(target.file, mutant.text, mutant.change) for target in every for mutant in target.mutants}
    return [
        f"{each.file}: {each.line}: {change}"
        for each in known
        for change in each.changes
        if (each.file, each.line, change) not in there
    ]
