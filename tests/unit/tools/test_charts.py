"""The chart library that is fetched is the one that is known, and is asked for at one place."""

import base64
import hashlib
import io
import tarfile
from pathlib import Path

import pytest
from plotly.offline import get_plotlyjs_version

from tools import charts
from ui import chart_library


def package(name: str, text: bytes) -> bytes:
    """Return a package of npm that holds one file."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = len(text)
        archive.addfile(entry, io.BytesIO(text))
    return written.getvalue()


def known(monkeypatch: pytest.MonkeyPatch, archive: bytes) -> None:
    """Let ``archive`` be the package that is known."""
    digest = base64.b64encode(hashlib.sha512(archive).digest()).decode()
    monkeypatch.setattr(charts, "SHA512", digest)


def test_its_version_is_that_of_the_installed_plotly() -> None:
    """Figures are checked against its schema, and without the small one Dash draws with it."""
    assert get_plotlyjs_version() == charts.VERSION


def test_the_library_comes_out_of_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    archive = package("package/plotly-cartesian.min.js", b"/* plotly */")
    known(monkeypatch, archive)

    assert charts.unpacked(archive) == b"/* plotly */"


def test_another_package_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """One byte that differs is enough, and so is another file in it."""
    archive = package("package/plotly-cartesian.min.js", b"/* plotly */")
    known(monkeypatch, archive)
    with pytest.raises(ValueError, match="its hash differs"):
        charts.unpacked(archive + b"\0")
    other = package("package/index.js", b"")
    known(monkeypatch, other)
    with pytest.raises(ValueError, match="does not hold"):
        charts.unpacked(other)


def test_without_it_charts_are_drawn_with_all_of_plotly(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The place is looked at whenever a program starts."""
    monkeypatch.setattr(chart_library, "BUNDLE", tmp_path / "plotly.min.js")
    whole = chart_library.chart_library()
    (tmp_path / "plotly.min.js").write_text("/* small */")

    assert whole.name == "plotly.min.js"
    assert len(whole.read_bytes()) > 4_000_000
    assert chart_library.chart_library().read_text() == "/* small */"
