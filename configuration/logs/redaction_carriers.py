"""Secrets that their carrier gives away: blocks, headers, addresses, queries, elements.

Every pattern says what it catches and what it must not; how patterns are written
is told at ``cleaner``.
"""

import re
from base64 import b64decode
from binascii import Error as Base64Error

from configuration.logs.redaction_marks import cleaner, folded
from configuration.logs.redaction_tokens import mixed
from configuration.logs.redaction_values import HARMLESS_VALUE


def _says_something(value: str, match: re.Match[str]) -> bool:
    return bool(value.strip()) and HARMLESS_VALUE.fullmatch(value.strip()) is None


# --- Blocks -----------------------------------------------------------------------------------

# Private key blocks (PEM, OpenSSH, PGP), with real or spelt-out line ends, or cut off before the
# END line. Must not catch certificates and public keys.
clean_pem = cleaner(
    r"(-{5}begin (?:[a-z0-9]{1,12} ){0,3}private key(?: block)?-{5}"
    r"(?:(?!-{5}end)[\s\S]){0,16384}(?:-{5}end (?:[a-z0-9]{1,12} ){0,3}private key(?: block)?-{5})?)"
)

# The private lines of a PuTTY key, down to its checksum where that follows. Must not catch its
# public lines.
clean_putty = cleaner(
    r"private-lines: [0-9]{1,4}((?:(?:\r?\n|\\r\\n|\\n)[a-z0-9+/=]{1,100}(?![a-z-]*:)){1,400})"
)

# --- Headers and pairs of user and password -----------------------------------------------------


def _not_a_word(value: str, match: re.Match[str]) -> bool:
    plain = re.fullmatch(r"[A-Z]?[a-z]{1,14}[.,:]?", value)
    return plain is None or "secret" in value


def _decode(base64: str) -> bytes:
    raw = base64.replace("%3D", "=").replace("%3d", "=").rstrip("=").translate({45: 43, 95: 47})
    try:
        return b64decode(raw + "=" * (-len(raw) % 4))
    except (ValueError, Base64Error):
        return b""


def _is_pair(value: str, match: re.Match[str]) -> bool:
    return b":" in _decode(value)


def _is_plain_pair(value: str, match: re.Match[str]) -> bool:
    pair = _decode(value).decode("utf-8", "replace")
    return ":" in pair and "\ufffd" not in pair and pair.isprintable()


# "Bearer <token>" outside a header. Must not catch the word before another plain word: "Bearer
# authentication", "bearer of news".
clean_bearer = cleaner(
    r"b(?<![a-z]b)earer(?:\s|%20|\+|[\"']?\s?[:=]\s?[\"']?){1,4}([a-z0-9._~+/=%:-]{6,})", _not_a_word
)

# "Basic <base64 of user:password>" outside a header. Must not catch "Basic authentication" or
# "basic information": what follows has to decode to a pair.
clean_basic = cleaner(r"b(?<![a-z]b)asic(?:\s|%20|\+){1,4}([a-z0-9+/_-]{6,}(?:=|%3d){0,2})", _is_pair)

# The same pair as Docker and npm keep it: "auth": "<base64>", _auth=<base64>. Must not catch auth=basic:
# what follows has to decode to a pair of plain text.
clean_kept_pair = cleaner(
    r"a(?<![a-z]a)uth\\?[\"']?\s{0,4}[=:]\s{0,4}\\?[\"']?([a-z0-9+/_-]{8,}(?:=|%3d){0,2})", _is_plain_pair
)

# Credentials as clients take them: auth=("user", "password"), HTTPBasicAuth("user", "password"),
# SecretStr("..."). Must not catch auth=None or another call.
clean_auth_pair = cleaner(
    r"a(?<![a-z0-9]a)uth[\"']?\s{0,4}[=:]\s{0,4}([(\[]\s{0,4}[bu]?[\"'][^)\]\r\n]{0,1024}[)\]]?)"
    r"|(?:basicauth|digestauth|secretstr)(\(\s{0,4}[bu]?[\"'][^)\r\n]{0,1024}\)?)"
    r"|convertto-securestring\s{1,4}(?:-string\s)?([\"'][^\"'\r\n]{1,512}[\"'])"
)

