"""Texts that a Jira user may write to harm whoever reads them, and issues that are full of them.

Each one that could run sets ``window.__xss``; a browser test looks for it. The
strings that could load something ask for a host that does not exist.
"""

from zlib import crc32

from tests.support.builders import issue, status, version
from tests.support.sprints import FIELD, sprint

SPOILT = "window.__xss=1"
HOSTILE = (
    f"<script>{SPOILT}</script>",
    f"</script><script>{SPOILT}</script>",
    f"<img src=x onerror={SPOILT}>",
    f"<svg/onload={SPOILT}>",
    f'\'" onmouseover={SPOILT} autofocus onfocus={SPOILT} x="',
    f'<a href="javascript:{SPOILT}">click</a>',
    f"javascript:{SPOILT}//",
    f'<a href="data:text/html,<script>opener.{SPOILT}</script>" target="_blank">b</a>',
    f"$\\href{{javascript:{SPOILT}}}{{x}}$",
    "{{7*7}}{% include '/etc/passwd' %}${7*7}#{7*7}",
    f"[md](javascript:{SPOILT}) ![i](http://evil.invalid/i.png)",
    '=HYPERLINK("http://evil.invalid/","x")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\u202ecod.exe\u2066 rtl \u200f\u200b",
    "null\u0000\u0008\u001b[31m\ufffe\u2028\u2029 None undefined NaN",
    f"<!-- --!><script>{SPOILT}</script><!--",
    f"</title></style></textarea></noscript><script>{SPOILT}</script>",
    f'<iframe srcdoc="<script>parent.{SPOILT}</script>"></iframe><link rel=stylesheet href=//evil.invalid>',
)


def hostile_issues() -> list[dict]:
    """Return a delivered and an open issue for each text, in summary, status, type, label, user and sprint.

    The texts are also names of projects: each one has a project of its own.
    Delivered issues start on 2 March 2026 and end on the 4th; open ones start on the 5th.
    """
    found = []
    for place, text in enumerate(HOSTILE, start=1):
        found += [_issue(place, text, delivered=True), _issue(place, text, delivered=False)]
    return found


def hostile_statuses() -> list[dict]:
    """Return the statuses of ``hostile_issues`` as ``GET /status`` would."""
    return [_status(text) for text in HOSTILE] + [status("To Do"), status("Done")]


def hostile_versions() -> list[dict]:
    """Return the releases of the delivered ones as ``GET /project/KEY/versions`` would."""
    return [_released(place, text) for place, text in enumerate(HOSTILE, start=1)]


def _released(place: int, text: str) -> dict:
    return version(700 + place, text, release_date="2026-03-04", project_id=20000 + place)


def _issue(place: int, text: str, *, delivered: bool) -> dict:
    step = (_status(text)["id"], text)
    history: list[tuple] = [("2026-03-02T09:00" if delivered else "2026-03-05T09:00", step)]
    if delivered:
        history.append(("2026-03-04T09:00", "Done"))
    fields = {
        "summary": text,
        "project": {"id": str(20000 + place), "key": f"H{place}", "name": text},
        "assignee": {"displayName": text, "accountId": "1"},
        "reporter": {"displayName": text, "accountId": "1"},
        "priority": {"id": "3", "name": text},
        FIELD: [sprint(800 + place, text, "2026-03-01", "2026-03-10", "2026-03-10")],
    }
    return issue(
        f"H{place}-{1 if delivered else 2}",
        text,
        created="2026-03-01T09:00",
        history=history,
        now=None if delivered else text,
        resolution=None,
        labels=[text],
        components=[text],
        fix_versions=[_released(place, text)] if delivered else [],
        id=str(crc32(f"{place} {delivered}".encode())),
        **(fields if delivered else {**fields, "status": _status(text)}),
    )


def _status(text: str) -> dict:
    return status(text, category="indeterminate")
