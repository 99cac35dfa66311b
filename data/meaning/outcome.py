"""What became of finished work: delivered, or closed without. Pure."""

from dataclasses import dataclass

import numpy as np

from configuration.profile import NOT_DELIVERED, Profile
from data.meaning.lifecycle import Lifecycle
from data.meaning.usual_names import usual_names
from data.meaning.workflow import Workflow
from data.model.tables import DONE, Flags, IssueTable
from data.model.words import fold


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the issues ended as of T.

    Attributes:
        not_delivered: by row: the resolution, or the status at T, is one that delivers nothing.
        by_status: by row: only the usual name of the status says so.
        refused: by resolution code, and at last for none: it delivers nothing.
        refused_status: by status code: the same.
    """

    not_delivered: Flags
    by_status: Flags
    refused: Flags
    refused_status: Flags


def read_outcome(issues: IssueTable, workflow: Workflow, lives: Lifecycle, profile: Profile) -> Outcome:
    """Tell what delivers nothing: a resolution of the profile's list, or a status that stands for it.

    Args:
        issues: today's resolutions; none, or one that nobody listed, delivers.
        workflow: which statuses stand for not delivered.
        lives: the status at T.
        profile: its list of resolutions; while it is the default, the usual names of all languages count.
    """
    names = {fold(name) for name in profile.not_delivered}
    if profile.not_delivered == NOT_DELIVERED:
        names |= usual_names().not_delivered_resolutions
    # The extra place at the end is what code -1 (no resolution) points to.
    refused = np.array([fold(name) in names for name in issues.resolutions] + [False], np.bool_)
    by_resolution, by_status = refused[issues.resolution], np.zeros(len(issues), np.bool_)
    ended = np.append(workflow.not_delivered, False)[lives.status_at]
    if workflow.not_delivered_inferred:
        ended &= lives.category_at == DONE
        by_status = ended & ~by_resolution
    return Outcome(by_resolution | ended, by_status, refused, workflow.not_delivered)
