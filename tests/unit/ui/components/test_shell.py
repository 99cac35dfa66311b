"""What the shell says of a running job, and of what went wrong."""

import pytest

from ui.components.shell import job_line, notice


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        ((0, None), "Reading Jira: 0 issues"),
        ((1200, 4812, 5.4, 12), "Reading Jira: 1\u202f200 of 4\u202f812 issues, 12 pages, about 5 s left"),
        ((100, None, None, 1), "Reading Jira: 100 issues, 1 page"),
    ],
)
def test_a_job_tells_issues_pages_and_time(progress: tuple, words: str) -> None:
    told = job_line("Reading Jira", *progress).children[0].children

    assert told == words


@pytest.mark.parametrize(("reference", "told"), [("c0ffee01", " Log reference: c0ffee01"), ("", None)])
def test_a_notice_refers_to_the_log_where_that_tells_more(reference: str, told: str | None) -> None:
    """A worker that is not there has written nothing anywhere."""
    said = [
        getattr(part, "children", part) for part in notice("No worker.", "Start one.", reference).children
    ]

    assert said[0] == "No worker."
    assert [words for words in said if words and "Log reference" in words] == ([told] if told else [])
