"""What an import of a hundred thousand commits costs, beside what git itself takes to tell of them."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import environment
from tests.support.gates import SLACK, Gate, children_time
from tests.support.repositories import Repository, git

COMMITS = 100_000
STARTS_AT = 1_600_000_000
IMPORT = """
import sys
from pathlib import Path
from app import main

main(["--profile", "shop", "import", "--git", sys.argv[1]])
lines = Path("/proc/self/status").read_text().splitlines()
print(next(line.split()[1] for line in lines if line.startswith("VmHWM")))
"""


def stream() -> Iterator[str]:
    """Commits as fast-import reads them: of ten, three come by a merge; a tag for every five hundred."""
    tip = 0
    for number in range(1, COMMITS + 1):
        at = STARTS_AT + number * 600
        who = f"Ann <ann@a.example> {at} +0000"
        message = (
            f"AB-{number % 5_000} change number {number} of the shop (#{number})\n\nWhat it does and why."
        )
        side = number % 10 in (7, 8)
        branch = "side" if side else "main"
        yield f"commit refs/heads/{branch}\nmark :{number}\nauthor {who}\ncommitter {who}\n"
        yield f"data {len(message)}\n{message}\n"
        if number > 1:
            yield f"from :{tip if number % 10 != 8 else number - 1}\n"
        if number % 10 == 9:
            yield f"merge :{number - 1}\n"
        yield "\n"
        tip = tip if side else number
        if number % 500 == 0:
            yield f"reset refs/tags/v{number}\nfrom :{number}\n\n"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a hundred thousand commits, packed."""
    made = Repository.made(tmp_path_factory.mktemp("clones") / "shop")
    git(made.path, "fast-import", "--quiet", given="".join(stream()))
    return made.path


@pytest.mark.benchmark(timer=children_time)
def benchmark_importing_a_clone_of_100_000_commits(gate: Gate, shop: Path, tmp_path: Path) -> None:
    """Into an empty home: 3 s of processor time, with git and the start of the program, and 200 MB."""
    told: list[str] = []

    def read() -> None:
        home = tmp_path / str(len(told))
        home.mkdir()
        command = [sys.executable, "-c", IMPORT, str(shop)]
        told.append(
            subprocess.run(
                command, env=environment(home), capture_output=True, text=True, check=True, cwd=Path.cwd()
            ).stdout
        )

    least = gate.ratio(
        read,
        lambda: git(shop, "log", "-z", "--format=%H%x00%P%x00%at%x00%ct%x00%B", "main"),
        of="git log",
        goal=4.5,
        rounds=3,
    )
    *said, memory = told[-1].splitlines()

    assert f"Changes: {COMMITS * 8 // 10} new; {COMMITS * 8 // 10} stored." in said
    gate.hold("seconds", least, goal=3.0, fails_at=3.0 * SLACK)
    gate.hold("MB", int(memory) / 1000, goal=200, fails_at=200 * SLACK)
