"""A bundle helps whoever helps, and gives nothing away."""

import io
import zipfile

from data.diagnostics.support_bundle import MOST_LINES, as_zip, bundle_files
from data.persistence import CacheMetadata, SyncRecord

TOKEN = "-".join(("made", "up", "token", "of", "nobody"))
MAIL = "@".join(("ann", "example.org"))
SYNC = SyncRecord(
    1, "full", "failed", None, {}, 3, 1, 0.5, 1000, {"/rest": 3}, 2.0, f"{MAIL} was refused {TOKEN}"
)
METADATA = CacheMetadata(
    "k" * 32, 1, "h" * 32, f'{{"account": "{MAIL}", "jql": "project = SECRET"}}', syncs=(SYNC,)
)
META = {"revision": "r", "stored": "7", "jql": "project = SECRET", "site": "https://jira.example.org"}


def test_nothing_that_nobody_should_see_is_in_it() -> None:
    """Token, account, query and address are nowhere in the archive."""
    entries = [{"message": "jira.request", "url": f"https://x/?token={TOKEN}", "who": MAIL}]
    files = bundle_files(f'timezone = "UTC"\n# {TOKEN}\n', METADATA, META, entries, [TOKEN])
    archive = zipfile.ZipFile(io.BytesIO(as_zip(files)))
    text = "".join(archive.read(name).decode() for name in archive.namelist())

    assert sorted(archive.namelist()) == ["cache.json", "log.jsonl", "settings.toml", "versions.txt"]
    for hidden in (TOKEN, MAIL, "SECRET", "jira.example.org"):
        assert hidden not in text
    for shown in ('timezone = "UTC"', '"stored": "7"', "jira.request", "/rest", "Python 3"):
        assert shown in text


def test_only_the_newest_lines_are_in_it() -> None:
    entries = [{"message": f"line {place}"} for place in range(MOST_LINES + 1)]
    lines = bundle_files("", None, {}, entries)["log.jsonl"].splitlines()

    assert len(lines) == MOST_LINES
    assert '"line 1"' in lines[0]
