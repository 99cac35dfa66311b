"""Secrets that lie in a database are encrypted, with keys that do not lie there."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from configuration.database.refusals import not_installed
from configuration.errors import StoreError

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet


def new_key() -> str:
    """Return a new key for ``THROUGHLINE_KEYS``: 32 random bytes as 44 letters.

    Raises:
        ConfigurationError: what encrypts is not installed.
    """
    try:
        from cryptography.fernet import Fernet  # noqa: PLC0415  # a laptop has none
    except ImportError as error:
        raise not_installed() from error
    return Fernet.generate_key().decode()


class Seal:
    """Encrypts with the first key, decrypts with any of them.

    Args:
        keys: as ``new_key`` makes them; none: nothing secret can be kept.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = tuple(keys)

    def __repr__(self) -> str:
        return "Seal(***)"

    def close(self, content: bytes) -> bytes:
        """Encrypt.

        Raises:
            StoreError: there is no key, or one of them is none.
        """
        return self._box().encrypt(content)

    def open(self, sealed: bytes) -> bytes:
        """Decrypt.

        Raises:
            StoreError: there is no key, one of them is none, or none of them fits.
        """
        from cryptography.fernet import InvalidToken  # noqa: PLC0415  # a laptop has none

        try:
            return self._box().decrypt(sealed)
        except InvalidToken as error:
            raise StoreError(
                "The secrets in the database cannot be read: none of the keys in THROUGHLINE_KEYS fits.",
                hint="Write the key that was in use into THROUGHLINE_KEYS too, behind the first one.",
            ) from error

    def renewed(self, sealed: bytes) -> bytes | None:
        """Encrypt again with the first key; None where that one opens it already.

        Raises:
            StoreError: as ``open``.
        """
        content = self.open(sealed)
        try:
            Seal(self._keys[:1]).open(sealed)
        except StoreError:
            return self.close(content)
        return None

    def check(self) -> None:
        """Raise StoreError where there is no key, or one of them is none."""
        self._box()

    def _box(self) -> "MultiFernet":
        from cryptography.fernet import Fernet, MultiFernet  # noqa: PLC0415  # a laptop has none

        if not self._keys:
            raise StoreError(
                "THROUGHLINE_KEYS is not set, and no secret is kept in the database without a key.",
                hint="Make one by `python app.py keys new` and set THROUGHLINE_KEYS for every process.",
            )
        try:
            return MultiFernet([Fernet(key.encode()) for key in self._keys])
        except ValueError as error:
            raise StoreError(
                "THROUGHLINE_KEYS holds something that is no key.",
                hint="Set it to keys that `python app.py keys new` made, with commas between.",
            ) from error
