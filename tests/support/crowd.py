"""Many people at one address for a while, in a process of their own: what each waits, and what went wrong.

``python -m tests.support.crowd URL PEOPLE SECONDS PROFILE ...`` prints the answer of ``gathered`` as JSON.
"""

import datetime as dt
import http.client
import json
import random
import statistics
import sys
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.support.calls import job_call, page_call

PAGES = {"overview": "/", "dora": "/dora", "flow": "/flow"}
# Between two clicks a person reads for so long, seconds.
READS = (5.0, 15.0)
TELL_AFTER_S = 1.0
YARDSTICK_EVERY_S = 0.25
# What a page is answered whose profile has no issues yet, and is being read.
NOTHING_YET = 204
# A page of numbers has more, one that says what is wrong has less.
LEAST_BYTES = 2_000


@dataclass
class Seen:
    """What people saw: seconds that each answer took, by kind, and what was no answer."""

    waits: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)


class Person:
    """Somebody with a browser: opens a page, reads, chooses another period or page, and is told of a sync."""

    def __init__(self, url: str, number: int, seen: Seen, profile: str) -> None:
        address = urlsplit(url)
        assert address.hostname is not None
        self._line = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        self._who = {"X-User": f"person-{number}@team.example", "X-Groups": "all"}
        self._seen, self._profile, self._dice = seen, profile, random.Random(number)

    def stay(self, until: float) -> None:
        """Look at one page after the other until the end."""
        time.sleep(self._dice.uniform(0, READS[0]))
        while time.monotonic() < until:
            name = self._dice.choice(list(PAGES))
            self.ask("visit", PAGES[name])
            self.ask("layout", f"/_dash-layout?src={self._profile}")
            for _ in range(3):
                self._click(name)
                self._read(min(until, time.monotonic() + self._dice.uniform(*READS)))

    def ask(self, kind: str, path: str, body: dict | None = None) -> bytes:
        """Send a request, on the line of before if it still stands; note what it took or what was wrong."""
        began = time.monotonic()
        try:
            status, answer = self._answer(path, None if body is None else json.dumps(body))
        except (OSError, http.client.HTTPException) as error:
            self._line.close()
            self._seen.errors.append(f"{kind}: {error!r}")
            return b""
        if status == NOTHING_YET and kind == "click":
            kind = "nothing yet"
        elif status != 200:
            self._seen.errors.append(f"{kind}: {status} {answer[:200]!r}")
        elif kind == "click" and len(answer) < LEAST_BYTES:
            self._seen.errors.append(f"{kind}: no numbers in {answer!r}")
        self._seen.waits[kind].append(time.monotonic() - began)
        return answer

    def _answer(self, path: str, body: str | None) -> tuple[int, bytes]:
        headers = {**self._who, "Content-Type": "application/json"}
        for tries in (1, 2):
            try:
                self._line.request("POST" if body else "GET", path, body, headers)
                answer = self._line.getresponse()
                return answer.status, answer.read()
            except (ConnectionResetError, BrokenPipeError, http.client.RemoteDisconnected):
                # A line at rest may be closed by the server at any time; a browser asks again.
                self._line.close()
                if tries == 2:
                    raise
        raise AssertionError

    def _click(self, page: str) -> None:
        last = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=self._dice.randrange(90))
        days = self._dice.choice((28, 90, 182))
        first = last - dt.timedelta(days=days)
        filters = {"src": self._profile, "from": first.isoformat(), "to": last.isoformat()}
        self.ask("click", "/_dash-update-component", page_call(filters, page))

    def _read(self, until: float) -> None:
        """Look at the page; while a sync runs it asks how that goes, as often as the page's timer."""
        while self._told_of_sync() and time.monotonic() < until:
            time.sleep(TELL_AFTER_S)
        time.sleep(max(0.0, until - time.monotonic()))

    def _told_of_sync(self) -> bool:
        answer = self.ask("poll", "/_dash-update-component", job_call(self._profile))
        return bool(answer) and not json.loads(answer)["response"]["poll"]["disabled"]


def gathered(url: str, people: int, seconds: float, profiles: tuple[str, ...]) -> dict:
    """Return what so many people saw in so many seconds, each looking at one of the profiles.

    Returns:
        ``errors`` as sentences, and by kind of request ``n`` and the milliseconds ``p50``, ``p95``, ``max``;
        ``yardstick`` is the request that needs nothing but a free thread.
    """
    seen, until = Seen(), time.monotonic() + seconds
    crowd = [Person(url, number, seen, profiles[number % len(profiles)]) for number in range(people)]
    threads = [threading.Thread(target=one.stay, args=(until,)) for one in crowd]
    for thread in threads:
        thread.start()
    yardstick = Person(url, people, seen, profiles[0])
    while time.monotonic() < until:
        yardstick.ask("yardstick", "/health")
        time.sleep(YARDSTICK_EVERY_S)
    for thread in threads:
        thread.join()
    return {"errors": seen.errors, **{kind: _told(waits) for kind, waits in seen.waits.items()}}


def _told(waits: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(waits, n=20, method="inclusive") if len(waits) > 1 else waits * 19
    told = {"p50": cuts[9], "p95": cuts[18], "max": max(waits)}
    return {"n": len(waits), **{name: round(1000 * value, 1) for name, value in told.items()}}


if __name__ == "__main__":
    print(json.dumps(gathered(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), tuple(sys.argv[4:]))))
