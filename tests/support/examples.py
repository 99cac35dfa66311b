"""The worked examples of specs/metrics.md as Jira would have sent them."""

from dataclasses import dataclass, field

from tests.support.builders import blocked_by, issue, link, status_list, version
from tests.support.sprints import POINTS, estimated, sprint, sprint_issue


@dataclass(frozen=True)
class Example:
    """A store, a profile, a period and a T."""

    issues: list[dict]
    date_from: str
    date_to: str
    as_of: str | None
    timezone: str = "UTC"
    statuses: list[dict] = field(default_factory=status_list)
    versions: list[dict] = field(default_factory=list)
    profile: dict = field(default_factory=dict)

    def arguments(self, **changes: object) -> dict:
        """Keyword arguments of ``reference_metrics`` but for the issues."""
        names = ("statuses", "versions", "profile", "date_from", "date_to", "as_of", "timezone")
        return {**{name: getattr(self, name) for name in names}, **changes}


def example_a() -> Example:
    """Flow: two finished, one never started, one not delivered, one in progress."""
    issues = [
        issue(
            "A-1",
            created="2026-02-20T09:00",
            history=[
                ("2026-03-02T09:00", "Doing"),
                ("2026-03-04T09:00", "Review"),
                ("2026-03-05T09:00", "Done"),
            ],
            resolution="Done",
        ),
        issue(
            "A-2",
            "Bug",
            created="2026-02-25T12:00",
            history=[
                ("2026-02-26T12:00", "Doing"),
                ("2026-03-01T12:00", "Done"),
                ("2026-03-03T12:00", "Doing"),
                ("2026-03-06T12:00", "Done"),
            ],
            resolution="Done",
        ),
        issue("A-3", created="2026-03-01", history=[("2026-03-10", "Done")], resolution="Done"),
        issue(
            "A-4",
            created="2026-03-01",
            history=[("2026-03-04", "Doing"), ("2026-03-05", "Done")],
            resolution="Won't Do",
        ),
        issue("A-5", created="2026-03-01", history=[("2026-03-09", "Doing")]),
    ]
    profile = {"workflow": {"active": ["Doing"], "waiting": ["Review"]}}
    return Example(issues, "2026-03-02", "2026-03-15", "2026-03-20T00:00:00Z", profile=profile)


def example_b() -> Example:
    """DORA from versions: four releases, four kinds of attribution, one open incident."""
    released = {
        201: version(201, "1.0", release_date="2026-03-03"),
        202: version(202, "1.1", release_date="2026-03-10"),
        203: version(203, "1.1.1-hotfix", release_date="2026-03-12"),
        204: version(204, "1.2", release_date="2026-03-24"),
        205: version(205, "2.0"),
        206: version(206, "2.2", release_date="2026-04-02"),
        207: version(207, "2.1", release_date="2026-03-20", released=False),
    }

    def change(key: str, kind: str, doing: str | None, done: str, *fixed: int) -> dict:
        history = [(doing, "Doing")] if doing else []
        return issue(
            key,
            kind,
            created="2026-02-20",
            history=[*history, (done, "Done")],
            fix_versions=[released[n] for n in fixed],
        )

    def incident(key: str, created: str, history: list[tuple], **more: object) -> dict:
        return issue(key, "Incident", created=created, history=history, **more)

    issues = [
        change("B-1", "Story", "2026-03-01", "2026-03-03T10:00", 201),
        change("B-2", "Story", "2026-03-05T12:00", "2026-03-11T09:00", 202),
        change("B-3", "Bug", "2026-03-12T08:00", "2026-03-12T11:00", 203),
        change("B-4", "Story", "2026-03-09", "2026-03-20", 202, 204),
        change("B-5", "Story", "2026-03-15", "2026-03-22"),
        change("B-6", "Story", None, "2026-03-23", 204),
        incident(
            "I-1",
            "2026-03-10T15:00",
            [("2026-03-12T12:00", "Done")],
            versions=[released[201], released[202]],
        ),
        incident(
            "I-2",
            "2026-03-04T06:00",
            [("2026-03-04T08:00", "Done")],
            links=[link("is caused by", "B-1")],
        ),
        incident("I-3", "2026-03-26T10:00", [("2026-03-26T11:00", "Doing")]),
        incident("I-4", "2026-03-19T00:00", [("2026-03-19T06:00", "Done")]),
        incident(
            "I-5",
            "2026-03-24T20:00",
            [("2026-03-25T01:00", "Done")],
            resolution="Duplicate",
            versions=[released[204]],
        ),
    ]
    return Example(
        issues, "2026-03-02", "2026-03-29", "2026-03-31T00:00:00Z", versions=list(released.values())
    )


