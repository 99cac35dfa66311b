"""The report as a file: the old one or the whole new one, and a sentence where it cannot be."""

import re
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from callbacks.web.reporting import Extras, groups_of, profiles_of, report_html, save_report
from configuration.errors import InputError
from data.metrics.report import View
from tests.support.dashboards import pipeline_over

WRITTEN_AT = 1_774_087_500_000  # 2026-03-21T10:05Z


def test_a_view_with_its_filters(tmp_path: Path) -> None:
    """Profile, period, time of the data, time of writing and the filters stand on the page."""
    period = View(date_from="2026-03-02", date_to="2026-03-15", as_of="2026-03-20T00:00:00Z")
    view = replace(period, types=("Bug", "Story"), projects=("A",))
    page = report_html(pipeline_over(tmp_path), view, WRITTEN_AT)

    assert "<h1>Delivery report: default</h1>" in page
    assert "2026-03-02 to 2026-03-15, 14 days, UTC" in page
    assert "<dt>Written</dt><dd>21 Mar 2026, 10:05 UTC</dd>" in page
    assert "<dt>Data as of</dt><dd>20 Mar 2026, 00:00 UTC</dd>" in page
    assert '<dt>Project</dt><dd dir="auto">A</dd>' in page
    assert '<dt>Type</dt><dd dir="auto">Bug, Story</dd>' in page
    assert "<dt>Label</dt>" not in page


def cells(page: str) -> list[list[str]]:
    """The rows of the table of groups, their heads first."""
    table = page.partition('id="groups"')[2].partition("</table>")[0]
    return [re.findall(r"<t[hd][^>]*>([^<]*)<", line) for line in table.split("<tr>")[1:]]


def test_groups_stand_in_a_table_of_their_own(tmp_path: Path) -> None:
    """Of example A: a bug and four stories, of which one bug and two stories were delivered in two weeks."""
    view = View(date_from="2026-03-02", date_to="2026-03-15", as_of="2026-03-20T00:00:00Z")
    pipeline = pipeline_over(tmp_path)
    page = report_html(pipeline, view, WRITTEN_AT, Extras(groups_of(pipeline, view, "type")))
    heads, *rows = cells(page)
    velocity = heads.index("Flow velocity, items a week")

    assert heads[:3] == ["Group", "Flow items", "Change lead time, days, median"]
    assert [(row[0], row[1], row[velocity]) for row in rows] == [("Bug", "1", "0.50"), ("Story", "4", "1")]
    assert "Deployments and their incidents have no type, so this metric goes by project" in page
    assert '<a href="#groups">By type</a>' in page
    assert 'id="groups"' not in report_html(pipeline, view, WRITTEN_AT)


def test_groups_of_nothing_say_so(tmp_path: Path) -> None:
    pipeline, view = pipeline_over(tmp_path), View(labels=("nobody",))

    assert "No issue is in view, so there are no groups." in report_html(
        pipeline, view, WRITTEN_AT, Extras(groups_of(pipeline, view, "label"))
    )


def test_profiles_stand_beside_each_other(tmp_path: Path) -> None:
    """Each with the data that it is made of, an empty one too."""
    (tmp_path / "full").mkdir()
    (tmp_path / "empty").mkdir()
    full, empty = pipeline_over(tmp_path / "full"), pipeline_over(tmp_path / "empty", [])
    empty.source = replace(empty.source, name="empty")
    page = report_html(full, View(), WRITTEN_AT, Extras(profiles_of([full, empty], View())))

    assert [row[:2] for row in cells(page)[1:]] == [["default", "5"], ["empty", "0"]]
    assert "empty: no data yet." in page
    assert f"revision {full.dataset().revision}." in page


def test_an_empty_store(tmp_path: Path) -> None:
    page = report_html(pipeline_over(tmp_path, []), View(), WRITTEN_AT)

    assert "There are no data" in page
    assert "<dt>Data as of</dt><dd>no data yet</dd>" in page


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    """A new file gets the usual permissions, a replaced one keeps its own; nothing else is left."""
    path, kept = tmp_path / "new.html", tmp_path / "kept.html"
    kept.write_text("old")
    kept.chmod(0o640)
    save_report(path, "new \u00e9")
    save_report(kept, "new")

    assert path.read_bytes() == "new \u00e9".encode()
    assert stat.S_IMODE(path.stat().st_mode) & 0o600 == 0o600
    assert (kept.read_text(), stat.S_IMODE(kept.stat().st_mode)) == ("new", 0o640)
    assert sorted(found.name for found in tmp_path.iterdir()) == ["kept.html", "new.html"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """The file behind it is replaced."""
    real, link = tmp_path / "real.html", tmp_path / "link.html"
    real.write_text("old")
    link.symlink_to(real)
    save_report(link, "new")

    assert link.is_symlink()
    assert real.read_text() == "new"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("missing/report.html", "No such file"),
        ("file/report.html", "Not a directory"),
        ("folder", "it is not a file"),
        ("circle", "ymlink loop"),
        ("x" * 300 + ".html", "too long"),
    ],
)
def test_a_path_that_cannot_be_written(tmp_path: Path, path: str, reason: str) -> None:
    """A sentence of cause, and what was there stays as it was."""
    (tmp_path / "file").write_text("kept")
    (tmp_path / "folder").mkdir()
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    with pytest.raises(InputError) as told:
        save_report(tmp_path / path, "new")

    assert reason in told.value.message
    assert told.value.message.endswith(".")
    assert (tmp_path / "file").read_text() == "kept"
    assert len(list(tmp_path.rglob("*"))) == 3


def test_a_failure_leaves_the_old_file(tmp_path: Path) -> None:
    """Text that is not UTF-8 fails before the file is touched."""
    path = tmp_path / "report.html"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        save_report(path, "\ud800")

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
