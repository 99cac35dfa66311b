"""Logging from the call to the line in the file."""

import json
import logging
import os
import subprocess
import sys
import threading
import time
import warnings
from io import StringIO
from pathlib import Path

import pytest

from configuration import logging_config
from configuration.errors import (
    ConfigurationError,
    DashboardError,
    InputError,
    QueryError,
    TokenRefusedError,
    UnavailableError,
)
from configuration.logging_config import (
    JSONFormatter,
    RequestMemory,
    SensitiveDataFilter,
    add_secrets,
    cleanup_old_logs,
    flush_logging,
    log_exception_reference,
    log_request,
    run_context,
    setup_logging,
    shutdown_logging,
)
from configuration.logs.records import CleanRecord, ConsoleFormatter, cleaned
from configuration.logs.redaction import Redactor
from configuration.settings import Home, Secret, initialize
from tests.support.disks import pinned
from tests.support.redaction_corpus import ALNUM, SHAPES, some

CHECKOUT = Path(__file__).resolve().parents[3]
DAY_S = 86_400
logger = logging.getLogger("tests.logging")


@pytest.fixture(autouse=True)
def _stop_logging():
    yield
    shutdown_logging()


def handle(made: logging.LogRecord) -> None:
    """Give a record to our handler alone: that of pytest raises where ours carries on."""
    (handler,) = logging_config._list_installed()
    handler.handle(made)


def lines(folder: Path, name: str = "app.log") -> list[dict]:
    """Return what is in a log file once everything logged so far is written."""
    flush_logging()
    return [json.loads(line) for line in (folder / name).read_text("utf-8").splitlines()]


