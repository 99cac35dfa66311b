"""Bad input: one sentence of cause, one of remedy, the documented exit code, and the store as before."""

import gzip
import json
import os
import socket
from pathlib import Path

import pytest

from configuration.errors import InputError
from data.intake.import_files import read_issues
from data.intake.json_stream import MAX_VALUE_BYTES
from tests.support.builders import issue, version
from tests.support.commands import entries, kept, printed, refused, run, written

ISSUE = json.dumps(issue("B-1")).encode() + b"\n"
PERIOD_THAT_RUNS_BACKWARDS = ("--from", "2026-03-03", "--to", "2026-03-02")
DEPLOYMENT = b"id,deployed_at\n1,2026-03-02T10:00Z\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that holds one issue, which no bad input may touch."""
    folder = tmp_path_factory.mktemp("home")
    printed(folder, "import", written(folder.parent / "good.ndjson", [issue("A-1")]))
    return folder


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a profile that has an issue and a version."""
    folder = tmp_path_factory.mktemp("odd")
    versions = file(
        folder.parent, json.dumps([version(1, "1.0", release_date="2026-01-02")]).encode(), "versions"
    )
    issues = written(folder.parent / "odd.ndjson", [issue("A-1")])
    printed(folder, "import", issues, "--versions", versions, "--profile", "odd")
    return folder


def file(folder: Path, content: bytes, name: str = "input") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def cut(content: bytes, share: float = 0.5) -> bytes:
    whole = gzip.compress(content)
    return whole[: int(len(whole) * share)]


MANY = b"".join(json.dumps(issue(f"B-{n}")).encode() + b"\n" for n in range(1, 2000))
BAD_ISSUES = {
    "empty": (b"", "is empty"),
    "blank": (b"\n \n\n", "is empty"),
    "empty gzip": (gzip.compress(b""), "is empty"),
    "truncated gzip": (cut(MANY), "cut off"),
    "gzip of nothing": (b"\x1f\x8b\x08", "cut off"),
    "no JSON": (b"hello world\n", "line 1"),
    "binary": (bytes(range(256)) * 8, "not text"),
    "UTF-16 that is cut": (ISSUE.decode().encode("utf-16-le")[:-3], "characters cannot be read"),
    "a number": (b"42\n", "line 1"),
    "an object of another kind": (b'{"name": "x"}\n', "line 1"),
    "no key": (b'{"id": "1", "fields": {}}\n', "line 1"),
    "a key that is not one": (b'{"id": "1", "key": "nonsense", "fields": {}}\n', "line 1"),
    "half corrupt": (ISSUE + b'{"id": "2", "key": "B-2", "fie\n' + ISSUE, "line 2"),
    "an array that is cut": (b"[" + ISSUE, "not complete JSON"),
    "an empty array": (b"[]", "holds no issues"),
    "an empty answer": (b'{"issues": []}', "holds no issues"),
    "an answer of the wrong shape": (b'{"issues": 5}', "not a list"),
    "an issue of the wrong shape in an array": (b"[" + ISSUE + b',{"id": 1}]', "entry 2"),
    "deep nesting": (
        b'{"id": "1", "key": "B-1", "fields": ' + b'{"a":' * 50_000 + b"1" + b"}" * 50_001,
        "deep",
    ),
}


@pytest.mark.parametrize("name", BAD_ISSUES)
def test_a_file_that_holds_no_issues_is_refused(name: str, tmp_path: Path) -> None:
    """Every reader of the file ends in one kind of error that names file, place and remedy."""
    content, word = BAD_ISSUES[name]

    def refuse(entry: object) -> None:
        raise InputError(f"{entry}.", hint="-")

    with pytest.raises(InputError) as met:
        list(read_issues(file(tmp_path, content), refuse))

    assert met.value.message.startswith("input")
    assert word in met.value.message
    assert met.value.exit_code == 2


def test_files_that_cannot_be_imported(home: Path, tmp_path: Path) -> None:
    """Through the whole program, and nothing of any of them is stored."""
    before = kept(home)
    good = file(tmp_path, ISSUE, "good")
    for name in ("empty", "truncated gzip", "no JSON", "deep nesting"):
        content, word = BAD_ISSUES[name]
        refused(run(home, "import", good, file(tmp_path, content)), 2, "input", word)
    refused(run(home, "import", good, tmp_path / "missing"), 2, "missing does not exist")
    refused(run(home, "import", good, tmp_path), 2, "holds no file called *.json*")
    refused(run(home, "import", good, "--profile", "new", file(tmp_path, b"[]")), 2, "holds no issues")

    assert kept(home) == before


def test_a_corrupt_line_is_named_or_left_out(tmp_path: Path) -> None:
    """Without ``--skip-bad`` nothing is stored; with it the rest is, and both say which line."""
    content, _ = BAD_ISSUES["half corrupt"]
    half, home = file(tmp_path, content, "half.ndjson"), tmp_path / "home"

    refused(run(home, "import", half), 2, "half.ndjson, line 2", "--skip-bad")
    assert kept(home) == {}
    done = run(home, "import", half, "--skip-bad", "--json")
    outcome = json.loads(done.stdout)["issues"]

    assert (outcome["stored"], outcome["fetched"], outcome["bad"]) == (1, 2, 1)
    assert "half.ndjson, line 2" in done.stderr
    assert [entry["key"] for entry in entries(home)] == ["B-1"]


def test_nothing_but_bad_lines_is_no_import(tmp_path: Path) -> None:
    """``--skip-bad`` does not turn an import of nothing into a success."""
    home = tmp_path / "home"

    refused(run(home, "import", "--skip-bad", file(tmp_path, b"a\nb\n")), 2, "no issue that can be read")
    assert kept(home) == {}


def test_the_compressed_rest_of_a_file_can_be_skipped(tmp_path: Path) -> None:
    """What came before the cut is whole lines, and is kept when that is asked for."""
    bad: list[object] = []
    rows = list(read_issues(file(tmp_path, cut(MANY, 0.9)), bad.append))

    assert 100 < len(rows) < 2000
    assert [row.key for row in rows[:2]] == ["B-1", "B-2"]
    assert len(bad) in (1, 2)
    assert "cut off" in str(bad[-1])


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    """Asked as a user without rights, whoever runs the test."""
    secret = file(tmp_path, ISSUE)
    secret.chmod(0)
    me = os.geteuid()
    if me == 0:
        os.seteuid(65534)
    try:
        with pytest.raises(InputError, match="may not be read"):
            list(read_issues(secret, lambda _: None))
    finally:
        os.seteuid(me)


def test_a_line_without_end_is_refused(tmp_path: Path) -> None:
    """64 MiB are read of a line, never more; a compressed one is told just as well."""
    endless = gzip.compress(b" " * 10 + b"x" * (MAX_VALUE_BYTES + 1), compresslevel=1)

    with pytest.raises(InputError, match="longer than 64 MiB"):
        list(read_issues(file(tmp_path, endless), lambda _: None))


def test_lists_beside_the_issues(home: Path, tmp_path: Path) -> None:
    """Statuses, versions and deployments are refused just as clearly."""
    before = kept(home)
    names = json.dumps([{"id": str(n), "name": os.urandom(9).hex()} for n in range(9000)]).encode()
    cases = [
        ("--statuses", cut(names), "cut off"),
        ("--statuses", b'{"a": 1}', "not a list of statuses"),
        ("--statuses", b'[{"id": "1", "name": "\\ud800"}]', "not a list of statuses"),
        ("--versions", b"[{}]", "not a list of versions"),
        ("--deployments", b"name\nx\n", "columns id and deployed_at"),
        ("--deployments", DEPLOYMENT + b"2,soon\n", "line 3"),
        ("--deployments", b'{"id": 1, "deployed_at": 1.5}\n', "line 1"),
        ("--deployments", b'{"id": 1, "deployed_at": "2026-03-02T10:00Z", "issues": 7}\n', "line 1"),
        ("--deployments", DEPLOYMENT + b'3,"' + b"x" * 200_000 + b'"\n', "not CSV"),
        ("--deployments", b'{"id": ' + b"[" * 50_000 + b"\n", "not complete JSON"),
    ]
    for option, content, word in cases:
        refused(run(home, "import", option, file(tmp_path, content)), 2, "input", word)

    assert kept(home) == before


def test_dates_zones_and_profiles_that_make_no_sense(home: Path) -> None:
    before = kept(home)
    cases = [
        (PERIOD_THAT_RUNS_BACKWARDS, "before it begins"),
        (("--from", "2026-02-30"), "'2026-02-30' is not a date"),
        (("--to", "tomorrow"), "--to 'tomorrow'"),
        (("--as-of", "2026-02-30"), "--as-of '2026-02-30'"),
        (("--as-of", "20260302"), "neither a date nor an instant"),
        (("--timezone", "Mars/Olympus"), "Mars/Olympus"),
        (("--profile", "nobody"), "no profile called nobody"),
    ]
    for options, word in cases:
        refused(run(home, "metrics", "--json", *options), 2, word)

    assert kept(home) == before


def test_a_backward_period_is_refused_over_an_empty_store_too(tmp_path: Path) -> None:
    refused(run(tmp_path, "metrics", *PERIOD_THAT_RUNS_BACKWARDS), 2, "before it begins")
    refused(run(tmp_path, "metrics", "--timezone", "Mars/Olympus"), 2, "Mars/Olympus")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("timezone = ", ("odd", "odd.toml")),
        ("timezone = 5", ("timezone", "a text")),
        ("include_epics = 'yes'", ("include_epics", "true or false")),
        ("not_delivered = 'Hold'", ("not_delivered", "a list of texts")),
        ("start_source = 'magic'", ("start_source", "status, created")),
        ("workflow = 3", ("workflow", "a table")),
        ("timezone = 'Mars/Olympus'", ("Mars/Olympus",)),
        ("deployments.version_pattern = '('", ("deployments.version_pattern", "regular expression")),
    ],
)
def test_a_profile_that_makes_no_sense(odd: Path, text: str, words: tuple[str, ...]) -> None:
    (odd / "profiles" / "odd.toml").write_text(text, encoding="utf-8")
    before = kept(odd)

    refused(run(odd, "metrics", "--json", "--profile", "odd"), 2, *words)
    assert kept(odd) == before


def test_ports(tmp_path: Path) -> None:
    """A port in use and a word for a port are told before anything is served."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused(run(tmp_path, "serve", "--port", port), 2, port, "--port")
        refused(run(tmp_path, "serve", PORT=port), 2, port)
    refused(run(tmp_path, "serve", PORT="eighty"), 2, "PORT", "eighty")
    refused(run(tmp_path, "serve", "--port", "65536"), 2, "65535")
    refused(run(tmp_path, "serve", "--host", "0.0.0.0"), 2, "0.0.0.0", "ALLOWED_HOSTS")
