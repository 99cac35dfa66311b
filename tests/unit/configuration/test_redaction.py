"""Redaction by look, by name and by heart: nothing gets out, nothing else is touched."""

import base64
import json
import time
from collections import UserDict
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configuration.redaction import DEPTH, MARK, TOO_DEEP, UNLOGGABLE, Redactor, masked, names_secret, plain
from configuration.redaction_rules import RULES, WITHHELD
from tests.redaction_corpus import (
    ALNUM,
    BARE_CARRIERS,
    BENIGN,
    LABEL_CARRIERS,
    lines_with_secrets,
    samples,
    some,
)

LINES = list(lines_with_secrets())
RULES_BY_NAME = {rule.name: rule for rule in RULES}
SAMPLES = samples()


def test_corpus_is_large_enough():
    """P1 and P2 promise several hundred lines, of every kind in every carrier."""
    assert len(LINES) > 700
    assert len(BENIGN) > 150


def test_no_secret_of_the_corpus_survives():
    """P1: 0 leaks over every kind of secret in every carrier."""
    redact = Redactor().text

    leaks = [line.kind for line in LINES if any(secret in redact(line.text) for secret in line.secrets)]

    assert leaks == []


def test_no_benign_line_is_touched():
    """P2: 0 lines hurt."""
    redact = Redactor().text

    assert [line for line in BENIGN if redact(line) != line] == []


def test_redacting_twice_changes_nothing():
    """What was redacted reads as redacted: a second filter on the way does no harm."""
    redact = Redactor().text

    assert [line.text for line in LINES if redact(redact(line.text)) != redact(line.text)] == []


def test_every_rule_has_samples():
    """A rule without true and false samples does not ship."""
    assert set(SAMPLES) == set(RULES_BY_NAME)
    assert all(catches and leaves for catches, leaves in SAMPLES.values())


@pytest.mark.parametrize(
    ("rule", "text"), [(rule, text) for rule, (texts, _) in SAMPLES.items() for text in texts]
)
def test_rule_catches(rule, text):
    """A rule changes its true samples on its own."""
    assert MARK in RULES_BY_NAME[rule].clean(text)


@pytest.mark.parametrize(
    ("rule", "text"), [(rule, text) for rule, (_, texts) in SAMPLES.items() for text in texts]
)
def test_rule_leaves_alone(rule, text):
    """A rule leaves its false samples as they are."""
    assert RULES_BY_NAME[rule].clean(text) == text


PIECES = st.one_of(
    st.sampled_from([line.text for line in LINES]),
    st.sampled_from([secret for line in LINES for secret in line.secrets]),
    st.sampled_from(BENIGN),
    st.sampled_from(BARE_CARRIERS + LABEL_CARRIERS),
    st.sampled_from(
        [
            "password",
            "TOKEN",
            "Key",
            "\u017fecret",
            "to\u212aen",
            "\u0130",
            "=",
            ":",
            '"',
            "\\",
            "@",
            "%40",
            "://",
            "\n",
            " ",
        ]
    ),
    st.text(max_size=12),
)


@given(st.lists(PIECES, max_size=6).map("".join))
@settings(max_examples=300)
def test_short_cut_misses_nothing(text):
    """The needles are a superset of the patterns: with and without them the outcome is the same."""
    redactor = Redactor()

    assert redactor.text(text) == redactor.text_slowly(text)


@pytest.mark.soak
@given(st.lists(PIECES, max_size=10).map("".join))
@settings(max_examples=20_000)
def test_short_cut_misses_nothing_at_length(text):
    """The same, with many more texts."""
    redactor = Redactor()

    assert redactor.text(text) == redactor.text_slowly(text)


LITERAL = "Zx" + "".join(reversed("9&7 é/42?q"))


@pytest.mark.parametrize(
    "carrier",
    [
        LITERAL,
        f"before {LITERAL} after",
        quote(LITERAL, safe=""),
        quote(LITERAL),
        quote_plus(LITERAL),
        quote(LITERAL, safe="").replace("%2F", "%2f").replace("%C3%A9", "%c3%a9").replace("%3F", "%3f"),
        base64.b64encode(LITERAL.encode()).decode(),
        base64.urlsafe_b64encode(LITERAL.encode()).decode(),
        json.dumps(LITERAL),
        repr(LITERAL.encode()),
        LITERAL.encode().hex(),
    ],
)
def test_literal_secret_is_found_in_every_spelling(carrier):
    """The token that the settings hold has no shape, so it is known by heart."""
    redacted = Redactor([LITERAL]).text(carrier)

    assert MARK in redacted
    assert LITERAL not in redacted


@pytest.mark.parametrize("user", ["a", "bo", "bob", "bob@example.com", "someone.else@example.org"])
def test_pair_is_found_from_its_token_alone(user):
    """A Basic pair hides the token in base64, at an alignment that depends on the user."""
    token = some(ALNUM, 24)
    pair = base64.b64encode(f"{user}:{token}".encode()).decode()

    redacted = Redactor([token]).text(f"sent {pair} to the server")

    assert redacted == f"sent {MARK} to the server"


