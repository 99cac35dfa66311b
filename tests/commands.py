"""Running the command line as a user does: a process of its own, a home of its own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_OURS = ("JIRA_", "THROUGHLINE_", "HOST", "PORT", "ALLOWED_HOSTS", "LOG_LEVEL", "HTTPS_PROXY")


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return the process environment with nothing of ours in it but what is given."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    return {**plain, "THROUGHLINE_HOME": str(home), **more}


def run(home: Path, *arguments: str | Path, **more: str) -> "subprocess.CompletedProcess[str]":
    """Run ``python app.py ARGUMENTS`` to its end."""
    return subprocess.run(
        [sys.executable, str(ROOT / "app.py"), *map(str, arguments)],
        env=environment(home, **more),
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def refused(answer: "subprocess.CompletedProcess[str]", code: int, *words: str) -> None:
    """Assert a failure told well: its code, an empty stdout, cause, remedy and log reference on stderr."""
    lines = answer.stderr.splitlines()
    cause = next((place for place, line in enumerate(lines) if line.startswith("Error: ")), None)

    assert answer.returncode == code, answer.stderr
    assert answer.stdout == ""
    assert cause is not None, answer.stderr
    assert lines[cause].endswith("."), lines[cause]
    assert lines[cause + 1].endswith("."), lines[cause + 1]
    assert lines[cause + 2].startswith("Log reference: ")
    assert [word for word in words if word not in answer.stderr] == []
