"""Small notes in the home that all its processes read: how a job stands, what was found, what is shown."""

import logging
from collections.abc import Hashable

from configuration.errors import ConfigurationError, InputError, StoreError
from configuration.settings import Home
from data.persistence import write_document
from data.store.documents import documents_of

logger = logging.getLogger(__name__)


class Notes:
    """Notes by name, each of a few kilobytes; the last one written counts.

    Args:
        home: where they are kept.
    """

    def __init__(self, home: Home) -> None:
        self._documents = documents_of(home, "run")
        # What was read last: pages ask every second, and nearly always for what they know.
        self._known: dict[str, tuple[Hashable, bytes]] = {}

    def read(self, name: str) -> bytes | None:
        """Return a note, None where there is none that can be read; the same object while it is the same.

        Raises:
            StoreError: the database cannot be reached.
        """
        stamp, known = self._documents.stamp(name), self._known.get(name)
        if stamp is None:
            return None
        if known is not None and known[0] == stamp:
            return known[1]
        try:
            content = self._documents.read(name)
        except (OSError, InputError):
            return None
        if content is not None:
            self._known[name] = stamp, content
        return content

    def write(self, name: str, content: bytes) -> None:
        """Write a note whole; whatever it tells of goes on where it cannot be written, which is logged."""
        try:
            write_document(self._documents, name, content, "The note")
        except (ConfigurationError, InputError, StoreError) as error:
            logger.warning("note.not_written", extra={"cause": error.message})

    def delete(self, name: str) -> None:
        """Take a note away; nothing happens where there is none."""
        try:
            self._documents.delete(name)
        except (OSError, InputError, StoreError) as error:
            logger.warning("note.not_deleted", extra={"cause": str(error)})
