"""Files that are written whole or not at all, whatever happens meanwhile."""

import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

_UNFINISHED = ".throughline-"  # how a file begins that is not in its place yet
_ABANDONED_AFTER_S = 60.0
_WAITS_S = (0.01, 0.05, 0.2, 0.5) if os.name == "nt" else ()


def write_whole(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Put ``content`` in place of a file in one step, so that a power cut leaves the old one or the new.

    Args:
        path: the file; its folder exists.
        content: all of it.
        mode: its permissions; by default its owner alone may read it.

    Raises:
        OSError: it cannot be written; the old file is unharmed.
    """
    clear_abandoned(path.parent, _UNFINISHED, _ABANDONED_AFTER_S)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=_UNFINISHED)
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.chmod(mode)
        patiently(lambda: unfinished.replace(path))
    except BaseException:  # whatever happens, no half-written file stays behind
        unfinished.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def file_stamp(path: str) -> tuple[int, int, int] | None:
    """Return what is another one after each ``write_whole``, None where there is no file of that name."""
    try:
        found = os.stat(path)  # noqa: PTH116  # at each question, and a Path takes longer to make than to ask
    except (OSError, ValueError):  # the latter for what cannot be a name
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def for_owner(path: str, flags: int) -> int:
    """Open a file for the built-in ``open``; a new one can be read by its owner alone."""
    return os.open(path, flags, 0o600)


def patiently(step: Callable[[], object], waits_s: Sequence[float] = _WAITS_S) -> None:
    """Do a step that Windows refuses while somebody looks at the file, which takes them a moment.

    Args:
        step: raises PermissionError where it is refused; its last refusal is passed on.
        waits_s: how long to wait after each refusal. Elsewhere a refusal is meant, and there are none.
    """
    for wait_s in waits_s:
        try:
            step()
        except PermissionError:
            time.sleep(wait_s)
        else:
            return
    step()


def usual_mode(path: Path) -> int:
    """Return the permissions of a file, or those that a new one would get."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def clear_abandoned(folder: Path, prefix: str, after_s: float) -> None:
    """Take away what a killed process left unfinished; a younger file may be another process at work.

    Args:
        folder: where to look, not below it.
        prefix: how the names of unfinished files begin.
        after_s: how long ago an abandoned file was last written.
    """
    for left in folder.glob(f"{prefix}*"):
        with contextlib.suppress(OSError):  # another process was quicker, or it is not ours to delete
            if time.time() - left.stat().st_mtime > after_s:
                left.unlink()


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut; Windows opens no folders and needs none."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
