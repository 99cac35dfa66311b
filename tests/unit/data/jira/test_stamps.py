"""Jira's stamps to instants: every form that it sends, and nothing else."""

import datetime as dt
import random

import pytest

from data.jira.stamps import instant_of, latest_of, settled
from data.model.instants import to_ms
from data.model.tables import MISSING
from data.performance_utils import parse_jira_date
from tests.support.rows import at


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-02T09:00:00.000+0000", "2026-03-02T09:00"),
        ("2026-03-02T09:00:00.000+0530", "2026-03-02T03:30"),
        ("2026-03-02T09:00:00Z", "2026-03-02T09:00"),
        ("2026-03-02T09:00:00.123456-0800", "2026-03-02T17:00:00.123"),
        ("2026-03-02 09:00", "2026-03-02T09:00"),
        (1_772_442_000_000, "2026-03-02T09:00"),
    ],
)
def test_instants(value: str | int, expected: str) -> None:
    assert instant_of(value) == at(expected)


@pytest.mark.parametrize("value", [None, ""])
def test_no_instant(value: str | None) -> None:
    assert instant_of(value) == MISSING


@pytest.mark.parametrize(
    "value", ["soon", "2026-03-02", "2026-W10-1T09:00", "2026-02-30T09:00", "0001-01-01T00:00", 10**18]
)
def test_what_is_no_instant(value: str | int) -> None:
    with pytest.raises(ValueError, match=r"."):
        instant_of(value)


def test_the_last_instant_that_a_stamp_may_tell() -> None:
    """A day after the clock of whoever reads it."""
    assert latest_of(at("2026-03-02T09:00")) == at("2026-03-03T09:00")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-02T09:00:00.000+0000", "2026-03-02T09:00"),
        ("2024-02-29T23:59:59.999+0000", "2024-02-29T23:59:59.999"),
        ("1969-12-31T23:59:59.999-0030", "1970-01-01T00:29:59.999"),
        ("1900-01-01T00:00:00.000+0000", "1900-01-01T00:00"),
        ("2199-12-31T23:59:00.000+2359", "2199-12-31T00:00"),
    ],
)
def test_a_page_of_stamps(value: str, expected: str) -> None:
    """Stamps in Jira's form become instants; what stands between them stays where it is."""
    assert settled([None, value, 12, "soon", value]) == [None, at(expected), 12, "soon", at(expected)]


@pytest.mark.parametrize(
    "value",
    [
        "2026-02-29T09:00:00.000+0000",
        "2026-13-01T09:00:00.000+0000",
        "2026-00-10T09:00:00.000+0000",
        "2026-01-00T09:00:00.000+0000",
        "2026-03-02T24:00:00.000+0000",
        "2026-03-02T09:60:00.000+0000",
        "2026-03-02T09:00:60.000+0000",
        "2026-03-02T09:00:00.000+2400",
        "2026-03-02T09:00:00.000+0060",
        "2026-03-02T09:00:00.000,0000",
        "2026-03-02T09:00:00.00\u0663+0000",
        "1899-12-31T23:59:59.999+0000",
        "1900-01-01T00:00:00.000+0001",
        "2200-01-01T00:00:00.000+0000",
    ],
)
def test_what_has_not_quite_the_form_stays(value: str) -> None:
    """Whoever reads it next decides: not every such text is unreadable."""
    assert settled([value]) == [value]
    assert settled(["2026-03-02T09:00:00.000+0000", value])[1] == value


def test_no_stamps_are_no_instants() -> None:
    assert settled([]) == []


def jira_stamps(chance: random.Random, n: int) -> list[str]:
    """Stamps in Jira's form, from 1900 to 2199, in any zone."""
    first, last = dt.date(1900, 1, 3).toordinal(), dt.date(2199, 12, 30).toordinal()
    return [
        f"{dt.date.fromordinal(chance.randint(first, last))}"
        f"T{chance.randrange(24):02}:{chance.randrange(60):02}:{chance.randrange(60):02}"
        f".{chance.randrange(1000):03}{chance.choice('+-')}{chance.randrange(24):02}{chance.randrange(60):02}"
        for _ in range(n)
    ]


def damaged(text: str, chance: random.Random) -> str:
    """A stamp of the same length with another character at one place, if not the same one."""
    place = chance.randrange(len(text))
    return text[:place] + chance.choice("0123456789+-:.T ,Z\u00e9") + text[place + 1 :]


def instant_or_none(text: str) -> int | None:
    try:
        return instant_of(text)
    except ValueError:
        return None


def check_stamps(seed: int, n: int) -> None:
    chance = random.Random(seed)
    whole = jira_stamps(chance, n)
    odd = [damaged(text, chance) for text in whole[: n // 5]]
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    millisecond = dt.timedelta(milliseconds=1)

    assert settled(whole) == [(dt.datetime.fromisoformat(text) - epoch) // millisecond for text in whole]
    assert settled(whole[:1000]) == [to_ms(parse_jira_date(text)) for text in whole[:1000]]
    read = settled(odd)
    meant = [each if isinstance(each, int) else instant_or_none(each) for each in read]
    assert meant == [instant_or_none(text) for text in odd]


def test_stamps_mean_what_fromisoformat_and_parse_jira_date_read() -> None:
    check_stamps(7, 20_000)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10))
def test_a_million_stamps_mean_the_same(seed: int) -> None:
    check_stamps(100 + seed, 100_000)
