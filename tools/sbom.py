"""The bill of materials: ``python -m tools.sbom`` writes what the program is made of as CycloneDX JSON.

Read from the lock and from the metadata of what is installed, without a
network; the same lock gives the same bytes.
"""

import json
import re
import sys
import tomllib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from configuration.program import VERSION
from tools.licences import licence_ids, licence_of

ROOT = Path(__file__).resolve().parents[1]
NAME = "throughline-jira"
_PIN = re.compile(r"([a-z0-9-]+)==(\S+)(?: ; .*)?")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Pin:
    """One locked package; ``hashes`` has the SHA-256 of each file of its version: a platform takes one."""

    name: str
    version: str
    hashes: tuple[str, ...]

    @property
    def purl(self) -> str:
        """Its package URL, which names it in any tool."""
        return f"pkg:pypi/{self.name}@{self.version}"


def pins_of(lock: str) -> list[Pin]:
    """Return the pins of a lock's text, in its order."""
    blocks = re.split(r"\n(?=\S)", lock)
    found = ((_PIN.match(block), tuple(_HASH.findall(block))) for block in blocks)
    return [Pin(match[1], match[2], hashes) for match, hashes in found if match]


def bill_of(pins: list[Pin], direct: list[str]) -> dict[str, Any]:
    """Return the bill of materials of the program as a CycloneDX document.

    Args:
        pins: what is locked.
        direct: names of the packages that the program asks for itself.
    """
    refs = {pin.name: pin.purl for pin in pins}
    own = f"pkg:pypi/{NAME}@{VERSION}"
    needs = {own: direct, **{pin.purl: _needs(pin.name) for pin in pins}}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": NAME,
                "version": VERSION,
                "purl": own,
                "licenses": [{"license": {"id": "MIT"}}],
            }
        },
        "components": [_component(pin) for pin in pins],
        "dependencies": [
            {"ref": ref, "dependsOn": sorted({refs[name] for name in names if name in refs})}
            for ref, names in needs.items()
        ],
    }


def _component(pin: Pin) -> dict[str, Any]:
    licence = licence_of(pin.name)
    one = {"license": {"id": licence}} if len(licence_ids(licence)) == 1 else {"expression": licence}
    return {
        "type": "library",
        "bom-ref": pin.purl,
        "name": pin.name,
        "version": pin.version,
        "hashes": [{"alg": "SHA-256", "content": digest} for digest in pin.hashes],
        **({"licenses": [one]} if licence else {}),
        "purl": pin.purl,
    }


def _needs(name: str) -> list[str]:
    """Return the names of what an installed package asks for, whatever the platform; none of its extras."""
    try:
        asked = map(Requirement, requires(name) or ())
    except PackageNotFoundError:
        return []
    return [canonicalize_name(one.name) for one in asked if "extra ==" not in str(one.marker or "")]


def declared() -> list[str]:
    """Return the names of the packages that pyproject.toml asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [canonicalize_name(Requirement(line).name) for line in project["dependencies"]]


def main() -> None:
    """Write the bill of what ``requirements.lock`` pins to standard output."""
    pins = pins_of((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    sys.stdout.write(json.dumps(bill_of(pins, declared()), indent=2) + "\n")


if __name__ == "__main__":
    main()