def record(message: object, *args: object, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("tests", logging.INFO, __file__, 1, message, args, None, "here")
    made.__dict__.update(extra)
    return made


def run_script(source: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", source, *arguments],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


# --- Starting ---------------------------------------------------------------------------------


def test_setup_logging_creates_log_directory(temp_log_dir):
    """The folder is made, with its parents."""
    setup_logging(temp_log_dir / "a" / "b", console=False)

    assert (temp_log_dir / "a" / "b").is_dir()


def test_setup_logging_creates_log_files(temp_log_dir):
    """Both files exist before the first line, and only their owner may read them."""
    setup_logging(str(temp_log_dir), console=False)

    assert (temp_log_dir / "app.log").is_file()
    assert (temp_log_dir / "errors.log").is_file()
    assert os.name == "nt" or (temp_log_dir / "app.log").stat().st_mode & 0o077 == 0


def test_second_setup_replaces_the_first(temp_log_dir):
    """No line is written twice."""
    setup_logging(temp_log_dir / "one", console=False)
    setup_logging(temp_log_dir / "two", console=False)

    logger.info("app.started")

    assert [line["message"] for line in lines(temp_log_dir / "two")] == ["app.started"]
    assert (temp_log_dir / "one" / "app.log").read_text() == ""


def test_importing_touches_no_file(tmp_path):
    """Logging starts from the entry point and not from an import."""
    source = (
        "import os, sys; before = set(os.listdir('.'));"
        "import configuration.logging_config, configuration.settings, callbacks.cli.logs, logging;"
        "print(sorted(set(os.listdir('.')) - before), logging.getLogger().handlers)"
    )
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), "PYTHONDONTWRITEBYTECODE": "1"}

    done = subprocess.run(
        [sys.executable, "-c", source],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == "[] []"


def test_initialize_starts_logging_and_cleans_up(tmp_path):
    """T025, T026: the settings start both, and say so in one line."""
    home = Home(tmp_path)
    home.logs.mkdir()
    old = home.logs / "app.log.5"
    old.write_text("{}\n")
    os.utime(old, (time.time() - 40 * DAY_S,) * 2)
    secret = some(ALNUM, 12)

    initialize(home, "info", profile="team", secrets=[Secret(secret)], console=False)
    logger.info("login with %s", secret)

    started, login = lines(home.logs)
    assert not old.exists()
    assert (started["message"], started["old_files_deleted"], started["profile"]) == (
        "logging.started",
        1,
        "team",
    )
    assert login["message"] == "login with [REDACTED]"


@pytest.mark.parametrize("level", ["LOUD", "", "10"])
def test_unknown_level_is_a_configuration_error(temp_log_dir, level):
    """It exits 2 and names the levels there are."""
    with pytest.raises(ConfigurationError, match="does not exist") as caught:
        setup_logging(temp_log_dir, log_level=level)

    assert "DEBUG" in caught.value.hint


def test_levels_by_logger(temp_log_dir):
    """A noisy library can be turned down, one module of ours up; both are put back at the end."""
    setup_logging(temp_log_dir, log_level="INFO", levels={"tests.noisy": "ERROR"}, console=False)
    logging.getLogger("tests.noisy").warning("noise")
    logger.debug("detail")
    logger.info("news")

    assert [line["message"] for line in lines(temp_log_dir)] == ["news"]
    shutdown_logging()
    assert logging.getLogger("tests.noisy").level == logging.NOTSET


# --- What a line says -------------------------------------------------------------------------


def test_json_formatter_output():
    """The fields of specs/interface.md in their order, then the event's own."""
    made = record("cache.hit", key="ab", reason="updated", run_id="r1", profile="p1")
    made.created = 1767323045.1239

    line = json.loads(JSONFormatter().format(made))

    assert list(line.items()) == [
        ("timestamp", "2026-01-02T03:04:05.123Z"), ("level", "INFO"), ("logger", "tests"),
        ("module", "test_logging_config"), ("function", "here"), ("line", 1), ("message", "cache.hit"),
        ("run_id", "r1"), ("profile", "p1"), ("key", "ab"), ("reason", "updated"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("message", "args", "expected"),
    [
        ("100%d", (), "100%d"),
        ("%d of %s", (3, "x"), "3 of x"),
        ("%(name)s has %(n)d", ({"name": "a", "n": 2},), "a has 2"),
        ("%s", ({"a": 1},), "{'a': 1}"),
        ("50% done", (), "50% done"),
        ("%5.1f%%", (99.5,), " 99.5%"),
        ("%r", (("a", 1),), "('a', 1)"),
        ({"a": 1}, (), "{'a': 1}"),
        (ValueError("x"), (), "x"),
    ],
)
def test_messages_are_formatted_first(temp_log_dir, message, args, expected):
    """P2: no number format is lost or hurt on its way."""
    setup_logging(temp_log_dir, console=False)

    logger.info(message, *args)

    assert lines(temp_log_dir)[0]["message"] == expected


def test_wrong_placeholder_keeps_the_line(temp_log_dir, capsys):
    """A slip in a log call shows in the log, and nowhere else."""
    setup_logging(temp_log_dir, console=False)

    handle(record("took %d ms", "long"))

    (line,) = lines(temp_log_dir)
    assert (line["message"], line["format_error"]) == ("took %d ms ['long']", "TypeError")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "value",
    [
        "a\nb",
        "\u2028 \u2029 \x85",
        "\x1b[31m",
        "\ud800",
        2**70,
        float("nan"),
        float("inf"),
        b"\xff",
        {1: 2},
        object(),
    ],
)
def test_every_line_is_json(temp_log_dir, value):
    """P14: whatever is logged, one record is one line of valid JSON."""
    setup_logging(temp_log_dir, console=False)

    logger.info("odd %s", value, extra={"value": value, "nested": [value, {"x": value}]})

    assert lines(temp_log_dir)[0]["logger"] == "tests.logging"


def test_fields_cannot_replace_the_head(temp_log_dir):
    """A field called like one of ours is kept beside it."""
    setup_logging(temp_log_dir, console=False)

    logger.info("x.y", extra={"level": 3, "timestamp": "t"})

    (line,) = lines(temp_log_dir)
    assert (line["level"], line["level_"], line["timestamp_"]) == ("INFO", 3, "t")


def test_values_are_those_of_the_call(temp_log_dir):
    """What changes after the call does not change the line, though it is written later."""
    setup_logging(temp_log_dir, console=False)
    changing = {"n": 1}

    logger.info("n is %s", changing, extra={"state": changing})
    changing["n"] = 2

    (line,) = lines(temp_log_dir)
    assert (line["message"], line["state"]) == ("n is {'n': 1}", {"n": 1})


def test_run_context_ties_lines_together(temp_log_dir):
    """One id per run, inside it only; the profile of the process holds where none is given."""
    setup_logging(temp_log_dir, profile="default", console=False)
    with run_context(profile="other") as run_id:
        logger.info("inside")
        with run_context("abc"):
            logger.info("nested")
    logger.info("outside")
    thread = threading.Thread(target=logger.info, args=("elsewhere",))
    thread.start()
    thread.join()

    found = [(line["message"], line["run_id"], line["profile"]) for line in lines(temp_log_dir)]
    assert found == [
        ("inside", run_id, "other"),
        ("nested", "abc", "other"),
        ("outside", None, "default"),
        ("elsewhere", None, "default"),
    ]


def test_long_texts_are_cut_after_redaction(temp_log_dir):
    """A log is no place for documents, and a cut must not set half a secret free."""
    setup_logging(temp_log_dir, console=False)
    secret = SHAPES["github"]()

    logger.info("%s", (secret + " ") * 20_000)

    (line,) = lines(temp_log_dir)
    assert line["message"].endswith(" [cut]")
    assert secret[:12] not in line["message"]
    assert (temp_log_dir / "app.log").stat().st_size < 1_000_000


# --- Secrets ----------------------------------------------------------------------------------


def filtered(message: str, *args: object) -> str:
    made = record(message, *args)
    assert SensitiveDataFilter().filter(made)
    return made.getMessage()


@pytest.mark.parametrize("kind", sorted(SHAPES))
def test_sensitive_data_filter_redacts_tokens(kind):
    """Tokens of every shape, in the text or in an argument."""
    token = SHAPES[kind]()

    assert token not in filtered(f"Authorization: Bearer {token}")
    assert filtered("got %s back", token) == "got [REDACTED] back"


@pytest.mark.parametrize(
    "carrier", ["password={}", 'password: "{}"', "{{'password': '{}'}}", "&os_password={}&x=1", "pwd={}"]
)
def test_sensitive_data_filter_redacts_passwords(carrier):
    """Passwords have no shape; their name gives them away."""
    password = some(ALNUM, 10)

    assert password not in filtered(carrier.format(password))
    assert "[REDACTED]" in filtered(carrier.format("%s"), password)


@pytest.mark.parametrize(
    "carrier", ["api_key={}", "apikey: {}", "X-Api-Key: {}", '{{"api-key": "{}"}}', "?api_key={}&a=1"]
)
def test_sensitive_data_filter_redacts_api_keys(carrier):
    """API keys in the spellings that people use."""
    key = some(ALNUM, 32)

    assert key not in filtered(carrier.format(key))


def test_filter_cleans_everything_a_handler_of_others_prints():
    """T103: message, fields, traceback and stack, also where another handler cached the traceback."""
    token = SHAPES["gitlab"]()
    made = record("x %s", token, field={"a": [token]}, token="abc" + token[:3])
    made.exc_text = f"Traceback: {token}"
    made.stack_info = f"Stack: {token}"

    SensitiveDataFilter().filter(made)

    assert token not in logging.Formatter("%(message)s %(field)s %(token)s").format(made)
    assert made.__dict__["token"] == "[REDACTED]"


class Chained:
    """Raises an exception that carries a secret in each of its parts."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def run(self) -> None:
        try:
            try:
                raise KeyError(f"context {self.secret}")  # noqa: TRY301 - the chain is the point
            except KeyError:
                raise ValueError(f"cause {self.secret}")  # noqa: B904 - the context is wanted
        except ValueError as cause:
            group = ExceptionGroup(f"group {self.secret}", [OSError(f"member {self.secret}")])
            group.add_note(f"note {self.secret}")
            raise group from cause


@pytest.mark.parametrize("name", ["tests", "urllib3.connectionpool", "werkzeug", "waitress", "http.client"])
def test_no_carrier_leaks(temp_log_dir, name):
    """P1: message, argument, field, key, exception with all its parts, stack, on file and console."""
    secret, literal = SHAPES["github"](), some(ALNUM, 14)
    console = StringIO()
    setup_logging(temp_log_dir, log_level="DEBUG", secrets=[literal], console=console)
    noisy = logging.getLogger(name)
    for text in (secret, literal):
        noisy.debug("message %s" % text)  # noqa: UP031 - formatted by the caller
        noisy.info("argument %s %s", text, {"deep": [text]})
        noisy.warning(
            "fields", extra={"a": {"b": [text, {text: text.encode()}]}, "password": 7}, stack_info=True
        )
        try:
            Chained(text).run()
        except ExceptionGroup as error:
            noisy.exception("exception", extra={"error": error})
            log_exception_reference(noisy, "sync.failed", error, url=f"https://x:{text}@h/")

    flush_logging()
    written = console.getvalue() + "".join(path.read_text() for path in temp_log_dir.glob("*.log"))
    assert secret not in written
    assert literal not in written
    assert "member [REDACTED]" in written
    assert "note [REDACTED]" in written


def test_warnings_are_logged_and_cleaned(temp_log_dir):
    """py.warnings goes the same way as everything else."""
    setup_logging(temp_log_dir, console=False)
    token = SHAPES["slack_bot"]()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn(f"deprecated {token}", stacklevel=1)

    (line,) = lines(temp_log_dir)
    assert line["logger"] == "py.warnings"
    assert token not in json.dumps(line)


def test_secrets_can_be_added_while_running(temp_log_dir):
    """A token that is saved on the page is kept out from then on."""
    setup_logging(temp_log_dir, console=False)
    secret = some(ALNUM, 10)

    add_secrets([Secret(secret)])
    logger.info("%s", secret)

    assert lines(temp_log_dir)[0]["message"] == "[REDACTED]"


class Stumbling(Redactor):
    def text(self, text: str) -> str:
        raise RuntimeError(text)


@pytest.mark.parametrize(("message", "event"), [("jira.request", "jira.request"), ("hunter two", "tests")])
def test_failed_redaction_never_shows_the_raw_text(message, event):
    """The line becomes [unloggable] with its event name, or its logger's where there is no event name."""
    clean = cleaned(record(message, secret_field="hunter two"), Stumbling())

    line = json.loads(JSONFormatter().format(clean))

    assert (line["message"], line["event"]) == ("[unloggable]", event)
    assert "hunter two" not in json.dumps(line)
    assert isinstance(clean, CleanRecord)


def test_object_that_cannot_be_printed_keeps_the_line(temp_log_dir):
    """One bad value costs itself and nothing else."""

    class Mute:
        def __str__(self) -> str:
            raise RuntimeError("no")

    setup_logging(temp_log_dir, console=False)

    handle(record("x.y %s", Mute(), value=Mute(), n=1))

    (line,) = lines(temp_log_dir)
    assert (line["value"], line["n"], line["format_error"]) == ("[unloggable]", 1, "RuntimeError")


# --- Console ----------------------------------------------------------------------------------


def test_console_is_for_people():
    """Time, level, message, fields, and what the exception said last; one line, no escape codes of others."""
    made = record("sync.failed", status=401, url="a\x1b[2Jb\nc")
    made.exc_text = "Traceback\n  File\nValueError: bad"

    shown = ConsoleFormatter().format(made)

    assert shown.split(" ", 1)[1] == "INFO     sync.failed status=401 url=a\\x1b[2Jb\\x0ac (ValueError: bad)"


@pytest.mark.parametrize(("terminal", "coloured"), [(True, True), (False, False)])
def test_console_has_colour_on_a_terminal(temp_log_dir, terminal, coloured):
    """Colour is for terminals, not for pipes."""
    console = StringIO()
    console.isatty = lambda: terminal  # type: ignore[method-assign]
    setup_logging(temp_log_dir, console=console, console_level="ERROR")

    logger.error("x.y")
    logger.warning("below the console's level")
    flush_logging()

    assert ("\x1b[" in console.getvalue()) is coloured
    assert "below" not in console.getvalue()


def test_uncaught_exceptions_are_logged_and_cleaned(tmp_path):
    """Python would print the traceback on the console as it is; both hooks go through the log."""
    source = (
        "import sys, threading; from configuration.logging_config import setup_logging\n"
        "setup_logging(sys.argv[1])\n"
        "def fail(): raise ValueError('password=' + sys.argv[2])\n"
        "t = threading.Thread(target=fail); t.start(); t.join(); fail()"
    )

    done = run_script(source, str(tmp_path), "hun" + "ter2")

    messages = [json.loads(line)["message"] for line in (tmp_path / "errors.log").read_text().splitlines()]
    assert done.returncode == 1
    assert messages == ["thread.crashed", "process.crashed"]
    assert "hun" + "ter2" not in done.stderr + done.stdout + (tmp_path / "app.log").read_text()


# --- Events -----------------------------------------------------------------------------------


def test_exception_reference_finds_the_line(temp_log_dir):
    """Page and console show eight digits; the log holds the traceback under them."""
    setup_logging(temp_log_dir, console=False)
    try:
        raise OSError("no route")  # noqa: TRY301 - a real traceback is wanted
    except OSError as error:
        reference = log_exception_reference(logger, "sync.failed", error, exit_code=5)

    (line,) = lines(temp_log_dir, "errors.log")
    assert (line["reference"], line["message"], line["exit_code"]) == (reference, "sync.failed", 5)
    assert len(reference) == 8
    assert "OSError: no route" in line["exception"]
    assert line["function"] == "test_exception_reference_finds_the_line"


@pytest.mark.parametrize(
    ("kind", "traced"),
    [(InputError, False), (TokenRefusedError, False), (QueryError, False), (UnavailableError, True)],
)
def test_what_its_sentence_explains_has_no_traceback(temp_log_dir, kind, traced):
    """A token that is refused is no fault of the program; the cause stands in the line itself."""
    setup_logging(temp_log_dir, console=False)
    try:
        raise kind("Jira refused the token.", "Create a new one.")
    except DashboardError as error:
        log_exception_reference(logger, "sync.failed", error)

    (line,) = lines(temp_log_dir, "errors.log")
    assert line["cause"] == "Jira refused the token."
    assert ("exception" in line) is traced


def sent(memory: RequestMemory, **fields: object) -> None:
    usual = {
        "method": "GET",
        "url": "https://h/rest/api/3/search/jql?a=1",
        "status": 200,
        "duration_ms": 12.34,
    }
    log_request(logger, memory, **{**usual, **fields})


def test_requests_are_quiet_unless_notable(temp_log_dir):
    """INFO for the first of a path, a repeat, a status from 400, no answer, or two seconds of waiting."""
    setup_logging(temp_log_dir, log_level="DEBUG", console=False)
    memory = RequestMemory()
    for fields in (
        {}, {}, {"attempt": 2}, {"status": 429}, {"status": 399}, {"status": None}, {"waited_ms": 2000.0},
        {"waited_ms": 1999.0}, {"url": "https://h/rest/api/3/issue/ABC-1/changelog"},
        {"url": "https://h/rest/api/3/issue/ABC-2/changelog", "size": 5},
    ):  # fmt: skip
        sent(memory, **fields)

    found = lines(temp_log_dir)
    assert [line["level"][0] for line in found] == list("IDIIDIIDID")
    assert list(found[-1])[9:] == ["method", "url", "status", "duration_ms", "bytes", "attempt", "waited_ms"]
    assert found[-1]["bytes"] == 5


def test_storm_of_repeats_stays_within_fifty_lines(temp_log_dir):
    """A sync writes at most fifty lines at INFO, whatever Jira does."""
    setup_logging(temp_log_dir, log_level="INFO", console=False)
    memory = RequestMemory()
    for attempt in range(500):
        sent(memory, status=503, attempt=attempt + 1)

    assert len(lines(temp_log_dir)) == 40


# --- The queue --------------------------------------------------------------------------------


def test_full_queue_makes_the_caller_write(temp_log_dir):
    """Nothing is dropped when the writer cannot keep up: the caller becomes slower instead."""
    setup_logging(temp_log_dir, console=False)
    (handler,) = logging_config._list_installed()
    handler._places = 0

    logger.info("written at once")

    assert "written at once" in (temp_log_dir / "app.log").read_text()


def test_lines_logged_at_exit_are_written(tmp_path):
    """The queue is emptied when the process ends, without being asked to."""
    source = (
        "import sys, logging; from configuration.logging_config import setup_logging\n"
        "setup_logging(sys.argv[1], console=False)\n"
        "for n in range(5000): logging.info('line %d', n)"
    )

    done = run_script(source, str(tmp_path))

    assert done.stderr == ""
    assert len((tmp_path / "app.log").read_text().splitlines()) == 5000


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this system")
@pytest.mark.parametrize("end", ["os._exit(0)", "sys.exit(0)"])
def test_fork_loses_and_doubles_nothing(tmp_path, end):
    """What is queued at a fork is written once, by the parent; the child writes its own at once."""
    source = (
        "import os, sys, logging; from configuration.logging_config import setup_logging\n"
        "setup_logging(sys.argv[1], console=False)\n"
        "for n in range(3000): logging.info('before %d', n)\n"
        "child = os.fork()\n"
        "for n in range(300): logging.info('%s %d', 'child' if child == 0 else 'parent', n)\n"
        f"if child == 0: {end}\n"
        "os.waitpid(child, 0)"
    )

    done = run_script(source, str(tmp_path))

    messages = [json.loads(line)["message"] for line in (tmp_path / "app.log").read_text().splitlines()]
    expected = [f"before {n}" for n in range(3000)] + [
        f"{who} {n}" for who in ("child", "parent") for n in range(300)
    ]
    assert done.stderr == ""
    assert sorted(messages) == sorted(expected)


def test_logging_after_shutdown_is_harmless(temp_log_dir):
    """Shutting down twice, or logging afterwards, disturbs nobody."""
    setup_logging(temp_log_dir, console=False)
    (handler,) = logging_config._list_installed()
    shutdown_logging()
    shutdown_logging()

    handler.flush()
    handler.close()

    assert handler not in logging.getLogger().handlers


# --- Files ------------------------------------------------------------------------------------


def test_rotating_file_handler_rotation(temp_log_dir):
    """Files of at most max_bytes, the newest lines in app.log, no more than backup_count rotated ones."""
    setup_logging(temp_log_dir, max_bytes=2000, backup_count=3, console=False)
    for number in range(100):
        logger.info("line %03d", number)
    flush_logging()

    files = sorted(temp_log_dir.glob("app.log*"))
    in_order = "".join(path.read_text() for path in [*reversed(files[1:]), files[0]])
    kept = [json.loads(line)["message"] for line in in_order.splitlines()]
    assert [path.name for path in files] == ["app.log", "app.log.1", "app.log.2", "app.log.3"]
    assert all(path.stat().st_size <= 2000 for path in files)
    assert kept == [f"line {number:03d}" for number in range(100 - len(kept), 100)]


def test_a_refused_rotation_costs_no_old_file(temp_log_dir):
    """Windows does not move a file that another process has open; it is moved when that one has closed it."""
    setup_logging(temp_log_dir, max_bytes=300, backup_count=3, console=False)
    logger.info("first %s", "x" * 200)
    logger.info("second %s", "x" * 200)
    flush_logging()
    with pinned(temp_log_dir / "app.log"):
        for number in range(5):
            logger.info("refused %d", number)
        flush_logging()
        meanwhile = {path.name: path.read_text() for path in temp_log_dir.glob("app.log*")}
    logger.info("last")
    flush_logging()

    assert sorted(meanwhile) == ["app.log", "app.log.1"]
    assert "first" in meanwhile["app.log.1"]
    assert meanwhile["app.log"].count('"refused ') == 5
    assert (temp_log_dir / "app.log.2").read_text() == meanwhile["app.log.1"]
    assert (temp_log_dir / "app.log.1").read_text() == meanwhile["app.log"]


def test_a_rotation_that_was_cut_short_is_finished(temp_log_dir):
    """What a killed process had put aside takes its place before the next file does."""
    temp_log_dir.mkdir()
    (temp_log_dir / "app.log.0").write_text('{"message": "aside"}\n')
    setup_logging(temp_log_dir, max_bytes=300, backup_count=3, console=False)
    logger.info("first %s", "x" * 200)
    logger.info("second %s", "x" * 200)
    flush_logging()

    names = [path.name for path in sorted(temp_log_dir.glob("app.log*"))]
    assert names == ["app.log", "app.log.1", "app.log.2"]
    assert "first" in (temp_log_dir / "app.log.1").read_text()
    assert (temp_log_dir / "app.log.2").read_text() == '{"message": "aside"}\n'


def test_cut_off_last_line_is_wrapped(temp_log_dir):
    """After a crash in mid-line every line is JSON again, and what was left of the line is kept."""
    temp_log_dir.mkdir()
    (temp_log_dir / "app.log").write_text('{"message": "whole"}\n{"message": "ha')
    setup_logging(temp_log_dir, console=False)

    logger.info("next")

    whole, torn, following = lines(temp_log_dir)
    assert (whole["message"], torn["message"], following["message"]) == ("whole", "log.torn_line", "next")
    assert torn["torn"] == '{"message": "ha'


def test_cleanup_old_logs_deletes_old_files(temp_log_dir):
    """Logs older than the limit go, rotated ones too; the number is returned."""
    temp_log_dir.mkdir()
    for name in ("old.log", "app.log.3", "errors.log"):
        (temp_log_dir / name).write_text("{}\n")
        os.utime(temp_log_dir / name, (time.time() - 31 * DAY_S,) * 2)

    assert cleanup_old_logs(temp_log_dir, max_age_days=30) == 3
    assert list(temp_log_dir.iterdir()) == []


def test_cleanup_old_logs_preserves_recent_files(temp_log_dir):
    """Recent logs, other files and files from the future (a clock set back) stay."""
    temp_log_dir.mkdir()
    for name, age_days in (("recent.log", 29), ("app.log.1", 0), ("future.log", -400), ("notes.txt", 400)):
        (temp_log_dir / name).write_text("{}\n")
        os.utime(temp_log_dir / name, (time.time() - age_days * DAY_S,) * 2)

    assert cleanup_old_logs(temp_log_dir) == 0
    assert len(list(temp_log_dir.iterdir())) == 4


def test_cleanup_never_deletes_a_file_in_use(temp_log_dir):
    """However old its last line is."""
    setup_logging(temp_log_dir, console=False)
    os.utime(temp_log_dir / "app.log", (0, 0))

    assert cleanup_old_logs(temp_log_dir) == 0
    assert (temp_log_dir / "app.log").exists()


def test_cleanup_never_leaves_the_folder(tmp_path):
    """Links are neither followed nor removed, folders not entered."""
    folder, outside = tmp_path / "logs", tmp_path / "outside.log"
    (folder / "deep.log").mkdir(parents=True)
    outside.write_text("keep")
    (folder / "deep.log" / "inner.log").write_text("keep")
    (folder / "link.log").symlink_to(outside)
    for path in (outside, folder / "deep.log" / "inner.log", folder / "deep.log"):
        os.utime(path, (0, 0))
    os.utime(folder / "link.log", (0, 0), follow_symlinks=False)

    assert cleanup_old_logs(folder) == 0
    assert outside.exists()
    assert cleanup_old_logs(tmp_path / "nowhere") == 0


# --- When the disk says no --------------------------------------------------------------------


def test_folder_that_cannot_be_written_warns_once(tmp_path, capsys):
    """One warning on the console; the program goes on, and so does the console."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    setup_logging(blocked / "logs")
    for _ in range(3):
        logger.warning("still here")
    flush_logging()

    shown = capsys.readouterr().err
    assert shown.count("cannot be written") == 1
    assert shown.count("still here") == 3


def test_full_disk_leaves_whole_lines(tmp_path):
    """A write that fails in the middle leaves no half a line, one warning, and a running program."""
    source = (
        "import resource, signal, sys, logging; from configuration.logging_config import setup_logging\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (5000, resource.RLIM_INFINITY))\n"
        "setup_logging(sys.argv[1], console_level='CRITICAL')\n"
        "for n in range(100): logging.info('line %d', n)\n"
        "logging.getLogger().handlers[0].flush()\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)\n"
        "logging.info('after'); print('alive')"
    )

    done = run_script(source, str(tmp_path))

    found = [json.loads(line) for line in (tmp_path / "app.log").read_text().splitlines()]
    whole = [line for line in found if line["message"].startswith("line")]
    lost = [line for line in found if line["message"] == "log.lines_lost"]
    assert done.stdout == "alive\n"
    assert done.stderr.count("cannot be written") == 1
    assert found[-1]["message"] == "after"
    assert 10 < len(whole) < 100
    assert len(whole) + sum(line["lines"] for line in lost) >= 100
