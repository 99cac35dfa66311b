"""Two metric documents are equal when a reader could not tell them apart."""

import math

from tests.reference.quality import FLOW_CODES

NOT_COMPARED = {
    "message",
    "remedy",
    "percentiles_withheld",
    "profile",
    "revision",
    "complete",
    "schema",
    "data_quality",
}
QUALITY_CODES = (
    *FLOW_CODES,
    "closed_after_release",
    "deployment_unknown_project",
    "deployment_unknown_issue",
    "same_day_releases",
    "sprint_like_versions",
    "version_without_date",
)


def assert_documents_equal(
    engine: dict,
    reference: dict,
    *,
    quality_codes: tuple[str, ...] = QUALITY_CODES,
    ignoring: tuple[str, ...] = (),
) -> None:
    """Fail with one line per difference.

    Numbers may differ by a relative 1e-9, lists and key orders not at all. Texts
    for people are ignored, whether there is one is not: a null value has a message.

    Args:
        engine: the document under test; further metrics in it are ignored.
        reference: the document of the plain program.
        quality_codes: the data-quality lists to compare.
        ignoring: keys of a metric, such as ``band``, that are not compared.
    """
    found = document_differences(engine, reference, quality_codes)
    differences = [line for line in found if not any(f".{key}" in line.split(":")[0] for key in ignoring)]
    assert not differences, "engine != reference:\n" + "\n".join(differences)


def document_differences(engine: dict, reference: dict, quality_codes: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    for part in ("as_of", "period", "scope", "filters"):
        found += differences(engine.get(part), reference.get(part), part)
    found += differences(engine.get("sprints"), reference.get("sprints"), "sprints")
    for metric, expected in reference["metrics"].items():
        actual = engine["metrics"].get(metric)
        if actual is None:
            found.append(f"  {metric}: missing in the engine's document")
            continue
        found += metric_differences(actual, expected, metric)
    found += differences(_quality(engine, quality_codes), _quality(reference, quality_codes), "data_quality")
    return found


def metric_differences(actual: dict, expected: dict, metric: str) -> list[str]:
    found = differences(actual, expected, metric)
    if list(actual) != list(expected):
        found.append(f"  {metric} key order: {list(actual)} != {list(expected)}")
    if list(actual["excluded"]) != list(expected["excluded"]):
        found.append(f"  {metric}.excluded order: {list(actual['excluded'])} != {list(expected['excluded'])}")
    if list(actual["percentiles_withheld"]) != list(expected["percentiles_withheld"]):
        found.append(f"  {metric}.percentiles_withheld names differ")
    if actual["value"] is None and not actual["message"]:
        found.append(f"  {metric}: null without a message")
    return found


def _quality(document: dict, codes: tuple[str, ...]) -> dict:
    return {e["code"]: [e["n"], list(e["keys"])] for e in document["data_quality"] if e["code"] in codes}


def differences(actual: object, expected: object, place: str) -> list[str]:
    """One line per leaf that differs, with the way to it; a tuple is JSON's list too."""
    actual, expected = _jsonlike(actual), _jsonlike(expected)
    if isinstance(actual, dict) and isinstance(expected, dict):
        return _dict_differences(actual, expected, place)
    if isinstance(actual, list) and isinstance(expected, list) and len(actual) == len(expected):
        pairs = zip(actual, expected, strict=True)
        return [d for i, (a, e) in enumerate(pairs) for d in differences(a, e, f"{place}[{i}]")]
    if _same(actual, expected):
        return []
    return [f"  {place}: {actual!r} != {expected!r}"]


def _jsonlike(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _dict_differences(actual: dict, expected: dict, place: str) -> list[str]:
    found = []
    for key in {**actual, **expected}:
        if key in NOT_COMPARED:
            continue
        if key not in actual or key not in expected:
            found.append(f"  {place}.{key}: only in the {'engine' if key in actual else 'reference'}")
        else:
            found += differences(actual[key], expected[key], f"{place}.{key}")
    return found


def _same(actual: object, expected: object) -> bool:
    if isinstance(actual, bool) or isinstance(expected, bool):
        return actual is expected
    if isinstance(actual, (int, float)) and isinstance(expected, (int, float)):
        return math.isclose(actual, expected, rel_tol=1e-9, abs_tol=1e-9)
    return actual == expected
