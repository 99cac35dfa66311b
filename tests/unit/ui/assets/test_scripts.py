"""The browser's code: its own tests run in Node.js, and it agrees with what the server says."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from callbacks.views import USUAL_DAYS
from configuration.profile import profile_from
from data.metrics.report import Report, View
from data.pipeline import METRICS, compute
from tests.support.dashboards import PORT, dashboard_over
from tests.support.engine import engine_report
from tests.support.hostile import hostile_issues, hostile_statuses, hostile_versions
from tests.support.synthetic import PROFILE, synthetic_dataset
from ui.components import shell
from ui.components.card import card_data, card_design, card_terms
from ui.components.states import Reach
from ui.design import fill, plain_design
from ui.figures.chart import packed, travelled
from ui.figures.charts import CHARTS
from ui.figures.parts import week_data
from ui.format import age, number
from ui.pages.settings.workflow import STAGES
from ui.text import plain
from ui.theme import CHART

HERE = Path(__file__).parent
ASSETS = Path(__file__).parents[4] / "ui" / "assets"
NAMES = sorted(path.stem for path in ASSETS.glob("*.js"))
# What is loaded last connects the others to a page, which is not here.
PARTS = [name for name in NAMES if name != "throughline"]
MINUTE_MS = 60_000


@pytest.fixture(scope="module")
def node() -> str:
    """Return Node.js; without it the test is skipped, unless that is forbidden."""
    path = shutil.which("node")
    if path is not None:
        return path
    if os.environ.get("REQUIRE_NODE") == "1":
        pytest.fail("Node.js is missing and REQUIRE_NODE=1")
    pytest.skip("Node.js is not installed (apt-get install nodejs)")


def run(*command: str) -> "subprocess.CompletedProcess[str]":
    """Run Node.js to its end, in the folder of its tests."""
    return subprocess.run(command, cwd=HERE, capture_output=True, encoding="utf-8", timeout=120, check=False)


def value_of(node: str, expression: str) -> Any:
    """Return what an expression over the parts of the browser's code says."""
    lines = (
        'import { load } from "./loading.mjs";',
        f"load(...{json.dumps(PARTS)});",
        'import vm from "node:vm";',
        f"console.log(JSON.stringify(vm.runInThisContext({json.dumps(expression)})));",
    )
    answer = run(node, "--input-type=module", "--eval", "\n".join(lines))
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("file", sorted(path.name for path in HERE.glob("*.test.mjs")))
def test_its_own_tests_pass(node: str, file: str) -> None:
    """Each file of tests passes in Node.js's own runner, and there are tests in it."""
    answer = run(node, "--test", "--test-reporter=spec", file)
    passed = re.search(r"\bpass (\d+)", answer.stdout)

    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert passed is not None
    assert int(passed[1]) > 1


def test_every_part_has_tests() -> None:
    """A new file of the browser's code comes with tests of its pure parts."""
    assert sorted(path.name.removesuffix(".test.mjs") for path in HERE.glob("*.test.mjs")) == PARTS


def test_what_connects_the_parts_comes_last() -> None:
    """Dash loads the files by name: what the others are made of is there when it is needed."""
    assert NAMES[-1] == "throughline"


def test_what_the_server_calls_is_there(node: str, tmp_path: Path) -> None:
    """Every function that a callback of the page names exists in the file that it names."""
    client = dashboard_over(tmp_path).server.test_client()
    callbacks = client.get("/_dash-dependencies", headers={"Host": f"127.0.0.1:{PORT}"}).get_json()
    functions = [each["clientside_function"] for each in callbacks if each["clientside_function"]]
    named = sorted({f"{each['namespace']}.{each['function_name']}" for each in functions})
    kinds = value_of(node, f"[{', '.join(f'typeof {name}' for name in named)}]")

    assert "pages.navigate" in named
    assert kinds == ["function"] * len(named), dict(zip(named, kinds, strict=True))


