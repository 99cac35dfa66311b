"""Which environments are production: mapped ones, else those that sound like it."""

import numpy as np
import pytest

from data.meaning.production import all_in_production, judge_environments, sounds_like_production
from data.model.columns import Coded, coded


@pytest.mark.parametrize(
    ("environment", "sounds"),
    [
        ("prod", True),
        ("Production", True),
        ("PRD-eu1", True),
        ("live2", True),
        ("eu-west/prod_3", True),
        ("pre-prod", False),
        ("non production", False),
        ("not live", False),
        ("prod-test", False),
        ("prod stage", False),
        ("Staging (live data)", False),
        ("preprod", False),  # no word of it is one for production
        ("product", False),
        ("delivery", False),
        ("Produktion", False),  # names count exactly as written
        ("", False),
    ],
)
def test_names_that_sound_like_production(environment: str, sounds: bool) -> None:
    """A word for production, and none against it, between what is no letter."""
    assert sounds_like_production(environment) is sounds


def test_without_any_name_all_are_in_production() -> None:
    """Nobody names an environment, and none is mapped."""
    found = judge_environments(coded([(), ("",)]), ())

    assert (found.counts.tolist(), found.inferred, found.unknown) == ([True, True], False, False)


def test_the_mapped_environments_alone_count() -> None:
    """Compared folded; one without an environment is not known to be in production."""
    found = judge_environments(coded([("Blue",), ("Prod",), (), ("qa", "BLUE")]), ("blue",))

    assert found.counts.tolist() == [True, False, False, True]
    assert (found.names, found.others, found.inferred) == (("Blue",), ("Prod", "qa"), False)


def test_names_decide_where_nothing_is_mapped() -> None:
    """Inferred, and those that name none are left out."""
    found = judge_environments(coded([("PROD",), ("staging",), (), ("prod",)]), ())

    assert found.counts.tolist() == [True, False, False, True]
    assert (found.names, found.others) == (("PROD",), ("staging",))
    assert (found.inferred, found.unknown) == (True, False)


def test_names_of_which_none_sounds_like_production_tell_nothing() -> None:
    """Nothing counts, and the names are there to be told; a mapped one that nobody names is a true zero."""
    found = judge_environments(coded([("staging",), ("Qa",)]), ())
    mapped = judge_environments(coded([("staging",), ("Qa",)]), ("live",))

    assert (found.counts.tolist(), found.unknown, found.others) == ([False, False], True, ("Qa", "staging"))
    assert (mapped.counts.tolist(), mapped.unknown) == ([False, False], False)


def test_a_source_without_environments_is_in_production() -> None:
    """Released versions name none, whatever is mapped."""
    found = all_in_production(2)

    assert (found.counts.tolist(), found.names, found.inferred) == ([True, True], (), False)


def test_a_name_is_told_as_the_first_deployment_wrote_it() -> None:
    """Not as the first of the vocabulary, of which some words may be nobody's."""
    named = Coded(np.array([2, 1]), (("PROD",), ("prod",), ("Prod",)))

    assert judge_environments(named, ()).names == ("Prod",)


def test_a_choice_under_another_one_matches_as_either() -> None:
    """A region with its stage: mapped by the one, by the other, or by both together."""
    named = coded([("Europe / Live",), ("Europe / Qa",)])

    for mapped in (("live",), ("Europe / live",)):
        assert judge_environments(named, mapped).counts.tolist() == [True, False]
    assert judge_environments(named, ("europe",)).counts.tolist() == [True, True]
    assert judge_environments(named, ()).counts.tolist() == [True, False]
