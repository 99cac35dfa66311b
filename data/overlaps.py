"""Profiles that hold the same issues: their numbers are those of one team twice."""

from collections.abc import Sequence

from data.answers import AnswerMemory, Question
from data.model.overlap import shared_issues
from data.pipeline import Pipeline


def overlap_words(pipelines: Sequence[Pipeline], memory: AnswerMemory | None = None) -> list[str]:
    """Return a sentence for each two profiles that hold the same issues of one site.

    Args:
        pipelines: of the profiles.
        memory: of what was counted before, for each state of their data; None: nothing is known yet.
    """
    known = AnswerMemory() if memory is None else memory
    pairs = [(one, other) for place, one in enumerate(pipelines) for other in pipelines[place + 1 :]]
    return [
        f"{one.name} and {other.name} hold {n} issue{'s' if n > 1 else ''} in common: these count in both."
        for one, other in pairs
        if (n := _count_shared(one, other, known))
    ]


def _count_shared(one: Pipeline, other: Pipeline, memory: AnswerMemory) -> int:
    if one.status().site != other.status().site:
        return 0
    mine, theirs = one.dataset(), other.dataset()
    question = Question(memory, (mine.revision, theirs.revision), (one.name, other.name))
    known = memory.recall(question)
    if known is None:
        known = str(shared_issues(mine.issues, theirs.issues)).encode()
        memory.keep(question, known)
    return int(known)
