"""The end of the log is read, whole lines only."""

import json
from pathlib import Path

from data.diagnostics.recent_log import recent_entries


def test_the_end_is_read_in_whole_lines(tmp_path: Path) -> None:
    """Of ten lines of 20 bytes the last 50 bytes hold two whole ones."""
    lines = [json.dumps({"message": f"{place:05}"}) for place in range(10)]
    (tmp_path / "app.log").write_text("".join(f"{line}\n" for line in lines))
    size = len(lines[0]) + 1

    assert [each["message"] for each in recent_entries(tmp_path, 2 * size + 5)] == ["00008", "00009"]
    assert len(recent_entries(tmp_path)) == 10


def test_what_is_no_entry_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "app.log").write_bytes(b'no json\n[1]\n{"message": "a"}\n\xff\xfe\n')

    assert recent_entries(tmp_path) == [{"message": "a"}]
    assert recent_entries(tmp_path / "nowhere") == []
