"""Taking secrets out of texts and nested values: by look, by name and by heart.

By look: the rules of ``redaction_rules``. By name: a value in a mapping under
a telling key goes whatever it looks like. By heart: the literal secrets that
the settings hold, also where they were base64-encoded, URL-quoted or escaped.
"""

import base64
import html
import json
import re
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date
from functools import lru_cache
from numbers import Integral, Real
from typing import Any
from urllib.parse import quote, quote_plus

from configuration.logs.redaction_marks import MARK, folded
from configuration.logs.redaction_rules import RULES, RUN, SCRIPT, Rule
from configuration.logs.redaction_tokens import has_run

UNLOGGABLE = "[unloggable]"
TOO_DEEP = "[nested too deeply]"
LONGEST_TEXT = 256 * 1024  # characters of one text; a log is not a place for documents
_MARGIN = 16 * 1024  # read beyond a cut, so that a secret is recognised whole before it is cut
DEPTH = 40  # nesting beyond this is a cycle or a mistake; it is named, not written
_SHORTEST_LITERAL = 4  # shorter "secrets" would black out ordinary text
_SHORTEST_CORE = 8  # of a secret's base64 core; below that it would hit by chance
_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")

_SIGNS = tuple(dict.fromkeys(sign for rule in RULES for sign in rule.signs if sign not in (RUN, SCRIPT)))

# The same names as the labels in text, with separators and case taken out of the key first.
_NAME = re.compile(
    r"(?:.*(?:passwords?|passwd|passphrases?|passwort|kennwort|passcodes?|motdepasse|pwd|secrets?|credentials?"
    r"|cookies?2?|authorization|(?<!page)(?<!next)(?<!cancel)(?<!cancellation)token|tokenkey"
    r"|(?:api|access|secret|private|signing|encryption|auth|account|shared|master|session)keys?|sessionid"
    r"|contraseñas?|hasło|пароль|密码|密碼|パスワード|비밀번호|κωδικός|סיסמה|şifre|lösenord)"
    r"|.*(?:keydata|(?:decryption|hmac|jwt|aes|cipher|deploy)keys?|samlresponse|samlrequest|(?<![a-z])creds?)"
    r"|jwt|pass|pw|(?:jira|github|gitlab|azure)?pat|bindpw|psk|auth|otp|totp|sid|signature|xamzsignature|oauthsignature"
    r"|clientassertion|codeverifier|bearer)"
    r"(?:hash|value|text|plain|raw|header|b64|base64|new|old|confirm|confirmation|repeat)?[0-9]{0,3}"
)
_TOKENS = re.compile(r".*(?<!page)(?<!next)tokens")
_SEPARATORS = re.compile(r"[-_.\s]")
_AUTH_WORDS = frozenset(("basic", "bearer", "cloud", "dc", "oauth", "token", "pat", "auto", "cookie"))
_SAYS_NOTHING = frozenset(("", "none", "null", "true", "false", "set", "not set", "unset", "***", "no-check"))


@lru_cache(maxsize=4096)
def names_secret(key: str) -> bool:
    """Return whether what is under ``key`` is secret by its name: ``X-Auth-Token``, ``dbPassword``."""
    return _NAME.fullmatch(_SEPARATORS.sub("", key.lower())) is not None


@lru_cache(maxsize=4096)
def _names_tokens(key: str) -> bool:
    """Return whether ``key`` is a plural that is secret for texts but not for counts."""
    return _TOKENS.fullmatch(_SEPARATORS.sub("", key.lower())) is not None


@lru_cache(maxsize=4096)
def _select_rules(signs: frozenset[str]) -> tuple[tuple[Rule, ...], tuple[str, ...]]:
    """Return the rules that a text with these signs may be due for, and the words that they ask for."""
    rules = tuple(rule for rule in RULES if not rule.signs or not signs.isdisjoint(rule.signs))
    return rules, tuple(dict.fromkeys(word for rule in rules for word in rule.words))


def _list_due(text: str) -> list[Rule]:
    """Return the rules that may find something in ``text``; in nearly every line there are none."""
    lowered = folded(text)
    signs = {sign for sign in _SIGNS if sign in lowered}
    if has_run(text):
        signs.add(RUN)
    if not text.isascii():
        signs.add(SCRIPT)
    rules, words = _select_rules(frozenset(signs))
    present = {word for word in words if word in lowered}
    return [rule for rule in rules if not rule.words or not present.isdisjoint(rule.words)]


