"""The sources in the order of trust, and which of them a profile reads. Pure."""

from data.sources.events import Events
from data.sources.issues import Issues
from data.sources.port import DeploymentSource, Found, Material
from data.sources.statuses import Statuses
from data.sources.versions import Versions

_VERSIONS = Versions()
SOURCES: tuple[DeploymentSource, ...] = (
    Events("events", "event", ""),
    Events("github", "deployment on GitHub", "github"),
    Events("gitlab", "deployment on GitLab", "gitlab"),
    Events("git", "tag", "git"),
    Issues(),
    _VERSIONS,
    Statuses(),
)


def choose_source(material: Material) -> tuple[DeploymentSource, Found]:
    """Return the profile's source with its deployments; ``auto`` takes the first that has one with a date.

    Where none has, it is that of the versions.

    Raises:
        ConfigurationError: a pattern of the profile is not a regular expression.
    """
    chosen = material.profile.deployments.source
    if chosen != "auto":
        source = next(each for each in SOURCES if each.name == chosen)
        return source, source.deployments(material)
    for source in SOURCES:
        found = source.deployments(material)
        if found.dated:
            return source, found
    return _VERSIONS, _VERSIONS.deployments(material)


def beats_versions(source: DeploymentSource, material: Material) -> bool:
    """Tell whether ``auto`` chose a source although there are releases with a date."""
    names = [each.name for each in SOURCES]
    if material.profile.deployments.source != "auto":
        return False
    before = names.index(source.name) < names.index(_VERSIONS.name)
    versions = material.dataset.versions
    return before and any(version.released and version.release_date for version in versions)
