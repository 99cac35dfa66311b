"""Throughline as it is installed: its modules lie in this folder, under the names of the checkout.

Only the process that asks for it finds them there (``specs/adr/0009-one-name-in-site-packages.md``).
"""

import sys
from pathlib import Path
from typing import Any


def main() -> int:
    """Run one command, as ``python app.py`` does in a checkout, and return its exit code."""
    _step_inside()
    from app import main as run  # noqa: PLC0415  # found only from now on

    return run()


def __getattr__(name: str) -> Any:
    """Return ``server``, the WSGI application, for another server: ``gunicorn throughline:server``."""
    if name != "server":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    _step_inside()
    from app import server  # noqa: PLC0415  # found only from now on

    return server


def _step_inside() -> None:
    """Look for modules in this folder first, so that another package named ``data`` is not taken for ours."""
    folder = str(Path(__file__).resolve().parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