class Redactor:
    """Replaces secrets with ``[REDACTED]``.

    Args:
        secrets: literal secrets, looked for besides the rules. A Basic pair is
            found from its token alone, whoever the user is.
        longest: texts beyond it are cut.
    """

    def __init__(self, secrets: Iterable[str] = (), longest: int = LONGEST_TEXT) -> None:
        self._longest = longest
        self._secrets: frozenset[str] = frozenset()
        self._forms: tuple[str, ...] = ()
        self._cores: tuple[str, ...] = ()
        self.add(secrets)

    def add(self, secrets: Iterable[str]) -> None:
        """Learn more literal secrets; those of fewer than four characters are left to the rules."""
        self._secrets |= {secret for secret in secrets if len(secret) >= _SHORTEST_LITERAL}
        forms = {form for secret in self._secrets for form in _list_spellings(secret)}
        # Replaced, never changed: another thread may be reading the old ones. Longest first, so
        # that a secret which holds another goes as a whole.
        self._forms = tuple(sorted(forms, key=lambda form: (-len(form), form)))
        self._cores = tuple(sorted({core for secret in self._secrets for core in _base64_cores(secret)}))

    def text(self, text: str) -> str:
        """Return ``text`` without its secrets; the very same object when no rule is due."""
        if len(text) > self._longest + _MARGIN:
            # The end of what was read may be half a secret, which no rule knows: it goes.
            return self.text(text[: self._longest + _MARGIN])[:-_MARGIN] + " [cut]"
        text = self._without_literals(text)
        for rule in _list_due(text):
            text = rule.clean(text)
        return text

    def text_slowly(self, text: str) -> str:
        """Do what ``text`` does without its short cut: the yardstick of the property test."""
        text = self._without_literals(text)
        for rule in RULES:
            text = rule.clean(text)
        return text

    def value(self, value: Any) -> Any:
        """Return a plain value (see ``plain``) without its secrets, at any depth."""
        kind = type(value)
        if kind is str:
            return self.text(value)
        if kind is dict:
            named = _named_by(value)
            return {self.text(key): self.under(named.get(key, key), item) for key, item in value.items()}
        if kind is list:
            if _is_pair(value):
                return [value[0], self.under(value[0], value[1])]
            if _is_list_of_pairs(value):
                return [[self.text(name), self.under(name, item)] for name, item in value]
            return [self.value(item) for item in value]
        return value

    def under(self, key: str, value: Any) -> Any:
        """Return the plain value that stands under ``key`` without its secrets."""
        if names_secret(key) or (type(value) is not int and type(value) is not float and _names_tokens(key)):
            return _blacked_out(value)
        return self.value(value)

    def _without_literals(self, text: str) -> str:
        for core in self._cores:
            if core in text:
                text = _without_core(text, core)
        for form in self._forms:
            if form in text:
                text = text.replace(form, MARK)
        return text


def _is_pair(value: Sequence[Any]) -> bool:
    """Return whether a sequence is a header given as a pair: ``["Cookie", "a=b"]``."""
    if (
        len(value) != 2
        or type(value[0]) is not str
        or type(value[1]) is not str
        or not names_secret(value[0])
    ):
        return False
    return re.search(r"[^A-Za-z_ -]", value[1]) is not None  # two field names in a list are not a pair


def _is_list_of_pairs(value: Sequence[Any]) -> bool:
    """Return whether a sequence is a form or a set of headers: ``[("password", "x"), ...]``."""
    return bool(value) and all(
        type(item) in (list, tuple) and len(item) == 2 and type(item[0]) is str for item in value
    )


def _named_by(value: Mapping[Any, Any]) -> dict[str, str]:
    """Return what ``value`` is called in ``{"name": "Cookie", "value": "..."}``."""
    if "value" in value:
        for key in ("name", "key", "header", "field"):
            if type(value.get(key)) is str and names_secret(value[key]):
                return {"value": value[key]}
    return {}


def _blacked_out(value: Any) -> Any:
    """Replace what stands under a secret name; what only says whether there is one stays."""
    kind = type(value)
    if value is None or kind is bool:
        return value
    if kind is str:
        lowered = value.strip().lower()
        return value if lowered in _SAYS_NOTHING or lowered in _AUTH_WORDS or value == UNLOGGABLE else MARK
    if kind is list:
        return [_blacked_out(item) for item in value]
    if kind is dict:
        return {name: _blacked_out(item) for name, item in value.items()}
    return MARK


