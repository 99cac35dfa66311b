"""The bill of materials names what the lock pins, and says how it hangs together."""

import json
import re
import subprocess
import sys
from pathlib import Path

from configuration.program import VERSION
from tools.sbom import bill_of, declared, pins_of

ROOT = Path(__file__).resolve().parents[3]
A, B = "a" * 64, "b" * 64
LOCK = f"""click==8.5.1 \\
    --hash=sha256:{A} \\
    --hash=sha256:{B}
    # via flask
flask==3.1.3 ; python_full_version < '4' \\
    --hash=sha256:{B}
no-such-package==1.0 \\
    --hash=sha256:{A}
"""


def test_pins_of_a_lock() -> None:
    found = [(pin.name, pin.version, pin.hashes) for pin in pins_of(LOCK)]

    assert found == [("click", "8.5.1", (A, B)), ("flask", "3.1.3", (B,)), ("no-such-package", "1.0", (A,))]
    assert pins_of("# nothing\n") == []


def test_a_bill_by_hand() -> None:
    """Flask needs click by its own metadata; of a package that is not here nothing more is known."""
    bill = bill_of(pins_of(LOCK), ["flask"])
    click, flask, unknown = bill["components"]

    assert click == {
        "type": "library",
        "bom-ref": "pkg:pypi/click@8.5.1",
        "name": "click",
        "version": "8.5.1",
        "hashes": [{"alg": "SHA-256", "content": A}, {"alg": "SHA-256", "content": B}],
        "licenses": [{"license": {"id": "BSD-3-Clause"}}],
        "purl": "pkg:pypi/click@8.5.1",
    }
    assert "licenses" not in unknown
    assert bill["dependencies"] == [
        {"ref": f"pkg:pypi/throughline-jira@{VERSION}", "dependsOn": [flask["bom-ref"]]},
        {"ref": click["bom-ref"], "dependsOn": []},
        {"ref": flask["bom-ref"], "dependsOn": [click["bom-ref"]]},
        {"ref": unknown["bom-ref"], "dependsOn": []},
    ]


def test_the_bill_of_the_program() -> None:
    """Each locked package once, with hashes and licence, pointing to each other; the same in every run."""
    command = [sys.executable, "-m", "tools.sbom"]
    first, second = (subprocess.run(command, cwd=ROOT, capture_output=True, check=True) for _ in range(2))
    bill = json.loads(first.stdout)
    refs = [component["bom-ref"] for component in bill["components"]]

    assert first.stdout == second.stdout
    assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", "1.6", 1)
    assert bill["metadata"]["component"]["version"] == VERSION
    assert len(refs) == len(set(refs)) == len(pins_of((ROOT / "requirements.lock").read_text()))
    assert all(re.fullmatch(r"pkg:pypi/[a-z0-9-]+@[\w.]+", ref) for ref in refs)
    assert all(component["hashes"] and component["licenses"] for component in bill["components"])
    known = {*refs, bill["metadata"]["component"]["bom-ref"]}
    assert {entry["ref"] for entry in bill["dependencies"]} == known
    assert {ref for entry in bill["dependencies"] for ref in entry["dependsOn"]} <= known
    assert len(bill["dependencies"][0]["dependsOn"]) == len(declared())
    assert b"://" not in first.stdout
