"""One writer for all threads: callers queue what they log, a listener cleans, prints and writes it."""

import contextlib
import logging
import os
import queue
import threading
from collections.abc import Sequence
from logging.handlers import QueueHandler, QueueListener
from typing import Any

from configuration.logs.files import Complaint, SharedRotatingFileHandler
from configuration.logs.records import CleanRecord, JSONFormatter, cleaned, frozen
from configuration.logs.redaction import Redactor

PLACES = 10_000
_BATCH = 256
_FLUSH_S = 30.0


class LogWriter(QueueListener):
    """Takes records from the queue in batches and writes each batch with one lock and one call per file.

    Args:
        records: the queue.
        redactor: takes the secrets out, once per record for all handlers.
        files: each writes the records of its level and above.
        console: None for a silent console.
        complaint: where a failure is mentioned, once.
    """

    def __init__(
        self,
        records: "queue.SimpleQueue[Any]",
        redactor: Redactor,
        files: Sequence[SharedRotatingFileHandler],
        console: logging.Handler | None,
        complaint: Complaint,
    ) -> None:
        super().__init__(records)
        self.records = records
        self.redactor = redactor
        self.files = tuple(files)
        self.console = console
        self._json = JSONFormatter(redactor)
        self._complaint = complaint

    def handle(self, record: Any) -> None:
        """Write ``record`` and what else is waiting; an ``Event`` is set once all before it is written."""
        batch = [record]
        with contextlib.suppress(queue.Empty):
            while len(batch) < _BATCH:
                item = self.records.get_nowait()
                if item is None:
                    self.records.put(None)  # the end, for the loop that called us
                    break
                batch.append(item)
        self.write([item for item in batch if isinstance(item, logging.LogRecord)])
        for item in batch:
            if isinstance(item, threading.Event):
                item.set()

    def write(self, records: Sequence[logging.LogRecord]) -> None:
        """Clean, print and write records, on whichever thread; never raises."""
        try:
            self._write(records)
        except Exception as error:  # noqa: BLE001 - no fault of logging may end the listener or reach a caller
            self._complaint.say(error)

    def _write(self, records: Sequence[logging.LogRecord]) -> None:
        clean = [cleaned(record, self.redactor) for record in records]
        lines = [(record.levelno, self._format_line(record)) for record in clean]
        for file in self.files:
            chosen = [line for level, line in lines if level >= file.level]
            if chosen:
                file.write_lines(chosen)
        if self.console is not None:
            for record in clean:
                if record.levelno >= self.console.level:
                    self.console.handle(record)

    def _format_line(self, record: CleanRecord) -> bytes:
        try:
            return self._json.format(record).encode() + b"\n"
        except Exception:  # noqa: BLE001 - nothing that cannot be printed may end the writer, or be printed raw
            broken = logging.makeLogRecord({"name": "configuration", "levelno": record.levelno})
            broken.levelname, broken.created, broken.msg = record.levelname, record.created, "[unloggable]"
            return self._json.format(broken).encode() + b"\n"


class LogQueueHandler(QueueHandler):
    """Puts records into the queue; when it is full, the caller writes its record itself.

    In a forked child there is no listener thread, and nothing would flush at
    ``os._exit``: there every record is written at once.

    Args:
        writer: the other end.
        places: records that may wait.
    """

    def __init__(self, writer: LogWriter, places: int = PLACES) -> None:
        super().__init__(writer.records)
        self.writer = writer
        self.default_profile: str | None = None
        self._records = writer.records
        self._places = places
        self._pid = os.getpid()
        self._open = True
        writer.start()

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        """Freeze what could change before it is written."""
        ready = frozen(record)
        if ready.__dict__["profile"] is None:
            ready.__dict__["profile"] = self.default_profile
        return ready

    def enqueue(self, record: logging.LogRecord) -> None:
        """Queue the record, or write it."""
        if self._records.qsize() < self._places and self._open and os.getpid() == self._pid:
            self._records.put(record)
        else:
            self.writer.write([record])

    def handle(self, record: logging.LogRecord) -> bool:
        """Pass the record on without the handler's lock: the queue has its own."""
        if not self.filter(record):
            return False
        self.emit(record)
        return True

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging calls it so
        """Say nothing; the default would print the raw record on the console."""

    def flush(self) -> None:
        """Wait until everything logged so far is written."""
        if not self._open or os.getpid() != self._pid or threading.current_thread() is self.writer._thread:
            return
        written = threading.Event()
        self._records.put(written)
        written.wait(_FLUSH_S)

    def close(self) -> None:
        """Write what is queued and close the files."""
        if self._open:
            self._open = False
            if os.getpid() == self._pid:
                self.writer.stop()
                self._drain()
            for file in self.writer.files:
                file.close()
        super().close()

    def _drain(self) -> None:
        """Write what other threads queued while the listener was stopping."""
        with contextlib.suppress(queue.Empty):
            while True:
                item = self._records.get_nowait()
                if isinstance(item, logging.LogRecord):
                    self.writer.write([item])
