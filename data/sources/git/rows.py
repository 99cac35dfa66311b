"""What a clone tells as rows: its tags as deployments, its commits as changes. Pure."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from configuration.errors import InputError
from data.model.changes import ChangeRow
from data.model.tables import MISSING, DeploymentRow
from data.sources.git.commits import Log
from data.sources.git.history import Unit, find_carriers, find_units
from data.sources.git.names import Names
from data.sources.git.tags import Tag

ORIGIN = "git"
_SHORT = 10  # digits of a hash by which a change without a number is called
_ADDRESS = re.compile(r"(?:(?:https?|ssh)://)?(?:[^@/\s]*@)?([\w.-]+)(?::\d+(?=/))?[:/](\S+?)(?:\.git)?/?$")


def service_of(names: Names, path: Path) -> str:
    """Return what a repository is called: the last part of its origin's address, else its folder."""
    found = _ADDRESS.match(names.origin)
    if found:
        return found[2].rsplit("/", 1)[-1]
    folder = path.resolve()
    return (folder.parent if folder.name == ".git" else folder).name.removesuffix(".git")


def require_commit(names: Names, service: str) -> None:
    """Refuse a repository in which nothing has been committed.

    Raises:
        InputError: its default branch has no commit.
    """
    if not names.default:
        raise InputError(
            f"The repository {service} has no commit on its default branch ({names.branch or 'none'}).",
            hint="Fetch it, or give another clone.",
        )


@dataclass(frozen=True, slots=True)
class Teller:
    """Makes rows of a repository: of its log, its names, and what it is called."""

    log: Log
    names: Names
    service: str

    def deployment(self, tag: Tag) -> DeploymentRow:
        """Return a tag as a deployment; what it holds is told by the changes."""
        return DeploymentRow(
            id=self._id_of(tag),
            name=tag.name,
            project="",
            at=tag.at,
            environment="",
            failed=False,
            issues=(),
            commits=(tag.commit,),
            origin=ORIGIN,
            service=self.service,
            url=self._page("tree", tag.name),
        )

    def changes(self, tags: Sequence[Tag], taken: Collection[str] = ()) -> Iterator[ChangeRow]:
        """Yield the changes of the log.

        Args:
            tags: those that are in it, the first one first.
            taken: ids that are those of others.
        """
        log, met = self.log, set(taken)
        carrier = find_carriers(log, [log.place[tag.commit] for tag in tags])
        carried = [(self._id_of(tag),) for tag in tags]
        for unit in find_units(log, log.place.get(self.names.default)):
            # A number that comes again, as where a fix is carried to another branch, is that of the first.
            name = f"{self.service}#{unit.number}"
            if not unit.number or name in met:
                name = f"{self.service}@{log.hashes[unit.place][:_SHORT]}"
            met.add(name)
            numbers = [carrier[each] for each in unit.members]
            yield self._change(unit, name, () if min(numbers) < 0 else carried[max(numbers)])

    def _change(self, unit: Unit, name: str, deployments: tuple[str, ...]) -> ChangeRow:
        log = self.log
        places: Sequence[int] = unit.members
        if len(places) > 1 or places[0] != unit.place:
            places = sorted({*places, unit.place}, key=lambda place: (log.written_at[place], place))
        written = [at for place in unit.members if (at := log.written_at[place]) != MISSING]
        merged = log.merged_at[unit.place]
        first = min(written, default=merged)
        return ChangeRow(
            id=name,
            project="",
            issues=_join(log.keys, places),
            first_commit_at=first if merged == MISSING else min(first, merged),
            opened_at=MISSING,
            first_review_at=MISSING,
            merged_at=merged,
            commits=tuple([log.hashes[place] for place in places]),
            deployments=deployments,
            name=unit.title,
            origin=ORIGIN,
            service=self.service,
            reverts=_join(log.reverted, places),
            url=self._page_of(unit),
        )

    def _id_of(self, tag: Tag) -> str:
        return f"{self.service} {tag.name}"

    def _page_of(self, unit: Unit) -> str:
        if not unit.number:
            return self._page("commit", self.log.hashes[unit.place])
        return self._page("merge_requests" if "gitlab" in self.names.origin else "pull", unit.number)

    def _page(self, part: str, what: str) -> str:
        """Return the address of a page of the host, "" where the origin is none whose pages are known."""
        pages = _pages_of(self.names.origin)
        return f"{pages}{part}/{what}" if pages else ""


@cache
def _pages_of(origin: str) -> str:
    """Return what the addresses of a repository's pages begin with, "" where they are not known."""
    found = _ADDRESS.match(origin)
    if found is None or not any(word in found[1] for word in ("github", "gitlab")):
        return ""
    return f"https://{found[1]}/{found[2]}/{'-/' if 'gitlab' in found[1] else ''}"


def _join(told: Mapping[int, tuple[str, ...]], places: Sequence[int]) -> tuple[str, ...]:
    """Return what some commits tell, each word once."""
    if len(places) == 1:
        return told.get(places[0], ())
    return tuple(dict.fromkeys(word for place in places for word in told.get(place, ())))
