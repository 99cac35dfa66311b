"""How the C library of this process keeps memory: large arrays come and go with every answer."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

# Names and numbers of glibc's mallopt(3).
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
# The largest that every glibc takes; an array beyond it still goes back to the system at once.
_KEPT_BYTES = 32 * 1024 * 1024
# Where memory matters more than time, arrays of more than this go back at once, and what is free at the end.
# With less of it more of the arrays come page by page, which takes a third as long again as the work itself.
_LARGE_BYTES = 1024 * 1024
_KEEPING = ((_M_MMAP_THRESHOLD, _KEPT_BYTES), (_M_TRIM_THRESHOLD, 2 * _KEPT_BYTES))
_SPARING = ((_M_MMAP_THRESHOLD, _LARGE_BYTES), (_M_TRIM_THRESHOLD, _LARGE_BYTES))


def keep_freed_memory() -> bool:
    """Let large arrays that are freed serve the next ones, instead of going back to the system page by page.

    Giving pages back and getting them again, each zeroed anew, is a fifth to a third of what an answer over
    50 000 issues and more costs. All threads share one pool: the pool that glibc makes for each of them would
    keep as much again. Once, from the entry point, before there are threads.

    Returns:
        Whether the C library took it; one without ``mallopt``, as on macOS, Windows or Alpine, does not.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # no such function, or no such library
        return False
    settings = (*_KEEPING, (_M_ARENA_MAX, 1))
    taken = [bool(mallopt(name, value)) for name, value in settings]  # each counts without the others
    return all(taken)


@contextmanager
def sparing_memory() -> Iterator[None]:
    """Give back what was freed before, and within this at once what large arrays took.

    For work over so much that what is kept between two of its steps would be most of the process: arrays of
    other sizes find no room there. Afterwards large arrays are kept as ``keep_freed_memory`` has it. Nothing
    else happens with a C library that has no ``mallopt``.
    """
    try:
        library = ctypes.CDLL(None)
        mallopt, trim = library.mallopt, library.malloc_trim
    except (AttributeError, OSError, TypeError):
        yield
        return
    trim(0)
    for setting in _SPARING:
        mallopt(*setting)
    try:
        yield
    finally:
        for setting in _KEEPING:
            mallopt(*setting)
