"""The entry point: ``python app.py`` serves the dashboard, ``python app.py --help`` tells the rest.

Importing this module has no effect.
"""

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dash import Dash

    from callbacks.workspace import Workspace


def create_app(workspace: "Workspace", *, allowed_hosts: tuple[str, ...] = (), port: int = 8050) -> "Dash":
    """Return the dashboard over ``workspace``; its ``server`` attribute is the WSGI application."""
    from callbacks.web import create_dash  # noqa: PLC0415  # Dash takes a second that most commands can save

    return create_dash(workspace, allowed_hosts=allowed_hosts, port=port)


def _serve(*arguments: Any, **options: Any) -> None:
    from callbacks.serving import serve  # noqa: PLC0415  # as above

    serve(*arguments, **options)


def main(arguments: list[str] | None = None, environment: Mapping[str, str] = os.environ) -> int:
    """Run one command and return its exit code."""
    from callbacks.console import run  # noqa: PLC0415  # importing this module stays free of effects

    return run(sys.argv[1:] if arguments is None else arguments, environment, _serve)


if __name__ == "__main__":
    sys.exit(main())
