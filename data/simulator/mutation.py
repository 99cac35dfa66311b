"""What happens to a running Jira: people edit, move, open and delete issues."""

import random

from data.simulator import catalogue as c
from data.simulator.history import account_id
from data.simulator.lives import resolution_item, status_item
from data.simulator.model import Issue, Item, Status, seeded
from data.simulator.site import Site
from data.simulator.words import summary

_MUTATION_STREAM = 97
_KINDS = ("transition", "edit", "add", "move", "delete")
_WEIGHTS = (40, 35, 17, 4, 4)


class Mutator:
    """Changes a site at random; the same seed on the same site does the same things."""

    def __init__(self, site: Site, seed: int) -> None:
        self.site = site
        self._rng = seeded(seed, _MUTATION_STREAM)

    def mutate(self, count: int, seed: int | None = None) -> list[str]:
        """Do *count* random things and tell which."""
        rng = self._rng if seed is None else seeded(seed, _MUTATION_STREAM)
        done = []
        for _ in range(count):
            kind = rng.choices(_KINDS, weights=_WEIGHTS)[0]
            issue = self.add(rng) if kind == "add" else self._pick(rng)
            if issue is None:
                continue
            done.append(f"{kind} {issue.key}")
            if kind == "transition":
                self.transition(issue, rng)
            elif kind == "edit":
                self.edit(issue, rng)
            elif kind == "move":
                self.move(issue, rng)
            elif kind == "delete":
                self.site.delete(issue)
        return done

    def _pick(self, rng: random.Random) -> Issue | None:
        """Any issue, but mostly a recent one, as in life."""
        issues = self.site.issues()
        if not issues:
            return None
        recent = issues[-max(len(issues) // 10, 1) :]
        return rng.choice(recent if rng.random() < 0.7 else issues)

    def _pick_author(self, issue: Issue, rng: random.Random) -> int:
        return rng.choice(c.TEAM_OF[issue.project].people)

    def edit(self, issue: Issue, rng: random.Random) -> Issue:
        """Reword, reprioritise, reassign, estimate or label."""
        author = self._pick_author(issue, rng)
        kind = rng.randrange(4)
        if kind == 0:
            text = summary(issue.type.name, rng)
            item = Item("summary", None, issue.summary, None, text)
            return self.site.change(issue, author, (item,), summary=text)
        if kind == 1:
            new = rng.choice([priority for priority in c.PRIORITIES if priority != issue.priority])
            item = Item("priority", issue.priority.id, issue.priority.name, new.id, new.name)
            return self.site.change(issue, author, (item,), priority=new)
        if kind == 2:
            item = Item("assignee", *_name_person(issue.assignee), *_name_person(author))
            return self.site.change(issue, author, (item,), assignee=author)
        labels = tuple(sorted({*issue.labels, rng.choice(c.TEAM_OF[issue.project].labels), "demo"}))
        item = Item("labels", None, " ".join(issue.labels), None, " ".join(labels))
        return self.site.change(issue, author, (item,), labels=labels)

    def transition(self, issue: Issue, rng: random.Random, to: Status | None = None) -> Issue:
        """Move *issue* one step on in its workflow, or to a status of choice; done work reopens."""
        after = to or self._next_status(issue, rng)
        finished = after.category is c.DONE
        resolution = c.RESOLVED if finished else None
        items = [status_item(issue.status, after, 1, 0)]
        if resolution != issue.resolution:
            items.insert(0, resolution_item(issue.resolution, resolution))
        values = {"resolved_at": self.site.now_ms() if finished else None}
        return self.site.change(
            issue, self._pick_author(issue, rng), tuple(items), status=after, resolution=resolution, **values
        )

    def _next_status(self, issue: Issue, rng: random.Random) -> Status:
        team = c.TEAM_OF[issue.project]
        steps = [team.start, *(stage.status for stage in team.stages), team.done]
        if issue.status in (team.done, c.BLOCKED) or issue.status not in steps:
            return c.IN_PROGRESS
        if issue.status is c.IN_PROGRESS and rng.random() < 0.1:
            return c.BLOCKED
        return steps[steps.index(issue.status) + 1]

    def add(self, rng: random.Random, project: str | None = None) -> Issue:
        """Open a new issue; everything about it is as of now."""
        teams = self.site.projects()
        team = c.TEAM_OF[project] if project else rng.choice(teams)
        kind = rng.choice((c.STORY, c.BUG, c.TASK))
        issue = Issue(
            project=team.key,
            type=kind,
            summary=summary(kind.name, rng),
            created=0,
            reporter=rng.choice(team.people),
            status=team.start,
            priority=rng.choice(c.PRIORITIES[1:4]),
            labels=(rng.choice(team.labels),),
            components=(rng.choice(team.components),),
        )
        return self.site.add(issue)

    def move(self, issue: Issue, rng: random.Random, project: str | None = None) -> Issue:
        """Move *issue* to another project: new key, same id."""
        others = [team.key for team in self.site.projects() if team.key != issue.project]
        if not others and project is None:
            return issue
        return self.site.move(issue, project or rng.choice(others), self._pick_author(issue, rng))


def _name_person(number: int | None) -> tuple[str | None, str | None]:
    return (None, None) if number is None else (account_id(number), c.PEOPLE[number].name)
