"""The digest: what it tells of worked example B, since when, and in which form."""

import datetime as dt
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from callbacks.web.digest import digest_of, since_day
from configuration.errors import InputError
from configuration.profile import profile_from
from configuration.profile_lists import Event
from data.metrics.report import View
from data.pipeline import Pipeline
from data.profiles.sources import Source
from tests.support.dashboards import pipeline_over
from tests.support.engine import stored
from tests.support.examples import example_b, example_g
from tests.support.hostile import hostile_issues
from ui.report.digest import Digest, digest_mail, digest_text

WRITTEN_AT = 1_774_087_500_000  # 2026-03-21T10:05Z
VIEW = View(date_from="2026-03-02", date_to="2026-03-29", as_of="2026-03-31T00:00:00Z")
LAST = dt.date(2026, 3, 29)


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Return a pipeline over worked example B, whose team had an event on 20 March."""
    example, folder = example_b(), tmp_path_factory.mktemp("digest")
    store = stored(folder, example.issues, example.statuses, example.versions)
    events = (Event("2026-03-20", "Second <team>"),)
    return Pipeline(Source("shop", "files", replace(profile_from(example.profile), events=events), store))


def parts(digest: Digest) -> dict[str, list[str]]:
    return {part.head: [line.text for line in part.lines] or [part.note] for part in digest.parts}


def test_it_tells_what_happened_in_the_last_seven_days(pipeline: Pipeline) -> None:
    """23 to 29 March: B-6 and I-5 ended, 1.2 went out, I-3 was seen, and the event was before."""
    found = parts(digest_of(pipeline, VIEW, "7d", WRITTEN_AT))

    assert [head for head in found if "since" in head] == [
        "Completed since 2026-03-23: 1 item",
        "Released since 2026-03-23",
        "Incidents seen since 2026-03-23",
        "Events since 2026-03-23",
    ]
    assert found["Completed since 2026-03-23: 1 item"][0].startswith("B-6")
    assert found["Released since 2026-03-23"] == ["2026-03-24: 1.2"]
    assert found["Incidents seen since 2026-03-23"] == ["2026-03-26: I-3"]
    assert found["Events since 2026-03-23"] == ["None."]


def test_it_begins_with_the_sentences_of_the_overview(pipeline: Pipeline) -> None:
    """Changes are judged over 13 whole weeks, of which example B has too few; I-3 is in progress."""
    found = parts(digest_of(pipeline, VIEW, "2026-03-20", WRITTEN_AT))

    assert found["How are we doing"][0] == (
        "1 deployment a week; half of the changes reach production within 4.2 days of their start."
    )
    assert found["Clearly changed"][0].startswith("Too few whole weeks to compare.")
    assert found["Look at these first"][0].startswith("I-3, 5 days in progress, Doing: ")
    assert found["Blocked: waiting longest"][0].startswith("Nothing tells when work is blocked: ")
    assert found["Events since 2026-03-20"] == ["2026-03-20: Second <team>"]


def test_what_is_blocked_is_told_with_whom_it_waits_for(tmp_path: Path) -> None:
    """Example G at its end: two wait for each other, one since nobody knows when."""
    example = example_g()
    pipeline = pipeline_over(tmp_path, example.issues)
    view = View(date_from=example.date_from, date_to=example.date_to, as_of=example.as_of)
    found = parts(digest_of(pipeline, view, "7d", WRITTEN_AT))

    assert found["Blocked: waiting longest"] == [
        "G-5, waits for G-6, 5 days, in a circle",
        "G-6, waits for G-5, 3 days, in a circle",
        "G-8, waits for G-5",
    ]


@pytest.mark.parametrize(
    ("text", "day"),
    [("1d", LAST), ("7d", dt.date(2026, 3, 23)), ("2026-03-29", LAST), ("2020-01-01", dt.date(2020, 1, 1))],
)
def test_since_is_a_number_of_days_or_a_date(text: str, day: dt.date) -> None:
    assert since_day(text, LAST) == day


@pytest.mark.parametrize(
    "text", ["0d", "7", "d", "3661d", "last week", "", "2026-02-30", "2026-03-30", "-7d"]
)
def test_since_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="--since"):
        since_day(text, LAST)


class Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_a_mail_has_styles_in_its_elements_and_asks_for_nothing(tmp_path: Path) -> None:
    """Hostile names stay text: no script, no sheet, no picture, and links to nowhere but the site."""
    page = digest_mail(digest_of(pipeline_over(tmp_path, hostile_issues()), View(), "3660d", WRITTEN_AT))
    tags = Tags(page).found
    names = {name for _, attributes in tags for name in attributes}

    assert {tag for tag, _ in tags} <= {
        *("html", "head", "meta", "title", "body", "table", "tr", "td", "h1", "h2", "p", "ul", "li", "a")
    }
    assert not {name for name in names if name.startswith("on")} | (names & {"src", "srcset", "background"})
    assert len(page.encode()) < 100_000  # beyond, mail programs cut a mail off


def test_text_has_lines_that_fit(pipeline: Pipeline) -> None:
    text = digest_text(digest_of(pipeline, VIEW, "28d", WRITTEN_AT))

    assert text.startswith("Delivery digest: shop\n2026-03-02 to 2026-03-29, 28 days, UTC;")
    assert "EVENTS SINCE 2026-03-02\n  - 2026-03-20: Second <team>\n" in text
    assert max(map(len, text.splitlines())) <= 96
    assert text.endswith("dashboard.\n")


def test_over_an_empty_store_it_says_so(tmp_path: Path) -> None:
    digest = digest_of(pipeline_over(tmp_path, []), View(), "7d", WRITTEN_AT)

    assert (digest.parts, digest.about) == ((), "no data yet")
    with pytest.raises(InputError, match="--since"):
        digest_of(pipeline_over(tmp_path, []), View(), "soon", WRITTEN_AT)


def test_targets_are_told_where_there_are_any(pipeline: Pipeline) -> None:
    """75 % of the deployments failed, 30.06 to 95.44: more than 15 % by more than chance."""
    source = pipeline.source
    aimed = replace(source.profile, targets={"change_fail_rate": "15 %"})
    digest = digest_of(Pipeline(replace(source, profile=aimed)), VIEW, "7d", WRITTEN_AT)
    told = next(part for part in digest.parts if part.head == "Targets")

    assert [(line.text, line.tone) for line in told.lines] == [
        ("Change fail rate: 15 %: missed (it lies outside the 95 % interval of the value)", "worse")
    ]
    assert "Targets" not in parts(digest_of(pipeline, VIEW, "7d", WRITTEN_AT))
