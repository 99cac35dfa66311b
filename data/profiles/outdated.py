"""What is said of a store that an earlier version filled: what its issues lack, and how it comes."""

from configuration.program import command
from data.profiles.sources import Source


def outdated_words(source: Source) -> tuple[str, str] | None:
    """Return cause and remedy, a sentence each; None where every issue is as this version reads it.

    Raises:
        StoreError: the store cannot be read.
    """
    lacking = 0 if source.kind == "demo" else source.store.outdated()
    if not lacking:
        return None
    cause = (
        f"{lacking} stored issues were read by an earlier version: what resolutions, moves between projects, "
        "sprints, links, parents and the development field tell of them is not known yet."
    )
    if source.kind == "files":
        return cause, f"Import the files again, once: {command('import FILE...')}."
    return cause, "The next sync asks for all issues, once; that takes as long as the first one did."
