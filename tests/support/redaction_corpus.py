# ruff: noqa: E501 - tables of samples are read across
"""Several hundred log lines for the promises P1 (no secret gets out) and P2 (nothing else is touched).

Every secret is put together at run time from a seeded generator, so that the
tree holds none, and each is unique, so that finding it anywhere is a leak.
"""

import base64
import json
import random
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, quote_plus, urlencode

from tests.support import redaction_places as places
from tests.support.redaction_tokens import FURTHER, ON_THE_LIST

ALNUM = string.ascii_letters + string.digits
URL_SAFE = ALNUM + "_-"
_DICE = random.Random(20261123)


@dataclass(frozen=True)
class Line:
    """A text with a secret in it.

    Args:
        kind: of secret and carrier.
        text: the whole line.
        secrets: what must not be found afterwards.
    """

    kind: str
    text: str
    secrets: tuple[str, ...]


def some(alphabet: str, length: int) -> str:
    """Return a random text with at least a digit, an upper and a lower case letter where there are any."""
    drawn = [_DICE.choice(alphabet) for _ in range(length)]
    for place, kind in enumerate((string.digits, string.ascii_uppercase, string.ascii_lowercase)):
        choice = [c for c in kind if c in alphabet]
        if choice and length > 6:
            drawn[place + 2] = _DICE.choice(choice)
    return "".join(drawn)


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def b64url(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def jwt() -> str:
    claims = {"sub": some(ALNUM, 12), "iat": 1}
    return ".".join(
        (b64url(json.dumps({"alg": "HS256", "typ": "JWT"})), b64url(json.dumps(claims)), some(URL_SAFE, 43))
    )


def data_center() -> str:
    number = "".join(_DICE.choice(string.digits) for _ in range(12))
    raw = number.encode() + b":" + bytes(_DICE.randrange(256) for _ in range(20))
    return base64.b64encode(raw).decode()


def email() -> str:
    return f"{some(string.ascii_lowercase, 6)}.{some(string.ascii_lowercase, 7)}@{some(string.ascii_lowercase, 6)}.example.com"


def pem(kind: str = "RSA ") -> tuple[str, str]:
    rows = [some(ALNUM + "+/", 64) for _ in range(6)]
    label = f"{kind}PRIVATE" + " KEY"
    return f"-----BEGIN {label}-----\n" + "\n".join(rows) + f"\n-----END {label}-----", rows[2]


# Secrets that are known by their shape, wherever they stand.
SHAPES: dict[str, Callable[[], str]] = {
    "jira_cloud": lambda: "ATAT" + "T3" + some(URL_SAFE, 180) + "=" + some("0123456789ABCDEF", 8),
    "jira_cloud_short": lambda: "ATAT" + "T3" + some(ALNUM, 20),
    "bitbucket": lambda: "AT" + "BB" + some(ALNUM, 32),
    "jira_data_center": data_center,
    "jwt": jwt,
    "aws_id": lambda: "AK" + "IA" + some(string.ascii_uppercase + "234567", 16),
    "aws_session_id": lambda: "AS" + "IA" + some(string.ascii_uppercase + "234567", 16),
    "github": lambda: "gh" + "p_" + some(ALNUM, 36),
    "github_oauth": lambda: "gh" + "o_" + some(ALNUM, 36),
    "github_server": lambda: "gh" + "s_" + some(ALNUM, 36),
    "github_fine": lambda: "github" + "_pat_" + some(ALNUM, 22) + "_" + some(ALNUM, 59),
    "gitlab": lambda: "gl" + "pat-" + some(URL_SAFE, 20),
    "gitlab_deploy": lambda: "gl" + "dt-" + some(URL_SAFE, 20),
    "slack_bot": lambda: (
        "xo" + "xb-" + some(string.digits, 12) + "-" + some(string.digits, 12) + "-" + some(ALNUM, 24)
    ),
    "slack_user": lambda: "xo" + "xp-" + some(string.digits, 12) + "-" + some(ALNUM, 32),
    "slack_app": lambda: (
        "xa" + "pp-1-" + some(ALNUM, 11) + "-" + some(string.digits, 13) + "-" + some(ALNUM, 40)
    ),
    "google": lambda: "AI" + "za" + some(URL_SAFE, 35),
    **ON_THE_LIST,
    **FURTHER,
}

# Secrets of no particular shape: only their name or place gives them away.
PLAIN: dict[str, Callable[[], str]] = {
    "password": lambda: some(ALNUM, 9),
    "symbols": lambda: some(ALNUM, 5) + "!$%^*+?" + some(ALNUM, 4),
    "old_cloud_token": lambda: some(ALNUM, 24),
    "hex": lambda: some("0123456789abcdef", 40),
    "cyrillic": lambda: "пароль" + some(ALNUM, 5),
    "chinese": lambda: "密码" + some(ALNUM, 6) + "字",
    "umlauts": lambda: "Grüße" + some(ALNUM, 5) + "ß",
    "emoji": lambda: "🔑" + some(ALNUM, 8),
}

BARE_CARRIERS = (
    "{0}", "using {0} now", "failed with {0}.", "({0})", "[{0}]", "'{0}'", '"{0}"', "<{0}>", "value={0}", "a:{0},b",
    '{{"x": "{0}"}}', "{{'x': '{0}'}}", "https://example.atlassian.net/x?y={0}&z=1", "line one\n{0}\nline three",
    "x\\n{0}\\ny", "Bearer {0}", "bearer%20{0}", "id {0};",
)  # fmt: skip
LABEL_CARRIERS = (
    "password={0}", "password = {0}", "password: {0}", "PASSWORD={0}", "db_password={0}", "dbPassword: {0}",
    "user=bob password={0} host=x", "os_username=bob&os_password={0}&x=1", '{{"password": "{0}", "id": 5}}',
    '{{"password":"{0}","id":5}}', "{{'password': '{0}', 'id': 5}}", '{{\\"password\\": \\"{0}\\", \\"id\\": 5}}',
    "Config(url='x', password='{0}', retries=3)", 'passwd="{0}"', "pwd='{0}'", "passphrase: `{0}`",
    "token={0}", "api_token: {0}", "JIRA_TOKEN={0}", "export JIRA_TOKEN='{0}'", "X-Auth-Token: {0}",
    "x-api-key: {0}", "apikey={0}", "api-key={0}", "apiKey: '{0}'", "access_token={0}&token_type=x", "refresh_token={0}",
    '{{"access_token": "{0}", "expires_in": 3600}}', "client_secret={0}", "clientSecret: {0}", "oauth_token_secret={0}",
    "secret_key={0}", "aws_secret_access_key = {0}", "private_token={0}", "credentials={0}",
    "GET /rest/api/2/myself?os_password={0} HTTP/1.1", "https://example.com/cb?access_token={0}#x", "Authorization: {0}",
    "Authorization: Bearer {0}", "authorization=Bearer {0}", "{{'Authorization': 'Bearer {0}'}}",
    '{{"Authorization": "token {0}"}}', "Proxy-Authorization: Basic {0}", "curl -H 'Authorization: Bearer {0}' x",
    "Cookie: JSESSIONID={0}; a=b", "Set-Cookie: cloud.session.token={0}; Path=/; Secure", "{{'Cookie': 'sid={0}'}}",
    "JSESSIONID={0}", "<password>{0}</password>", "<Cookie tenant.session.token={0} for example.com/>",
    'the password is "{0}"', "pass='{0}'", "headers: {{'X-Token': b'{0}'}}", "token%3D{0}", "--password {0}",
)  # fmt: skip
_TOKEN_ONLY = (
    "JSESSIONID",
    "token%3D",
    "Bearer",
    "--password",
)  # no letters beyond ASCII there, and no symbols


def lines_with_secrets() -> Iterator[Line]:
    """Yield every kind of secret in every kind of carrier."""
    yield from _shaped()
    yield from _labelled()
    yield from _pairs()
    yield from _passphrases()
    yield from _blocks_and_addresses()
    yield from _queries()
    yield from _places()


def _shaped() -> Iterator[Line]:
    for kind, make in SHAPES.items():
        for carrier in BARE_CARRIERS:
            secret = make()
            yield Line(f"{kind} in {carrier!r}", carrier.format(secret), (secret,))


def _labelled() -> Iterator[Line]:
    for number, carrier in enumerate(LABEL_CARRIERS):
        for kind, make in PLAIN.items():
            narrow = any(word in carrier for word in _TOKEN_ONLY) and kind not in (
                "password",
                "old_cloud_token",
                "hex",
            )
            if narrow or (number % 2 and kind == "hex"):
                continue
            secret = make()
            yield Line(f"{kind} in {carrier!r}", carrier.format(secret), (secret,))


def _pairs() -> Iterator[Line]:
    for carrier in (
        "Authorization: Basic {0}", "{{'Authorization': 'Basic {0}'}}", "Basic {0}", "authorization: basic {0}",
        "'Authorization', 'Basic {0}'", "Authorization%3A%20Basic%20{0}",
    ):  # fmt: skip
        address, token = email(), some(ALNUM, 24)
        pair = b64(f"{address}:{token}")
        yield Line(f"basic in {carrier!r}", carrier.format(pair), (pair.rstrip("="),))
    for scheme in ("https", "http", "redis", "postgresql"):
        user, secret = some(string.ascii_lowercase, 8), some(ALNUM, 12)
        yield Line("user info", f"GET {scheme}://{user}:{secret}@jira.example.com:8080/rest", (secret, user))
        yield Line("user info alone", f"GET {scheme}://{secret}@jira.example.com/rest", (secret,))
        odd = some(ALNUM, 6) + "@" + some(ALNUM, 4)
        yield Line("user info with @", f"{scheme}://{user}:{odd}@jira.example.com/", tuple(odd.split("@")))
        quoted = quote(some(ALNUM, 6) + ":/?#@é" + some(ALNUM, 5), safe="")
        yield Line("quoted user info", f"{scheme}://{user}:{quoted}@jira.example.com/", (quoted,))
    secret = some(ALNUM, 10)
    yield Line("auth pair", f"Session(auth=('bob', '{secret}'), verify=True)", (secret,))


def _passphrases() -> Iterator[Line]:
    for carrier in (
        "password={0}", "password: {0}", 'password="{0}"', "{{'password': '{0}', 'user': 'bob'}}", "passphrase={0}\nnext",
        "password={0}, user=bob", '{{"password": "{0}"}}', "password={0} user=bob", "Passwort: {0}", "password='{0}'",
    ):  # fmt: skip
        words = [some(string.ascii_lowercase, 7) for _ in range(4)]
        yield Line(f"passphrase in {carrier!r}", carrier.format(" ".join(words)), tuple(words))
    ends = some(ALNUM, 6), some(ALNUM, 6)
    for text in (
        json.dumps({"password": ends[0] + '"' + ends[1], "user": "bob"}),
        repr({"password": ends[0] + "'" + ends[1]}),
        repr({"password": ends[0] + "\"'" + ends[1]}),
        json.dumps(json.dumps({"password": ends[0] + '"' + ends[1], "user": "bob"})),
        json.dumps({"password": ends[0] + "\\" + ends[1]}),
        json.dumps({"password": ends[0] + "é" + ends[1]}),
        f"password={ends[0]},{ends[1]}",
        f"password={ends[0]};{ends[1]}",
        f"password={ends[0]}'{ends[1]}",
        f"password={ends[0]})(&{quote(ends[1])}".replace("&", ""),
        f"password='{ends[0]}''{ends[1]}'",
        "password=" + quote_plus(f"{ends[0]} & {ends[1]}"),
        urlencode({"grant_type": "password", "password": f"{ends[0]}&{ends[1]}", "x": 1}),
    ):
        yield Line("quotes and signs", text, ends)
    for name in ("пароль", "密码", "パスワード", "contraseña", "비밀번호", "hasło"):
        secret = some(ALNUM, 9)
        yield Line(f"label {name}", f"{name}={secret}", (secret,))
        yield Line(f"label {name} quoted", f'{{"{name}": "{secret}"}}', (secret,))


def _blocks_and_addresses() -> Iterator[Line]:
    for kind in ("RSA ", "EC ", "OPENSSH ", "ENCRYPTED ", ""):
        block, row = pem(kind)
        yield Line("private key", f"loaded\n{block}\nok", (row,))
        yield Line("private key on one line", repr(block), (row,))
        yield Line("private key in JSON", json.dumps({"key": block}), (row,))
        yield Line("private key cut off", block[: len(block) // 2 + 100], (row,))
    for carrier in (
        "{0}", "user {0} logged in", "<{0}>", "mailto:{0}", '{{"emailAddress": "{0}"}}', "assignee={0},", "({0}).",
        "https://example.com/user?username={0}&x=1", "{0}; other", "from:{0}",
    ):  # fmt: skip
        address = email()
        yield Line(f"e-mail in {carrier!r}", carrier.format(address), (address, address.split("@")[0]))
        quoted = quote(address)
        yield Line(f"quoted e-mail in {carrier!r}", carrier.format(quoted), (quoted.split("%")[0],))
    local = "jürgen" + some(string.ascii_lowercase, 5)
    yield Line("e-mail beyond ASCII", f"an {local}@müller.example gesandt", (local,))
    secret = some(ALNUM, 14)
    yield Line("e-mail and password", f"login {email()}:{secret} refused", (secret,))


def _queries() -> Iterator[Line]:
    for name in (
        "sig",
        "signature",
        "X-Amz-Signature",
        "jwt",
        "code",
        "key",
        "ticket",
        "assertion",
        "code_verifier",
        "state",
    ):
        secret = some(ALNUM, 32)
        yield Line(f"query {name}", f"GET https://example.com/cb?a=1&{name}={secret}&b=2", (secret,))
        yield Line(f"first in query {name}", f"/cb?{name}={secret} HTTP/1.1", (secret,))
    hook = "/".join(("T" + some(ALNUM, 9), "B" + some(ALNUM, 9), some(ALNUM, 24)))
    yield Line("slack web hook", "POST https://hooks.slack.com/services/" + hook, (hook.split("/")[2],))
    both = some(ALNUM + "/+", 40)
    yield Line("aws pair", "AK" + "IA" + some(string.ascii_uppercase, 16) + ":" + both, (both,))
    near = some(ALNUM, 24)
    yield Line("24 characters near jira", f"jira login: {near}", (near,))


def _places() -> Iterator[Line]:
    for carrier in places.NAMED + places.FURTHER:
        for kind in ("password", "old_cloud_token", "hex"):
            secret, row = PLAIN[kind](), some(ALNUM + "+/", 64)
            pair = b64("bob:" + secret)
            text = carrier.format(secret, pair=pair, block=f"{row}\n{row}")
            hidden = [part for part in (secret, pair.rstrip("="), row) if part in text]
            yield Line(f"{kind} in {carrier!r}", text, tuple(hidden))
    for carrier in places.ADDRESSES:
        local = some(string.ascii_lowercase, 6)
        yield Line(f"e-mail in {carrier!r}", carrier.format(local, "corp.example.com"), (local,))


BENIGN = (
    # issue keys, JQL, words
    "Fetched ABC-123 and XYZ-9, 2 of 4812 issues",
    'project = ABC AND summary ~ "password" ORDER BY updated',
    'project = ABC AND text ~ "token: missing" AND status = Done',
    'summary ~ "reset password" AND text ~ token',
    'summary ~ "password:" AND status in ("In Progress", Done)',
    'labels in (password, token, secret) AND "API key" is not EMPTY',
    'text ~ "password reset" OR text ~ "secret: santa"',
    "labels = password AND component = token AND priority = High",
    "jql=project+%3D+ABC+AND+text+~+password",
    'status changed FROM "Basic review" TO "Token check" AFTER -2w',
    "the tokenizer split 12 words", "tokenizer=bert-base", "passwordless login is on", "secretary: Jane", "keyboard: QWERTY",
    "password is required", "password must not be empty", "Password: must have at least 8 characters",
    "Jira refused the token: it is wrong, expired or revoked (401).",
    "the token: somebody revoked it",
    "no password: the profile has none",
    "token expired", "token: expired", "token is missing", "The token was refused by Jira.", "Bearer authentication failed",
    "Basic authentication is disabled", "basic information about cookies", "bearer of good news", "Bearer token expected",
    "cookies: enabled", "authorization: required", "authorization failed for ABC-1", "secret santa list", "no secret here",
    "password changed", "password reset flow, step 3 of 4", "2 tokens left in the bucket", "tokens=97", "tokens: 97.25 of 100",
    "wait_for_token: 0.5 s", "max_tokens=4096", "token_count=17", "token bucket: 100 per 10 s", "consume(tokens=1) -> True",
    "token_type=x", "token_set=True", "has_password: False", "password=None", "token: null", "password=***", "token=''",
    '{"password": null, "token": ""}', "{'password': None, 'has_token': True}", '{"token_type": "page", "expires_in": 3600}',
    "X-Atlassian-Token: no-check", "grant_type=password&username=bob", "nextPageToken=CAEaAggC", "next_page_token: abc",
    '{"nextPageToken": "Ch0jU3RyaW5nJlEwOVVSUT09", "isLast": false}', "issue_key=ABC-1 project_key=ABC cache_key=9f",
    "primary key: id", "key=ABC-1", "?key=ABC-1&code=404", "state=in-progress", "/cb?code=200&state=ok", "sort key: updated",
    # numbers and format signs
    "100%d", "%(name)s", "%s of %d", "50% done", "%%", "took 1.5e-3 s", "1,234,567.89", "0x7fff5fbff8c0", "12:34:56.789",
    "password=%s", "token=%(token)s", "password={password}", "token=${TOKEN}", "{0} of {1}", "rate 12.5%/s",
    # identifiers that look like something
    "550e8400-e29b-41d4-a716-446655440000", "id=550e8400-e29b-41d4-a716-446655440000",
    "d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "revision 4c1f9a7be0d35512",
    "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "commit 0b9952a", "v1.2.3", "2.34.2rc1", "python-json-logger==4.2.0",
    "2026-11-23T18:00:00.000Z", "2026-W35", "cache/9f86d081884c7d659a2feaa0c55ad015.sqlite", "customfield_10016",
    "5b10ac8d82e05b22cc7d4ef5", "557058:f58131cb-b67d-43c7-b30d-6b58d40bd077", "ari:cloud:jira::site/8594f221",
    # addresses, paths, code
    "https://example.atlassian.net/rest/api/3/search/jql?fields=status,created&maxResults=100",
    "GET /rest/api/2/issue/ABC-1/changelog?startAt=100 200", "http://127.0.0.1:8050/", "http://[::1]:8050/health",
    "https://example.com/@scope/package", "git@github.com:org/repo.git", "actions/checkout@v4.1.0", "icon@2x.png", "@dataclass",
    "numpy@2.4", "bob@localhost", "a@b", "x @ y", "follow @throughline", "PWD=/home/bob/work", "/home/bob/.secrets/notes.txt",
    "data/secret_store.py:12", "tests/test_password_reset.py::test_token", "C:\\Users\\bob\\tokens", "./passwords.csv is missing",
    "def login(user: str, password: str) -> Token:", "password: str | None = None", "token = get_token()", "Token::new",
    'if password == "": raise', "self.token = token", "assert token is not None", "import secrets", "from getpass import getpass",
    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", "-----BEGIN PUBLIC KEY-----", "ssh-ed25519 public key",
    'File "data/jira_simple.py", line 42, in fetch', "KeyError: 'status'", "ValueError: time data 'x' does not match",
    # words that contain a prefix of something
    "ASIA Pacific region", "AKIA is a prefix", "ATATT3 starts a token", "ghp_ starts one too", "glpat- and xoxb- as well",
    "eyJ is how a JWT begins", "the slack between tasks", "GitHub and GitLab", "aws region eu-central-1", "compass heading 12",
    "bypass=true", "pass=12 fail=0", "passed: 240", "passenger: Bob", "author: Bob", "authority=none", "basically done",
    "monkey: 1", "keyed by id", "session 12 started", "session: open", "cookie cutter",
    # scripts, controls, emptiness
    "", " ", "żółw 亀 черепаха", "Größe: 12 m²", "مرحبا", "🙂 done", "a\tb", "line one\nline two", "«quoted»", "x" * 2000,
    "{}", "[]", "null", '{"issues": 3, "ok": true}', "{'a': [1, 2, {'b': None}]}", "a=1 b=2 c=3", "retry 2/5 after 1.5 s",
    "status=429 waited_ms=10000 attempt=2", "WARNING: 3 issues have no created date", "Done: 84 of 84 (100 %)",
    *places.LOOK_ALIKES_NAMED, *places.LOOK_ALIKES_FURTHER,
)  # fmt: skip


# For each rule: texts that it must change, and texts that it must leave alone, on its own.
def samples() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return true and false samples by the name of the rule."""
    s = {name: make() for name, make in SHAPES.items()}
    block, _ = pem()
    word, address = some(ALNUM, 12), email()
    return {
        "private_key": (
            (block, block[:200], repr(block)),
            ("-----BEGIN CERTIFICATE-----", "a PRIVATE" + " KEY", "-----BEGIN PUBLIC KEY-----"),
        ),
        "auth_pair": (
            (f"auth=('bob', '{word}')", f'"auth": ["bob", "{word}"]'),
            ("auth=None", "auth=basic()", "author=('a', 'b')"),
        ),
        "labelled": (
            (f"password={word}", f'"api_key": "{word}"', f"Cookie: a={word}"),
            ("password=", "tokens=5", "token: expired", "passwordless=yes"),
        ),
        "foreign_label": ((f"пароль={word}", f"密码\uff1a{word}"), ("пароль", "ключ=5")),
        "xml_element": (
            (f"<password>{word}</password>", f"<ns:token id='1'>{word}</ns:token>"),
            ("<password/>", "<password></password>", "<passwords>"),
        ),
        "cookie_object": ((f"<Cookie a={word} for example.com/>",), ("<Cookie jar>", "Cookie a=b")),
        "url_userinfo": (
            (f"https://bob:{word}@host/", f"redis://:{word}@host"),
            ("https://host/@scope/x", "https://host/?q=a@b", "http://host:8080/"),
        ),
        "bearer": (
            (f"Bearer {word}", f"bearer%20{s['jwt']}"),
            ("Bearer token", "bearer of news", "Bearer authentication"),
        ),
        "basic": (
            ("Basic " + b64("bob:" + word), "basic%20" + b64("b:" + word)),
            ("Basic authentication", "basic information"),
        ),
        "kept_pair": (
            (f'"auth": "{b64("bob:" + word)}"', "_auth=" + b64("bob:" + word)),
            ("auth=basic", "auth: requiredtoday", "author: " + b64("bob:" + word)),
        ),
        "oracle": ((f"thin:bob/{word}@db", f"sqlplus -s bob/{word}@db"), ("thin:@db:1521", "oci: x@y")),
        "web_hook": (
            (f"https://hooks.slack.com/services/T1/B2/{word}", f"https://discord.com/api/webhooks/1/{word}"),
            ("https://hooks.slack.com/", "a web hook", "hooks.zapier.com/hooks/catch/"),
        ),
        "signature": (
            (
                f"?sig={word}{word}",
                f'oauth_signature="{word}{word}"',
                f"jwt={word}{word}",
                f"sig=a%2B{word}{word}",
            ),
            ("signature=none", "sig=5", "config_sig=" + "1" * 20, "signature: " + "1" * 20),
        ),
        "query_parameter": (
            (
                f"&key={word}{word}",
                f"?code%3D{word}{word}",
                f"%26state%3D{word}{word}",
                f"&amp;sid={word}{word}",
            ),
            (
                "?key=ABC-1",
                "?code=404",
                "&state=in-progress",
                "&key=PROJECT2026-12345678",
                f"key={word}{word}",
            ),
        ),
        "form": (
            (f"code={word}{word}&grant_type=x", f"body: ticket={word}{word}&x=1"),
            (f"code={word}{word}", f"cache_key={word}{word}&x=1", "state=in_review_by_team_2&x=1"),
        ),
        "user_flag": (
            (f"curl -u bob:{word}", f"--user bob:{word} x", f"['-u', 'bob:{word}']"),
            ("docker run -u 1000:1000", "date -u +%H:%M", "x -u https://host:1", "sort -u a b"),
        ),
        "tool_flag": (
            (f"sshpass -p {word} ssh x", f"mysql -h db -p{word}", f"ldapsearch -x -w {word}"),
            ("mkdir -p /tmp/x/y", "docker run -p 8050:8050", "mysql -p"),
        ),
        "flag": (
            (f"--api-key {word}", f"['--token', '{word}']", f"-storepass {word}1"),
            ("--token is an option", "['--token', '--force']", 'option("--token", "token")'),
        ),
        "xml_attribute": (
            (
                f'<add key="Password" value="{word}"/>',
                f"<entry key='api_key'>{word}</entry>",
                f'name="password"\r\n\r\n{word}\r\n',
            ),
            ('<input name="password" type="password">', '<entry key="token"></entry>', 'name="passwords"'),
        ),
        "statement": (
            (
                f"ENV JIRA_TOKEN {word}",
                f"ALTER ROLE bob WITH PASSWORD '{word}'",
                f'{{:token "{word}"}}',
                f"bindpw {word}",
            ),
            ("unexpected token '<'", "ENV PATH /usr/bin1", "password for bob"),
        ),
        "named": (
            (
                f'token "{word}" was refused',
                f"Token ({word}) is invalid",
                f"secret ['{word}']".replace("['", "[").replace("']", "]"),
            ),
            ("unexpected token '<'", 'token "page" expired', "token (401)", "api key 'customfield_10016'"),
        ),
        "mail_login": ((f"AUTH PLAIN {b64('bob:' + word)}",), ("AUTH LOGIN", "auth plain text")),
        "said": (
            (f"the password is {word}", f'token for x is "{word}"', f"set api_key to {word}"),
            ("password is required", "token was refused", "set max_tokens to 16384"),
        ),
        "aws_pair": (
            (f"{s['aws_id']}:{some(ALNUM, 40)}",),
            (f"{s['aws_id']} " + "0123456789abcdef" * 2 + "01234567", "ASIA Pacific"),
        ),
        "putty_key": (
            ("Private-Lines: 2\nAAAA" + word + "\nBBBB\nPrivate-MAC: 12",),
            ("Public-Lines: 2\nAAAA\nBBBB\n", "Private-Lines: none"),
        ),
        "bare_word": (
            (f"token {word}9z9", f"password {word}7a7"),
            ("token expired", "password base64-encoded", "secret santa"),
        ),
        "near_jira": (
            (f"jira = {s['jira_cloud_short'][6:26]}ab3D",),
            ("jira.atlassian.com", "jira 5b10ac8d82e05b22cc7d4ef5", "jira issues"),
        ),
        "anchored": (
            tuple(
                make() for make in (ON_THE_LIST["azure_client"], ON_THE_LIST["terraform"], FURTHER["bcrypt"])
            ),
            ("8Q~ in prose", ".atlasv1.", "$5 and $6", "12:AA", "uses-us1"),
        ),
        "maker": (
            (
                s["jira_cloud"],
                f"x{s['jira_cloud_short']}",
                f"({s['jira_data_center']})",
                f"%20{s['jwt']}",
                ".".join(s["jwt"].split(".")[:2]),
            ),
            (
                "ATATT3",
                "ATBB",
                "COMBATTING",
                "N" + "a" * 43,
                "M" * 44,
                "Models/and/Views/with/Names/of/44/characters0",
                "eyJ",
                "eyJhbGciOiJIUzI1NiJ9",
                "obeyJ.x.y",
                "ASIA",
                "AKIA is a prefix",
                "X" + s["aws_id"],
                "ghp_",
                "ghp_short",
                "github_pat_",
                "glpat-",
                "gloat-and-more",
                "xoxb-",
                "xapp-1",
                "AIza",
                "AIzaShort",
            ),
        ),
        "email": (
            (address, quote(address), f"<{address}>"),
            ("a@b", "icon@2x.png", "git@github.com:x/y", "numpy@2.4.1", "@dataclass"),
        ),
    }