# A cookie as http.cookiejar prints it: <Cookie name=value for host/path>, or Cookie(..., value='...').
clean_cookie_object = cleaner(
    r"<cookie [^=\s]{1,200}=([^\s>]{1,4096})(?= for )"
    r"|c(?<!\wc)ookie\([^()\r\n]{0,300}?\bvalue=('[^']*'|\"[^\"]*\")"
)

# --- Addresses of services ----------------------------------------------------------------------

# User and password in an address: scheme://user:password@host. Must not catch a path or a query
# with an @ in it.
clean_userinfo = cleaner(r"://([^\s/?#\"'<>\\]{1,512})@(?=[\w\x80-\U0010ffff\[.-])")

# Oracle's form of it: thin:user/password@host, sqlplus user/password@host. Must not catch thin:@host.
clean_oracle = cleaner(
    r"(?:thin:|oci8?:|sqlplus (?:-[a-z]{1,2} ){0,3})([^\s/@\"']{1,64}/[^\s@\"']{1,128})(?=@)"
)

# Web hooks, whose path is the key. Must not catch the hosts alone.
_HOOKS = (
    r"hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/",
    r"discord(?:app)?\.com/api/(?:v[0-9]{1,2}/)?webhooks/",
    r"webhook\.office(?:365)?\.com/webhook(?:b2)?/",
    r"outlook\.office(?:365)?\.com/webhook(?:b2)?/",
    r"hooks\.zapier\.com/hooks/catch/",
    r"maker\.ifttt\.com/trigger/[^\s/]{1,64}/(?:json/)?with/key/",
    r"hook(?:\.[a-z0-9]{2,4})?\.make\.com/",
    r"events\.pagerduty\.com/integration/",
    r"api\.telegram\.org/bot(?=[0-9])",
    r"automation\.atlassian\.com/pro/hooks/",
    r"open\.(?:feishu\.cn|larksuite\.com)/open-apis/bot/v2/hook/",
)
clean_web_hook = cleaner(rf"(?:{'|'.join(_HOOKS)})([a-z0-9_%][a-z0-9/_@:.%-]{{7,}})")

# --- Queries and forms --------------------------------------------------------------------------

# Sixteen characters of a token, a digit among them. "%2B" may stand in between.
_RANDOM = r"((?=[^\s&\"'<>\\;0-9]{0,24}+[0-9])[a-z0-9+/=_.~%-]{16}[^\s&\"'<>\\;]*)"
_ORDINARY = re.compile(
    r"[A-Z][A-Z0-9_]{1,30}-[0-9]{1,12}"  # an issue key
    r"|S-1-[0-9-]{1,80}"  # an account of Windows
    r"|[a-z]{1,20}(?:[_.-][a-z]{1,20}){1,8}(?:[_.-]?[0-9]{1,3})?"  # words, perhaps numbered
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}[T0-9:.+Z%A-F-]{0,24}"  # an instant
)


def _is_extraordinary(value: str, match: re.Match[str]) -> bool:
    return _ORDINARY.fullmatch(value.rstrip(",;.)")) is None


# Names that mean a secret wherever they stand; the value may be quoted, as OAuth does.
_SIGNATURES = "|".join(
    rf"{name[0]}(?<![a-z0-9._-]{name[0]}){name[1:]}"
    for name in (
        "sig", "signature", "jwt", "assertion", "client_assertion", "code_verifier", "oauth_signature",
        "x-amz-signature", "x-goog-signature", "x-oss-signature",
    )
)  # fmt: skip
clean_signature = cleaner(
    rf"(?:{_SIGNATURES})[\"']?\s?(?:=|%3d|:(?=\s?[\"']))\s?[\"']?{_RANDOM}", _is_extraordinary
)

