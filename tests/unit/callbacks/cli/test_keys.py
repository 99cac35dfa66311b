"""Keys for a server."""

import pytest

from callbacks.cli.console import run
from configuration.database.sealing import Seal
from configuration.logging_config import shutdown_logging


def test_a_new_key_works_and_is_another_one_each_time(
    tmp_path: object, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    environment = {"THROUGHLINE_HOME": str(tmp_path)}
    try:
        codes = [run(["keys", "new"], environment, lambda: None) for _ in range(2)]
    finally:
        shutdown_logging()
    first, second = capsysbinary.readouterr().out.decode().split()

    assert codes == [0, 0]
    assert first != second
    assert Seal([second, first]).open(Seal([first]).close(b"x")) == b"x"
