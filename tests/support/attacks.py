"""What somebody may try against the running product, by kind, and how it has to end."""

import gzip
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from tests.support.builders import issue

_CALL = "POST /_dash-update-component HTTP/1.1\r\nContent-Type: application/json"
_EVIL = "<script>window.__xss=1</script>"


@dataclass(frozen=True)
class HttpAttack:
    """Bytes for the server: a request line with headers, a body, and the statuses that are right.

    ``OWN`` in the head stands for the dashboard's own host and port, ``PORT`` for its port.
    """

    name: str
    head: str
    expected: tuple[int, ...]
    body: str | bytes = b""
    must_not_answer: tuple[str, ...] = ()


def _get(path: str, *headers: str) -> str:
    return "\r\n".join((f"GET {path} HTTP/1.1", *headers))


_HOSTS = (
    "evil.example",
    "evil.example:PORT",
    "127.0.0.1",
    "127.0.0.1:1",
    "127.0.0.1.evil.example:PORT",
    "localhost.:PORT",
    "0.0.0.0:PORT",
    "2130706433:PORT",
    "[::ffff:127.0.0.1]:PORT",
    "evil.example#127.0.0.1:PORT",
    "evil@127.0.0.1:PORT",
)
_ORIGINS = (
    "http://evil.example",
    "null",
    "http://127.0.0.1:1",
    "http://OWN.evil.example",
    "http://evil.example/OWN",
    "file://",
    "http://localhost:PORT",
)
_SITES = ("cross-site", "same-site", "Cross-Site", "none, same-origin")
_METHODS = ("PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "POST")
_TYPES = (
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/json",
    "",
)
_PATHS = (
    "/../../etc/passwd",
    "/assets/../../secrets/default.json",
    "/assets/..%2f..%2fsecrets%2fdefault.json",
    "/assets/%2e%2e/%2e%2e/secrets/default.json",
    "/assets/....//....//secrets/default.json",
    "/assets/..\\..\\secrets\\default.json",
    "/assets//etc/passwd",
    "/assets/%00",
    "/_dash-component-suites/dash/../../../../etc/passwd",
    "/_dash-component-suites/os/os.py",
    "/secrets/default.json",
    "/profiles/default.toml",
    "/cache/",
    "/console",
    "/?__debugger__=yes&cmd=resource&f=debugger.js",
    "/_reload-hash",
    "/.env",
    "/.git/config",
    "//evil.example/",
)

HTTP = (
    *(HttpAttack(f"host {host}", _get("/", f"Host: {host}"), (400, 403)) for host in _HOSTS),
    HttpAttack("host missing", _get("/", "Host:"), (400, 403)),
    HttpAttack("two hosts", _get("/", "Host: OWN", "Host: evil.example"), (400, 403)),
    HttpAttack("absolute address", _get("http://evil.example/", "Host: evil.example"), (400, 403)),
    HttpAttack(
        "forwarded host is not believed",
        _get("/dora", "Host: evil.example", "X-Forwarded-Host: OWN"),
        (403,),
    ),
    *(
        HttpAttack(f"origin {origin}", _get("/_dash-layout", f"Origin: {origin}"), (403,))
        for origin in _ORIGINS
    ),
    *(
        HttpAttack(f"site {site}", _get("/_dash-layout", f"Sec-Fetch-Site: {site}"), (403,))
        for site in _SITES
    ),
    *(HttpAttack(f"method {name}", f"{name} / HTTP/1.1", (400, 403, 405)) for name in _METHODS),
    *(
        HttpAttack(
            f"posted as {kind or 'nothing'}",
            f"POST /_dash-update-component HTTP/1.1\r\nContent-Type: {kind}",
            (403,),
            '{"output": "job.children"}',
        )
        for kind in _TYPES
    ),
    *(
        HttpAttack(f"path {path}", _get(path), (400, 403, 404), must_not_answer=("root:x",))
        for path in _PATHS
    ),
    HttpAttack("header with a line end", _get("/health", "X-A: b\nSet-Cookie: c=d"), (200, 400)),
    HttpAttack("header without end", _get("/health", f"X-A: {'a' * 70_000}"), (0, 400, 431)),
    HttpAttack("many headers", _get("/health", *(f"X-{n}: a" for n in range(9_000))), (0, 400, 431)),
    HttpAttack("a request that is none", "nonsense", (400,)),
    HttpAttack("negative length", f"{_CALL}\r\nContent-Length: -1", (400,)),
    HttpAttack("length that is no number", f"{_CALL}\r\nContent-Length: 1e3", (400,)),
    HttpAttack("two lengths", f"{_CALL}\r\nContent-Length: 2\r\nContent-Length: 3", (400,), "{}"),
    HttpAttack(
        "length and chunks",
        f"{_CALL}\r\nContent-Length: 2\r\nTransfer-Encoding: chunked",
        (400,),
        "0\r\n\r\n",
    ),
    HttpAttack("unknown coding", f"{_CALL}\r\nTransfer-Encoding: gzip, chunked", (400, 501), "0\r\n\r\n"),
    HttpAttack(
        "chunk of no size",
        f"{_CALL}\r\nTransfer-Encoding: chunked\r\nContent-Length-X: 1",
        (400,),
        "zz\r\n{}\r\n",
    ),
    HttpAttack("body beyond the limit", f"{_CALL}\r\nContent-Length: 1048577", (413,)),
    HttpAttack("body of a petabyte", f"{_CALL}\r\nContent-Length: {1 << 50}", (413,)),
)


def _body(name: str, body: object) -> HttpAttack:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpAttack(f"call {name}", _CALL, (400,), raw)


_JOB = {"output": "job.children", "outputs": {"id": "job", "property": "children"}}
JSON_BODIES = (
    _body("empty", b" "),
    _body("cut", b'{"output":'),
    _body("null", None),
    _body("a number", 5),
    _body("a list", [{}]),
    _body("nested without end", b"[" * 200_000),
    _body("not text", b"\xff\xfe\x00"),
    _body("UTF-7", b"+AHs-+ACI-output+ACI-+ADo-1+AH0-"),
    _body("no output", {"outputs": []}),
    _body("an output that does not exist", _JOB | {"output": "nobody.children"}),
    _body("a dunder", _JOB | {"output": "__class__.__init__"}),
    _body("output of a list", _JOB | {"output": ["job.children"]}),
    _body("20 000 outputs", {"output": "x.y", "outputs": [{"id": "x", "property": "y"}] * 20_000}),
    _body("inputs of text", _JOB | {"inputs": "all"}),
)


def _export(name: str, path: str, *expected: int) -> HttpAttack:
    return HttpAttack(f"export {name}", _get(path), expected or (400, 404), must_not_answer=(_EVIL, "root:x"))


EXPORTS = (
    _export("profile that is a path", "/export/metrics.json?src=../../etc/passwd"),
    _export(
        "profile that is a script",
        f"/export/metrics.json?src={_EVIL.replace('<', '%3C').replace('>', '%3E')}",
    ),
    _export("profile that does not exist", "/export/metrics.json?src=nobody"),
    _export("profile of a thousand characters", f"/export/metrics.json?src={'a' * 1000}"),
    _export("day that is not one", "/export/metrics.json?from=2026-02-30&to=2026-03-01"),
    _export("period with one end", "/export/metrics.json?from=2026-01-01"),
    _export("period of an age", "/export/metrics.json?days=999999999"),
    _export("instant that is not one", "/export/metrics.json?as_of=yesterday"),
    _export("instant beyond all", "/export/metrics.json?as_of=99999-01-01"),
    _export("metric that is a path", "/export/metric/..%2f..%2fsecrets.csv"),
    _export("metric that is a script", "/export/metric/%3Cscript%3Ewindow.__xss=1%3C%2Fscript%3E.csv"),
    _export(
        "reason that is a script",
        "/export/metric/flow_time.csv?reason=%3Cscript%3Ewindow.__xss=1%3C/script%3E",
    ),
    _export("chart that does not exist", "/export/chart/%7B%7B7*7%7D%7D.csv"),
    _export("what does not exist", "/export/secrets.json"),
    _export("a header in the name", "/export/issues.csv?src=default%0d%0aSet-Cookie:%20a=b"),
)


def _lines(*entries: object) -> bytes:
    return b"".join(json.dumps(entry).encode() + b"\n" for entry in entries)


FILES: dict[str, tuple[Callable[[], bytes], tuple[int, ...]]] = {
    "empty": (lambda: b"", (2,)),
    "blank": (lambda: b"\n \n", (2,)),
    "zeros": (lambda: bytes(10_000), (2,)),
    "not text": (lambda: b"\xff\xfe{}\n", (2,)),
    "a program": (lambda: b"\x7fELF" + bytes(100), (2,)),
    "a page": (f"<html>{_EVIL}</html>".encode, (2,)),
    "nested without end": (lambda: b'{"id":"1","key":"A-1","fields":' + b"[" * 200_000, (2,)),
    "an array nested without end": (lambda: b"[" * 500_000, (2,)),
    "gzip that is cut": (lambda: gzip.compress(_lines(issue("A-1")) * 500)[:200], (2,)),
    "gzip that is none": (lambda: b"\x1f\x8b\x08" + bytes(50), (2,)),
    "zlib without a head": (lambda: zlib.compress(_lines(issue("A-1"))), (2,)),
    "gzip in gzip": (lambda: gzip.compress(gzip.compress(_lines(issue("A-1")))), (0,)),
    "key that is a path": (lambda: _lines(issue("A-1") | {"key": "../../etc/passwd"}), (2,)),
    "key that is a script": (lambda: _lines(issue("A-1") | {"key": _EVIL}), (2,)),
    "id that is a list": (lambda: _lines(issue("A-1") | {"id": [1]}), (2,)),
    "number beyond all": (lambda: b'{"id": 1e999, "key": "A-1", "fields": {}}\n', (2,)),
    "key of a megabyte": (lambda: _lines(issue("A-1") | {"key": "A" * (1 << 20) + "-1"}), (0, 2)),
    "prototype": (lambda: _lines({"__proto__": {"key": "A-1"}, "constructor": 1}), (2,)),
    "pickle": (lambda: b"\x80\x04\x95\x1a\x00\x00\x00\x8c\x05posix\x8c\x06system\x93.", (2,)),
    "entity bomb": (lambda: b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>', (2,)),
}

NAMES = (
    "../evil",
    "..",
    "a/b",
    "a\\b",
    "/etc/passwd",
    "a\nb",
    "con",
    "NUL.txt",
    "a" * 65,
    ".hidden",
    "a b",
    "a%2fb",
    "ä",
    "$(id)",
)

# Nothing of it is asked: not a web address, not encrypted, or the token does not belong there.
ADDRESSES = (
    ("file:///etc/passwd", (2, 3)),
    ("gopher://127.0.0.1:25/", (2, 3)),
    ("http://169.254.169.254/latest/meta-data/", (2, 3)),
    ("http://[fd00:ec2::254]/", (2, 3)),
    ("https://metadata.google.internal/", (2, 3)),
    ("http://jira.example/", (2, 3)),
    ("https://evil.example\\@jira.example/", (2, 3)),
    ("https://jira.example@evil.example/", (2, 3)),
    ("https://jira.example.evil.example/", (2, 3)),
    ("https://jira.example%2eevil.example/", (2, 3)),
    ("javascript:alert(1)", (2, 3)),
    ("//jira.example/", (2, 3)),
    ("https://", (2, 3)),
)

SETTINGS = (
    'timezone = "Europe/Nowhere"\n',
    'timezone = "../../etc/passwd"\n',
    "timezone = 5\n",
    "timezone = [\n",
    'holidays = ["2026-02-30"]\n',
    'edition = "1999"\n',
    "jira = 5\n",
    '[deployments]\nsource = "shell"\n',
    "version = 99\n",
    f"holidays = {'[' * 20_000}\n",
)

VIEWS = (
    ("--from", "2026-13-01", "--to", "2026-01-31"),
    ("--from", "0001-01-01", "--to", "9999-12-31"),
    ("--from", "2026-02-01", "--to", "2026-01-01"),
    ("--from", "'; DROP TABLE issue; --", "--to", "2026-01-01"),
    ("--as-of", "99999-01-01"),
    ("--as-of", "now()"),
    ("--timezone", "../../../etc/passwd"),
    ("--timezone", "Europe/Berlin\x00"),
)

TEXTS = (
    '=HYPERLINK("http://evil.invalid/","x")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "\t=1+1",
    _EVIL,
    f"</script>{_EVIL}",
    "<img src=x onerror=window.__xss=1>",
    '{"level": "ERROR"}\n{"message": "forged"}',
    "\x1b[31mred\x1b[0m \u202e",
    "%s %(message)s {0.__class__}",
)
