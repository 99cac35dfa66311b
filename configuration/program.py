"""What this copy of the program is: its version, where it lies, and how it is called."""

from pathlib import Path

VERSION = "0.2.0.dev0"  # the build reads it here as well
FOLDER = Path(__file__).resolve().parent.parent


def is_checkout(folder: Path = FOLDER) -> bool:
    """Return whether the program runs from a checkout: ``pyproject.toml`` lies beside ``app.py``."""
    return (folder / "pyproject.toml").is_file()


def command(arguments: str = "", folder: Path = FOLDER) -> str:
    """Return what to type for a command: ``python app.py`` in a checkout, ``throughline`` where installed."""
    return f"{'python app.py' if is_checkout(folder) else 'throughline'} {arguments}".rstrip()
