"""The two minutes with a clone, as the README has them, over a repository that git made here."""

import json
import re
import shlex
from pathlib import Path

import pytest

from tests.support.builders import issue
from tests.support.commands import printed, run, written
from tests.support.repositories import Repository
from tests.support.source import ROOT


@pytest.fixture
def shop(tmp_path: Path) -> Repository:
    """A merged request and a commit, each released a week after it was begun; and one that is not out yet."""
    shop = Repository.made(tmp_path / "shop")
    shop.commit("root", "2026-02-01", "begin")
    shop.commit("one", "2026-03-02", "AB-1 form", "root", branch="pay")
    shop.commit("merge", "2026-03-04", "Merge pull request #7 from ann/pay\n\nPay by card", "root", "one")
    shop.tag("v1", "merge", "2026-03-09")
    shop.commit("two", "2026-03-10", "tidy (#8)")
    shop.tag("v2", "two", "2026-03-17")
    shop.commit("three", "2026-03-20", "later (#9)")
    return shop


def shown(home: Path, *arguments: str) -> dict:
    return json.loads(printed(home, *arguments, "--from", "2026-03-02", "--to", "2026-03-29", "--json"))


def test_the_two_minutes_of_the_readme(shop: Repository, tmp_path: Path) -> None:
    """The commands run as they stand there, with the path of this clone."""
    block = (ROOT / "README.md").read_text(encoding="utf-8").split("<!-- the clone -->")[1]
    lines = re.findall(r"^    python app.py (.*)$", block.split("\n\n")[0], re.MULTILINE)
    home, path = tmp_path / "home", str(shop.path)
    told = [run(home, *shlex.split(line.replace("PATH/TO/CLONE", path))) for line in lines]
    metrics = shown(home, "--profile", "git", "metrics")["metrics"]

    assert [answer.returncode for answer in told] == [0, 0]
    assert "Deployments: 2 new; 2 stored." in told[0].stdout
    assert "Changes: 4 new; 4 stored." in told[0].stdout
    lead = metrics["change_lead_time"]
    # The very first commit went out with v1, 36 days after it was written; without a number it has its hash.
    assert lead["included"][:-1] == ["shop#7", "shop#8"]
    assert lead["included"][-1] == f"shop@{shop.marks['root'][:10]}"
    assert (lead["value"], lead["evidence"]) == (7, "measured")
    assert lead["excluded"] == {"not_deployed": ["shop#9"]}
    assert metrics["deployment_frequency"]["included"] == ["shop v1", "shop v2"]


def test_beside_issues_the_issue_is_the_unit(shop: Repository, tmp_path: Path) -> None:
    """AB-1 was begun on 1 March by its status, and on the 2nd by its first commit."""
    home = tmp_path / "home"
    story = issue("AB-1", created="2026-02-20", history=[("2026-03-01", "Doing"), ("2026-03-05", "Done")])
    printed(home, "import", written(tmp_path / "issues", [story]), "--git", str(shop.path))
    lead = shown(home, "metrics")["metrics"]["change_lead_time"]

    assert lead["included"][0] == "AB-1"
    assert lead["value"] == 7


def test_a_clone_alone_is_no_empty_store(shop: Repository, tmp_path: Path) -> None:
    """What a repository tells has its numbers, and flow says what it would need instead of a false zero."""
    home = tmp_path / "home"
    printed(home, "--profile", "git", "import", "--git", str(shop.path))
    answer = run(home, "--profile", "git", "metrics", "--json")
    found = json.loads(answer.stdout)["metrics"]
    digest = printed(home, "--profile", "git", "report", "--format", "text")

    assert "There are no issues" not in answer.stderr
    assert "holds deployments and changes of code, and no issues" in answer.stderr
    assert found["deployment_frequency"]["value"] is not None
    assert found["deployment_rework_rate"]["value"] == 0
    for name in ("flow_velocity", "flow_time", "flow_load", "blocked_time"):
        assert (found[name]["state"], found[name]["value"]) == ("no_data", None)
        assert found[name]["message"].startswith("No issues are stored beside")
    assert "2 deployments and 4 changes stored, no issues" in digest


@pytest.mark.parametrize("form", ["html", "text", "mail"])
def test_a_report_over_a_clone_alone(form: str, shop: Repository, tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "report"
    printed(home, "--profile", "git", "import", "--git", str(shop.path))
    printed(home, "--profile", "git", "report", "--format", form, "--out", str(out))

    assert out.stat().st_size > 500


def test_what_is_no_clone_is_refused(tmp_path: Path) -> None:
    answer = run(tmp_path / "home", "import", "--git", str(tmp_path))

    assert (answer.returncode, answer.stdout) == (2, "")
    assert "is not a git repository" in answer.stderr


def test_a_check_tells_of_the_clone(shop: Repository, tmp_path: Path) -> None:
    """It was only imported, and named in no setting; without issues no key matches."""
    home = tmp_path / "home"
    run(home, "--profile", "git", "import", "--git", str(shop.path))
    told = json.loads(printed(home, "--profile", "git", "check", "--json"))["findings"]
    mine = [each for each in told if each["name"] == "clone shop"]

    assert "2 tags, the last is v2 of 2026-03-17" in mine[1]["message"]
    assert (mine[2]["state"], "1 of 1 key match no stored issue: AB-1" in mine[2]["message"]) == (
        "note",
        True,
    )
