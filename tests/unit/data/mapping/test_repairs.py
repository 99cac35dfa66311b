"""What a click can do about a finding."""

import re

import pytest

from configuration.profile import DeploymentSettings, Profile, setting_rows
from data.mapping.repairs import _REPAIRS, repairs_of
from data.meaning.quality_rules import NO_SPRINTS
from data.profiles.rules import require_consistent


@pytest.mark.parametrize("code", _REPAIRS)
def test_a_repair_is_a_valid_profile_that_is_not_offered_twice(code: str) -> None:
    for repair in repairs_of(code, Profile()):
        mended = require_consistent(repair.applied_to(Profile()))

        assert mended != Profile()
        assert repair not in repairs_of(code, mended)
        assert set(repair.settings) <= {row.name for row in setting_rows()}


def test_a_finding_that_only_people_can_mend_has_no_repair() -> None:
    assert repairs_of("zombie", Profile()) == ()
    assert repairs_of("no such code", Profile()) == ()


def test_sprints_are_left_out_and_releases_stay() -> None:
    (repair,) = repairs_of("sprint_like_versions", Profile())
    pattern = repair.applied_to(Profile()).deployments.version_pattern

    names = ("Sprint 12", "1.0", "Team iteration 3", "2.1-sprinter")
    mended = Profile(deployments=DeploymentSettings(version_pattern=pattern))

    assert pattern == NO_SPRINTS
    assert [name for name in names if re.search(pattern, name)] == ["1.0", "2.1-sprinter"]
    assert repairs_of("sprint_like_versions", mended) == ()


def test_without_histories_the_resolution_date_is_the_end_already() -> None:
    assert repairs_of("bulk_edit", Profile(), histories=False) == ()
    assert len(repairs_of("history_missing", Profile(), histories=False)) == 1