def example_c() -> Example:
    """Zones: Berlin's weeks over the turn of an ISO year with 53 weeks."""

    def story(key: str, doing: str, done: str) -> dict:
        return issue(key, created="2020-12-01", history=[(doing, "Doing"), (done, "Done")])

    issues = [
        issue("C-0", created="2020-11-02"),
        story("C-1", "2020-12-20T11:00", "2020-12-27T23:30"),
        story("C-2", "2020-12-30T11:00", "2021-01-03T22:59:59"),
        story("C-3", "2020-12-30T11:00", "2021-01-03T23:00:00"),
        story("C-4", "2020-12-19T11:00", "2020-12-20T23:00:00"),
        story("C-5", "2021-01-05T11:00", "2021-01-06T11:30"),
    ]
    return Example(issues, "2020-12-21", "2021-01-10", "2021-01-06T11:00:00Z", timezone="Europe/Berlin")


def example_c_clock_change() -> Example:
    """C-6: a night that is an hour short counts what elapsed."""
    moved = [("2026-03-28T11:00", "Doing"), ("2026-03-29T10:00", "Done")]
    issues = [issue("C-6", created="2026-03-01", history=moved)]
    return Example(issues, "2026-03-23", "2026-03-29", "2026-04-05T00:00:00Z", timezone="Europe/Berlin")


def example_d(as_of: str = "2026-05-15", completion_source: str = "status") -> Example:
    """Histories that lie: done statuses filed elsewhere, a clamp, a bulk edit."""
    issues = [
        issue(
            "D-1",
            created="2026-05-01T09:00",
            history=[
                ("2026-05-04T09:00", "Doing"),
                ("2026-05-06T09:00", ("90", "Ready")),
                ("2026-05-07T09:00", ("99", "In Test"), "Done"),
                ("2026-09-01T10:00", "Archived"),
            ],
            resolution="Done",
            resolutiondate="2026-05-07T09:00",
        ),
        issue(
            "D-2",
            created="2026-05-01T09:00",
            history=[
                ("2026-05-05T12:00", "Doing"),
                ("2026-05-08T12:00", "Done"),
                ("2026-05-20T09:00", "Doing"),
            ],
        ),
        issue(
            "D-3",
            created="2026-05-06T12:00",
            history=[
                ("2026-05-06T09:00", "To Do", "Doing", 700),
                ("2026-05-07T12:00", "Doing", "Done", 701),
                ("2026-09-01T10:00", "Doing", "Done", 901),
                ("2026-09-01T10:00", "Done", "Doing", 900),
            ],
            now="Done",
            resolution="Done",
            resolutiondate="2026-05-07T12:00",
        ),
    ]
    return Example(
        issues,
        "2026-05-04",
        "2026-05-10",
        as_of,
        profile={"completion_source": completion_source},
    )


def example_e() -> Example:
    """Tickets closed after their release, cancelled work, incidents late and early."""
    released = {
        299: version(299, "2.0", release_date="2026-04-01"),
        301: version(301, "3.0", release_date="2026-06-03"),
        302: version(302, "3.1", release_date="2026-06-10"),
        303: version(303, "3.2", release_date="2026-06-17"),
    }

    def story(key: str, created: str, doing: str, end: tuple[str, str], resolution: str, *fix: int) -> dict:
        history = [(doing, "Doing"), end]
        fixed = [released[number] for number in fix]
        return issue(key, created=created, history=history, resolution=resolution, fix_versions=fixed)

    def incident(key: str, created: str, done: str, *affected: int) -> dict:
        versions = [released[number] for number in affected]
        history = [(done, "Done")]
        return issue(key, "Incident", created=created, history=history, resolution="Done", versions=versions)

    issues = [
        story("E-1", "2026-06-01", "2026-06-01T12:00", ("2026-06-08T12:00", "Done"), "Done", 301),
        story("E-2", "2026-06-05", "2026-06-08", ("2026-06-10T06:00", "Done"), "Done", 302),
        story("E-3", "2026-06-01", "2026-06-12", ("2026-06-15", "Done"), "Done", 301),
        story("E-4", "2026-06-02", "2026-06-03", ("2026-06-05", "Cancelled"), "Done"),
        story("E-5", "2026-06-01", "2026-06-02", ("2026-06-09", "Done"), "Canceled"),
        incident("E-6", "2026-06-10T10:00", "2026-06-10T16:00", 302),
        incident("E-7", "2026-06-20", "2026-06-21", 299),
        incident("E-8", "2026-06-17T20:00", "2026-06-19"),
    ]
    return Example(
        issues, "2026-06-01", "2026-06-28", "2026-06-30T00:00:00Z", versions=list(released.values())
    )


