"""Files as people have them, through the whole program: read, or refused with what helps."""

import gzip
import io
import json
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from configuration.errors import InputError
from configuration.settings import Home
from data.intake.profile_import import ImportFiles, import_into
from data.profiles.sources import resolve
from data.simulator.server import JiraSimulator
from tests.support.builders import changelog, entry, issue, status_item, status_list, version
from tests.support.commands import ROOT, command, environment, kept, printed, refused, run
from tests.support.syncing import settings_for

HISTORY = changelog([entry(1, "2026-03-03T10:00", status_item("To Do", "In Progress"))])
ISSUES = [{**issue(f"A-{number}", id=str(number)), "changelog": HISTORY} for number in range(1, 6)]
KEYS = [raw["key"] for raw in ISSUES]
PAGES = [{"issues": ISSUES[:2], "total": 5}, {"issues": ISSUES[2:], "total": 5}]


def file(folder: Path, content: bytes | str, name: str = "input") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def imported(home: Path, *arguments: str | Path, **more: str) -> dict:
    """Return the JSON of an import that succeeds."""
    return json.loads(printed(home, "import", *arguments, "--json", **more))


def zipped(*members: object) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, member in enumerate(members):
            archive.writestr(f"page-{number}.json", json.dumps(member))
    return packed.getvalue()


