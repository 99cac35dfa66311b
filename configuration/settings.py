"""What the process was told by its environment: frozen, read once at the entry point."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent


class Secret:
    """A text that prints as ``***``; ``reveal()`` appears where a header is built, nowhere else."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the secret itself."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return "***"


@dataclass(frozen=True, slots=True)
class Home:
    """The folder that holds everything this installation writes."""

    root: Path

    @property
    def logs(self) -> Path:
        """Rotating log files."""
        return self.root / "logs"

    @property
    def cache(self) -> Path:
        """One SQLite file per scope."""
        return self.root / "cache"

    @property
    def profiles(self) -> Path:
        """One TOML file per profile."""
        return self.root / "profiles"

    @property
    def secrets(self) -> Path:
        """One JSON file per profile with its token, readable by the owner alone."""
        return self.root / "secrets"

    @property
    def run(self) -> Path:
        """Shared limiter and lock files."""
        return self.root / "run"


def home_from(environment: Mapping[str, str]) -> Home:
    """Return the home that ``THROUGHLINE_HOME`` names, by default the checkout."""
    return Home(Path(environment.get("THROUGHLINE_HOME") or CHECKOUT).absolute())
