"""The lists of usual names: what they hold, and that each says where it is from."""

import tomllib
from itertools import combinations
from pathlib import Path

import pytest

from data.meaning import usual_names as module
from data.meaning.usual_names import usual_names

FILES = sorted((Path(module.__file__).parent / "names").glob("*.toml"))
PARTS = {
    "todo",
    "in_progress",
    "done",
    "not_delivered_resolutions",
    "not_delivered_statuses",
    "not_an_incident",
    "epics",
    "Feature",
    "Defect",
    "Debt",
    "Risk",
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_language_names_its_public_sources(path: Path) -> None:
    language = tomllib.loads(path.read_text("utf-8"))

    assert set(language) == {"sources", *PARTS}
    assert language["sources"]
    assert all(source.startswith(("https://", "http://")) for source in language["sources"])


def test_names_of_several_languages_are_known_whatever_their_case() -> None:
    names = usual_names()

    assert {"to do", "zu erledigen", "作業前", "à faire"} <= names.todo
    assert {"in arbeit", "進行中", "в работе"} <= names.in_progress
    assert {"done", "fertig", "完了", "закрыто"} <= names.done
    assert {"wont do", "no se hará", "duplikat"} <= names.not_delivered_resolutions
    assert {"cancelled", "キャンセルされました"} <= names.not_delivered_statuses
    assert {"epic", "initiative", "эпик", "epika"} <= names.epics
    assert "błąd" in names.flow_types["Defect"]
    assert "historia" in names.flow_types["Feature"]


def test_no_name_means_two_things() -> None:
    names = usual_names()

    for one, other in combinations((names.todo, names.in_progress, names.done), 2):
        assert not one & other
    for one, other in combinations(names.flow_types.values(), 2):
        assert not one & other
    assert not names.epics & frozenset().union(*names.flow_types.values())
    assert names.not_an_incident <= names.not_delivered_resolutions
