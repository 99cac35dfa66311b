"""Running the command line as a user does: a process of its own, a home of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_OURS = (
    "JIRA_",
    "GITHUB_",
    "GITLAB_",
    "DATABASE_URL",
    "OIDC_",
    "TRUSTED_",
    "PUBLIC_URL",
    "METRICS_",
    "THROUGHLINE_",
    "HOST",
    "PORT",
    "ALLOWED_HOSTS",
    "LOG_LEVEL",
    "HTTPS_PROXY",
)


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return the process environment with nothing of ours in it but what is given."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    return {**plain, "THROUGHLINE_HOME": str(home), **more}


def command(*arguments: str | Path) -> list[str]:
    """Return the argument list that starts ``python app.py ARGUMENTS``."""
    return [sys.executable, str(ROOT / "app.py"), *map(str, arguments)]


def run(home: Path, *arguments: str | Path, **more: str) -> "subprocess.CompletedProcess[str]":
    """Run ``python app.py ARGUMENTS`` to its end."""
    return subprocess.run(
        command(*arguments),
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


def printed(home: Path, *arguments: str | Path, **more: str) -> str:
    """Return what a command that succeeds prints."""
    done = run(home, *arguments, **more)
    assert done.returncode == 0, done.stderr
    return done.stdout


def metrics(home: Path, *arguments: str) -> dict:
    """Return the document of ``metrics --json``."""
    return json.loads(printed(home, "metrics", "--json", *arguments))


def entries(home: Path, *arguments: str) -> list[dict]:
    """Return what ``issues --jsonl`` lists."""
    return [json.loads(line) for line in printed(home, "issues", "--jsonl", *arguments).splitlines()]


def written(path: Path, issues: Sequence[dict]) -> Path:
    """Write issues one a line, as an export has them."""
    path.write_text("".join(json.dumps(issue) + "\n" for issue in issues), encoding="utf-8")
    return path


def kept(home: Path) -> dict[str, bytes]:
    """Return everything a home holds but its logs and its run-time files."""
    return {
        str(path.relative_to(home)): path.read_bytes()
        for path in sorted(home.rglob("*"))
        if path.is_file() and path.relative_to(home).parts[0] not in ("logs", "run")
    }


def free_port() -> int:
    """Return a port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def served(home: Path, *arguments: str, **more: str) -> Iterator[str]:
    """Run ``serve`` on a free port, yield its address, stop it politely."""
    port = free_port()
    command = [sys.executable, str(ROOT / "app.py"), "serve", *arguments, "--port", str(port)]
    with (home / "out.txt").open("wb") as out:
        process = subprocess.Popen(command, env=environment(home, **more), stdout=out, stderr=out, cwd=ROOT)
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(url, process)
            yield url
        finally:
            process.terminate()
            process.wait(timeout=20)


@dataclass(frozen=True)
class Hosted:
    """A dashboard under gunicorn: its address and its process."""

    url: str
    process: "subprocess.Popen[bytes]"

    def workers(self) -> list[int]:
        """Return the ids of its workers."""
        pid = self.process.pid
        return sorted(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))

    def owner_of(self, lock: Path) -> int:
        """Return the worker that holds a lock."""
        held = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
        inode, workers = str(lock.stat().st_ino), self.workers()
        return next(int(row[4]) for row in held if row[5].endswith(f":{inode}") and int(row[4]) in workers)

    @contextmanager
    def only(self, worker: int) -> Iterator[None]:
        """Let one worker alone answer; the others rest meanwhile."""
        others = [pid for pid in self.workers() if pid != worker]
        for pid in others:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in others:
                os.kill(pid, signal.SIGCONT)


@contextmanager
def hosted(home: Path, workers: int = 2, **more: str) -> Iterator[Hosted]:
    """Run the dashboard under gunicorn with several workers, yield it, stop it politely."""
    port = free_port()
    program = [sys.executable, "-m", "gunicorn", "--no-control-socket", "-w", str(workers), "--threads", "4"]
    with (home / "out.txt").open("wb") as out:
        process = subprocess.Popen(
            [*program, "-b", f"127.0.0.1:{port}", "app:server"],
            env=environment(home, **more),
            stdout=out,
            stderr=out,
            cwd=ROOT,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(url, process)
            yield Hosted(url, process)
        finally:
            process.send_signal(signal.SIGCONT)  # a test may have left it at rest
            process.terminate()
            process.wait(timeout=20)


@contextmanager
def working(home: Path, **more: str) -> Iterator["subprocess.Popen[str]"]:
    """Run ``python app.py worker``, yield it; it is killed at the end if it still runs."""
    process = subprocess.Popen(
        command("worker"),
        env=environment(home, **more),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for(url: str, process: "subprocess.Popen[bytes]", seconds: float = 40.0) -> None:
    """Wait until the server answers its health path."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended before it answered"
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"{url} did not answer within {seconds} s")
