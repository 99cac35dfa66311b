"""What an audit says of the packages that were looked at, and of those that were not."""

from tools.audit import verdict

SKIPPED = {"name": "a", "skip_reason": "Dependency not found and could not be audited: a (1.0)"}
SOUND = {"name": "b", "version": "2.0", "vulns": []}


def test_a_known_weakness_fails() -> None:
    found = [{"id": "PYSEC-1", "fix_versions": ["2.1", "3.0"]}, {"id": "PYSEC-2", "fix_versions": []}]
    weak = {**SOUND, "vulns": found}

    assert verdict({"dependencies": [SKIPPED, weak]}) == (
        1,
        "b 2.0: PYSEC-1, mended in 2.1, 3.0\nb 2.0: PYSEC-2, mended in no version yet",
    )


def test_nothing_known_is_not_called_sound() -> None:
    """Where every package was passed over the program itself would say that no weakness is known."""
    assert verdict({"dependencies": [SKIPPED, SKIPPED]}) == (
        0,
        "Not audited: the data on known weaknesses cannot be reached from here.",
    )
    assert verdict({"dependencies": []})[1].startswith("Not audited")


def test_what_was_looked_at_is_counted() -> None:
    sound = "No known weakness in 1 of {} locked packages."

    assert verdict({"dependencies": [SOUND]}) == (0, sound.format(1))
    assert verdict({"dependencies": [SOUND, SKIPPED]}) == (
        0,
        f"{sound.format(2)} The others are not in the data.",
    )
