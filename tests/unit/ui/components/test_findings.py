"""A finding leads to its remedy."""

import pytest

from data import quality
from data.metric import Finding
from ui.components.findings import findings_list

RULES = {name: rule for name, rule in vars(quality).items() if isinstance(rule, quality._Rule)}


@pytest.mark.parametrize("name", RULES)
def test_a_remedy_that_is_a_setting_has_its_section_beside_it(name: str) -> None:
    """Those that are mended in Jira alone, and no others, have no way to the Settings."""
    rule = RULES[name]
    entry = findings_list([Finding(rule.code, 1, ("A-1",), rule.message, rule.remedy)], stored=5)[0]
    links = [part.children for part in entry.children[1].children if getattr(part, "href", "") == "/settings"]

    assert links == {
        "_UNDATED_DONE": [],
        "_UNMAPPED": ["Settings, Workflow"],
        "_ZOMBIE": ["Settings, Workflow"],
        "_LITTLES_LAW": ["Settings, Workflow"],
    }.get(name, ["Settings, Rules"])