def example_g() -> Example:
    """Blocked work: flags, a waiting status, links, a circle, and what nobody can tell."""
    issues = [
        issue(
            "G-1",
            created="2026-03-01",
            history=[("2026-03-02", "Doing"), ("2026-03-04", "Review"), ("2026-03-06", "Done")],
            flags=[("2026-03-03T12:00", True), ("2026-03-04T12:00", False)],
        ),
        issue(
            "G-2",
            created="2026-03-01",
            history=[("2026-03-03", "Doing")],
            blocks=[("2026-03-04", "G-3", True), ("2026-03-12", "G-3", False)],
        ),
        issue(
            "G-3",
            created="2026-03-01",
            history=[("2026-03-09", "Done")],
            flags=[("2026-03-02", True), ("2026-03-03", False)],
        ),
        issue(
            "G-4",
            created="2026-03-01",
            history=[("2026-03-02", "Doing")],
            blocks=[("2026-03-03", "X-9", True)],
            links=[blocked_by("X-9")],
        ),
        *(
            issue(
                one,
                created="2026-03-01",
                history=[("2026-03-10", "Doing")],
                blocks=[(since, other, True)],
                links=[blocked_by(other)],
            )
            for one, other, since in (("G-5", "G-6", "2026-03-11"), ("G-6", "G-5", "2026-03-13"))
        ),
        issue(
            "G-7",
            created="2026-02-01",
            history=[("2026-02-20", "Doing"), ("2026-03-02", "Done")],
            flags=[("2026-03-05", True)],
        ),
        issue("G-8", created="2026-03-01", history=[("2026-03-09", "Doing")], links=[blocked_by("G-5")]),
    ]
    profile = {"workflow": {"waiting": ["Review"]}}
    return Example(issues, "2026-03-02", "2026-03-15", "2026-03-16T00:00:00Z", profile=profile)


def example_newest() -> Example:
    """E's default T: three stories done as the newest instants of a file."""
    issues = [
        issue(f"N-{day}", created="2026-03-01", history=[("2026-03-02", "Doing"), (f"2026-03-{day}", "Done")])
        for day in (11, 12, 13)
    ]
    return Example(issues, "2026-03-02", "2026-03-15", None)


def example_2099() -> Example:
    """E's stamp of a far future: it moves nothing, and the issue is named."""
    stories = example_newest().issues
    odd = issue("N-99", created="2026-03-01", history=[("2026-03-02", "Doing")], updated="2099-01-01")
    return Example([*stories, odd], "2026-03-02", "2026-03-15", None)


def example_f() -> Example:
    """Sprints: two closed ones, with every way in and out of the first."""
    first = sprint(41, "Web 41", "2026-03-02T09:00", "2026-03-13T17:00", "2026-03-13T17:00")
    second = sprint(42, "Web 42", "2026-03-16T09:00", "2026-03-27T17:00", "2026-03-27T17:00")
    planned, moved_on = ("2026-02-27T09:00", "", "41"), ("2026-03-13T17:00", "41", "41, 42")

    def item(key: str, created: str, points: float | None, history: list, moves: list, *held: dict) -> dict:
        more = {"created": created, "history": history, POINTS: points}
        return sprint_issue(key, moves, held, **more)

    issues = [
        item("F-1", "2026-02-20", 3, [("2026-03-03", "Doing"), ("2026-03-05", "Done")], [planned], first),
        item(
            "F-2",
            "2026-02-20",
            5,
            [("2026-03-10", "Doing"), ("2026-03-18", "Done")],
            [("2026-03-02T09:00", "", "41"), moved_on],
            first,
            second,
        ),
        item("F-3", "2026-03-01", 2, [("2026-03-13T17:00", "Done")], [("2026-03-04T12:00", "", "41")], first),
        item("F-4", "2026-02-20", 8, [], [planned, ("2026-03-09T12:00", "41", "")]),
        item("F-5", "2026-02-20", 1, [("2026-03-01", "Done")], [planned], first),
        item("F-6", "2026-02-20", 8, [("2026-03-03", "Doing"), ("2026-03-12", "Done")], [planned], first),
        item("F-7", "2026-02-20", 1, [("2026-03-13T17:01", "Done")], [planned], first),
        item("F-8", "2026-03-05", None, [("2026-03-20", "Done")], [moved_on], first, second),
    ]
    issues[5] = estimated(issues[5], ("2026-03-06", "3", "8"))
    profile = {"fields": {"story_points": POINTS}}
    return Example(issues, "2026-03-02", "2026-03-29", "2026-03-30T00:00:00Z", profile=profile)
