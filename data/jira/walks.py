"""Walks through a result: side by side where pages do not depend on each other, ahead where they do."""

import queue
import threading
from collections.abc import Iterator
from typing import Generic, TypeVar

from data.jira_query_manager import stop_if

T = TypeVar("T")
_POLL_S = 0.1


class _End:
    """A worker has nothing more to do, or failed."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


class FanOut(Generic[T]):
    """Runs walks on threads of its own and hands their pages over as they come.

    The reader decodes one page while the next ones travel; a slow reader stops
    the workers after a page each, so memory stays flat and little is left to do
    after the last byte.

    Args:
        walks: each is walked by one thread, page after page. Taking the next
            walk may ask Jira too; one thread does so at a time.
        workers: threads.
        stop: set when the reader goes away; the walks should look at it.
        cancelled: set by the user.
    """

    def __init__(
        self,
        walks: Iterator[Iterator[T]],
        workers: int,
        stop: threading.Event,
        cancelled: threading.Event | None = None,
    ) -> None:
        self._walks = walks
        self._workers = workers
        self._stop = stop
        self._cancelled = cancelled
        self._turn = threading.Lock()
        self._pages: queue.Queue[T | _End] = queue.Queue(maxsize=2)

    def __iter__(self) -> Iterator[T]:
        for _ in range(self._workers):
            threading.Thread(target=self._walk_on, name="jira-walk", daemon=True).start()
        left = self._workers
        try:
            while left:
                page = self._next()
                if not isinstance(page, _End):
                    yield page
                    continue
                if page.error:
                    raise page.error
                left -= 1
        finally:
            self._stop.set()

    def _next(self) -> "T | _End":
        while True:
            stop_if(self._cancelled)
            try:
                return self._pages.get(timeout=_POLL_S)
            except queue.Empty:
                continue

    def _walk_on(self) -> None:
        end = _End()
        try:
            while (walk := self._take()) is not None:
                for page in walk:
                    self._put(page)
        except BaseException as error:  # noqa: BLE001 - raised again where the pages are read
            end = _End(error)
        self._put(end)

    def _take(self) -> Iterator[T] | None:
        with self._turn:
            return None if self._stop.is_set() else next(self._walks, None)

    def _put(self, page: "T | _End") -> None:
        while not self._stop.is_set():
            try:
                self._pages.put(page, timeout=_POLL_S)
            except queue.Full:
                continue
            return