def test_secrets_can_be_added_later():
    """A token that is entered on the page is kept out from then on."""
    redactor = Redactor()
    token = some(ALNUM, 12)
    before = redactor.text(token)

    redactor.add([token, "ab"])

    assert (before, redactor.text(token), redactor.text("ab")) == (token, MARK, "ab")


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "Password1",
        "db_password",
        "dbPassword",
        "X-Auth-Token",
        "api_key",
        "apiKey",
        "Authorization",
        "Cookie",
        "Set-Cookie",
        "client_secret",
        "private_key",
        "JSESSIONID",
        "token",
        "refreshToken",
        "auth",
        "pwd",
        "password_hash",
        "пароль",
        "credentials",
        "secret key",
    ],
)
def test_name_is_secret(name):
    """What stands under such a key is secret whatever it looks like."""
    assert names_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        "key",
        "issue_key",
        "cache_key",
        "nextPageToken",
        "page_token",
        "token_type",
        "token_count",
        "tokens",
        "tokenizer",
        "author",
        "passed",
        "has_passwords_policy",
        "monkey",
        "keys",
        "session",
        "status",
        "path",
        "bypass",
        "basic",
    ],
)
def test_name_is_harmless(name):
    """Names that only look alike hide nothing."""
    assert not names_secret(name)


class Speaking:
    def __str__(self):
        return "Speaking(password='hun" + "ter2')"


class Mute:
    def __str__(self):
        raise RuntimeError("no")


def test_values_are_cleaned_at_any_depth():
    """By name and by look, in mappings, sequences, sets, bytes and objects."""
    secret = some(ALNUM, 12)
    shaped = "gh" + "p_" + some(ALNUM, 36)
    value = {
        "a": [{"password": secret}, (shaped, {"b": {"c": f"x {shaped}"}})],
        b"token": secret.encode(),
        "headers": [("Cookie", secret), ["X-Api-Key", secret]],
        "har": [{"name": "Authorization", "value": secret}],
        "user_dict": UserDict({"secret": secret, shaped: 1}),
        "set": {shaped},
        "object": Speaking(),
        "pin": {"passwords": [secret, 12345, {"x": secret}]},
    }

    cleaned = json.dumps(Redactor().value(plain(value)))

    assert secret not in cleaned
    assert shaped not in cleaned
    assert "hun" + "ter2" not in cleaned


def test_harmless_values_keep_their_types():
    """Counts, flags and missing values under a telling name are what a developer looks for."""
    value = {
        "token": None,
        "has_token": True,
        "tokens": 97,
        "password": "",
        "n": 1.5,
        "at": datetime(2026, 1, 2, tzinfo=UTC),
    }

    cleaned = Redactor().value(plain(value))

    assert cleaned == {**value, "at": "2026-01-02T00:00:00+00:00"}


def test_odd_values_become_texts():
    """Cycles, depth and objects that cannot be printed are named instead of failing."""
    cycle: list = []
    cycle.append(cycle)
    deep: list = []
    for _ in range(DEPTH * 3):
        deep = [deep]

    assert plain(cycle) == [TOO_DEEP]
    assert TOO_DEEP in json.dumps(plain(deep))
    assert plain({"x": Mute()}) == {"x": UNLOGGABLE}
    assert plain(Path("a") / "b") == str(Path("a") / "b")
    assert plain(ValueError("x")) == "ValueError: x"


def test_arguments_keep_their_types():
    """``%s`` prints a masked container as it would print the original."""
    secret = some(ALNUM, 12)
    argument = ({"password": secret, 1: (2, [3.5, None])}, "text")

    assert masked(argument) == ({"password": MARK, 1: (2, [3.5, None])}, "text")


def test_hostile_text_is_withheld_rather_than_scanned():
    """Thousands of passwords in one text: what comes after them is not shown."""
    text = "password=x& " * 6000 + "tail"

    redacted = Redactor().text(text)

    assert redacted.endswith(WITHHELD)


@pytest.mark.parametrize(
    "piece",
    [
        "Cookie: ",
        "token=[",
        "auth=('",
        'password="',
        "eyJ",
        "a@",
        "://a:b@",
        "-----BEGIN " + "RSA PRIVATE KEY-----",
        "key=",
        '\\"',
        "N" * 43,
        "token ",
        "Authorization: must ",
        "<password>",
        "Bearer ",
        " ",
        "password for ",
        "xo" + "xb-",
    ],
)
def test_time_is_linear(piece):
    """Eight times the text takes no more than about eight times as long, whatever it is made of."""
    redact = Redactor().text

    def cost(size: int) -> float:
        text = (piece * (size // len(piece) + 1))[:size]
        return min(_timed(redact, text) for _ in range(3))

    small, large = cost(8_000), cost(64_000)

    assert large < 24 * small + 0.02


def _timed(function, argument) -> float:
    start = time.process_time()
    function(argument)
    return time.process_time() - start
