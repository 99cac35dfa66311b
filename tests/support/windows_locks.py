"""How Windows locks bytes, by the locks of Linux that behave alike: each opening of a file is an owner."""

import fcntl
import os
import struct

NOWAIT, UNLOCK = 2, 0  # msvcrt.LK_NBLCK and LK_UNLCK


def locking(descriptor: int, how: int, width: int) -> None:
    """Do what ``msvcrt.locking`` does: exclusive, from the file's position on, PermissionError if taken."""
    kind = fcntl.F_UNLCK if how == UNLOCK else fcntl.F_WRLCK
    place = os.lseek(descriptor, 0, os.SEEK_CUR)
    try:
        # struct flock: type, whence, start, length, and a process of which such a lock wants no mention.
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, struct.pack("hhqqi4x", kind, os.SEEK_SET, place, width, 0))
    except OSError as error:
        raise PermissionError(13, "Permission denied") from error
