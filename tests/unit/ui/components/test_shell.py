"""What the shell says of a running job."""

import pytest

from ui.components.shell import job_line


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
