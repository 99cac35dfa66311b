"""Blocked work of the sample Jira: links with histories on both sides, some taken back, a circle."""

from data.simulator import catalogue as c
from data.simulator.model import Change, Issue
from data.simulator.world import build_world

ENDS_AT = 1_795_392_000_000


def told(issue: Issue) -> list[tuple[Change, str | None, str | None]]:
    return [
        (change, item.from_text, item.to_text)
        for change in issue.changes
        for item in change.items
        if item.field_id == "issuelinks"
    ]


def test_links_are_told_by_both_ends_and_go_as_they_came() -> None:
    world = build_world(1, 2_000, ENDS_AT)
    by_key = {issue.key: issue for issue in world.issues}
    came = [(issue, change, text) for issue in world.issues for change, _, text in told(issue) if text]
    gone = [(issue, text) for issue in world.issues for _, text, _ in told(issue) if text]

    assert len(came) >= 100
    assert len(gone) >= 10
    for issue, change, text in came:
        other = by_key[text.rpartition(" ")[2]]
        back = "blocks" if "blocked by" in text else "is blocked by"
        assert any(at is not change and at.at == change.at for at, *_ in told(other))
        assert f"This issue {back} {issue.key}" in [words for _, _, words in told(other)]
        assert change.at <= issue.updated < world.ends_at
    for issue, text in gone:
        assert text.rpartition(" ")[2] not in {
            by_id.key for by_id in world.issues for link in issue.links if link.other == by_id.id
        }


def test_some_links_have_no_history_and_two_issues_wait_for_each_other() -> None:
    world = build_world(1, 2_000, ENDS_AT)
    by_id = {issue.id: issue for issue in world.issues}
    blocked = [
        (issue, by_id[link.other])
        for issue in world.issues
        for link in issue.links
        if link.type is c.BLOCKS and link.inward
    ]
    pairs = {(one.key, other.key) for one, other in blocked}

    assert any(not told(issue) for issue, _ in blocked)
    assert [(one, other) for one, other in pairs if (other, one) in pairs]


def test_histories_are_in_order_and_the_same_again() -> None:
    first, second = (build_world(7, 600, ENDS_AT) for _ in range(2))

    assert [issue.changes for issue in first.issues] == [issue.changes for issue in second.issues]
    for issue in first.issues:
        assert [change.at for change in issue.changes] == sorted(change.at for change in issue.changes)
