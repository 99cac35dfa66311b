"""Where an image cannot be built that is said in two sentences; the build itself is ``make image``."""

import pytest

from tools.image import CONTAINERFILE, ImageError, base_of, check


@pytest.mark.parametrize(
    ("programs", "user", "says", "helps"),
    [
        (["sh", "no-such-buildah"], 0, "no-such-buildah cannot be found", "apt-get install buildah"),
        (["no-such-one", "no-such-other"], 0, "no-such-one and no-such-other cannot", "debootstrap"),
        (["sh"], 1000, "only root can do so without a daemon", "as root"),
    ],
)
def test_what_is_missing_is_told(programs: list[str], user: int, says: str, helps: str) -> None:
    with pytest.raises(ImageError) as refusal:
        check(programs, user)

    assert says in refusal.value.cause
    assert helps in refusal.value.remedy


def test_what_is_there_will_do() -> None:
    check(["sh"], 0)


def test_the_base_is_read_from_the_containerfile() -> None:
    """Its stand-in has that release of Debian and that version of Python."""
    text = CONTAINERFILE.read_text(encoding="utf-8")

    assert base_of(text) == ("python:3.11-slim-bookworm", "3.11", "bookworm")
    with pytest.raises(ImageError):
        base_of("FROM scratch\n")
