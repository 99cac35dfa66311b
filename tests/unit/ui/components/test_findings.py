"""A finding leads to its remedy."""

import pytest

from data.meaning.quality_rules import RULES, Rule, rule_malformed, rule_unread
from data.model.metric import QualityFinding
from ui.components.findings import FindingLine, findings_list


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_remedy_that_is_a_setting_has_its_section_beside_it(rule: Rule) -> None:
    """Those that are mended in Jira alone, and no others, have no way to the Settings."""
    line = FindingLine(QualityFinding(rule.code, rule.message, rule.remedy, ("A-1",)))
    entry = findings_list([line], stored=5)[0]
    helps = entry.children[2].children
    links = [part.children for part in helps if getattr(part, "href", "").startswith("/settings#")]

    assert links == {
        "done_without_date": [],
        "bulk_created": [],
        "closed_after_release": [],
        "source_unread": [],
        "pull_requests_not_read": ["Settings, Code"],
        "deployment_unknown_project": [],
        "deployment_unknown_issue": [],
        "deployment_without_changes": [],
        "change_without_issue": [],
        "change_without_deployment": [],
        "change_unknown_issue": [],
        "open_in_production": [],
        "done_not_deployed": [],
        "unmapped_status": ["Settings, Workflow"],
        "inferred_status": ["Settings, Workflow"],
        "status_category_conflict": ["Settings, Workflow"],
        "zombie": ["Settings, Workflow"],
        "littles_law_mismatch": ["Settings, Workflow"],
    }.get(rule.code, ["Settings, Rules"])


@pytest.mark.parametrize(
    ("remedy", "href"),
    [
        (rule_unread("commit_date").remedy, "/settings#field=commit_date"),
        (rule_malformed("story_points").remedy, "/settings#settings-mapping-title"),
        ("Set start_source = created, or add it to workflow.waiting.", "/settings#rule=start_source"),
        ("Add it to workflow.waiting, or set start_source = created.", "/settings#settings-workflow"),
        ("Set deployments.version_pattern to leave them out.", "/settings#rule=deployments.version_pattern"),
    ],
)
def test_the_way_leads_to_the_setting_that_the_remedy_names_first(remedy: str, href: str) -> None:
    entry = findings_list([FindingLine(QualityFinding("odd", "met", remedy, ("A-1",)))], stored=5)[0]

    assert [part.href for part in entry.children[2].children if hasattr(part, "href")] == [href]


def test_a_finding_tells_what_it_touches_and_offers_its_repairs() -> None:
    finding = QualityFinding("history_clamped", "met", "mend", ("A-1", "A-2"))
    (entry,) = findings_list(
        [FindingLine(finding, ("Flow time", "Flow load"), ("Measure from the creation",))], 5, "overview"
    )
    text = str(entry)

    assert "touches Flow time and Flow load" in text
    assert "id='finding-history_clamped'" in text
    assert "Flow time, Flow load" in text
    assert "Measure from the creation: what would it change?" in text
    assert "{'kind': 'repair', 'page': 'overview', 'code': 'history_clamped'" in text


def test_what_touches_least_is_folded() -> None:
    """Five entries stand open to the eye, the others behind their number."""
    lines = [
        FindingLine(QualityFinding(f"odd_{place}", "met", "mend", ("A-1",)), ("a", "b", "c"))
        for place in range(7)
    ]
    shown = findings_list(lines, 5)

    assert len(findings_list(lines[:5], 5)) == 5
    assert len(shown) == 6
    assert "2 more findings" in str(shown[5])
    assert "touches 3 numbers" in str(shown[0])


def test_no_findings_and_no_data_are_said() -> None:
    assert "Nothing odd" in str(findings_list([], 5))
    assert "no data" in str(findings_list([], 0))
