"""One random question to both programs."""

from typing import NamedTuple


class Sample(NamedTuple):
    """One random store, profile, period and T, as ``reference_metrics`` takes them."""

    issues: list[dict]
    statuses: list[dict]
    versions: list[dict]
    profile: dict
    period: tuple[str | None, str | None]
    as_of: str | int | None
    deployments: list[dict] | tuple[()] = ()
    types: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()

    def arguments(self) -> dict:
        """Keyword arguments of ``reference_metrics`` but for the issues."""
        return {
            "statuses": self.statuses,
            "versions": self.versions,
            "deployments": self.deployments,
            "types": self.types,
            "labels": self.labels,
            "profile": self.profile,
            "date_from": self.period[0],
            "date_to": self.period[1],
            "as_of": self.as_of,
            "timezone": None,
        }
