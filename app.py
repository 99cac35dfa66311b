"""The entry point: ``python app.py`` serves the dashboard, ``python app.py --help`` tells the rest.

Importing this module has no effect. Another server finds the application as ``app:server``.
"""

import os
import sys
from collections.abc import Mapping
from typing import Any


def _serve(*arguments: Any, **options: Any) -> None:
    from callbacks.web.serving import serve  # noqa: PLC0415  # Dash takes a second that most commands can save

    serve(*arguments, **options)


def main(arguments: list[str] | None = None, environment: Mapping[str, str] = os.environ) -> int:
    """Run one command and return its exit code."""
    from callbacks.cli.console import run  # noqa: PLC0415  # importing this module stays free of effects
    from configuration.memory import keep_freed_memory  # noqa: PLC0415

    keep_freed_memory()
    return run(sys.argv[1:] if arguments is None else arguments, environment, _serve)


def __getattr__(name: str) -> Any:
    """Return ``server``, the WSGI application: made of the environment when it is first asked for."""
    if name != "server":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from callbacks.cli.hosting import application  # noqa: PLC0415  # importing this module stays free of effects

    return globals().setdefault("server", application(os.environ))


if __name__ == "__main__":
    sys.exit(main())
