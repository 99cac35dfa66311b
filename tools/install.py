"""Installs what lock files pin into a virtual environment: ``python3 tools/install.py requirements.lock``.

It runs on the bare Python of the machine, says what it does while it does it, and does nothing where
everything is in place. A failure is one sentence of cause and one of remedy; the next try starts from
what the failed one left behind, whatever that is.

Python 3.6 can read this file as well: telling the owner of an old Python what to do is its first duty.
"""

import argparse
import contextlib
import errno
import hashlib
import importlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

OLDEST = (3, 11)
KNOWN = ("3.14", "3.13", "3.12", "3.11")
AGAIN = "then run the same command again."
ELSEWHERE = (
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_USER",
    "PIP_DRY_RUN",
)  # variables that make pip install elsewhere
LITTLE_ROOM = 30_000_000  # bytes

UNREACHABLE = re.compile(
    "establish a new connection|NameResolution|name resolution|getaddrinfo|Connect(ion)?Timeout|timed out|"
    "Connection refused|Connection reset|Connection aborted|unreachable|ProxyError|SSLError|"
    "RemoteDisconnected|ProtocolError"
)
FULL = re.compile(r"No space left on device|not enough space on the disk|\[Errno 28\]|Disk quota exceeded")
DIFFERENT = re.compile("DO NOT MATCH THE HASHES")
COLLECTING = re.compile(r"(?:Collecting |Processing .*[/\\])([\w.-]+?)(?:==|-\d[^/\\ ]*(?:whl|gz|zip) )")
INSTALLING = "Installing collected packages"


class InstallError(Exception):
    """What went wrong in one sentence, and what to do in another."""

    def __init__(self, cause, remedy):
        super().__init__(cause)
        self.cause = cause
        self.remedy = remedy


def main(arguments=None):
    """Install and return an exit code: 0 done, 1 told on stderr, 130 interrupted."""
    parser = argparse.ArgumentParser(description="Install what lock files pin into a virtual environment.")
    parser.add_argument("locks", nargs="+", type=Path, metavar="LOCK")
    parser.add_argument("--venv", type=Path, default=Path(".venv"), help="where to install (default .venv)")
    parser.add_argument(
        "--compile", action="store_true", help="compile everything, not only what is imported"
    )
    options = parser.parse_args(arguments)
    try:
        check_python()
        install(options.locks, options.venv, options.compile)
    except InstallError as error:
        return refuse(error)
    except OSError as error:
        return refuse(full() if is_full(error) else read_only(error, options.venv))
    except KeyboardInterrupt:
        print("\nInterrupted. Run the same command again.", file=sys.stderr)
        return 130
    return 0


def refuse(error):
    """Say what went wrong and what to do."""
    print(f"Error: {error.cause}\n{error.remedy}", file=sys.stderr)
    return 1


def check_python():
    """Refuse a Python that is too old, or that cannot make environments."""
    have = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < OLDEST:
        newer = next((name for name in KNOWN if shutil.which("python" + name)), None)
        instead = f"Run: make run PYTHON=python{newer}." if newer else f"Install a newer Python, {AGAIN}"
        raise InstallError(f"This is Python {have}; Throughline needs 3.11 or newer.", instead)
    try:
        importlib.import_module("venv")
        importlib.import_module("ensurepip")
    except ImportError as error:
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        raise InstallError(
            f"This Python {have} has no venv module.",
            f"Install it (on Debian and Ubuntu: sudo apt install {package}), {AGAIN}",
        ) from error


def install(locks, venv, compiled):
    """Bring the environment to what the locks pin; return at once where it is there already."""
    wanted = {lock.name: hashlib.sha256(lock.read_bytes()).hexdigest() for lock in locks}
    wanted["python"] = ".".join(map(str, sys.version_info[:2]))
    done = read_stamp(venv)
    if all(done.get(name) == value for name, value in wanted.items()):
        return
    started = time.monotonic()
    if done.get("python") != wanted["python"]:
        done = {}
        make_environment(venv)
    for lock in locks:
        if done.get(lock.name) != wanted[lock.name]:
            install_lock(lock, venv, done)
    if compiled:
        compile_all(venv)
    write_stamp(venv, {**done, **wanted})
    say(f"Installed in {time.monotonic() - started:.0f} s.")


