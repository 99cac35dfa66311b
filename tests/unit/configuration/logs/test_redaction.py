"""Redaction by look, by name and by heart: nothing gets out, nothing else is touched."""

import base64
import html
import json
import time
from collections import UserDict
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from urllib.parse import quote, quote_plus

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configuration.logs.redaction import (
    DEPTH,
    MARK,
    TOO_DEEP,
    UNLOGGABLE,
    Redactor,
    masked,
    names_secret,
    plain,
)
from configuration.logs.redaction_marks import WITHHELD
from configuration.logs.redaction_rules import RULES
from tests.support.redaction_corpus import (
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


@pytest.mark.slow
@given(st.lists(PIECES, max_size=6).map("".join))
@settings(max_examples=300)
def test_short_cut_misses_nothing(text):
    """Signs and words are a superset of the patterns: with and without them the outcome is the same."""
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


# Every way of writing it is another text, so that each has to be known by itself.
ODD = "a\\b" + '"c' + "\nd'" + "é<&" + "q?/~9"


@pytest.mark.parametrize(
    "spelled",
    [
        ODD,
        repr(ODD)[1:-1],
        html.escape(ODD),
        ODD.encode().hex(),
        repr(ODD.encode())[2:-1],
        json.dumps(ODD)[1:-1],
        json.dumps(ODD, ensure_ascii=False)[1:-1],
        quote(ODD, safe=""),
        quote(ODD),
        quote_plus(ODD),
        quote(ODD, safe="").replace("%C3%A9", "%c3%a9").replace("%0A", "%0a").replace("%3C", "%3c")
        .replace("%5C", "%5c").replace("%2F", "%2f").replace("%3F", "%3f"),
        base64.b64encode(ODD.encode()).decode().rstrip("="),
    ],
)  # fmt: skip
def test_a_literal_secret_goes_from_its_first_character_to_its_last(spelled):
    """Nothing of it stays, and nothing around it goes."""
    assert Redactor([ODD]).text(f"({spelled})") == f"({MARK})"


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_short_secret_is_known_in_base64_when_it_stands_alone(encode):
    """Five characters are too few to be looked for inside longer base64 texts."""
    short = "x>>>?"

    assert Redactor([short]).text(f"({encode(short.encode()).decode()})") == f"({MARK})"


def test_secrets_of_four_characters_are_known_by_heart_and_of_three_are_not():
    short = "q7" + "z4"
    redact = Redactor([short, short[:3]]).text

    assert redact(f"<{short}> <{short[:3]}>") == f"<{MARK}> <{short[:3]}>"


def test_a_secret_that_holds_another_goes_as_a_whole():
    short, rest = some(ALNUM, 8), some(ALNUM, 8)

    assert Redactor([short, short + rest]).text(f"<{short + rest}> <{short}>") == f"<{MARK}> <{MARK}>"


IN_PAIRS = "q7zK-4wM~9pR!2xT_8vB?3nY"


@pytest.mark.parametrize("before", ["", "a:", "bo:", "bob:"])
@pytest.mark.parametrize("after", ["", "!", ":x", "??\n"])
@pytest.mark.parametrize("length", [7, 24])
def test_seven_characters_are_found_inside_base64(before, after, length):
    """Whatever stands before or behind."""
    secret = IN_PAIRS[:length]
    whole = base64.b64encode(f"{before}{secret}{after}".encode()).decode()

    assert Redactor([secret]).text(whole) == MARK
    assert Redactor([secret]).text(f"<{whole}> <{whole}>") == f"<{MARK}> <{MARK}>"


@pytest.mark.parametrize("before", ["a:", "bob:"])
def test_six_characters_are_not_looked_for_inside_base64(before):
    """So few would be hit by chance."""
    whole = base64.b64encode(f"{before}{IN_PAIRS[:6]}:x".encode()).decode()

    assert Redactor([IN_PAIRS[:6]]).text(whole) == whole


def test_base64_without_padding_goes_whole_where_a_text_is_nothing_else():
    """The end of the text does not count as what stands before its beginning."""
    secret = some(ALNUM, 9)
    pair = base64.b64encode(f"{secret}:xy".encode()).decode()

    assert not pair.endswith("=")
    assert Redactor([secret]).text(pair) == MARK
    assert Redactor([secret]).text(f"{pair},{pair} {pair}") == f"{MARK},{MARK} {MARK}"


@pytest.mark.parametrize(
    ("length", "cut"),
    [(262_144 + 16_384, False), (262_144 + 16_385, True), (400_000, True)],
)
def test_a_text_as_long_as_a_document_is_cut(length, cut):
    """256 KiB are kept; 16 KiB more are read, so that a secret is known whole before it is cut."""
    text = ("plain words, " * 40_000)[:length]

    assert Redactor().text(text) == (text[:262_144] + " [cut]" if cut else text)


def test_a_cut_halves_no_secret():
    """The secret lies across the cut, so that its head alone would be left."""
    secret = some(ALNUM, 30)
    text = "x" * 985 + " " + secret + " " + "y" * 40_000

    # The mark is 20 shorter than the secret, and the margin is taken off after that.
    assert Redactor([secret], longest=1000).text(text) == "x" * 980 + " [cut]"


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


@pytest.mark.parametrize("name", ["Cookie", "X-Api-Key", "password", "db.password", "Set-Cookie"])
@pytest.mark.parametrize("kind", [list, tuple])
def test_a_pair_is_cleaned_by_its_name(name, kind):
    """A header on its own, ``["Cookie", "a=b"]``: as a value and as an argument of a log call."""
    secret = "a=" + some(ALNUM, 6)

    assert Redactor().value(plain(kind((name, secret)))) == [name, MARK]
    assert masked(kind((name, secret))) == kind((name, MARK))
    assert masked({"sent": kind((name, secret))}) == {"sent": kind((name, MARK))}


@pytest.mark.parametrize(
    "value",
    [
        ["password", "user name"],  # two names of fields
        ["password", "os_username"],
        ["status", "a=b"],
        ["Cookie", "a=b", "c=d"],
        ["Cookie"],
        ["a=b", "Cookie"],
        ["Cookie", 5],
        [5, "a=b"],
    ],
)
def test_what_is_not_a_pair_stays(value):
    assert Redactor().value(value) == value
    assert masked(value) == value
    assert masked(tuple(value)) == tuple(value)


@pytest.mark.parametrize("kind", [list, tuple])
def test_pairs_in_a_list_are_cleaned_one_by_one(kind):
    """The headers or the form of a request: each under its own name."""
    secret = some(ALNUM, 9)
    pairs = [kind(("Accept", "text/html")), kind(("Cookie", secret)), kind(("password", None))]

    assert Redactor().value(plain(pairs)) == [["Accept", "text/html"], ["Cookie", MARK], ["password", None]]
    assert masked(pairs) == [kind(("Accept", "text/html")), kind(("Cookie", MARK)), kind(("password", None))]


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


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (["a", ["b", 1]], ["a", ["b", 1]]),
        ({"tokens": "a1b2c3"}, {"tokens": MARK}),
        ({"api_tokens": ["a1b2c3"]}, {"api_tokens": [MARK]}),
        ({"tokens": 97, "max_tokens": 1.5}, {"tokens": 97, "max_tokens": 1.5}),
        ({"nextTokens": "a1b2c3"}, {"nextTokens": "a1b2c3"}),
        (
            {"password": ["x9", 12345, None, True, {"n": 2.5, "t": "y8"}]},
            {"password": [MARK, MARK, None, True, {"n": MARK, "t": MARK}]},
        ),
        ({"password": " Not set "}, {"password": " Not set "}),
        ({"auth": "basic", "token": UNLOGGABLE}, {"auth": "basic", "token": UNLOGGABLE}),
        ({"value": "a1b2c3"}, {"value": "a1b2c3"}),
        ({"name": "Cookie", "value": 5}, {"name": "Cookie", "value": MARK}),
        ({"name": "Status", "value": 5}, {"name": "Status", "value": 5}),
        ({"name": 5, "key": "Cookie", "value": "a1"}, {"name": 5, "key": "Cookie", "value": MARK}),
        ({"header": "X-Api-Key", "value": "a1"}, {"header": "X-Api-Key", "value": MARK}),
        ({"field": "password", "value": "a1"}, {"field": "password", "value": MARK}),
        ({"name": "Cookie", "id": "a1"}, {"name": "Cookie", "id": "a1"}),
    ],
)
def test_what_a_name_gives_away(value, expected):
    """Exactly that goes, and its shape stays."""
    assert Redactor().value(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([["Cookie", "a1"], ["Accept"]], [["Cookie", "a1"], ["Accept"]]),
        ([["Cookie", "a1", "b2"]], [["Cookie", "a1", "b2"]]),
        ([["Cookie", "a1"], [5, "b2"]], [["Cookie", "a1"], [5, "b2"]]),
        ([["password", "a1"]], [["password", MARK]]),
        ([["password", 5], ["x", "y"]], [["password", MARK], ["x", "y"]]),
        ([["user", "password"]], [["user", "password"]]),
        ([], []),
    ],
)
def test_a_form_is_a_list_of_pairs_and_of_nothing_else(value, expected):
    """``Cookie`` beside a word that might be a name stays: only what cannot be a name is a value."""
    assert Redactor().value(value) == [
        item if item != ["Cookie", "a1"] else ["Cookie", MARK] for item in expected
    ]
    assert masked(value) == [item if item != ["Cookie", "a1"] else ["Cookie", MARK] for item in expected]


