"""The file of a ledger: it survives what it cannot read, and never fails what it counts."""

from pathlib import Path

import pytest

from configuration.settings import Home
from data.store.ledger import MOST_BYTES, CacheLedger, CacheStatistics, ledger_of


@pytest.fixture
def ledger(tmp_path: Path) -> CacheLedger:
    return ledger_of(Home(tmp_path), "team")


def test_each_look_up_is_a_line_in_the_log(ledger: CacheLedger, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        ledger.note_sync("k", "jql", 50, full=True)
        ledger.note_view("k")

    told = [(record.message, record.key, record.reason) for record in caplog.records]
    assert told == [("cache.miss", "k", "jql"), ("cache.hit", "k", None)]


def test_lines_that_cannot_be_read_are_left_out(ledger: CacheLedger, tmp_path: Path) -> None:
    """A process that was killed leaves half a line."""
    ledger.note_sync("k", "cold", 50, full=True)
    (path,) = (tmp_path / "run").iterdir()
    with path.open("ab") as file:
        file.write(b'{"at":1,"rea\n\xff\xfe\n')
    ledger.note_view("k")

    assert (ledger.statistics().hits, ledger.statistics().misses) == (1, {"cold": 1})


def test_a_long_ledger_becomes_its_sum(ledger: CacheLedger, tmp_path: Path) -> None:
    ledger.note_sync("k", "cold", 50, full=True)
    (path,) = (tmp_path / "run").iterdir()
    line = b'{"at":1,"without":50}\n'
    with path.open("ab") as file:
        file.write(line * (MOST_BYTES // len(line) + 1))
    before = ledger.statistics()
    ledger.note_sync("k", None, 2, full=False)
    after = ledger.statistics()

    assert path.stat().st_size < 500
    assert (after.hits, after.misses) == (before.hits + 1, {"cold": 1})
    assert (after.calls, after.calls_without) == (before.calls + 2, before.calls_without + 50)


def test_a_ledger_that_cannot_be_written_fails_nothing(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file where a folder should be")
    ledger = ledger_of(Home(tmp_path), "team")
    ledger.note_sync("k", "cold", 50, full=True)
    ledger.note_view("k")

    assert ledger.statistics() == CacheStatistics()
