"""The command line as a user has it: ``python app.py`` in a process of its own, with a home of its own."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# What a developer may have set for a real Jira must not reach a test.
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "PYTHONPATH", "VIRTUAL_ENV")


def environment(home: Path, env: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a command: a few common variables, the home, and ``env``."""
    common = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return {**common, "THROUGHLINE_HOME": str(home), **(env or {})}


def command(*args: object) -> list[str]:
    """The argument list that starts ``python app.py``."""
    return [sys.executable, str(ROOT / "app.py"), *map(str, args)]


def run(
    home: Path, *args: object, env: Mapping[str, str] | None = None, timeout_s: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; texts are UTF-8."""
    return subprocess.run(
        command(*args),
        env=environment(home, env),
        capture_output=True,
        encoding="utf-8",
        timeout=timeout_s,
        check=False,
    )


def answer(home: Path, *args: object, env: Mapping[str, str] | None = None) -> str:
    """What a command that succeeds prints."""
    done = run(home, *args, env=env)
    assert done.returncode == 0, done.stderr
    return done.stdout


def metrics(home: Path, *args: object) -> dict:
    """The document of ``metrics --json``."""
    return json.loads(answer(home, "metrics", "--json", *args))


def entries(home: Path, *args: object) -> list[dict]:
    """What ``issues --jsonl`` lists."""
    return [json.loads(line) for line in answer(home, "issues", "--jsonl", *args).splitlines()]


def assert_refused(done: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    """The command failed as promised.

    Nothing on stdout; on stderr one sentence of cause, one of remedy and a log reference, no traceback.
    """
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    cause, remedy, reference = done.stderr.strip().splitlines()[-3:]
    assert re.fullmatch(r"Error: \S.*\.", cause), done.stderr
    assert re.fullmatch(r"[A-Z].*\.", remedy), done.stderr
    assert re.fullmatch(r"Log reference: \w{4,}", reference), done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in cause + remedy, done.stderr


def write_issues(path: Path, issues: Sequence[dict]) -> Path:
    """Write issues one a line, as an export has them."""
    path.write_text("".join(json.dumps(issue) + "\n" for issue in issues), encoding="utf-8")
    return path


def snapshot(home: Path) -> dict[str, bytes]:
    """Everything a home holds but its logs and its run-time files."""
    return {
        str(path.relative_to(home)): path.read_bytes()
        for path in sorted(home.rglob("*"))
        if path.is_file() and path.relative_to(home).parts[0] not in ("logs", "run")
    }
