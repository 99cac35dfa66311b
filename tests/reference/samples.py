"""The sample data beside the checkout: real Jira issues and facts counted from them."""

import gzip
import json
import os
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def samples_dir() -> Path:
    """``SAMPLES_DIR`` or its default, both seen from the checkout."""
    return (ROOT / (os.environ.get("SAMPLES_DIR") or "../shared")).resolve() / "data"


def require(name: str) -> Path:
    """The path of a sample file; skips the test where there is none, unless that is forbidden."""
    path = samples_dir() / name
    if path.exists():
        return path
    if os.environ.get("REQUIRE_SAMPLES") == "1":
        pytest.fail(f"sample file {name} is missing in SAMPLES_DIR and REQUIRE_SAMPLES=1")
    pytest.skip(f"sample file {name} is not in SAMPLES_DIR")


@cache
def _issues(path: Path) -> list[dict]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def sample_issues(name: str) -> list[dict]:
    return _issues(require(name))


def sample_json(name: str) -> list[dict]:
    return json.loads(require(name).read_text(encoding="utf-8"))


def facts(name: str) -> dict:
    """What the independent count says about one file of issues."""
    return next(entry for entry in sample_json("FACTS.json") if entry["file"] == name)
