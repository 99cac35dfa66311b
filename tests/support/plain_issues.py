"""Issues as Jira sends them, as many as a measurement needs, and the releases that they went out with."""

from tests.support.builders import issue, version

PERIOD = {"date_from": "2026-01-01", "date_to": "2026-03-31", "as_of": "2026-04-01T00:00:00Z"}


def plain_issues(n: int) -> list[dict]:
    """Return finished stories with a fix version, every tenth an incident."""
    return [
        issue(
            f"P-{number}",
            "Incident" if number % 10 == 0 else "Story",
            created=f"2026-01-{1 + number % 28:02d}T08:00",
            history=[
                (f"2026-02-{1 + number % 28:02d}T09:00", "Doing"),
                (f"2026-02-{1 + number % 28:02d}T15:00", "Review"),
                (f"2026-03-{1 + number % 28:02d}T10:00", "Done"),
            ],
            fix_versions=[{"id": str(1 + number % 28)}],
        )
        for number in range(1, n + 1)
    ]


def releases() -> list[dict]:
    """Return a release for every day of a month."""
    return [version(day, f"1.{day}", release_date=f"2026-03-{day:02d}") for day in range(1, 29)]
