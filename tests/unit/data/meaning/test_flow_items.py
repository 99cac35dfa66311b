"""Which issue is which flow item: type id, then type, label, component."""

import pytest

from configuration.profile import profile_from
from data.meaning.flow_items import FLOW_ITEMS, classify
from tests.support.builders import issue
from tests.support.rows import dataset


def kind(raw: dict, **flow_types: list[str]) -> str:
    """The flow item of one issue under a profile."""
    (place,) = classify(dataset([raw]).issues, profile_from({"flow_types": flow_types})).tolist()
    return FLOW_ITEMS[place]


@pytest.mark.parametrize(
    ("type_name", "flow_item"),
    [
        ("Story", "Feature"),
        ("New Feature", "Feature"),
        ("BUG", "Defect"),
        ("incident", "Defect"),
        ("Technical Debt", "Debt"),
        ("Vulnerability", "Risk"),
        ("Task", "Unclassified"),
        ("Bugfix", "Unclassified"),  # a name, not a part of one
    ],
)
def test_by_the_name_of_the_type(type_name: str, flow_item: str) -> None:
    assert kind(issue("A-1", type_name)) == flow_item


@pytest.mark.parametrize(
    ("labels", "components", "flow_item"),
    [
        (["security"], [], "Risk"),
        (["blue", "Tech Debt", "bug"], [], "Debt"),  # the first label that says something, by the alphabet
        (["blue"], ["Chore"], "Debt"),
        (["security"], ["Chore"], "Risk"),  # labels before components
        ([], ["blue"], "Unclassified"),
    ],
)
def test_what_the_type_does_not_say_labels_and_components_may(
    labels: list[str], components: list[str], flow_item: str
) -> None:
    assert kind(issue("A-1", "Task", labels=labels, components=components)) == flow_item
    assert kind(issue("A-1", "Bug", labels=labels, components=components)) == "Defect"


def test_the_profile_adds_to_the_usual_names_and_beats_them() -> None:
    assert kind(issue("A-1", "Task"), Debt=["task"]) == "Debt"
    assert kind(issue("A-1", "Story"), Debt=["task"]) == "Feature"
    assert kind(issue("A-1", "Bug"), Risk=["BUG"]) == "Risk"


def test_an_id_beats_a_name() -> None:
    """10004 is the id of Bug in the builders."""
    assert kind(issue("A-1", "Bug"), Feature=["10004"], Risk=["bug"]) == "Feature"


def test_no_issues_have_no_kinds() -> None:
    assert classify(dataset([]).issues, profile_from({})).tolist() == []
