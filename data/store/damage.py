"""What may be wrong with what is stored, and how that is told to people."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from configuration.errors import DamagedStoreError, StoreError

NOT_TEXT = "it holds text that cannot be read"


class DamagedError(Exception):
    """Something is not what was written."""


class LaterVersionError(Exception):
    """A later version of the program wrote it: whole, and not to be touched by this one."""


@contextmanager
def told_as_damage(name: str) -> Iterator[None]:
    """Translate what msgspec and our checksums say.

    Args:
        name: of the store.

    Raises:
        DamagedStoreError: it holds something else than was written.
        StoreError: a later version of the program wrote it.
    """
    try:
        yield
    except UnicodeDecodeError as error:
        raise tell_damaged(name, NOT_TEXT) from error
    except (msgspec.DecodeError, DamagedError) as error:
        raise tell_damaged(name, str(error)) from error
    except LaterVersionError as error:
        raise StoreError(
            f"The store {name} was written by a later version of this program ({error}).",
            hint="Update the program, or choose another folder with THROUGHLINE_HOME; nothing was changed.",
        ) from error


@contextmanager
def nothing_unknown() -> Iterator[None]:
    """Tell what trips over a value of another kind than was ever written.

    Raises:
        DamagedError: something did.
    """
    try:
        yield
    except (ValueError, TypeError, KeyError, OverflowError) as error:  # UnicodeDecodeError is among them
        raise DamagedError("it holds what was never written") from error


def tell_damaged(name: str, cause: str) -> DamagedStoreError:
    """Return what is said of a store that is not what was written."""
    return DamagedStoreError(
        f"The store {name} is damaged: {cause}.",
        hint="Fetch everything again (sync --full), or import the files again; what is damaged is kept.",
    )