def test_ages_read_the_same_on_both_sides(node: str) -> None:
    """The page goes on with the words that the server began with."""
    minutes = [-1440, -2, -1, 0, 1, 59, 60, 61, 119, 120, 2879, 2880, 4319, 4320, 999_999]
    told = value_of(node, f"{minutes}.map(shell.age)")

    assert told == [age(0, each * MINUTE_MS) for each in minutes]


def test_periods_and_stages_are_the_same_on_both_sides(node: str) -> None:
    """The list has a line for what a first visit shows; the board has the columns that the browser counts."""
    offered = [value for entries in shell.PERIODS.values() for value, _label in entries]
    chosen = value_of(node, "['', '?from=2026-03-02'].map((text) => address.choiceOf(address.read(text)))")

    assert chosen == [USUAL_DAYS, "custom"]
    assert set(chosen) < set(offered)
    assert value_of(node, "settings.STAGES") == [stage for stage, _label in STAGES]


@pytest.fixture(scope="module")
def reports() -> list[Report]:
    """Return 26 weeks of made-up issues, a view that cuts axes, and what hostile texts become."""
    year = compute(synthetic_dataset(800), profile_from(PROFILE), View("2025-03-03", "2025-08-31"))
    hostile = engine_report(
        hostile_issues(), statuses=hostile_statuses(), versions=hostile_versions(), profile={}
    )
    return [year, hostile]


def test_browser_and_server_fill_designs_alike(node: str, reports: list[Report], tmp_path: Path) -> None:
    """Every chart in both schemes and its table, over usual and over hostile data: one set of rules."""
    cases = []
    for report in reports:
        for spec in CHARTS:
            data = travelled({**week_data(report), **spec.build(report).data})
            cases += [{"design": spec.design, "data": data, "colours": CHART[scheme]} for scheme in CHART]
            cases.append({"design": spec.cells, "data": data, "colours": {}})
    filled = filled_by(node, cases, tmp_path)

    for case, found in zip(cases, filled, strict=True):
        assert found == travelled(fill(plain_design(case["design"]), case["data"], case["colours"]))


def test_browser_and_server_fill_cards_alike(node: str, reports: list[Report], tmp_path: Path) -> None:
    """A card of every metric, with its sparkline, or with why there is no number."""
    cases = [
        {"design": card_design(), "data": {**card_terms(metric), **travelled(answer)}, "colours": {}}
        for report in reports
        for metric in METRICS
        for answer in [card_data(metric, report.results[metric.id], Reach(90), detailed=True)]
    ]

    assert filled_by(node, cases, tmp_path) == [
        travelled(fill(case["design"], case["data"], {})) for case in cases
    ]


def filled_by(node: str, cases: list[dict[str, Any]], folder: Path) -> list[Any]:
    """Return what the browser's code makes of designs."""
    (folder / "cases.json").write_bytes(packed(cases))
    lines = (
        'import { load } from "./loading.mjs";',
        'import { readFileSync, writeFileSync } from "node:fs";',
        'const drawing = load("drawing");',
        "const [from, to] = process.argv.slice(-2);",
        'const cases = JSON.parse(readFileSync(from, "utf8"));',
        "const filled = cases.map(({ design, data, colours }) => drawing.fill(design, data, colours));",
        "writeFileSync(to, JSON.stringify(filled));",
    )
    files = [str(folder / name) for name in ("cases.json", "filled.json")]
    answer = run(node, "--input-type=module", "--eval", "\n".join(lines), *files)
    assert answer.returncode == 0, answer.stderr
    return json.loads((folder / "filled.json").read_bytes())


def test_numbers_and_texts_read_the_same_on_both_sides(node: str) -> None:
    """Cells of tables have as many digits as cards, and foreign texts are as harmless as in figures."""
    values = [0, 5, -3, 0.04, 0.256, 1.24, 9.96, 72.68, 99.94, 123.4, 1204, -1204.2, 1234567]
    texts = ["a  b\t\u202ec", "<b>&amp;", "$x$", "x" * 61, "\U0001f600" * 70, " \ufeffz "]

    assert value_of(node, f"{values}.map(drawing.number)") == [number(value) for value in values]
    assert value_of(node, f"{json.dumps(texts)}.map(drawing.inert)") == [plain(text) for text in texts]
