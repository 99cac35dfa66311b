"""Which numbers of a view a finding touches, and findings by how many they are. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from data.model.metric import FROM_DEPLOYMENTS, OF_DEPLOYMENTS, MetricResult, QualityFinding


def ranked(
    findings: Iterable[QualityFinding], results: Mapping[str, MetricResult]
) -> tuple[QualityFinding, ...]:
    """Return findings with the metrics that they touch, those that touch most first.

    A finding on issues touches a metric that looks at one of them, whether it counts the issue or leaves it
    out. One on versions or events touches what is made of deployments, and so does one that says so. Of two
    that touch equally many the one found first stands first.

    Args:
        findings: in the order in which they were found.
        results: of the view, by metric id.
    """
    found = tuple(findings)
    rows = [finding.rows for finding in found if finding.rows is not None and len(finding.rows)]
    looking = _mark_rows(results, 1 + max((int(each.max()) for each in rows), default=-1))
    told = [replace(finding, metrics=tuple(_list_touched(finding, results, looking))) for finding in found]
    return tuple(sorted(told, key=lambda finding: -len(finding.metrics)))


def _mark_rows(results: Mapping[str, MetricResult], n: int) -> NDArray[np.int64]:
    """Return for each of the first ``n`` rows which metrics look at it: bit *k* for that at place *k*."""
    looking = np.zeros(n, np.int64)
    for place, (name, result) in enumerate(results.items()):
        if name not in OF_DEPLOYMENTS:
            rows = result.candidates.looked_at
            looking[rows[rows < n]] |= 1 << place
    return looking


def _list_touched(
    finding: QualityFinding, results: Mapping[str, MetricResult], looking: NDArray[np.int64]
) -> Iterable[str]:
    if finding.rows is None or (finding.of_deployments and finding.n):
        made_of_them = [name for name in results if name in FROM_DEPLOYMENTS]
        return [name for name in made_of_them if results[name].state != "no_data"]
    touched = int(np.bitwise_or.reduce(looking[finding.rows]))
    return [name for place, name in enumerate(results) if touched >> place & 1]
