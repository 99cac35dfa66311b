"""Places of secrets and look-alikes, one by one; and the words that this program itself logs."""

import ast
import re
from pathlib import Path

import pytest

from configuration.logs.redaction import MARK, Redactor, names_secret
from configuration.logs.redaction_marks import folded
from configuration.logs.redaction_rules import RULES, RUN, SCRIPT
from configuration.logs.redaction_tokens import has_run
from tests.support.redaction_corpus import BENIGN, PLAIN, b64, lines_with_secrets, some
from tests.support.redaction_places import (
    ADDRESSES,
    FURTHER,
    LOOK_ALIKES_FURTHER,
    LOOK_ALIKES_NAMED,
    NAMED,
)

ROOT = Path(__file__).parents[4]
SOURCES = sorted(
    path
    for room in ("app.py", "callbacks", "configuration", "data", "ui")
    for path in ([ROOT / room] if room.endswith(".py") else (ROOT / room).rglob("*.py"))
)
LEVELS = ("debug", "info", "warning", "error", "exception", "critical")


@pytest.mark.parametrize("carrier", [*NAMED, *FURTHER])
@pytest.mark.parametrize("kind", ["password", "old_cloud_token"])
def test_a_carrier_keeps_nothing(carrier, kind):
    """Neither the secret nor the base64 of its pair, whatever else of the line goes with it."""
    secret, row = PLAIN[kind](), some("abcdefghijklmnopqrstuvwxyz0123456789", 64)
    pair = b64("bob:" + secret)

    redacted = Redactor().text(carrier.format(secret, pair=pair, block=f"{row}\n{row}"))

    assert MARK in redacted
    assert not any(part in redacted for part in (secret, pair.rstrip("="), row))


@pytest.mark.parametrize("carrier", ADDRESSES)
def test_an_address_is_known_in_every_writing(carrier):
    redacted = Redactor().text(carrier.format("jane.roe", "corp.example.com"))

    assert "jane" not in redacted
    assert "corp" not in redacted


@pytest.mark.parametrize("text", [*LOOK_ALIKES_NAMED, *LOOK_ALIKES_FURTHER])
def test_a_look_alike_stays(text):
    assert Redactor().text(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("password: |\n  one\n  two\nuser: bob", f"password: |\n  {MARK}\nuser: bob"),
        ("secret:\n    a1b2\nuser: bob", f"secret:\n    {MARK}\nuser: bob"),
        ('password = """a1 b2""" # x', f'password = """{MARK}""" # x'),
        ("<password><![CDATA[a<b]]></password>", f"<password><![CDATA[{MARK}]]></password>"),
        ("curl -u bob:a1b2 https://x", f"curl -u bob:{MARK} https://x"),
        ("('X-Api-Key', 'a1b2') sent", f"('X-Api-Key', '{MARK}') sent"),
        ("['--token', 'a1b2']", f"['--token', '{MARK}']"),
        ("thin:scott/a1b2@db", f"thin:{MARK}@db"),
        ("set api_key to a1b2c3 now", f"set api_key to {MARK} now"),
        ("token\u200b=a1b2", f"token\u200b={MARK}"),
        ("token\uff1aa1b2", f"token\uff1a{MARK}"),
        ("jane&#64;corp.example.com, bob", f"{MARK}, bob"),
        ("/cb?code=0a1b2c3d4e5f6a7b&x=1", f"/cb?code={MARK}&x=1"),
        ("?sig=a%2Bb%2F0a1b2c3d4e5f&se=1", f"?sig={MARK}&se=1"),
        ("bindpw a1b2c3 x", f"bindpw {MARK} x"),
        ('<add key="Password" value="a1" />', f'<add key="Password" value="{MARK}" />'),
    ],
)
def test_exactly_the_secret_goes(text, expected):
    """The name and what stands around stay readable."""
    assert Redactor().text(text) == expected


def test_a_rule_is_asked_wherever_it_finds_something():
    """Signs and words of a rule are a superset of its pattern, for each rule by itself."""
    silent = [
        (rule.name, line)
        for line in [line.text for line in lines_with_secrets()] + list(BENIGN)
        for rule in RULES
        if rule.clean(line) != line and not _asked(rule, line)
    ]

    assert silent == []


def _asked(rule, text):
    signs = {RUN: has_run(text), SCRIPT: not text.isascii()}
    lowered = folded(text)
    return (not rule.signs or any(signs.get(sign, sign in lowered) for sign in rule.signs)) and (
        not rule.words or any(word in lowered for word in rule.words)
    )


# --- The words of this program --------------------------------------------------------------------


def logged():
    """Yield the event and the names of the fields of every call of a logger in the source."""
    for path in SOURCES:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", "") in LEVELS and call.args:
                event = call.args[0]
                if isinstance(event, ast.Constant) and isinstance(event.value, str):
                    extra = [word.value for word in call.keywords if word.arg == "extra"]
                    yield event.value, [key.value for each in extra for key in _keys(each)]


def _keys(node):
    return [each for each in getattr(node, "keys", ()) if isinstance(each, ast.Constant)]


def on_the_page():
    """Yield the events and fields that the page of the interface lists."""
    page = (ROOT / "specs" / "interface.md").read_text(encoding="utf-8").split("## Log events")[1]
    for event, fields in re.findall(r"^\| `([a-z_.]+)` \| [^|]+ \| ([^|]*) \|", page, re.MULTILINE):
        yield event, re.findall(r"(?:^|, )([a-z]+(?:_[a-z]+)*)\b", fields.split(";")[0])


EVENTS = [*logged(), *on_the_page()]
FIELDS = sorted({field for _, fields in EVENTS for field in fields})
VALUES = (
    "d41d8cd98f00b204e9800998ecf8427e",
    "4c1f9a7be0d35512",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "PROJECT2026-123456",
    "in_review_by_team_2",
    "2026-11-28T18:00:00.000Z",
    "12345678901234567890",
    "team_a/2026-W48",
)


def test_our_words_were_found():
    """The walk sees the calls: it would prove nothing if it found none."""
    assert len({event for event, _ in EVENTS}) > 40
    assert {"key", "reason", "duration_ms", "token_saved"} <= set(FIELDS)


def test_our_events_and_fields_are_not_secrets():
    """Their names are not touched, and what stands under a field is not taken for a secret by its name."""
    redact = Redactor().text

    assert [event for event, _ in EVENTS if redact(event) != event] == []
    assert [field for field in FIELDS if names_secret(field)] == []


@pytest.mark.parametrize("value", VALUES)
def test_our_fields_keep_their_values(value):
    """As JSON, as a mapping, and as the console prints them."""
    redactor = Redactor()
    lines = [f"{event} {' '.join(f'{name}={value}' for name in names)}" for event, names in EVENTS]
    lines += [f'{{"{field}": "{value}"}}' for field in FIELDS] + [f"{field}: {value}" for field in FIELDS]

    assert [line for line in lines if redactor.text(line) != line] == []
    assert redactor.value(dict.fromkeys(FIELDS, value)) == dict.fromkeys(FIELDS, value)