READ = {
    "pages one after another": "".join(json.dumps(page) for page in PAGES),
    "pages over many lines": "\n".join(json.dumps(page, indent=2) for page in PAGES),
    "pages one a line": "\n".join(json.dumps(page) for page in PAGES),
    "a list of pages": json.dumps(PAGES),
    "jq -s of arrays": json.dumps([ISSUES[:3], ISSUES[3:]], indent=1),
    "pages of a board": "".join(json.dumps({"values": page["issues"]}) for page in PAGES),
    "an empty page at the end": json.dumps([*PAGES, {"issues": []}]),
    "PowerShell": json.dumps(PAGES).encode("utf-16"),
    "PowerShell, big-endian without a mark": json.dumps(PAGES, indent=1).encode("utf-16-be"),
    "webhooks": "\n".join(json.dumps({"webhookEvent": "x", "issue": raw}) for raw in ISSUES),
    "a tap": "\n".join(
        json.dumps(each)
        for each in (
            {"type": "SCHEMA", "stream": "issues", "schema": {}},
            *({"type": "RECORD", "stream": "issues", "record": raw} for raw in ISSUES),
            {"type": "STATE", "value": {}},
        )
    ),
    "Airbyte": "\n".join(
        json.dumps({"type": "RECORD", "record": {"stream": "issues", "data": raw, "emitted_at": 1}})
        for raw in ISSUES
    ),
    "a zip of pages": zipped(*PAGES),
    "a zip packed by gzip": gzip.compress(json.dumps(ISSUES).encode()),
}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The revision of the issues one a line."""
    folder = tmp_path_factory.mktemp("plain")
    lines = file(folder, "".join(json.dumps(raw) + "\n" for raw in ISSUES))
    return str(imported(folder / "home", lines)["revision"])


@pytest.mark.parametrize("name", READ)
def test_all_forms_of_json_bring_the_same(name: str, expected: str, tmp_path: Path) -> None:
    """Histories among it: the revision tells."""
    home = Home(tmp_path / "home")
    files = ImportFiles((file(tmp_path, READ[name]),))
    changes = import_into(resolve(home, "team", {}, creating=True), home, files, None).changes

    assert changes.stored == len(ISSUES)
    assert changes.revision == expected


def test_a_folder_and_standard_input(expected: str, tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    for place, page in (("b.json", PAGES[0]), ("deep/a.ndjson", PAGES[1])):
        file(tmp_path / "in", json.dumps(page), place)
    file(tmp_path / "in", "not meant", "notes.txt")
    piped = subprocess.run(
        command("import", "-", "--json"),
        input=zipped(*PAGES),
        env=environment(tmp_path / "piped"),
        cwd=ROOT,
        capture_output=True,
        timeout=60,
        check=True,
    )

    assert imported(tmp_path / "home", tmp_path / "in")["revision"] == expected
    assert json.loads(piped.stdout)["revision"] == expected


CURL = ("/rest/api/3/search/jql", "/rest/api/2/search", "expand=changelog", "run python app.py sync")
HEADER = "Summary,Issue key,Issue id,Issue Type,Status\nx,A-1,1,Story,Done\n"
REFUSED: dict[str, tuple[bytes | str, tuple[str, ...]]] = {
    "Jira's CSV": (HEADER, ("is Jira's CSV export, which holds no histories", *CURL)),
    "Jira's CSV by Excel": ("\ufeff" + HEADER.replace(",", ";"), ("is Jira's CSV export", *CURL)),
    "Jira's CSV packed": (gzip.compress(HEADER.encode()), ("is Jira's CSV export", *CURL)),
    "RSS": ('<rss version="0.92"></rss>', ("XML export (RSS)", *CURL)),
    "HTML for Excel": ('<html xmlns:x="urn:schemas-microsoft-com:office:excel">', ("for Excel", *CURL)),
    "a login page": ("<html><title>Log in - Jira</title></html>", ('"Log in - Jira"', "token", *CURL)),
    "a PDF": (b"%PDF-1.4", ("is a PDF", *CURL)),
    "an old spreadsheet": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ("is a spreadsheet", *CURL)),
    "an error of Jira": (
        json.dumps({"errorMessages": ["Field 'x' does not exist."], "errors": {}}),
        ("\"Field 'x' does not exist\"", "Correct the request", *CURL),
    ),
    "a tool that flattens": (
        json.dumps({"issues": [{"id": "1", "key": "A-1", "summary": "x"}]}),
        ("has no fields", "fields=*all"),
    ),
    "jira-cli": (json.dumps([{"key": "A-1", "fields": {}}]), ("has no id; jira-cli", "--raw")),
    "PowerShell": (json.dumps({"issues": [{"id": "1", "key": "A-1", "fields": "@{a=1}"}]}), ("-Depth 20",)),
    "Latin-1": (
        json.dumps(issue("A-1", summary="Grün"), ensure_ascii=False).encode("latin-1"),
        ("byte 0xFC at place", "Latin-1", "iconv"),
    ),
    "the headers of an answer": ("HTTP/1.1 200 OK\r\n\r\n{}", ("headers of an answer", "-i")),
    "versions": (json.dumps([version(1, "1.0")]), ("is a version", "--versions")),
    "statuses": (json.dumps(status_list()), ("is a status", "--statuses")),
    "deployments": ("id,deployed_at\n1,2026-03-05\n", ("--deployments",)),
    "nothing Jira shows": (json.dumps({"issues": []}), ("holds no issues", "account may see")),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_named(name: str, tmp_path: Path) -> None:
    """Exit 2, what it is and what helps; nothing is stored, and skipping is not advised."""
    content, words = REFUSED[name]
    home = Home(tmp_path / "home")
    files = ImportFiles((file(tmp_path, content),))
    with pytest.raises(InputError) as told:
        import_into(resolve(home, "team", {}, creating=True), home, files, None)
    said = f"{told.value.message} {told.value.hint}"

    assert told.value.exit_code == 2
    assert [word for word in ("input", *words) if word not in said] == []
    assert "--skip-bad" not in said
    assert not home.root.exists()


def test_a_form_is_named_through_the_whole_program(tmp_path: Path) -> None:
    content, words = REFUSED["Jira's CSV"]
    answer = run(tmp_path / "home", "import", "--skip-bad", file(tmp_path, content))

    refused(answer, 2, "input", *words)
    assert kept(tmp_path / "home") == {}


@pytest.mark.parametrize("option", ["--statuses", "--versions", "--deployments"])
@pytest.mark.parametrize("what", ["statuses", "versions", "deployments", "issues"])
def test_a_file_with_the_wrong_option(option: str, what: str, tmp_path: Path) -> None:
    """It is refused with the option that fits; with that one it is read."""
    contents = {
        "--statuses": status_list(),
        "--versions": [version(1, "1.0")],
        "--deployments": [{"id": "1", "deployed_at": "2026-03-05"}],
        "FILE": ISSUES,
    }
    fits = "FILE" if what == "issues" else f"--{what}"
    path = file(tmp_path, json.dumps(contents[fits]))

    home = Home(tmp_path / "home")
    files = ImportFiles(**{option.removeprefix("--"): (path,)})
    source = resolve(home, "team", {}, creating=True)

    if option == fits:
        import_into(source, home, files, None)
        return
    with pytest.raises(InputError) as told:
        import_into(source, home, files, None)

    assert fits in told.value.hint
    assert "--skip-bad" not in told.value.hint


def test_skipping_is_advised_where_it_helps(tmp_path: Path) -> None:
    path = file(tmp_path, json.dumps(ISSUES[0]) + "\nnonsense\n" + json.dumps(ISSUES[1]) + "\n")
    home = tmp_path / "home"

    refused(run(home, "import", path), 2, "line 2", "--skip-bad")
    assert imported(home, path, "--skip-bad")["issues"]["bad"] == 1


CSV = (
    "id,name,project,deployed_at,environment,result,failed,issues\n"
    "1,one,A,2026-03-05,production,success,no,A-1 A-2\n"
    "1,one again,A,2026-03-06,production,success,no,A-1 Z-9\n"
    "2,two,NOPE,2026-03-07T10:00:00Z,,,,\n"
)


def test_deployments_are_counted(tmp_path: Path) -> None:
    """Created, replaced, unknown; twice the same changes nothing, not even the revision."""
    home, issues = tmp_path / "home", file(tmp_path, json.dumps(ISSUES))
    path = file(tmp_path, CSV, "events.csv")
    first = imported(home, issues, "--deployments", path)
    again = imported(home, issues, "--deployments", path)
    later = imported(home, "--deployments", file(tmp_path, CSV.replace("two", "three"), "later.csv"))

    assert first["deployments"] == {
        "stored": 2,
        "created": 2,
        "updated": 0,
        "replaced": 1,
        "unknown_projects": 1,
        "unknown_issues": 1,
        "bad": 0,
    }
    assert (again["revision"], again["cache"]["hit"]) == (first["revision"], True)
    assert (again["deployments"]["created"], again["deployments"]["updated"]) == (0, 0)
    assert (later["deployments"]["stored"], later["deployments"]["updated"]) == (2, 1)
    assert "deployments" not in imported(home, issues)


def test_bad_rows_of_deployments(tmp_path: Path) -> None:
    home = tmp_path / "home"
    path = file(tmp_path, CSV + "3,three,A,soon,,,,\n", "events.csv")

    refused(run(home, "import", "--deployments", path), 2, "line 5", "'soon'", "--skip-bad")
    assert kept(home) == {}
    assert imported(home, "--deployments", path, "--skip-bad")["deployments"]["bad"] == 1
    only = file(tmp_path, "id,deployed_at\n1,soon\n", "only.csv")
    for more in ((), ("--skip-bad",)):
        answer = run(home, "import", "--deployments", only, *more)
        refused(answer, 2, "only.csv", "line 2", "id and deployed_at must be there")
        assert "leave such" not in answer.stderr


@pytest.mark.parametrize("dialect", ["cloud", "dc"])
def test_deployments_of_a_profile_that_reads_a_jira(dialect: str, tmp_path: Path) -> None:
    """Before the first sync, after it, and over later ones, also with another query; issues are refused."""
    home, path = tmp_path / "home", file(tmp_path, CSV, "events.csv")
    with JiraSimulator(60, 3, dialect) as jira:
        settings = settings_for(jira, dialect)
        early = imported(home, "--deployments", path, **settings)
        printed(home, "sync", **settings)
        assert stored_deployments(home, settings) == ["1", "2"]
        more = file(tmp_path, "id,deployed_at\n3,2026-03-08\n", "more.csv")
        late = imported(home, "--deployments", more, **settings)
        again = imported(home, "--deployments", more, **settings)
        assert stored_deployments(home, settings) == ["1", "2", "3"]
        jira.mutate(3)
        printed(home, "sync", **settings)
        printed(home, "sync", "--full", **settings)
        assert stored_deployments(home, settings) == ["1", "2", "3"]
        other = {**settings, "JIRA_JQL": "project is not EMPTY ORDER BY key"}
        printed(home, "sync", **other)
        assert stored_deployments(home, other) == ["1", "2", "3"]
        for refusal in ((path, "--statuses", path), ("--versions", path), (path,)):
            refused(run(home, "import", *refusal, **settings), 2, "--profile", jira.url)

    assert (early["deployments"]["created"], early["issues"]["stored"], early["revision"]) == (2, 0, "")
    assert (late["deployments"]["created"], late["deployments"]["stored"]) == (1, 3)
    assert late["issues"]["stored"] == 60
    assert (again["cache"]["hit"], again["revision"]) == (True, late["revision"])


def stored_deployments(home: Path, settings: dict[str, str]) -> list[str]:
    """Return the ids that a profile's store holds."""
    source = resolve(Home(home), "default", environment(home, **settings))
    return sorted(source.store.load().deployments.ids)


