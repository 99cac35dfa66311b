"""What a host tells as rows of the store. Pure."""

from dataclasses import dataclass

import msgspec

from data.hosts.port import Deployed, Details, Merged
from data.model.changes import ChangeRow
from data.model.tables import MISSING, DeploymentRow
from data.sources.events import SUCCESSES
from data.sources.git.commits import keys_in, reverted_in

# Of a deployment whose result was not asked for yet; the next sync goes on with it.
UNREAD = "not read yet"
_WEEK_MS = 7 * 86_400_000
_ENDED = frozenset({*SUCCESSES, "failure", "error", "inactive"})


@dataclass(frozen=True, slots=True)
class Teller:
    """Makes rows of a repository: of which host, and what it is called."""

    origin: str
    service: str

    def deployment(self, told: Deployed, *, read: bool) -> DeploymentRow:
        """Return a deployment, with its result where that was read."""
        return DeploymentRow(
            id=f"{self.service} {told.id}",
            name=told.name,
            project="",
            at=told.at,
            environment=told.environment,
            failed=False,
            issues=(),
            result=told.result if read else UNREAD,
            commits=(told.commit,) if told.commit else (),
            origin=self.origin,
            service=self.service,
            url=told.url,
        )

    def asked_again(self, row: DeploymentRow) -> Deployed:
        """Return a stored deployment as the host tells of it, to ask what became of it."""
        return Deployed(
            id=row.id.removeprefix(f"{self.service} "),
            name=row.name,
            commit=row.commits[0] if row.commits else "",
            environment=row.environment,
            result=row.result,
            at=row.at,
            url=row.url,
        )

    def change(self, merged: Merged, known: ChangeRow | None) -> ChangeRow:
        """Return a merged request; what is known of it from an earlier time stays."""
        row = ChangeRow(
            id=f"{self.service}#{merged.number}",
            project="",
            issues=keys_in(f"{merged.title}\n{merged.branch}".encode()),
            first_commit_at=MISSING,
            opened_at=merged.opened_at,
            first_review_at=MISSING,
            merged_at=merged.merged_at,
            commits=(merged.commit,) if merged.commit else (),
            name=merged.title,
            origin=self.origin,
            service=self.service,
            url=merged.url,
        )
        if known is None or known.merged_at != row.merged_at:
            return row
        return msgspec.structs.replace(
            row,
            issues=tuple(dict.fromkeys((*row.issues, *known.issues))),
            first_commit_at=known.first_commit_at,
            first_review_at=known.first_review_at,
            commits=known.commits or row.commits,
            deployments=known.deployments,
            reverts=known.reverts,
        )

    def number_of(self, row: ChangeRow) -> int:
        """Return the number of the request that a change is."""
        return int(row.id.removeprefix(f"{self.service}#"))


def with_details(row: ChangeRow, details: Details) -> ChangeRow:
    """Return a change with what stands behind it."""
    messages = "\n".join(details.messages).encode()
    merge = row.commits[-1:]
    return msgspec.structs.replace(
        row,
        issues=tuple(dict.fromkeys((*row.issues, *keys_in(messages)))),
        first_commit_at=details.first_commit_at,
        first_review_at=details.first_review_at,
        commits=(*(commit for commit in details.commits if commit not in merge), *merge),
        reverts=reverted_in(messages),
    )


def is_success(row: DeploymentRow) -> bool:
    """Tell whether something was deployed."""
    return row.result in SUCCESSES


def is_open(row: DeploymentRow, now_ms: int) -> bool:
    """Tell whether a deployment may still come to an end, or was not asked about yet."""
    return row.result == UNREAD or (row.result not in _ENDED and now_ms - row.at < _WEEK_MS)


def merge_of(row: ChangeRow) -> str:
    """Return the hash by which a change came into its branch, "" where the host did not tell."""
    return row.commits[-1] if row.commits else ""
