"""All stores of a home, by the keys of their scopes."""

from configuration.settings import Home
from data.store.database import Store
from data.store.port import Kept, Places
from data.store.sqlite.place import SqlitePlaces


class Stores:
    """All stores of a home.

    Args:
        places: where they lie.
    """

    def __init__(self, places: Places) -> None:
        self._places = places

    def of(self, key: str) -> Store:
        """Return the store of a scope; nothing is made before something is written to it."""
        return Store(self._places.of(key))

    def keys(self) -> list[str]:
        """Return the keys of all that exist, in order; those of deleted profiles begin with ``aside/``."""
        return self._places.keys()

    @property
    def most_bytes(self) -> int:
        """How much all of them may take before what can be fetched again is evicted."""
        return self._places.most_bytes

    def kept(self) -> list[Kept]:
        """Return those of them that profiles may read, the one that was not used for longest first."""
        return self._places.kept()

    def move(self, key: str, new: str) -> None:
        """Give a scope another key; nothing happens where it does not exist.

        Raises:
            ConfigurationError: it cannot be moved.
        """
        self._places.move(key, new)


def stores_of(home: Home) -> Stores:
    """Return the stores of a home: files of its cache folder, or what its database holds."""
    if home.database is None:
        return Stores(SqlitePlaces(home.cache))
    from data.store.postgres.place import PostgresPlaces  # noqa: PLC0415  # a laptop has none

    return Stores(PostgresPlaces(home.database))
