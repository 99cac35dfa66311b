"""What somebody may hand over who asks for help: settings, versions, syncs and log lines, and no issue.

Everything passes the redactor once more, and names of accounts are left out.
"""

import io
import platform
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from configuration.logs.redaction import Redactor
from configuration.settings import Secret
from data.persistence import CacheMetadata

MOST_LINES = 500
_KEPT_META = (
    "revision",
    "schema",
    "stored",
    "complete",
    "as_of",
    "synced_at",
    "compared_at",
    "held_back",
    "dialect",
)


def bundle_files(
    settings: str,
    metadata: CacheMetadata | None,
    meta: Mapping[str, str],
    entries: Iterable[Mapping[str, Any]],
    secrets: Iterable[str | Secret] = (),
) -> dict[str, str]:
    """Return the files of a bundle by name.

    Args:
        settings: the profile as TOML, without secrets.
        metadata: of the profile's cache; None where nothing was ever synced.
        meta: of the store; query and address are not taken over.
        entries: log lines, oldest first; the newest 500 are kept.
        secrets: texts that must not be in it whatever they look like.
    """
    redactor = Redactor(each if isinstance(each, str) else each.reveal() for each in secrets)
    lines = [
        msgspec.json.encode(redactor.value(dict(entry))).decode() for entry in list(entries)[-MOST_LINES:]
    ]
    syncs = [] if metadata is None else [msgspec.to_builtins(sync) for sync in metadata.syncs]
    cache = {"store": {name: meta[name] for name in _KEPT_META if name in meta}, "syncs": syncs}
    files = {
        "versions.txt": f"Python {platform.python_version()} on {platform.system()} {platform.machine()}\n",
        "settings.toml": settings,
        "cache.json": msgspec.json.format(msgspec.json.encode(cache), indent=2).decode() + "\n",
        "log.jsonl": "".join(f"{line}\n" for line in lines),
    }
    return {name: redactor.text_slowly(text) for name, text in files.items()}


def as_zip(files: Mapping[str, str]) -> bytes:
    """Return the files as a zip archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return packed.getvalue()
