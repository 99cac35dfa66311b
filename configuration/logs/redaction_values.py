"""How far the value behind a telling name reaches, and which values are not secrets at all."""

import re

_ASCII = re.ASCII | re.IGNORECASE

# A quote in any writing, with what languages put in front of it.
_OPEN_QUOTE = re.compile(
    r"""(?:string\([0-9]{1,6}\) )?[bBuUrRfF]?"""
    r"""(?P<quote>\"{3}(?!")|'{3}(?!')|\\{0,7}["'`]|%2[27]|&quot;|&#3[49];)"""
)
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
_LONE_COOKIE = re.compile(r"(?=[A-Za-z_+/.%-]{0,40}[0-9])[\w+/.%-]{8,}")
_SCHEME = re.compile(r"(?:Bearer|Basic|Digest|Token|JWT|OAuth|Negotiate|SSWS)(?:\s|%20|\+){1,4}", _ASCII)
_ONE_CHUNK_SCHEMES = ("bearer", "basic", "token", "jwt", "ssws", "negotiate")
_HOLDS_TEXTS = re.compile(r"""<|[\[({]\s{0,8}[\[({]?[bu]?\\{0,7}["']""")
_CLOSERS = {"[": "]", "(": ")", "{": "}", "<": ">"}
_PAIR_HEAD = re.compile(
    r"""(?:(?<!\bin)(?<!\bin )[({\[]\s{0,4}[bu]?\\{0,3}["']|\{"""
    r"""|\bset\w*\([^()\r\n]{0,40}["'])[\w .-]{0,60}$"""
)
_PAIR_END = re.compile(r"\s{0,4},?\s{0,4}[)\]}]")
_BLOCK_LINES = re.compile(r"\r?\n[ \t]+([^\r\n]*)(?:\r?\n[ \t]+[^\r\n]*){0,200}")
_SPAN = 8192  # the longest quoted value; beyond it the rest of the line goes

