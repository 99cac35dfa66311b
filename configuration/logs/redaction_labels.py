"""Names with a secret behind them: ``password=``, ``"api_key":``, ``Cookie:``, ``("X-Api-Key", ...)``.

The name is found by one pattern; how far the value behind it reaches is worked
out in ``redaction_values``, because a value may be quoted, escaped, contain
spaces or end with the line.
"""

import re

from configuration.logs.redaction_marks import MARK, MAX_HITS, WITHHELD, folded
from configuration.logs.redaction_values import value_span

# The names. Any prefix is allowed (`db_password`, `X-Auth-Token`, `clientSecret`), so none is
# matched; a longer word is not (`tokenizer`, `passwordless`, `secretary`), which the separator
# that has to follow sees to. `(?<!paget)` lets page tokens of a search live: they open nothing.
# Every name starts with a plain letter and is searched in lower-cased text: that is what lets
# ``re`` skip from one possible start to the next (eight times faster), and why the lookbehinds
# stand behind the first letter.
_NAMES = r"""
  passwords? | passwd | pass[_ -]?phrases? | passwort | kennwort | passcodes? | mot\ de\ passe
  | p(?<![a-z]p)ass(?=["'\s]{0,3}=|["']{1,2}\s{0,2}:) | p(?<![a-z0-9]p)wd? | bindpw | p(?<![a-z0-9]p)sk
  | p(?<![a-z]p)at(?=["']?\s?[=:]\s?["']?(?=[a-z_-]{0,40}[0-9])[\w+/=-]{8})
  | secret[_\ -]?keys? | secrets? | c(?<![a-z]c)red(?:ential)?s? | authorization
  | c(?:(?<![a-z]c)|(?<=\\[nrt]c))ookies?2? | saml_?(?:response|request)
  | t(?<![a-z]t)oken_auth | o(?<![a-z]o)tp | totp | phpsessid | connect\.sid | laravel_session
  | t(?<!paget)(?<!page[_\ -]t)(?<!nextt)(?<!next[_\ -]t)oken(?:s|_key)?
  | key[_-]?data | s(?<![a-ik-z]s)ession[_-]?id
"""
# What makes a key a secret one.
_KEYS = (
    "api", "access", "private", "signing", "encryption", "decryption", "auth", "account", "shared", "master",
    "session", "subscription", "hmac", "jwt", "aes", "cipher", "deploy",
)  # fmt: skip
_ALL_NAMES = " | ".join((_NAMES, *(rf"{kind}[_\ -]?keys?" for kind in _KEYS)))
# Names in other scripts need no words: a text with one of them is not ASCII.
_FOREIGN_NAMES = (
    "contraseña", "hasło", "пароль", "密码", "密碼", "パスワード", "비밀번호", "κωδικός",
    "סיסמה", "şifre", "lösenord",
)  # fmt: skip
_SUFFIX = r"""(?:[_.-]?(?:hash|value|text|plain|raw|header|b64|base64|new|old|confirm|confirmation|repeat
  |hint))?[0-9]{0,3}"""
# The rest of an object between its name and its value: {"name": "token", "type": "x", "value": "..."}.
_BETWEEN = r"""(?:,[ \t]{0,4}\\{0,7}["']\w{1,20}\\{0,7}["'][ ]?:[ ]?[^,{}\r\n]{0,40}){0,2}"""
# The name itself may be quoted ("token", \"token\", ["token"], %22token%22), say whose it is, or be the
# name of a pair: {"name": "token", "value": "..."}.
_CLOSE = (
    r"""(?:(?:\\{0,7}["'`]|%2[27]|&quot;|&\#3[49];){0,2}\]?
  (?:\ for\ (?:user\ )?[^\s:=]{1,64} | \ (?:lautet|ist|is|est|es|was|entered|given)
    | """
    + _BETWEEN
    + r""",[ \t]{0,4}\\{0,7}["']value\\{0,7}["'] | \r?\n[ \t]{1,40}value)?)"""
)
# A sign, or the comma of a pair of texts, which ``value_span`` looks at more closely.
_SIGN = r"""(?P<sep>=>|->|\u2192|:=|=(?!=)|:(?![:/])|%(?:25)?3[ad]|\\{1,4}(?:u00|x)3[ad]|&\#(?:61|58|x3[ad]);)
  (?P<gap>(?:[ \t]|%20|\+(?=\S)){0,8})"""
# Behind a colon the value may stand on the next line, as YAML writes it: as a block, or indented and alone.
_NEXT_LINE = r"""(?:[!&][!\w/-]{1,30}[ \t])?(?P<block>[|>][-+0-9]{0,2}[ \t]{0,4}(?=\r?\n[ \t]))?
  (?:(?:(?<=:)|(?<=:[ ]))\r?\n[ \t]{1,40}(?=[^\s:]{1,512}\s{0,4}(?:\n|$))(?!-\s|[\w.-]{1,60}:))?"""
_SEPARATOR = rf"""[ \t]{{0,8}}(?:{_SIGN}{_NEXT_LINE} | (?P<comma>,)[ \t]{{0,4}}(?=b?\\{{0,3}}["']))"""

LABEL = re.compile(rf"(?P<name>{_ALL_NAMES}){_SUFFIX}(?![a-z]){_CLOSE}{_SEPARATOR}", re.ASCII | re.VERBOSE)
FOREIGN_LABEL = re.compile(
    rf"(?P<name>{'|'.join(_FOREIGN_NAMES)}){_SUFFIX}(?![a-z]){_CLOSE}{_SEPARATOR}", re.ASCII | re.VERBOSE
)


def clean_labelled(text: str, label: re.Pattern[str] = LABEL) -> str:
    """Replace the values that follow a telling name.

    Catches ``password=...``, ``"token": "..."``, ``Authorization: ...``,
    ``Cookie: ...`` in prose, JSON, YAML, ``repr``, forms, queries and headers; a
    value without quotes may hold spaces where people use passphrases. Must
    not touch names without a value, values that are a status or a template,
    counts of tokens, nor names inside a quoted JQL string.
    """
    pieces: list[str] = []
    kept = pos = 0
    searched = folded(text)
    for _ in range(MAX_HITS):
        match = label.search(searched, pos)
        if match is None:
            return text if not kept else "".join((*pieces, text[kept:]))
        span = value_span(text, match)
        if span is None:
            pos = match.end()
            continue
        pieces += (text[kept : span[0]], MARK)
        kept = pos = span[1]
    return "".join((*pieces, text[kept:pos], WITHHELD))


def clean_foreign(text: str) -> str:
    """Replace the values after a name for "password" in other scripts; ASCII text has none."""
    return text if text.isascii() else clean_labelled(text, FOREIGN_LABEL)