def nested(levels, core, wrap=lambda inner: [inner]):
    for _ in range(levels):
        core = wrap(core)
    return core


@pytest.mark.parametrize("wrap", [lambda inner: [inner], lambda inner: {"x": inner}])
def test_forty_levels_are_written_and_the_next_is_named(wrap):
    assert plain(nested(40, "end", wrap)) == nested(40, "end", wrap)
    assert plain(nested(41, "end", wrap)) == nested(40, TOO_DEEP, wrap)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda inner: [inner],
        lambda inner: (inner,),
        lambda inner: {"x": inner},
        lambda inner: {"x": [inner]},
        lambda inner: [["x", inner]],
        lambda inner: (["x", inner],),
    ],
)
def test_arguments_are_followed_for_forty_levels(wrap):
    """As far as ``plain`` reads them: what ends on the fortieth level is still told."""
    per_wrap = 2 if wrap(0) in ({"x": [0]}, [["x", 0]], (["x", 0],)) else 1
    levels = 39 // per_wrap

    assert masked(nested(levels, 5, wrap)) == nested(levels, 5, wrap)
    assert masked(nested(levels + 1, 5, wrap)) == nested(levels + 1, TOO_DEEP, wrap)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"a\xffb", "a\ufffdb"),
        (bytearray(b"ab"), "ab"),
        (memoryview(b"ab"), "ab"),
        (np.int64(5), 5),
        (np.float64(2.5), 2.5),
        (Fraction(1, 4), 0.25),
        (frozenset({"a"}), ["a"]),
        (range(3), [0, 1, 2]),
        ({b"k\xff": 1, 2: 3, None: 4}, {"k\ufffd": 1, "2": 3, "None": 4}),
        (date(2026, 1, 2), "2026-01-02"),
    ],
)
def test_values_become_what_json_knows(value, expected):
    found = plain(value)

    assert (found, type(found)) == (expected, type(expected))


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


@pytest.mark.slow
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
        "password",
        'name="token" ',
        "?key=",
        "code=a&",
        "sig=",
        "password: |\n ",
        "secret:\n ",
        "('token', '",
        'set token to "',
        "-u a:",
        "mysql -h ",
        "Private-Lines: 1\nA",
        "x" * 16 + " ",
        "$2b$",
        "x8Q~",
        "token\uff1a",
        "token=f(",
        "token=a[",
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