# Values that say something about a secret instead of being one.
HARMLESS_VALUE = re.compile(
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
_OWN_NAME = re.compile(r"\w*$")
_CALL = re.compile(r"[A-Za-z_.]{1,64}\([A-Za-z_., ]{0,200}\)")
_TYPE = re.compile(r"[A-Za-z_.]{1,64}\[[A-Za-z_., |\[\]]{1,200}\](?=[\s,)=]|$)")
_IN_JQL_STRING = re.compile(r"[~=]\s?\\?[\"'][^\"'=:]{0,200}$")


def value_span(text: str, label: re.Match[str]) -> tuple[int, int] | None:
    """Return where the value after ``label`` begins and ends, or None when it is not a secret.

    Args:
        text: the text as it is.
        label: a match in the same text in lower case, with groups ``name``,
            ``sep`` and ``gap``, ``block`` or ``comma``.
    """
    quoted = _OPEN_QUOTE.match(text, label.end())
    if label["comma"]:
        return _pair_span(text, label, quoted) if quoted else None
    if label["block"]:
        return _block_span(text, label)
    if quoted:
        return _quoted_span(text, label, quoted, _find_kind(label))
    if label.end() >= len(text) or HARMLESS_VALUE.match(text, label.end()):
        return None
    return _unquoted_span(text, label, _find_kind(label))


def _unquoted_span(text: str, label: re.Match[str], kind: str) -> tuple[int, int] | None:
    start = label.end()
    if text[start] in _CLOSERS:
        return _bracket_span(text, start, kind)
    if kind in ("header", "cookie"):
        return _header_span(text, start, kind)
    return _plain_span(text, label, kind)


def _plain_span(text: str, label: re.Match[str], kind: str) -> tuple[int, int] | None:
    start = label.end()
    ends = {"spaced": _END_SPACED, "secret": _END_SECRET, "token": _END_TOKEN}[kind]
    found = ends.search(text, start)
    end = found.start() if found else len(text)
    if kind == "token" and end > start and text[end : end + 1] == "(":  # token=SecretStr('...')
        end = text.find(")", end, end + _SPAN) + 1 or len(text)
    return None if end == start or _is_harmless(text, label, start, end, kind) else (start, end)


def _find_kind(label: re.Match[str]) -> str:
    """Return what may stand behind a name: words, a text, a token, a header or cookies."""
    name = label["name"]
    if name == "pat" or any(part in name for part in ("token", "key", "session", "saml")):
        return "token"
    if name == "authorization":
        return "header"
    if name.startswith("cookie"):
        return "cookie"
    return "secret" if name.startswith(("secret", "cred")) else "spaced"


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
    if not value.strip() or HARMLESS_VALUE.fullmatch(value):
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


def _pair_span(text: str, label: re.Match[str], quoted: re.Match[str]) -> tuple[int, int] | None:
    """Return the value of ``("name", "value")``: two texts alone in a bracket, which is not a query's."""
    end = _closing_quote(text, quoted.end(), quoted["quote"])
    if end < 0 or not _PAIR_HEAD.search(text, max(0, label.start() - 80), label.start()):
        return None
    alone = _PAIR_END.match(text, end + len(quoted["quote"]))
    value = text[quoted.end() : end]
    # Two names of fields in a list are not a pair.
    return (quoted.end(), end) if alone and re.search(r"[^A-Za-z_ -]", value) else None


def _block_span(text: str, label: re.Match[str]) -> tuple[int, int] | None:
    """Return the lines of a YAML block: ``password: |`` and what is indented below it."""
    lines = _BLOCK_LINES.match(text, label.end())
    return (lines.start(1), lines.end()) if lines and lines[1].strip() else None


def _bracket_span(text: str, start: int, kind: str) -> tuple[int, int] | None:
    if kind not in ("spaced", "secret") and not _HOLDS_TEXTS.match(text, start):
        return None  # numbers: token counts
    end = text.find(_CLOSERS[text[start]], start, start + _SPAN)
    if end >= 0 and not text[start + 1 : end].strip():
        return None  # an empty list
    return start, (end + 1 if end >= 0 else min(len(text), start + _SPAN))


def _header_span(text: str, start: int, kind: str, limit: int | None = None) -> tuple[int, int] | None:
    scheme = _SCHEME.match(text, start)
    begin = scheme.end() if scheme else start
    word = _WORD.match(text, begin)
    if HARMLESS_VALUE.match(text, begin) or (word and word[0].lower() in _STATUS_WORDS):
        return None
    if kind == "cookie" and not _COOKIE_START.match(text, begin) and not _LONE_COOKIE.match(text, begin):
        return None  # "cookies: enabled"
    if limit is None:
        named = scheme[0].strip(" +").lower() if scheme else ""
        ends = _END_TOKEN if named in _ONE_CHUNK_SCHEMES else _END_LINE if named else _END_HEADER
        found = ends.search(text, begin)
        limit = found.start() if found else len(text)
    return (begin, limit) if text[begin:limit].strip() else None


def _is_code(text: str, label: re.Match[str], start: int, end: int) -> bool:
    """Return whether source stands there: token = source.token, token=Secret(given), keys: list[str]."""
    value = text[start:end].rstrip(",").lstrip("_")
    named = label.end("name")
    own = _OWN_NAME.search(text, max(0, named - 64), named)
    if own and value.split(".")[-1] == own[0].lstrip("_"):
        return value.replace(".", "").isidentifier()
    return _CALL.fullmatch(value) is not None or _TYPE.match(text, start) is not None


def _is_harmless(text: str, label: re.Match[str], start: int, end: int, kind: str) -> bool:
    value = text[start:end]
    counts = kind == "token" or label.group().startswith("pass=")  # pass=12 fail=0
    # PWD=/home/... is the working directory.
    if value.startswith("/") and label.group().startswith("pwd"):
        return True
    if (counts and _SMALL_NUMBER.match(text, start)) or _is_code(text, label, start, end):
        return True
    word = _WORD.match(value)
    return word is not None and _is_said_of_it(text, label, word, (start, end), kind)


def _is_said_of_it(
    text: str, label: re.Match[str], word: re.Match[str], span: tuple[int, int], kind: str
) -> bool:
    """Return whether the words in ``span`` tell about a secret, or are words of a query."""
    value = text[span[0] : span[1]]
    spoken = label["sep"] == ":" and label["gap"] != ""
    if word[0].lower() in _STATUS_WORDS and (spoken or len(word[0]) == len(value.rstrip(".!?"))):
        return True
    if kind == "token" and spoken and _PROSE.match(value + text[span[1] : span[1] + 2]):
        return True  # "Jira refused the token: somebody revoked it"
    letters_only = not re.search(r"[0-9_/+]", value)
    return letters_only and bool(_IN_JQL_STRING.search(text, max(0, label.start() - 200), label.start()))
