"""The stores of a home are found by their keys, moved, and evicted alike wherever they lie."""

import time

from data.cache_manager import evict
from data.store.references import References
from tests.contracts.kept import Kept
from tests.support.builders import issue
from tests.support.rows import row

NOTHING = References()


def filled(kept: Kept, key: str, **meta: str) -> None:
    kept.store(key).add([row(issue("A-1", summary=key))], NOTHING, meta)


def test_those_that_exist_are_listed(kept: Kept) -> None:
    for key in ("b", "a"):
        filled(kept, key)
    kept.stores().of("never written").meta()

    assert kept.stores().keys() == ["a", "b"]
    assert kept.stores().of("a").key == "a"
    assert "a" in kept.stores().of("a").name


def test_each_is_one_of_its_own(kept: Kept) -> None:
    filled(kept, "a")
    filled(kept, "b")
    kept.store("b").stage([row(issue("A-2", id="7"))])
    kept.store("a").delete()

    assert (kept.store("b").staged(), kept.store("a").staged()) == ({"7": "A-2"}, {})
    assert len(kept.store("b").load().issues) == 1
    kept.store("b").verify()


def test_what_is_moved_is_found_under_its_new_key(kept: Kept) -> None:
    filled(kept, "a")
    before = kept.store("a").load_with_rows()[1]
    kept.stores().move("a", "aside/team~1")
    gone, aside = kept.store("a").meta(), kept.stores().keys()
    kept.stores().move("aside/team~1", "b")
    kept.stores().move("none", "c")

    assert (gone, aside) == ({}, ["aside/team~1"])
    assert kept.stores().keys() == ["b"]
    assert kept.store("b").load_with_rows()[1] == before


def test_what_was_not_used_for_longest_goes_first(kept: Kept) -> None:
    """Only what can be fetched again, and nothing that is in use; a deleted profile's files stay."""
    for key in ("imported", "old", "used", "new"):
        filled(kept, key, **({} if key == "imported" else {"watermark": "1"}))
        time.sleep(0.02)
    filled(kept, "gone", watermark="1")
    kept.stores().move("gone", "aside/gone")
    kept.store("old").touch()
    order = [scope.key for scope in kept.stores().kept()]
    first = evict(kept.stores(), ["used"], sum(scope.size for scope in kept.stores().kept()) - 1)
    rest = evict(kept.stores(), ["used"], 0)

    assert order == ["imported", "used", "new", "old"]
    assert (first, rest) == (["new"], ["old"])
    assert kept.stores().keys() == ["aside/gone", "imported", "used"]
