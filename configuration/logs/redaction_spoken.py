"""Secrets on command lines, in statements and in prose, where nothing but words stands around them.

Every pattern says what it catches and what it must not; how patterns are written
is told at ``cleaner``.
"""

import re

from configuration.logs.redaction_marks import cleaner
from configuration.logs.redaction_tokens import mixed
from configuration.logs.redaction_values import HARMLESS_VALUE

# --- Command lines ------------------------------------------------------------------------------

# curl -u user:password, --user, --proxy-user. Must not catch -u 1000:1000 (numbers of users), an address,
# a path, or a format of `date`.
clean_user_flag = cleaner(
    r"-(?<![\w-]-)(?:u|-user|-proxy-user|-auth|-cert)(?:\s{1,4}|=|[\"'],\s{0,4})[\"']?"
    r"(?![a-z]{1,12}://|[0-9]{1,7}:[0-9]{1,7}\b|[+%$\[])[^\s:%\"'/\\=,]{1,128}[:%]((?!\[redacted)[^\s\"']{1,256})"
)

# The flag of a tool that takes nothing but a password behind it. Must not catch `mkdir -p` or
# `docker -p 80:80`.
TOOLS = {
    "-p": (
        "sshpass", "mysql", "mysqldump", "mysqladmin", "mariadb", "mongo", "mongosh", "mongodump",
        "mongorestore", "docker login", "podman login", "az login", "oc login", "skopeo login", "sqlcmd",
        "bcp", "7z", "7za", "zip", "twine upload",
    ),
    "-pass(?:in|out)? pass:": ("openssl",),
    "-[pn]": ("ssh-keygen",),
    "-w": ("ldapsearch", "ldapmodify", "ldapadd", "ldapwhoami"),
    "-a": ("redis-cli",),
}  # fmt: skip
clean_tool_flag = cleaner(
    "(?:"
    + "|".join(
        rf"{tool[0]}(?<![\w/-]{tool[0]}){tool[1:]}(?: [^\r\n|;]{{0,200}}?)? {flag}"
        for flag, tools in TOOLS.items()
        for tool in tools
    )
    + r")(?!assword|assin|assout|ort) ?[\"']?((?![-$\[])[^\s\"']{4,256})"
)

# Flags whose name is a label, with a blank or as the next of a list of arguments: --token x,
# ['--token', 'x']. Must not catch the next flag, or the word that explains the flag.
_FLAG_NAMES = (
    "password|passwd|passphrase|pass|pwd|secret|token|api-key|access-key|secret-key|account-key|private-key|bearer"
    "|storepass|keypass|auth-token"
)
_QUOTED_OR_ODD = (
    r"(?:\\?\"([^\"\r\n\\]{1,512})\\?\"|'([^'\r\n]{1,512})'"
    r"|(?=[^\s\"',;()]{0,200}[0-9!#$%^*+=_~])([^\s\"',;()]{5,}))"
)


def _look_before(match: re.Match[str]) -> str:
    return match[0][: match.start(match.lastindex or 0) - match.start()]


def _is_argument(value: str, match: re.Match[str]) -> bool:
    explained = value.startswith("-") or " " in value or value.lower() in _look_before(match)
    return not explained and _is_told(value, match)


clean_flag = cleaner(
    rf"-(?<!\w-)-?(?:[\w-]{{1,30}}-)?(?:{_FLAG_NAMES})(?:\s|\\?[\"'],\s{{0,4}}[bu]?(?=\\?[\"'])){_QUOTED_OR_ODD}",
    _is_argument,
)


def _looks_random(value: str, match: re.Match[str]) -> bool:
    return mixed(value) or re.fullmatch(r"[0-9a-f]{16,}", value) is not None


# --- Prose --------------------------------------------------------------------------------------


def _is_told(value: str, match: re.Match[str]) -> bool:
    return HARMLESS_VALUE.fullmatch(value) is None and re.fullmatch(r"[0-9]{1,6}", value) is None


# Said in prose: `password is "hunter2"`, `set api_key to abc123`, `ENV API_KEY abc123`. Must not catch
# "password is required": unquoted, the value needs a digit or a symbol inside.
_SAID_NAMES = (
    r"password|passwd|passphrase|passwort|kennwort|mot de passe|pwd|secret|token"
    r"|api[ _-]?key|access[ _-]?key|encryption[ _-]?key|master[ _-]?key|signing[ _-]?key"
)
clean_said = cleaner(
    rf"(?:{_SAID_NAMES})s?(?: for \S{{1,64}})?\s"
    rf"(?:is|was|were|are|ist|lautet|est|to)(?:\snow|\sbe)?\s{_QUOTED_OR_ODD}",
    _is_told,
)

# Set by a statement: ENV API_KEY ..., `aws configure set aws_secret_access_key ...`, bindpw ..., and in
# quotes WITH PASSWORD '...', IDENTIFIED BY '...', :token "...". Must not catch "password "x" must not".
_SET_BY = tuple(
    rf"{start}\s[\w./:-]{{0,60}}?(?:{_SAID_NAMES})[\w-]{{0,12}}\s{{1,4}}"
    for start in (r"e(?<!\we)nv", r"s(?<!\ws)etx", "configure set", "config set")
)
_DIRECTIVES = tuple(rf"{word}\s{{1,4}}" for word in ("bindpw", "requirepass", "masterauth"))
_QUOTED = tuple(
    rf"{word}\s{{1,4}}(?:\.\s)?(?=\\?[\"'])"
    for word in ("identified by", ":token", ":secret", ":api-key", "password", "passphrase")
)
_IN_SQL = r"password for \S{1,80} = password\((?=[\"'])"
clean_set = cleaner(
    rf"(?:{'|'.join((*_SET_BY, *_DIRECTIVES, *_QUOTED, _IN_SQL))}){_QUOTED_OR_ODD}",
    _is_told,
)

# Named and quoted by a sentence: token "..." was refused. Must not catch "unexpected token '<'" or a word:
# the value has to look random.
clean_named = cleaner(
    r"(?:token|secret|api[ _-]?key|access[ _-]?key)\s[\"'(\[]"
    r"((?=[a-z_+/=.-]{0,60}[0-9])[a-z0-9_+/=.-]{8,512})(?=[\"')\]])",
    _looks_random,
)

# What a mail server is told: AUTH PLAIN <base64>. Must not catch AUTH LOGIN alone.
clean_mail_login = cleaner(r"auth (?:plain|login|cram-md5|xoauth2)\s{1,4}([a-z0-9+/]{8,}={0,2})")

# "token <random>" without any sign between: twelve characters with letters and two digits, or seven with
# a digit after "password". Must not catch hyphenated words, versions, issue keys, dates or file names.
_BLANK_NAMES = "|".join(
    rf"{name[0]}(?<![\w-]{name[0]}){name[1:]}" for name in ("passphrase", "secret", "token", "api[ _-]?key")
)
_LETTER = r"(?=[0-9_+/=]{0,200}[a-z])"
clean_bare = cleaner(
    rf"(?:(?:{_BLANK_NAMES})\s(?=[a-z0-9_+/=]{{12}})(?=\w{{0,200}}[0-9][\w+/=]{{0,200}}[0-9])"
    r"|(?:p(?<![\w-]p)assword|p(?<![\w-]p)asswd|p(?<![\w-]p)wd)\s(?=[a-z0-9_+/=]{7})(?=[\w+/=]{0,200}[0-9]))"
    rf"{_LETTER}([a-z0-9_+/=]{{7,}})(?![\w.-])"
)
