"""Resolves lock files for every promised platform and Python: ``python -m tools.resolve LOCK...``.

Each pin must have a wheel there whose hash the lock knows; nothing is built and nothing is installed.
"""

import itertools
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

PLATFORMS = ("linux", "macos", "windows")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
AT_ONCE = 4  # they mostly wait for the network


def resolve(lock: str, platform: str, python: str) -> tuple[str, str]:
    """Return what was resolved and, where it failed, why; an empty text is success."""
    options = ["--dry-run", "--quiet", "--system-certs", "--only-binary", ":all:", "--require-hashes"]
    where = ["--python-platform", platform, "--python-version", python]
    with tempfile.TemporaryDirectory() as nowhere:
        done = subprocess.run(
            [sys.executable, "-m", "uv", "pip", "install", *options, *where, "--target", nowhere, "-r", lock],
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    why = (done.stderr.strip() or f"uv ended with {done.returncode}") if done.returncode else ""
    return f"{lock} on {platform} with Python {python}", why


def main(locks: Sequence[str]) -> int:
    """Resolve each lock everywhere; return 1 where one of them cannot be."""
    everywhere = list(itertools.product(locks, PLATFORMS, PYTHONS))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda one: resolve(*one), everywhere))
    wrong = [f"{what}: {why}" for what, why in answers if why]
    print(*wrong, f"{len(answers) - len(wrong)} of {len(answers)} resolved.", sep=os.linesep)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