def make_environment(venv):
    """Make an empty environment, in place of whatever an unfinished installation left there."""
    say(f"Making {venv}; the first installation takes about a minute.")
    venv.mkdir(parents=True, exist_ok=True)
    (venv / ".writable").touch()
    run([sys.executable, "-m", "venv", "--clear", venv], "The environment could not be made", venv)


def install_lock(lock, venv, done):
    """Let pip install what one lock pins, and name each package as it comes."""
    arguments = [python_of(venv), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    # What is imported is compiled then; compiling everything takes longer and a third more room.
    arguments += ["--no-compile", "--progress-bar=off", "--require-hashes", "-r", lock]
    say(f"Installing what {lock.name} names:", end="")
    with contextlib.suppress(FileNotFoundError):
        (venv / ".installed").unlink()
    code, output = run_pip(arguments)
    if code == 0:
        return
    if INSTALLING not in output and done:
        write_stamp(venv, done)  # nothing was changed yet
    raise failed(output, f"{lock.name} could not be installed", venv)


def run_pip(arguments):
    """Run pip and say the name of each package that it collects; return its exit code and its output."""
    environment = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
    command, lines = list(map(str, arguments)), []
    with subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as pip:
        for line in pip.stdout:
            lines.append(line)
            say(progress(line), end="")
    say("")
    return pip.returncode, "".join(lines)


def progress(line):
    """Return what a line of pip's is worth telling."""
    collected = COLLECTING.match(line)
    if collected:
        return f" {collected.group(1)}"
    if "Retrying (Retry(total=4" in line:
        return " (the package index does not answer, trying again)"
    return "\nWriting them to the disk." if line.startswith(INSTALLING) else ""


def compile_all(venv):
    """Compile everything: tests start hundreds of processes, also where nothing may be written."""
    arguments = [python_of(venv), "-m", "compileall", "-q", "-j", "0", venv]
    run(arguments, "The packages could not be compiled", venv)


def run(arguments, what, venv):
    """Run a step that has nothing to say unless it fails."""
    done = subprocess.run(
        list(map(str, arguments)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, text=True
    )
    if done.returncode:
        raise failed(done.stdout, what, venv)


def failed(output, what, venv):
    """Return the error that the output of pip or venv tells of."""
    # venv keeps to itself why it failed, so the disk is asked too.
    if FULL.search(output) or shutil.disk_usage(str(venv)).free < LITTLE_ROOM:
        shutil.rmtree(str(venv), ignore_errors=True)  # unfinished, it takes room and is of no use
        return full()
    if DIFFERENT.search(output):
        return InstallError(
            "A package is not the one that the lock file names.",
            f"Do not use it: look at where pip downloads from (pip config list), {AGAIN}",
        )
    if UNREACHABLE.search(output):
        return InstallError(
            "The package index cannot be reached.",
            f"Look at the network, or at the proxy (HTTPS_PROXY), {AGAIN}",
        )
    last = next((line for line in reversed(output.splitlines()) if line.strip()), "without a word")
    return InstallError(f"{what}: {last.strip()}", f"Mend what it names, {AGAIN}")


def is_full(error):
    """Return whether a write failed for want of room."""
    return error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


def full():
    """Return the error for a disk without room."""
    return InstallError(
        "The disk is full.", f"Free 700 MB, there and in the folder for temporary files, {AGAIN}"
    )


def read_only(error, venv):
    """Return the error for a folder that cannot be written."""
    return InstallError(
        f"{error.filename or venv} cannot be written: {error.strerror}.",
        "Copy the checkout to a folder of your own and start there, "
        "or name other places: make run VENV=$HOME/throughline-venv THROUGHLINE_HOME=$HOME/throughline.",
    )


def read_stamp(venv):
    """Return what the last complete installation wrote down; empty where there was none."""
    if not python_of(venv).exists():
        return {}
    try:
        lines = (venv / ".installed").read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    return dict(line.split(" ", 1) for line in lines if " " in line)


def write_stamp(venv, done):
    """Write down what is installed, as the last step."""
    text = "".join(f"{name} {value}\n" for name, value in sorted(done.items()))
    (venv / ".installed").write_text(text, encoding="utf-8")


def python_of(venv):
    """Return the environment's own Python."""
    return venv / "Scripts" / "python.exe" if os.name == "nt" else venv / "bin" / "python"


def say(text, end="\n"):
    """Say it now, also through a pipe."""
    print(text, end=end, flush=True)


if __name__ == "__main__":
    sys.exit(main())
