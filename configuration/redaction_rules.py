"""What a credential looks like in text: one rule per shape, each with what it catches and must not.

Two families. *Labelled* secrets have a telling name in front (``password=``,
``"api_key":``, ``Cookie:``): the name is found by a pattern and the extent of
the value by a small scanner, because a value may be quoted, escaped, contain
spaces or end with the line. *Shaped* secrets are known by their own look
(``ghp_...``, a JWT, an address).

A rule runs only when one of its ``needles`` is in the text. Needles are a
superset of the patterns: every match of a pattern contains one of its needles
after lower-casing. That is why patterns ignore case in ASCII only: outside
it, ``re`` and ``str.lower`` disagree. Two needles are not words: ``RUN`` stands
for many token characters in a row, which all shapes have, and ``SCRIPT`` for a
letter beyond ASCII.

Every repetition is bounded, or cannot start again inside what it has scanned,
so that no text costs more than time linear in its length.
"""

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable
from dataclasses import dataclass

MARK = "[REDACTED]"
WITHHELD = "[REDACTED: the rest of this text is withheld]"
MAX_HITS = 4_000  # hostile text; what comes after is withheld rather than scanned for seconds

_ASCII = re.ASCII | re.IGNORECASE


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of secret.

    Args:
        name: what it catches; the sample table of the tests is keyed by it.
        needles: lower-case texts, or ``RUN`` or ``SCRIPT``, of which every match contains one.
        clean: returns the text with the secrets of this kind replaced.
    """

    name: str
    needles: tuple[str, ...]
    clean: Callable[[str], str]


# --- Labelled secrets -------------------------------------------------------------------------

# The names. Any prefix is allowed (`db_password`, `X-Auth-Token`, `clientSecret`), so none is
# matched; a longer word is not (`tokenizer`, `passwordless`, `secretary`), which the separator
# that has to follow sees to. `(?<!paget)` lets page tokens of a search live: they open nothing.
# Every name starts with a plain letter and is searched in lower-cased text: that is what lets
# ``re`` skip from one possible start to the next (eight times faster), and why the lookbehinds
# stand behind the first letter.
_NAMES = r"""
  passwords? | passwd | pass[_ -]?phrases? | passwort | kennwort | passcodes? | mot\ de\ passe
  | p(?<![a-z]p)ass(?=["'\s]{0,3}=|["']{1,2}\s{0,2}:) | p(?<![a-z0-9]p)wd?
  | secret[_\ -]?keys? | secrets? | credentials? | c(?<![a-z]c)ookies?2? | authorization
  | t(?<!paget)(?<!page[_\ -]t)(?<!nextt)(?<!next[_\ -]t)oken(?:s|_key)?
  | (?:api|access|private|signing|encryption|auth|account|shared|master|session|subscription)[_\ -]?keys?
  | s(?<![a-ik-z]s)ession[_-]?id
"""
# Names in other scripts cannot hide behind the ASCII needles: the text itself is non-ASCII then.
_FOREIGN_NAMES = (
    "contraseña", "hasło", "пароль", "密码", "密碼", "パスワード", "비밀번호", "κωδικός",
    "סיסמה", "şifre", "lösenord",
)  # fmt: skip
_SUFFIX = r"""(?:[_.-]?(?:hash|value|text|plain|raw|header|b64|base64|new|old|confirm|confirmation|repeat))?
  [0-9]{0,3}"""
# The name itself may be quoted ("token", \"token\", ["token"], %22token%22), say whose it is, or be the
# name of a pair: {"name": "token", "value": "..."}.
_CLOSE = r"""(?:(?:\\{0,7}["'`]|%2[27]|&quot;|&\#3[49];){0,2}\]?
  (?:\ for\ (?:user\ )?[^\s:=]{1,64} | ,[ \t]{0,4}\\{0,7}["']value\\{0,7}["'])?)"""
_SEPARATOR = (
    r"""[ \t]{0,8}(?P<sep>=>|->|\u2192|:=|=(?!=)|:(?![:/])|%3[ad])(?P<gap>(?:[ \t]|%20|\+(?=\S)){0,8})"""
)

LABEL = re.compile(rf"(?P<name>{_NAMES}){_SUFFIX}{_CLOSE}{_SEPARATOR}", re.ASCII | re.VERBOSE)
FOREIGN_LABEL = re.compile(
    rf"(?P<name>{'|'.join(_FOREIGN_NAMES)}){_SUFFIX}{_CLOSE}(?:[ \t]{{0,8}}\uff1a|{_SEPARATOR})",
    re.ASCII | re.VERBOSE,
)

_OPEN_QUOTE = re.compile(r"""[bBuUrRfF]?(?P<quote>\\{0,7}["'`]|%2[27]|&quot;|&#3[49];)""")
# Where an unquoted value ends whatever its kind: the line, a form separator, the quote or bracket
# that encloses the pair, or the next name=value.
_CLAUSE = r"""[\r\n&]
  | \\{0,3}["'`]{1,3}(?=[\s,;)\]}>.]|$)
  | [)\]}>]{1,4}(?=[\s,;.:"']|$)
  | [\s,;|]{1,8}\\{0,3}["']?[A-Za-z_][\w.-]{0,40}\\{0,3}["']?\s{0,2}[=:](?!//)"""
_END_SPACED = re.compile(_CLAUSE, re.VERBOSE)
_END_SECRET = re.compile(rf"\s|{_CLAUSE}", re.VERBOSE)
_END_TOKEN = re.compile(r"""[\s&,;|"'`<>()\[\]{}\\]""")
_END_HEADER = re.compile(r"""[\r\n]|\\{0,3}["'`](?=\s{0,3}(?:[,)\]}]|$|-))""")
_END_LINE = re.compile(r"[\r\n]")  # Digest and OAuth: name="value" pairs with quotes and commas
_COOKIE_START = re.compile(r"[^\s=;,\"']{1,200}=")
_SCHEME = re.compile(r"(?:Bearer|Basic|Digest|Token|JWT|OAuth|Negotiate|SSWS)(?:\s|%20|\+){1,4}", _ASCII)
_ONE_CHUNK_SCHEMES = ("bearer", "basic", "token", "jwt", "ssws", "negotiate")
_HOLDS_TEXTS = re.compile(r"""<|[\[({]\s{0,8}[\[({]?[bu]?\\{0,7}["']""")
_CLOSERS = {"[": "]", "(": ")", "{": "}", "<": ">"}
_SPAN = 8192  # the longest quoted value; beyond it the rest of the line goes

# Values that say something about a secret instead of being one.
_HARMLESS_VALUE = re.compile(
    r"""(?: none | null | nil | true | false | yes | no | undefined | no-check | \*{2,} | x{3,} | \.{3} | …
      | \[REDACTED(?::[^\]]*)?\] | \[unloggable\]
      | [<\[(]?(?:hidden|redacted|masked|removed|set|unset|not\ set)[>\])]?
      | %(?:\(\w*\))?[-+0-9.]{0,4}[srdifx] | \$\{?\w+\}? | \{\w*(?:[!:][^{}]*)? \}
      | <[A-Za-z_][A-Za-z_.\ -]*> | <[\w.\ ]+\ at\ 0x[0-9a-f]+> | [A-Za-z_][\w.]*\(\) )
      (?=[\s,;&)\]}>"'.`\\|]|$)""",
    _ASCII | re.VERBOSE,
)
_STATUS_WORDS = frozenset(
    """must should is was are were has have had not no none required missing invalid expired empty unset set
    reset changed change wrong incorrect too cannot can may will would for field rejected accepted ok refused
    revoked unknown optional please enter needed and or if when with without from to in on at by of as only
    given absent present denied failed failure error valid validated checked created deleted updated rotated
    renewed refreshed refresh bucket count limit policy scheme type str int bool bytes string any secret
    password token passphrase cookie enabled disabled does do stored loaded saved found hidden redacted masked
    configured provided supplied used unused see use your our its this that oauth basic bearer digest open
    done todo default unchanged unmodified strong weak it he she they we you i a an the there here which who
    what why how some all each every one two new old but then because please try check create make ask
    """.split()  # noqa: SIM905 - that many quoted words would read worse
)
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]*(?![\w@%+/=])")
_PROSE = re.compile(r"[A-Za-z][a-z']{0,14} [a-z]")
_SMALL_NUMBER = re.compile(
    r"-?\d{1,6}(?:\.\d+)?(?:e-?\d+)?(?:/\d+)?\s*(?:[a-z]{1,3}\b|%)?(?=[\s,;&)\]}>\"'|]|$)"
)
_IN_JQL_STRING = re.compile(r"[~=]\s?\\?[\"'][^\"'=:]{0,200}$")


def clean_labelled(text: str, label: re.Pattern[str] = LABEL) -> str:
    """Replace the values that follow a telling name.

    Catches ``password=...``, ``"token": "..."``, ``Authorization: ...``,
    ``Cookie: ...`` in prose, JSON, ``repr``, forms, queries and headers; a
    value without quotes may hold spaces where people use passphrases. Must
    not touch names without a value, values that are a status or a template,
    counts of tokens, nor names inside a quoted JQL string.
    """
    pieces: list[str] = []
    kept = pos = 0
    lowered = _lowered(text)
    for _ in range(MAX_HITS):
        match = label.search(lowered, pos)
        if match is None:
            return text if not kept else "".join((*pieces, text[kept:]))
        span = _value_span(text, match)
        if span is None:
            pos = match.end()
            continue
        pieces += (text[kept : span[0]], MARK)
        kept = pos = span[1]
    return "".join((*pieces, text[kept:pos], WITHHELD))


def _value_span(text: str, label: re.Match[str]) -> tuple[int, int] | None:
    """Return where the value after ``label`` begins and ends, or None when it is no secret."""
    start = label.end()
    kind = _kind(label)
    quoted = _OPEN_QUOTE.match(text, start)
    if quoted:
        return _quoted_span(text, label, quoted, kind)
    if start >= len(text) or _HARMLESS_VALUE.match(text, start):
        return None
    if text[start] in _CLOSERS:
        if kind not in ("spaced", "secret") and not _HOLDS_TEXTS.match(text, start):
            return None  # numbers: token counts
        end = text.find(_CLOSERS[text[start]], start, start + _SPAN)
        return _bracket_span(text, start, end)
    if kind in ("header", "cookie"):
        return _header_span(text, start, kind)
    ends = {"spaced": _END_SPACED, "secret": _END_SECRET, "token": _END_TOKEN}[kind]
    found = ends.search(text, start)
    end = found.start() if found else len(text)
    if kind == "token" and end > start and text[end : end + 1] == "(":  # token=SecretStr('...')
        end = text.find(")", end, end + _SPAN) + 1 or len(text)
    return None if end == start or _harmless(text, label, start, end, kind) else (start, end)


def _lowered(text: str) -> str:
    """Return ``text`` in lower case with every character in its place."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(small if len(small := c.lower()) == 1 else c for c in text)


def _kind(label: re.Match[str]) -> str:
    """Return what may stand behind a name: words, a text, a token, a header or cookies."""
    name = label["name"]
    if "token" in name or "key" in name or "session" in name:
        return "token"
    if name == "authorization":
        return "header"
    if name.startswith("cookie"):
        return "cookie"
    return "secret" if name.startswith(("secret", "credential")) else "spaced"


def _quoted_span(text: str, label: re.Match[str], opened: re.Match[str], kind: str) -> tuple[int, int] | None:
    quote, start = opened["quote"], opened.end()
    after = text[start : start + 1]
    if (not after or after in " \t\r\n,;)]}") and _inside_quotes(text, label.start(), quote):
        return None  # the quote closes the text that ends in a name: text ~ "password:"
    end = _closing_quote(text, start, quote)
    if end < 0:  # cut off, or a quote inside an unquoted value: the rest of the line goes
        newline = text.find("\n", start)
        end = newline if newline >= 0 else len(text)
    value = text[start:end]
    if not value.strip() or _HARMLESS_VALUE.fullmatch(value):
        return None
    if kind in ("header", "cookie"):
        return _header_span(text, start, kind, end)
    if kind == "token" and _SMALL_NUMBER.fullmatch(value):
        return None
    return start, end


def _inside_quotes(text: str, pos: int, quote: str) -> bool:
    """Return whether ``quote`` was opened before ``pos`` on the same line."""
    line = max(text.rfind("\n", max(0, pos - 1000), pos) + 1, pos - 1000, 0)
    return text.count(quote, line, pos) % 2 == 1


def _closing_quote(text: str, start: int, quote: str) -> int:
    """Return where ``quote`` closes, honouring backslashes; -1 when it does not within the span."""
    pos, limit = start, min(len(text), start + _SPAN)
    while (pos := text.find(quote, pos, limit)) >= 0:
        edge = pos
        while edge > start and text[edge - 1] == "\\":
            edge -= 1
        # A quote that was opened as \" is closed by \" and not by \\\"; a bare one by an unescaped one.
        escaped = (pos - edge) % 2 == 1 if len(quote) == 1 else pos > edge
        doubled = pos > start and text[pos : pos + 2] in ("''", '""') and text[pos + 2 : pos + 3].isalnum()
        if not escaped and not doubled:
            return pos
        pos += 2 if doubled else 1
    return -1


def _bracket_span(text: str, start: int, end: int) -> tuple[int, int] | None:
    if end >= 0 and not text[start + 1 : end].strip():
        return None  # an empty list
    return start, (end + 1 if end >= 0 else min(len(text), start + _SPAN))


def _header_span(text: str, start: int, kind: str, limit: int | None = None) -> tuple[int, int] | None:
    scheme = _SCHEME.match(text, start)
    begin = scheme.end() if scheme else start
    word = _WORD.match(text, begin)
    if _HARMLESS_VALUE.match(text, begin) or (word and word[0].lower() in _STATUS_WORDS):
        return None
    if kind == "cookie" and not _COOKIE_START.match(text, begin):
        return None  # "cookies: enabled"
    if limit is None:
        named = scheme[0].strip(" +").lower() if scheme else ""
        ends = _END_TOKEN if named in _ONE_CHUNK_SCHEMES else _END_LINE if named else _END_HEADER
        found = ends.search(text, begin)
        limit = found.start() if found else len(text)
    return (begin, limit) if text[begin:limit].strip() else None


def _harmless(text: str, label: re.Match[str], start: int, end: int, kind: str) -> bool:
    value = text[start:end]
    counts = kind == "token" or label.group().startswith("pass=")  # pass=12 fail=0
    if counts and _SMALL_NUMBER.match(text, start):
        return True
    if value.startswith("/") and label.group().startswith("pwd"):
        return True  # PWD=/home/... is the working directory
    word = _WORD.match(value)
    if word is None:
        return False
    spoken = label["sep"] == ":" and label["gap"] != ""
    if word[0].lower() in _STATUS_WORDS and (spoken or len(word[0]) == len(value.rstrip(".!?"))):
        return True
    if kind == "token" and spoken and _PROSE.match(value + text[end : end + 2]):
        return True  # "Jira refused the token: somebody revoked it"
    letters_only = not re.search(r"[0-9_/+]", value)
    return letters_only and bool(_IN_JQL_STRING.search(text, max(0, label.start() - 200), label.start()))


# --- Shaped secrets ---------------------------------------------------------------------------

RUN = "\0run"
SCRIPT = "\0script"
RUN_LENGTH = 16  # every shape below contains this many token characters in a row

# A shape that is no more than letters starts at the edge of a word; "%20" and a spelt-out "\n" count
# as edges too, for texts that went through URL quoting or repr(). The lookbehinds for that stand behind
# the first letter, so that ``re`` can skip to it.

# Atlassian: Cloud API tokens (ATATT3...), service account, workspace and Bitbucket tokens. The
# prefix with ten more characters of the token alphabet; must not catch the prefix alone in prose.
_ATLASSIAN = re.compile(r"AT(?:ATT3|CTT3|STT3|SATT3|OTT3|BB|AATT3)[A-Za-z0-9_=+/.-]{10,}")

# Jira Data Center personal access token: base64 of "<digits>:<random>", 44 characters without
# padding, so it starts with M, N or O. Must not catch hex digests, paths, or words that long.
_DATA_CENTER = re.compile(
    r"[MNO](?:(?<![A-Za-z0-9+/_.-].)|(?<=%[0-9A-F]{2}.)|(?<=\\[nrt].))[A-Za-z0-9+/]{43}(?![A-Za-z0-9+/=_-])"
)

# JSON web token: base64 of '{"', two to five parts. Must not catch a lone base64 JSON text
# without dots (page tokens look like that).
_JWT = re.compile(
    r"e(?:(?<![A-Za-z0-9_-]e)|(?<=%[0-9A-Fa-f]{2}e)|(?<=\\[nrt]e))y[JK][A-Za-z0-9_-]{13,}(?:\.[A-Za-z0-9_-]{4,}){1,4}"
)

# AWS access key ids, and the 40-character secret when it follows its id. Must not catch words
# such as ASIA in prose or longer upper-case constants.
_AWS = re.compile(
    r"A(?:(?<![A-Za-z0-9].)|(?<=\\[nrt].)|(?<=%[0-9A-F]{2}.))(?:KIA|SIA|BIA|CCA)[A-Z0-9]{16}(?![A-Za-z0-9])"
    r"(?:[\s:,;/'\"]{1,4}[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+]))?"
)

# GitHub: personal, OAuth, user, server and refresh tokens, and fine-grained ones.
_GITHUB = re.compile(r"gh[pousr]_[A-Za-z0-9]{12,}|github_pat_[A-Za-z0-9_]{10,}")

# GitLab: personal, project trigger, deploy, runner, job, feed, mail, agent, OAuth and SCIM tokens.
_GITLAB = re.compile(
    r"(?:gl(?:pat|ptt|dt|rtr?|cbt|soat|ft|imt|agent|oas|ffct)|GR1348941)-?[A-Za-z0-9_.-]{12,}"
)

# Slack: bot, user, app, refresh and legacy tokens, and incoming web hooks, whose path is the key.
_SLACK = re.compile(
    r"xox[abeoprs](?:\.xox[abp])?-[A-Za-z0-9-]{11,}|xapp-[A-Za-z0-9-]{11,}"
    r"|(?<=hooks\.slack\.com)/(?:services|workflows|triggers)/[A-Za-z0-9/_-]{8,}"
)

# Google API keys; they ride in ?key= and have no other name.
_GOOGLE = re.compile(r"AIza[A-Za-z0-9_-]{30,}")

_RUN_TABLE = bytes(
    ord("x") if chr(code).isascii() and (chr(code).isalnum() or chr(code) in "+/=_.-") else 32
    for code in range(256)
)
_RUN_NEEDLE = b"x" * RUN_LENGTH


def has_run(text: str) -> bool:
    """Return whether ``RUN_LENGTH`` token characters stand in a row anywhere: one cheap test for all."""
    return _RUN_NEEDLE in text.encode("utf-8", "replace").translate(_RUN_TABLE)


def _mixed(token: str) -> bool:
    return all(any(map(test, token)) for test in (str.isdigit, str.islower, str.isupper))


def _data_center(match: re.Match[str]) -> str:
    token = match[0]
    if not _mixed(token):
        return token
    if "/" in token and not re.match(rb"\d+:", b64decode(token)):
        return token  # a path of that very length
    return MARK


def _sub(
    pattern: re.Pattern[str], replacement: str | Callable[[re.Match[str]], str] = MARK
) -> Callable[[str], str]:
    return lambda text: pattern.sub(replacement, text)


def _with(words: tuple[str, ...], clean: Callable[[str], str]) -> Callable[[str], str]:
    """Return ``clean`` for texts that hold one of ``words`` too, which every match does."""

    def clean_if_there(text: str) -> str:
        lowered = text.lower()
        return clean(text) if any(word in lowered for word in words) else text

    return clean_if_there


# --- Secrets with a fixed carrier -------------------------------------------------------------

# Private key blocks (PEM, OpenSSH, PGP), with real or spelt-out line ends, or cut off before the
# END line. Must not catch certificates and public keys.
_PEM = re.compile(
    r"-{5}BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-{5}"
    r"(?:(?!-{5}END)[\s\S]){0,16384}(?:-{5}END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-{5})?"
)

# "Bearer <token>" outside a header. Must not catch the word before another plain word: "Bearer
# authentication", "bearer of news".
_BEARER = re.compile(
    r"(?<![A-Za-z])(bearer(?:\s|%20|\+|[\"']?\s?[:=]\s?[\"']?){1,4})([A-Za-z0-9._~+/=%:-]{6,})", _ASCII
)

# "Basic <base64 of user:password>" outside a header. Must not catch "Basic authentication" or
# "basic information": what follows has to decode to a pair.
_BASIC = re.compile(r"(?<![A-Za-z])(basic(?:\s|%20|\+){1,4})([A-Za-z0-9+/_-]{6,}(?:=|%3D){0,2})", _ASCII)

# User and password in an address: scheme://user:password@host. Must not catch a path or a query
# with an @ in it.
_USERINFO = re.compile(r"://[^\s/?#\"'<>\\]{1,512}@(?=[\w\[.-])")

# Secrets that queries and forms carry under names too plain for a label elsewhere. Must not catch
# ?key=ABC-1, ?code=404 or state=in-progress: a value has sixteen token characters, a digit among them.
_QUERY = re.compile(
    r"(?<![A-Za-z0-9.])((?:sig|signature|x-amz-signature|oauth_signature|jwt|assertion|client_assertion|code_verifier|ticket"
    r"|key|code|auth|sid|access|state)(?:=|%3D))"
    r"(?=[^\s&\"'<>\\;0-9]{0,24}+[0-9])[A-Za-z0-9+/=_.-]{16}[^\s&\"'<>\\;]*",
    _ASCII,
)

# Credentials as requests takes them: auth=("user", "password"). Must not catch auth=None or a call.
_AUTH_PAIR = re.compile(
    r"(\bauth[\"']?\s{0,4}[=:]\s{0,4})[(\[]\s{0,4}[bu]?[\"'][^)\]\r\n]{0,1024}[)\]]?", _ASCII
)

# An element of XML whose name is a label: <password>...</password>.
_XML = re.compile(
    r"(<(?:[\w.:-]{0,40}?)(?:password|passwd|passphrase|secret|token|api[_-]?key)(?:\s[^<>]{0,200})?>)"
    r"([^<>]{1,4096})(?=</|$)",
    _ASCII,
)

# A cookie as http.cookiejar prints it: <Cookie name=value for host/path>, or Cookie(..., value='...').
_COOKIE_OBJECT = re.compile(
    r"(<Cookie [^=\s]{1,200}=)[^\s>]{1,4096}(?= for )"
    r"|(\bCookie\([^()\r\n]{0,300}?\bvalue=)(?:'[^']*'|\"[^\"]*\")"
)

# Said in prose or on a command line: `password is "hunter2"`, `--token abc123`. Must not catch
# "password is required": unquoted, the value needs a digit or a symbol inside.
_SPOKEN = re.compile(
    r"((?:(?:password|passwd|passphrase|pwd|secret|token|api[ _-]key)s?"
    r"(?: for \S{1,64})?\s(?:is|was|were|are)(?:\snow)?\s"
    r"|--(?:[\w-]{1,30}-)?(?:password|passwd|pass|secret|token|api-key)\s))"
    r"(?:\"([^\"\r\n]{1,512})\"|'([^'\r\n]{1,512})'|(?=[^\s]{0,200}[0-9!#$%^*+=_~])([^\s\"',;()]{5,}))",
    _ASCII,
)

# "token <random>" without any sign between: twelve characters with letters and two digits, or seven with
# a digit after "password". Must not catch hyphenated words, versions, issue keys, dates or file names.
_BARE = re.compile(
    r"((?<![\w-])(?:"
    r"(?:passphrase|secret|token|api[ _-]?key)\s(?=[A-Za-z0-9_+/=]{12})(?=\w{0,200}[0-9][\w+/=]{0,200}[0-9])"
    r"|(?:password|passwd|pwd)\s(?=[A-Za-z0-9_+/=]{7})(?=[\w+/=]{0,200}[0-9])))"
    r"(?=[0-9_+/=]{0,200}[A-Za-z])[A-Za-z0-9_+/=]{7,}(?![\w.-])",
    _ASCII,
)

# The 24 letters and digits of an old Cloud token near the word jira or atlassian. Must not catch
# hex digests, host names, or words.
_NEAR_JIRA = re.compile(
    r"((?:jira|atlassian|confluence)[\w\-. \t]{0,20}[\"'\s]{0,3}(?:=|:|=>|\s)[\"'\s]{0,3})"
    r"([A-Za-z0-9]{24})(?![A-Za-z0-9+/=_.-])",
    _ASCII,
)


def _bearer(match: re.Match[str]) -> str:
    value = match[2]
    plain = re.fullmatch(r"[A-Z]?[a-z]{1,14}[.,:]?", value)
    return match[0] if plain and "secret" not in value else match[1] + MARK


def _basic(match: re.Match[str]) -> str:
    raw = match[2].replace("%3D", "=").replace("%3d", "=").rstrip("=").translate({45: 43, 95: 47})
    try:
        decoded = b64decode(raw + "=" * (-len(raw) % 4))
    except (ValueError, Base64Error):
        return match[0]
    return match[1] + MARK if b":" in decoded else match[0]


def _spoken(match: re.Match[str]) -> str:
    opening = match[0][len(match[1])]
    quote = opening if opening in "\"'" else ""
    value = match[2] or match[3] or match[4]
    return match[0] if _HARMLESS_VALUE.fullmatch(value) else f"{match[1]}{quote}{MARK}{quote}"


def _xml(match: re.Match[str]) -> str:
    harmless = not match[2].strip() or _HARMLESS_VALUE.fullmatch(match[2].strip())
    return match[0] if harmless else match[1] + MARK


def _near_jira(match: re.Match[str]) -> str:
    return match[1] + MARK if _mixed(match[2]) else match[0]


# --- Addresses --------------------------------------------------------------------------------

# E-mail addresses in any script, also with %40. The search starts at the @, and looks left from
# there, so that a long word costs nothing. Must not catch decorators, name@1.2.3, git@host:path
# or picture names such as icon@2x.png.
_AT = re.compile(r"(?:@|%40)(?=[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})([\w-]{1,63}(?:\.[\w-]{1,63}){1,8})")
_LOCAL = re.compile(r"[\w.!#$*+'^`~-]{1,64}")
_NOT_A_DOMAIN = re.compile(r"[\w.-]*\.(?:\d+[\w-]*|png|jpe?g|gif|svg|webp|css|js|py|html)", _ASCII)


def clean_addresses(text: str) -> str:
    """Replace e-mail addresses, and a password that is glued to one with a colon."""
    pieces: list[str] = []
    kept = 0
    for hits, match in enumerate(_AT.finditer(text)):
        if hits >= MAX_HITS:
            return "".join((*pieces, text[kept : match.start()], WITHHELD))
        left = text[max(kept, match.start() - 64) : match.start()]
        local = _LOCAL.match(left[::-1])
        if local is None or local[0] == "tig" or _NOT_A_DOMAIN.fullmatch(match[1]):
            continue
        length = len(local[0])
        while length > 1 and not left[-length].isalnum() and left[-length] != "_":
            length -= 1  # an opening quote or a full stop is not part of the address
        if not left[-length:].strip("'`.~^*-"):
            continue
        end = match.end()
        glued = _GLUED.match(text, end)
        pieces += (text[kept : match.start() - length], MARK)
        kept = glued.end() if glued else end
    return "".join((*pieces, text[kept:])) if kept else text


_GLUED = re.compile(r"(?::|%3A)(?![0-9]{1,5}(?:[\s/,;)]|$))[^\s\"'<>,;)\]}]{4,512}", re.ASCII)


def clean_foreign(text: str) -> str:
    """Replace the values after a name for "password" in other scripts; ASCII text has none."""
    return text if text.isascii() else clean_labelled(text, FOREIGN_LABEL)


_LABELS = ("pass", "kennwort", "pw", "secret", "credential", "token", "key", "auth", "cookie", "session")
_WORDS = ("pass", "pw", "secret", "token", "key")

# The order matters: a block before the lines in it, a label (which may claim a value with spaces)
# before the shapes that could eat a part of that value, addresses last.
RULES = (
    Rule("private_key", ("key",), _sub(_PEM)),
    Rule("auth_pair", ("auth",), _sub(_AUTH_PAIR, rf"\1{MARK}")),
    Rule("labelled", _LABELS, clean_labelled),
    Rule("foreign_label", (SCRIPT,), clean_foreign),
    Rule("xml_element", _WORDS, _with(("<",), _sub(_XML, _xml))),
    Rule("cookie_object", ("cookie",), _sub(_COOKIE_OBJECT, rf"\1\2{MARK}")),
    Rule("url_userinfo", ("@",), _sub(_USERINFO, f"://{MARK}@")),
    Rule("bearer", ("bearer",), _sub(_BEARER, _bearer)),
    Rule("basic", ("basic",), _sub(_BASIC, _basic)),
    Rule("query_parameter", (RUN,), _sub(_QUERY, rf"\1{MARK}")),
    Rule("spoken", _WORDS, _with(("is", "was", "were", "are", "--"), _sub(_SPOKEN, _spoken))),
    Rule("bare_word", _WORDS, _sub(_BARE, rf"\1{MARK}")),
    Rule("near_jira", (RUN,), _sub(_NEAR_JIRA, _near_jira)),
    Rule("atlassian_token", (RUN,), _sub(_ATLASSIAN)),
    Rule("data_center_token", (RUN,), _sub(_DATA_CENTER, _data_center)),
    Rule("jwt", (RUN,), _sub(_JWT)),
    Rule("aws_key", (RUN,), _sub(_AWS)),
    Rule("github_token", (RUN,), _sub(_GITHUB)),
    Rule("gitlab_token", (RUN,), _sub(_GITLAB)),
    Rule("slack_token", (RUN,), _sub(_SLACK)),
    Rule("google_key", (RUN,), _sub(_GOOGLE)),
    Rule("email", ("@", "%40"), clean_addresses),
)