def _list_spellings(secret: str) -> set[str]:
    """Return the ways in which a literal secret may be written, base64 inside longer texts aside."""
    encoded = secret.encode("utf-8", "surrogatepass")
    quoted = {quote(encoded, safe=""), quote(encoded), quote_plus(encoded)}
    forms = {secret, repr(secret)[1:-1], html.escape(secret), encoded.hex(), repr(encoded)[2:-1]}
    forms |= {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    forms |= quoted | {re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), form) for form in quoted}
    forms |= {base64.b64encode(encoded).decode(), base64.urlsafe_b64encode(encoded).decode()}
    return forms


def _base64_cores(secret: str) -> set[str]:
    """Return how a secret shows inside a longer base64 text, such as a Basic pair.

    It may start at one of three alignments; the characters at both ends mix
    with its neighbours and are left out.
    """
    encoded = secret.encode("utf-8", "surrogatepass")
    cores = set()
    for offset in range(3):
        whole = base64.b64encode(b"\0" * offset + encoded).decode().rstrip("=")
        core = whole[(0, 2, 3)[offset] : -1]
        cores |= {core, core.replace("+", "-").replace("/", "_")}
    return {core for core in cores if len(core) >= _SHORTEST_CORE}


def _without_core(text: str, core: str) -> str:
    """Replace every base64 text around ``core``: what stands before it holds the user's name."""
    pieces: list[str] = []
    kept = 0
    while (found := text.find(core, kept)) >= 0:
        start, end = found, found + len(core)
        while start > kept and text[start - 1] in _BASE64:
            start -= 1
        while end < len(text) and (text[end] in _BASE64 or text[end] == "="):
            end += 1
        pieces += (text[kept:start], MARK)
        kept = end
    return "".join((*pieces, text[kept:]))


def plain(value: Any, depth: int = 0, seen: frozenset[int] = frozenset()) -> Any:
    """Copy a value into what JSON knows: text, number, bool, None, list, and dict with text keys.

    Bytes are read as UTF-8, objects become their ``str``; cycles and extreme
    depth are named, and what fails to print becomes ``[unloggable]``.
    """
    kind = type(value)
    if kind is str or kind is int or kind is float or kind is bool or value is None:
        return value
    try:
        if isinstance(value, (bytes, bytearray, memoryview)):
            return bytes(value).decode("utf-8", "replace")
        if isinstance(value, (Mapping, Set, Sequence)) and not isinstance(value, str):
            if depth >= DEPTH or id(value) in seen:
                return TOO_DEEP
            return _plain_container(value, depth + 1, seen | {id(value)})
        return _plain_object(value)
    except Exception:  # noqa: BLE001 - anybody's __str__ or __iter__ may raise anything; a log call must not
        return UNLOGGABLE


def _plain_container(value: Any, depth: int, seen: frozenset[int]) -> Any:
    if isinstance(value, Mapping):
        return {_plain_key(key): plain(item, depth, seen) for key, item in list(value.items())}
    return [plain(item, depth, seen) for item in list(value)]


def _plain_key(key: Any) -> str:
    if isinstance(key, bytes):
        return key.decode("utf-8", "replace")
    return str(key)


def _plain_object(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, BaseException):
        return f"{type(value).__name__}: {value}"
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    return str(value)


def masked(value: Any, depth: int = 0) -> Any:
    """Return an argument of a log call with the values under secret names replaced, types kept.

    ``%s`` prints a container as ``repr`` does, so it must stay the container
    that it was; only what a name gives away is replaced before it becomes text.
    """
    kind = type(value)
    if depth >= DEPTH:
        return TOO_DEEP
    if kind is dict:
        named = _named_by(value)
        return {key: _masked_under(named.get(key, key), item, depth) for key, item in list(value.items())}
    if kind is list or kind is tuple:
        if _is_pair(value):
            return kind((value[0], MARK))
        if _is_list_of_pairs(value):
            return kind([type(item)((item[0], _masked_under(item[0], item[1], depth + 1))) for item in value])
        return kind([masked(item, depth + 1) for item in value])
    return value


def _masked_under(key: Any, value: Any, depth: int) -> Any:
    name = _plain_key(key) if isinstance(key, (str, bytes)) else ""
    if names_secret(name) and value is not None and type(value) is not bool:
        blacked = _blacked_out(plain(value, depth))
        return value if blacked == value else blacked
    return masked(value, depth + 1)
