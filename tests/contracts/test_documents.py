"""Documents by name: whole or not at all, each folder by itself, wherever they are kept."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest

from configuration.settings import Home
from data.store.documents import Documents, Folder, documents_of

FOLDERS: tuple[Folder, ...] = ("profiles", "secrets", "run")


@pytest.fixture(params=FOLDERS)
def documents(request: pytest.FixtureRequest, home: Home) -> Documents:
    """Return the documents of an empty folder."""
    return documents_of(home, request.param)


def test_an_empty_folder(documents: Documents) -> None:
    assert documents.names() == []
    assert documents.read("team.toml") is None
    assert not documents.has("team.toml")
    documents.delete("team.toml")
    documents.move("team.toml", "other.toml")
    assert documents.names() == []


@pytest.mark.parametrize("content", [b"", b"\x00\xff\r\n", "größer\n".encode(), bytes(300_000)])
def test_what_is_written_is_read(documents: Documents, content: bytes) -> None:
    documents.write("team.toml", b"before")
    documents.write("team.toml", content)

    assert documents.read("team.toml") == content
    assert documents.has("team.toml")
    assert documents.names() == ["team.toml"]


def test_a_document_is_deleted(documents: Documents) -> None:
    documents.write("team.toml", b"1")
    documents.write("other.toml", b"2")
    documents.delete("team.toml")

    assert documents.read("team.toml") is None
    assert documents.names() == ["other.toml"]


def test_a_document_moves_and_takes_the_place_of_another(documents: Documents) -> None:
    documents.write("team.toml", b"1")
    documents.write("other.toml", b"2")
    documents.move("team.toml", "other.toml")

    assert documents.names() == ["other.toml"]
    assert documents.read("other.toml") == b"1"


def test_a_document_moves_to_its_own_place(documents: Documents) -> None:
    documents.write("team.toml", b"1")
    documents.move("team.toml", "team.toml")

    assert documents.read("team.toml") == b"1"


def test_its_stamp_tells_one_writing_from_the_next(documents: Documents) -> None:
    """Each from the one before it, also where the content is the same; looking changes nothing."""
    stamps = [documents.stamp("team.toml")]
    for content in (b"1", b"2", b"2", b"longer"):
        documents.write("team.toml", content)
        stamps.append(documents.stamp("team.toml"))
    documents.read("team.toml")

    assert stamps[0] is None
    assert all(before != after for before, after in itertools.pairwise(stamps))
    assert documents.stamp("team.toml") == stamps[-1]
    documents.delete("team.toml")
    assert documents.stamp("team.toml") is None


def test_set_aside_and_brought_back(documents: Documents) -> None:
    documents.write("team.toml", b"1")
    documents.move("team.toml", "aside/team~1.toml")
    assert documents.names() == ["aside/team~1.toml"]
    documents.move("aside/team~1.toml", "team.toml")

    assert documents.names() == ["team.toml"]
    assert documents.read("team.toml") == b"1"


def test_names_are_sorted_by_their_bytes(documents: Documents) -> None:
    """Case counts, also where a database would sort like a dictionary."""
    for name in ("b.toml", "B.toml", "a-1.toml", "a.toml", "a_1.toml", "aside/c.toml"):
        documents.write(name, b"")

    assert documents.names() == sorted(["b.toml", "B.toml", "a-1.toml", "a.toml", "a_1.toml", "aside/c.toml"])


def test_each_folder_is_by_itself(home: Home) -> None:
    for folder in FOLDERS:
        documents_of(home, folder).write("one", folder.encode())

    assert [documents_of(home, folder).read("one") for folder in FOLDERS] == [
        folder.encode() for folder in FOLDERS
    ]


def test_whoever_reads_sees_the_old_one_or_the_new_one(documents: Documents) -> None:
    """Two write in turn while one reads: never a half, never a gap."""
    documents.write("one", bytes(20_000))
    with ThreadPoolExecutor(3) as threads:
        writing = [
            threads.submit(lambda byte=byte: [documents.write("one", byte * 20_000) for _ in range(15)])
            for byte in (b"a", b"b")
        ]
        seen = {documents.read("one") for _ in range(60)}
        for each in writing:
            each.result()

    assert seen <= {bytes(20_000), b"a" * 20_000, b"b" * 20_000}
