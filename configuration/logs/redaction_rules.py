"""What a credential looks like in text: the rules, in the order in which they are applied.

Three families, each in files of its own. *Labelled* secrets have a telling name
in front (``redaction_labels``, ``redaction_values``). *Carried* secrets stand in
a place that is meant for one: a key block, a header, an address, a query
(``redaction_carriers``, ``redaction_addresses``), a command line or a sentence
(``redaction_spoken``). *Shaped* secrets are known by
their own look, maker by maker (``redaction_makers``, ``redaction_tokens``).

A rule runs only when one of its ``signs`` and one of its ``words`` are in the
text. Both are supersets of the patterns: every match of a pattern contains one
of each after lower-casing. Signs are single characters, which cost next to
nothing to look for; two stand for more: ``RUN`` for many token characters in a
row, which all shapes have, and ``SCRIPT`` for a letter beyond ASCII.

Every repetition is bounded, or cannot start again inside what it has scanned,
so that no text costs more than time linear in its length.
"""

from collections.abc import Callable
from dataclasses import dataclass

from configuration.logs import redaction_carriers as carriers
from configuration.logs import redaction_spoken as spoken
from configuration.logs.redaction_addresses import clean_addresses
from configuration.logs.redaction_labels import clean_foreign, clean_labelled
from configuration.logs.redaction_tokens import clean_anchored, clean_makers

RUN = "\0run"
SCRIPT = "\0script"


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of secret.

    Args:
        name: what it catches; the sample table of the tests is keyed by it.
        clean: returns the text with the secrets of this kind replaced.
        signs: characters, or ``RUN`` or ``SCRIPT``, of which every match contains one; empty for any text.
        words: lower-case texts of which every match contains one; empty for any text.
    """

    name: str
    clean: Callable[[str], str]
    signs: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


_LABELS = (
    "pass", "kennwort", "pw", "psk", "pat", "secret", "cred", "token", "key", "auth", "cookie", "session",
    "saml", "otp", "sessid", "connect.sid",
)  # fmt: skip
_WORDS = ("pass", "pw", "kennwort", "secret", "token", "key")
_HOOKS = ("hook", "ifttt", "pagerduty", "telegram")
_AWS_IDS = ("akia", "asia", "abia", "acca")
_FLAGS = (" -p", " -w", " -a", " -n")
_BLANKS = tuple(" \t\n\r\f\v")

# The order matters: a block before the lines in it, a label (which may claim a value with spaces)
# before the shapes that could eat a part of that value, addresses last.
RULES = (
    Rule("private_key", carriers.clean_pem, words=("private key",)),
    Rule("putty_key", carriers.clean_putty, (":",), ("private-lines",)),
    Rule("kept_pair", carriers.clean_kept_pair, ("=", ":"), ("auth",)),
    Rule("auth_pair", carriers.clean_auth_pair, ("'", '"'), ("auth", "secretstr", "securestring")),
    Rule("labelled", clean_labelled, ("=", ":", ">", "%", "&", "\\", "'", '"', SCRIPT), _LABELS),
    Rule("foreign_label", clean_foreign, (SCRIPT,)),
    Rule("xml_element", carriers.clean_xml, ("<",), _WORDS),
    Rule("xml_attribute", carriers.clean_attribute, ("=", "<"), _WORDS),
    Rule("cookie_object", carriers.clean_cookie_object, ("=",), ("<cookie ", "cookie(")),
    Rule("url_userinfo", carriers.clean_userinfo, ("@",), ("://",)),
    Rule("oracle", carriers.clean_oracle, ("@",), ("thin:", "oci", "sqlplus ")),
    Rule("bearer", carriers.clean_bearer, words=("bearer",)),
    Rule("basic", carriers.clean_basic, words=("basic",)),
    Rule("web_hook", carriers.clean_web_hook, ("/",), _HOOKS),
    Rule("signature", carriers.clean_signature, ("=", ":", "%"), ("sig", "jwt", "assertion", "verifier")),
    Rule("query_parameter", carriers.clean_query, ("?", "&", "%", "\\"), ("=", "%3d")),
    Rule("form", carriers.clean_form, ("&",), ("=",)),
    Rule("user_flag", spoken.clean_user_flag, (":", "%"), ("-u", "-proxy-user", "--auth", "--cert")),
    Rule("tool_flag", spoken.clean_tool_flag, words=_FLAGS),
    Rule("flag", spoken.clean_flag, ("-",), (*_WORDS, "bearer")),
    Rule("said", spoken.clean_said, _BLANKS, _WORDS),
    Rule("statement", spoken.clean_set, _BLANKS, (*_WORDS, "identified by", "bindpw", "masterauth")),
    Rule("named", spoken.clean_named, ("'", '"', "(", "["), _WORDS),
    Rule("mail_login", spoken.clean_mail_login, (RUN,), ("auth ",)),
    Rule("bare_word", spoken.clean_bare, _BLANKS, _WORDS),
    Rule("near_jira", carriers.clean_near_jira, (RUN,), ("jira", "atlassian", "confluence")),
    Rule("aws_pair", carriers.clean_aws_pair, (RUN,), _AWS_IDS),
    Rule("anchored", clean_anchored, (RUN, "$")),
    Rule("maker", clean_makers, (RUN,)),
    Rule("email", clean_addresses, ("@", "%", "&", "\\")),
)
