"""When a first fetch shows what it has."""

from data.cache_manager import Changes
from data.intake.publication import Parts


def test_parts_are_published_as_often_as_that_costs_little() -> None:
    """After 2 s, and then after 8 times what the last part took, but never sooner than 2 s.

    The first part takes 1 s, so the next is due 8 s after it has ended at 3 s; the second takes 0.
    """
    now, took, published = [0.0], [1.0, 0.0, 0.0], []

    def publish() -> Changes:
        published.append(now[0])
        now[0] += took.pop(0)
        return Changes(created=5, updated=0, deleted=0, moved=0, stored=5, revision="r", changed=True)

    parts = Parts(publish, clock=lambda: now[0])
    for moment in (1.9, 2.0, 10.9, 11.0, 12.9, 13.0):
        now[0] = moment
        parts.page_staged()

    assert published == [2.0, 11.0, 13.0]
    assert parts.created == 15
