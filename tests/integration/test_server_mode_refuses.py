"""A shared database is not served to others while nobody signs in, and one team's token is not all teams'."""

from pathlib import Path

import pytest

from callbacks.cli.hosting import CANNOT_BE_HAD, application
from configuration.logging_config import shutdown_logging
from tests.support.commands import printed, refused, run, written
from tests.support.examples import example_a

# Nobody listens there: what is refused is refused before anybody connects.
SHARED = {"DATABASE_URL": "postgresql://127.0.0.1:9/throughline"}
VARIABLES = (
    "OIDC_ISSUER",
    "OIDC_CLIENT_ID",
    "OIDC_CLIENT_SECRET",
    "OIDC_GROUPS",
    "PUBLIC_URL",
    "TRUSTED_PROXY",
)


@pytest.mark.parametrize(
    "given",
    [
        {"HOST": "0.0.0.0", "ALLOWED_HOSTS": "flow.example"},
        {"ALLOWED_HOSTS": "flow.example"},
        {"PUBLIC_URL": "https://flow.example"},
    ],
)
def test_serving_without_sign_in_is_refused(tmp_path: Path, given: dict[str, str]) -> None:
    """Exit code 2, and the variables by name; so it is where a proxy on this machine would pass others on."""
    answer = run(tmp_path, "serve", "--port", "0", **SHARED, **given)

    refused(answer, 2, "With DATABASE_URL the dashboard is not served on", *VARIABLES)


def test_another_server_gets_no_application(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same sentence, by the code at which gunicorn stops."""
    given = {"THROUGHLINE_HOME": str(tmp_path), "ALLOWED_HOSTS": "flow.example", **SHARED}
    try:
        with pytest.raises(SystemExit) as ended:
            application(given)
    finally:
        shutdown_logging()

    assert ended.value.code == CANNOT_BE_HAD
    assert "With DATABASE_URL the dashboard is not served on flow.example" in capsys.readouterr().err


def test_variables_of_one_team_are_not_heeded_and_told_of(tmp_path: Path, database_url: str) -> None:
    """The check has a line on them, and the log says it once."""
    given = {"DATABASE_URL": database_url, "JIRA_URL": "https://jira.example", "JIRA_TOKEN": "x"}
    file = written(tmp_path / "issues.jsonl", example_a().issues)
    printed(tmp_path, "import", file, "--profile", "team", **given)
    checked = printed(tmp_path, "check", "--profile", "team", **given)
    log = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "logs").glob("*.log"))

    assert "these variables are not heeded: JIRA_URL, JIRA_TOKEN." in checked
    assert log.count("environment.ignored") == 2
