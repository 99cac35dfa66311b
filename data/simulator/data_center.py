"""Jira Server and Data Center, REST API v2, as a live 10.3 answers."""

from typing import Any
from urllib.parse import quote

from data.simulator import catalogue as c
from data.simulator.messages import Request, Response
from data.simulator.model import Person
from data.simulator.rendering import Renderer
from data.simulator.site import Site

_NO_ISSUE = "Issue Does Not Exist"
_PAGE = 50


class DataCenter:
    """Answers requests as a Data Center node does; who asks has been checked before.

    Args:
        site: the running Jira.
        base_url: where the site is reached, context path included.
        email: of the account, for ``/myself``.
        page_cap: larger pages are silently cut to this.
        result_window: a page that reaches beyond this place fails; None for no window.
    """

    prefix = "/rest/api/2"
    username = c.PEOPLE[0].login

    def __init__(
        self, site: Site, base_url: str, email: str, page_cap: int = 1_000, result_window: int | None = None
    ) -> None:
        self.site = site
        self.base_url = base_url
        self.email = email
        self.page_cap = page_cap
        self.result_window = result_window
        self.api = base_url + self.prefix
        self.renderer = Renderer(site, self.api, self._person, cloud=False)

    def _person(self, person: Person) -> dict[str, Any]:
        avatar = f"{self.base_url}/secure/useravatar?avatarId={10_330 + person.number}"
        return {
            "self": f"{self.api}/user?username={quote(person.login)}",
            "name": person.login,
            "key": f"JIRAUSER{10_000 + person.number}",
            "emailAddress": f"{person.login}@example.com",
            "avatarUrls": {
                f"{size}x{size}": f"{avatar}&size={name}"
                for size, name in ((48, "large"), (24, "small"), (16, "xsmall"), (32, "medium"))
            },
            "displayName": person.name,
            "active": True,
            "timeZone": str(self.site.zone),
        }

    def answer(self, request: Request) -> Response:
        """Answer a request below ``/rest/api/2``."""
        raise NotImplementedError

    def anonymous(self, request: Request) -> Response:
        """What somebody without credentials sees."""
        raise NotImplementedError