# Names too plain for anything but a query: behind ? or &. Must not catch ?key=ABC-1, ?code=404 or
# &state=in-progress, nor cache_key=<hash> and state=... anywhere else.
_QUERY_NAMES = r"key|code|auth|sid|access|state|ticket|session|apitoken|nonce"
clean_query = cleaner(
    rf"(?:\?|&(?:amp;)?|%26|%3f|\\u0026)(?:{_QUERY_NAMES})(?:=|%3d){_RANDOM}", _is_extraordinary
)

# The same names at the beginning of a form, which the next field tells.
clean_form = cleaner(
    "(?:"
    + "|".join(rf"{name[0]}(?<![\w.?&;%:/-]{name[0]}){name[1:]}" for name in _QUERY_NAMES.split("|"))
    + rf")={_RANDOM}(?=&[\w.-]{{1,40}}=)",
    _is_extraordinary,
)

# --- Elements -----------------------------------------------------------------------------------

# An element of XML whose name is a label: <password>...</password>, also in CDATA.
_XML_NAME = r"<[\w.:-]{0,40}?(?:password|passwd|passphrase|secret|token|api[_-]?key)(?:\s[^<>]{0,200})?>"
clean_xml = cleaner(
    rf"{_XML_NAME}(?:\s{{0,20}}<!\[cdata\[((?:(?!\]\]>)[\s\S]){{1,4096}})|((?!@)[^<>]{{1,4096}})(?=</|$))",
    _says_something,
)

# The attribute of an element, or the part of a form, that is called so: <add key="Password" value="..."/>,
# <entry key="api_key">...</entry>, name="password" and an empty line. Must not catch the attribute alone.
_ATTRIBUTE = (
    r"(?:key|name|id)=\\?[\"'][\w.:-]{0,40}?"
    r"(?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key)\\?[\"']"
)
_BESIDE = (
    r"(?:\s{1,4}[\w:-]{1,20}=\\?[\"'][^\"'<>\r\n]{0,40}[\"']){0,2}"
    r"\s{1,4}value=\\?[\"']([^\"'<>\r\n\\]{1,4096})"
)
_INSIDE = r"[^<>\r\n]{0,80}+>([^<>]{1,4096})(?=</)"
_BELOW = r"(?:\r?\n|\\r\\n|\\n){2}([^\r\n\\]{1,4096})"
_ELEMENT = r"<(?:password|secret|token)(?=\s)"
_PLIST = r"<key>[^<>]{0,40}?(?:password|secret|token)</key>\s{0,20}<string>([^<>]{1,4096})"
_clean_attribute = cleaner(
    rf"{_ATTRIBUTE}(?:{_BESIDE}|{_INSIDE}|{_BELOW})|{_ELEMENT}{_BESIDE}|{_PLIST}", _says_something
)
# Each of the three ways on needs one of these; a text that only names attributes is not worth the walk.
_WAYS_ON = (">", "\n", "\\", "value=")


def clean_attribute(text: str) -> str:
    """Replace what belongs to an attribute that is called like a secret."""
    lowered = folded(text)
    return _clean_attribute(text) if any(way in lowered for way in _WAYS_ON) else text


# --- Neighbours ---------------------------------------------------------------------------------


def _not_hex(value: str, match: re.Match[str]) -> bool:
    return re.fullmatch(r"[0-9a-f]+", value) is None


def _is_mixed(value: str, match: re.Match[str]) -> bool:
    return mixed(value)


# The secret half of an AWS pair beside its id. Must not catch a hash of forty hex digits.
clean_aws_pair = cleaner(
    r"a(?<![a-z0-9]a)(?:kia|sia|bia|cca)[a-z0-9]{16}[\s:,;/'\"]{1,4}([a-z0-9/+]{40})(?![a-z0-9/+])", _not_hex
)

# The 24 letters and digits of an old Cloud token near the word jira or atlassian. Must not catch
# hex digests, host names, or words.
clean_near_jira = cleaner(
    r"(?:jira|atlassian|confluence)[\w\-. \t]{0,20}[\"'\s]{0,3}(?:=|:|=>|\s)[\"'\s]{0,3}"
    r"([a-z0-9]{24})(?![a-z0-9+/=_.-])",
    _is_mixed,
)
