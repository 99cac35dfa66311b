"""The application for another server: what cannot work is told before a request comes."""

import subprocess
import sys
from pathlib import Path

import pytest

from callbacks.cli.hosting import CANNOT_BE_HAD, application
from configuration.logging_config import shutdown_logging
from tests.support.commands import ROOT


@pytest.mark.parametrize(
    ("name", "value", "cause"),
    [
        ("PORT", "x", "PORT 'x' is not a port."),
        ("HOST", "0.0.0.0", "Listening on 0.0.0.0 opens the dashboard to the network."),
        ("LOG_LEVEL", "LOUD", "The log level 'LOUD' does not exist."),
    ],
)
def test_what_cannot_work_is_one_sentence_and_an_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, value: str, cause: str
) -> None:
    """By this code gunicorn stops; it would start worker after worker after any other."""
    try:
        with pytest.raises(SystemExit) as ended:
            application({"THROUGHLINE_HOME": str(tmp_path), name: value})
    finally:
        shutdown_logging()

    assert ended.value.code == CANNOT_BE_HAD
    assert f"Error: {cause}" in capsys.readouterr().err


def test_the_entry_point_has_nothing_else_to_give() -> None:
    """Looking for any other name makes no application; nor does looking at what there is."""
    script = (
        "import app, sys; print(hasattr(app, 'application'), 'server' in dir(app), 'dash' in sys.modules)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert answer.stdout.split() == ["False", "False", "False"]
