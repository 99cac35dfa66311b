"""Known weaknesses of what is locked: ``python -m tools.audit LOCK...`` asks ``pip-audit``.

It has an environment of its own beside the tools. Where the program or its
data cannot be reached, that is said in a line and is not a failure.
"""

import json
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PROGRAM = "pip-audit==2.10.1"
PLACE = Path(sys.prefix) / "audit"
PATIENCE_S = 120.0


def verdict(report: dict[str, Any]) -> tuple[int, str]:
    """Return exit code and words for a report of ``pip-audit``.

    A package of which its data say nothing was not looked at: where that is
    each of them, nothing is known, whatever the program itself concludes.
    """
    packages = report["dependencies"]
    looked_at = [package for package in packages if "skip_reason" not in package]
    weak = [
        f"{package['name']} {package['version']}: {weakness['id']}, mended in "
        f"{', '.join(weakness['fix_versions']) or 'no version yet'}"
        for package in looked_at
        for weakness in package["vulns"]
    ]
    if weak:
        return 1, "\n".join(weak)
    if not looked_at:
        return 0, "Not audited: the data on known weaknesses cannot be reached from here."
    words = f"No known weakness in {len(looked_at)} of {len(packages)} locked packages."
    return 0, words if len(looked_at) == len(packages) else f"{words} The others are not in the data."


def main(locks: Sequence[str]) -> int:
    """Audit locks; return 1 where a weakness is known."""
    try:
        report = _report(locks)
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        print(f"Not audited: pip-audit or its data cannot be reached from here ({type(error).__name__}).")
        return 0
    code, words = verdict(report)
    print(words)
    return code


def _report(locks: Sequence[str]) -> dict[str, Any]:
    program = PLACE / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    if not (PLACE / PROGRAM).exists():
        venv.create(PLACE, with_pip=True, clear=True)
        install = [
            str(program),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--timeout",
            "10",
            "--retries",
            "0",
            PROGRAM,
        ]
        subprocess.run(install, check=True, capture_output=True, timeout=PATIENCE_S)
        (PLACE / PROGRAM).touch()  # complete
    asked = [word for lock in locks for word in ("--requirement", lock)]
    options = ["--disable-pip", "--require-hashes", "--progress-spinner", "off", "--format", "json"]
    # It ends with 1 where it found something, and with that much also where it cannot ask.
    done = subprocess.run(
        [str(program), "-m", "pip_audit", *options, *asked],
        check=False, capture_output=True, encoding="utf-8", timeout=PATIENCE_S,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