def test_the_demo_takes_nothing(tmp_path: Path) -> None:
    path = file(tmp_path, CSV, "events.csv")

    refused(run(tmp_path / "home", "import", "--deployments", path, "--profile", "demo"), 2, "--profile")


def test_standard_input_is_named_once(tmp_path: Path) -> None:
    refused(run(tmp_path / "home", "import", "-", "--statuses", "-"), 2, "Standard input")


BOMBS: dict[str, Callable[[], bytes]] = {
    "a text without end in a zip": lambda: zipped("9" * (200 << 20)),
    "an array of blanks": lambda: gzip.compress(b"[" + b" " * (200 << 20), compresslevel=1),
    "bad lines without end": lambda: gzip.compress(b"{}\n" * 100_000),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_little_memory(name: str, tmp_path: Path) -> None:
    """Whatever unpacks from it: 512 MiB at most, and an answer."""
    code = (
        "import sys; from app import main\n"
        "code = main()\n"
        "status = open('/proc/self/status').read()\n"
        "print(status.partition('VmHWM:')[2].split()[0])\n"
        "sys.exit(code)\n"
    )
    path = file(tmp_path, BOMBS[name](), "bomb")
    done = subprocess.run(
        [command()[0], "-c", code, "import", str(path), "--skip-bad"],
        env=environment(tmp_path / "home"),
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )

    assert done.returncode == 2, done.stderr
    assert int(done.stdout) < 512 * 1024
