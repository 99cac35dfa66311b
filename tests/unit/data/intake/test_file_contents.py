"""Packing and characters come off without more in memory than is asked for."""

import gzip
import io
import sys
import zipfile
from pathlib import Path

import pytest

from configuration.errors import InputError
from data.intake.file_contents import STANDARD_INPUT, CutOffError, contents_of

TEXT = '{"name": "Grün \U0001f600"}\n'


def zipped(**members: str | bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return packed.getvalue()


def read(path: Path) -> dict[str, str]:
    """Return what a path holds, as text by name."""
    return {each.name: each.stream.read().decode() for each in contents_of(path)}


def file(folder: Path, content: bytes, name: str = "input") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("packed", [bytes, gzip.compress, lambda data: gzip.compress(gzip.compress(data))])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"]
)
def test_all_unicode_encodings(encoding: str, packed, tmp_path: Path) -> None:
    """With a mark or without one; UTF-32 without a mark is nobody's."""
    mark = "\ufeff" if encoding in ("utf-16-be", "utf-32-be") else ""
    content = packed((mark + TEXT * 50_000).encode(encoding))

    assert read(file(tmp_path, content)) == {"input": TEXT * 50_000}


def test_utf_16_without_a_mark(tmp_path: Path) -> None:
    assert read(file(tmp_path, TEXT.encode("utf-16-le"))) == {"input": TEXT}
    assert read(file(tmp_path, TEXT.encode("utf-16-be"))) == {"input": TEXT}


def test_utf_16_that_is_cut(tmp_path: Path) -> None:
    content = next(contents := contents_of(file(tmp_path, TEXT.encode("utf-16-le")[:-1])))
    with pytest.raises(CutOffError, match="characters cannot be read"):
        content.stream.read()
    contents.close()


def test_the_members_of_an_archive(tmp_path: Path) -> None:
    """Sorted, what is hidden left out; those that look like JSON, else all."""
    both = zipped(b__json="2", a__ndjson__gz=gzip.compress(b"1"), readme__txt="no", **{"__MACOSX/b": "no"})
    other = zipped(one="1", **{".two": "no"})

    assert read(file(tmp_path, both, "x.zip")) == {"x.zip/a.ndjson.gz": "1", "x.zip/b.json": "2"}
    assert read(file(tmp_path, other, "x.zip")) == {"x.zip/one": "1"}


def test_a_folder_is_read_to_its_ground(tmp_path: Path) -> None:
    """By the names of its files, sorted; hidden files and folders are not meant."""
    for name in (
        "in/b.json",
        "in/a/z.ndjson.gz",
        "in/a/A.JSONL",
        "in/notes.txt",
        "in/.c.json",
        "in/.git/d.json",
    ):
        file(tmp_path, gzip.compress(name.encode()) if name.endswith("gz") else name.encode(), name)

    assert list(read(tmp_path / "in").items()) == [
        ("in/a/A.JSONL", "in/a/A.JSONL"),
        ("in/a/z.ndjson.gz", "in/a/z.ndjson.gz"),
        ("in/b.json", "in/b.json"),
    ]


class _Pipe:
    def __init__(self, content: bytes) -> None:
        self.buffer = io.BytesIO(content)


@pytest.mark.parametrize("packed", [lambda data: data, gzip.compress, lambda data: zipped(a__json=data)])
def test_standard_input_takes_the_same(packed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", _Pipe(packed(TEXT.encode())))

    assert list(read(STANDARD_INPUT).values()) == [TEXT]


def with_a_password() -> bytes:
    """A zip whose member says that it is encrypted."""
    plain = bytearray(zipped(a__json="1"))
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        plain[plain.index(sign) + offset] |= 1
    return bytes(plain)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (gzip.compress(b""), "is empty"),
        (zipped(), "without files"),
        (zipped(a__json="1")[:-10], "cut off or damaged"),
        (zipped(a__json=zipped(b__json="1")), "archive inside another"),
        (with_a_password(), "cannot be unpacked.*encrypted"),
        (gzip.compress(gzip.compress(gzip.compress(gzip.compress(b"1")))), "packed too many times"),
    ],
)
def test_what_cannot_be_unpacked(content: bytes, words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=words):
        read(file(tmp_path, content))


def test_a_directory_of_millions_of_files_is_refused(tmp_path: Path) -> None:
    """Its size is told at the end of the archive; it is not read to find out."""
    content = bytearray(zipped(a__json="1"))
    at = content.rindex(b"PK\x05\x06")
    content[at + 12 : at + 16] = (65 * 1024 * 1024).to_bytes(4, "little")

    with pytest.raises(InputError, match="holds too many files"):
        read(file(tmp_path, bytes(content)))


def test_paths_that_lead_nowhere(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"holds no file called \*\.json\* or \*\.ndjson\*"):
        read(tmp_path / "empty")
    with pytest.raises(InputError, match="does not exist"):
        read(tmp_path / "missing")
