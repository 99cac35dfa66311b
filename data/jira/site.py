"""One Jira as an account sees it: who answers, who asks, which fields there are, and why a token is refused.

Everything that asks Jira is built upon a site; a site knows nothing of what is built upon it.
"""

import datetime as dt
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from configuration.errors import (
    AuthenticationError,
    NotFoundError,
    SourceError,
    TokenRefusedError,
    WrongSchemeError,
)
from data.jira.answers import anonymous, unauthorized, with_gateway
from data.jira.dialects import CLOUD, SERVER, Dialect, decode_object, decode_objects
from data.jira.histories import ESTIMATES
from data.jira.json_record import JsonRecord
from data.jira.requested_fields import FoundFields
from data.jira.transport import Call, Transport
from data.model.clock import now_ms
from data.model.words import fold

T = TypeVar("T")

# What the custom fields are called that Jira itself makes, whatever people call them.
SPRINT, EPIC_LINK, PARENT_LINK = "gh-sprint", "gh-epic-link", "jpo-custom-field-parent"
# Jira takes ten fields at a time: beside the status, a flag and four of its own there is room for these.
_MOST_SPRINT_FIELDS, _MOST_KEPT_CUSTOM = 2, 4
DEVELOPMENT = ("devsummarycf", "devsummary")


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """What Jira says about itself; ``server_time_ms`` is its clock at the answer."""

    dialect: str
    version: str
    base_url: str
    server_time_ms: int
    title: str


@dataclass(frozen=True, slots=True)
class Account:
    """Who asks: ``account_id`` is the name on Data Center."""

    account_id: str
    display_name: str
    time_zone: str


class Site:
    """Asks one Jira, and remembers what it said about itself.

    Args:
        transport: sends the calls.
    """

    def __init__(self, transport: Transport) -> None:
        self.connection = transport.connection
        self.transport = transport
        self._known_dialect = ""
        self._server: ServerInfo | None = None
        self._fields: list[dict[str, Any]] | None = None
        self._marks: frozenset[str] | None = None
        self._server_lock = threading.Lock()
        self._fields_lock = threading.Lock()

    def ask(self, call: Call, decode: Callable[[bytes], T], stop: threading.Event | None = None) -> T:
        """Return the decoded answer to one call, with the cause of a refusal spelt out."""
        try:
            return self.transport.fetch(call, decode, stop)
        except (TokenRefusedError, WrongSchemeError) as error:
            raise self._explain(error) from error

    @property
    def dialect(self) -> Dialect:
        """The dialect as configured, else as the server says."""
        name = self.connection.dialect
        if name == "auto":
            name = self._known_dialect or self.server().dialect
        return CLOUD if name == "cloud" else SERVER

    def assume_dialect(self, name: str) -> None:
        """Take over what an earlier client found out, which saves a question; "" forgets it."""
        self._known_dialect = name

    @property
    def began_at_ms(self) -> int:
        """Jira's clock at its first answer; ours where it does not tell, or was not asked."""
        answer = self.transport.first_answer
        return _clock_ms(answer.server_time if answer else None)

    def server(self) -> ServerInfo:
        """Return what the server says about itself; asked once.

        Raises:
            NotFoundError: there is no Jira at this address.
        """
        with self._server_lock:
            if self._server is None:
                self._server = self._ask_server()
            return self._server

    def clock_difference_s(self, now: float) -> float | None:
        """Return by how many seconds Jira's clock is ahead of ``now``, None where it does not tell."""
        answer = self.transport.last_answer
        moment = answer.server_time if answer else None
        return None if moment is None else moment.timestamp() - now

    def myself(self) -> Account:
        """Return the account that asks.

        Raises:
            AuthenticationError: there is none.
        """
        found = self.ask(self.dialect.call("myself"), _decode_account)
        return Account(found.account_id or found.name or found.key, found.display_name, found.time_zone)

    def verify_account(self) -> None:
        """Make sure that an empty or missing answer is not that of a logged-out visitor.

        Raises:
            AuthenticationError: it is.
        """
        if not self.connection.token:
            return
        try:
            self.myself()
        except (TokenRefusedError, NotFoundError) as error:
            raise anonymous() from error

    def fields(self) -> list[dict[str, Any]]:
        """Return Jira's fields as it describes them; asked once."""
        with self._fields_lock:
            if self._fields is None:
                self._fields = self.ask(self.dialect.call("field"), decode_objects)
            return self._fields

    def flag_fields(self) -> list[str]:
        """Return the ids of the fields that mark blocked work: those called Flagged, and what is mapped."""
        return [str(field["id"]) for field in self._flag_fields()]

    def kept_fields(self) -> list[str]:
        """Return the ids of the fields, flags aside, whose changes are kept beside those of the status."""
        estimates = {str(field["id"]) for field in self.fields() if _is_estimate(field)}
        named = (*self.fields_of(SPRINT)[:_MOST_SPRINT_FIELDS], *self.fields_of(EPIC_LINK)[:1])
        room = _MOST_KEPT_CUSTOM - bool(self.connection.impediment)  # which is a second flag
        custom = (*named, *sorted(estimates))[:room]
        return ["resolution", "issuekey", "issuelinks", "parent", *custom]

    def found_fields(self) -> FoundFields:
        """Return the fields whose values are read wherever a Jira has them.

        They are those of sprints and development, and on Data Center those of parents: Cloud tells all of
        them in one field that every issue has.
        """
        parents = () if self.dialect is CLOUD else (*self.fields_of(EPIC_LINK), *self.fields_of(PARENT_LINK))
        return FoundFields(self.fields_of(SPRINT), self.fields_of(*DEVELOPMENT), parents)

    def fields_of(self, *plugins: str) -> tuple[str, ...]:
        """Return the ids of the custom fields that parts of Jira made, sorted; none where there are none."""
        found = {str(field["id"]) for field in self.fields() if _is_made_by(field, plugins)}
        return tuple(sorted(found))

    def flag_marks(self) -> frozenset[str]:
        """Return ids and folded names of these fields: Data Center names a changed field without its id."""
        if self._marks is None:  # asked for with nearly every change of a custom field
            self._marks = frozenset(
                text
                for field in self._flag_fields()
                for text in (str(field.get("id")), fold(str(field.get("name"))))
            )
        return self._marks

    def _flag_fields(self) -> list[dict[str, Any]]:
        mapped = self.connection.impediment
        return [
            field
            for field in self.fields()
            if field.get("id") and (_is_flag_field(field) or field["id"] == mapped)
        ]

    def _explain(self, error: AuthenticationError) -> AuthenticationError:
        """Find out, without credentials, what kind of Jira refused them."""
        connection = self.connection
        if connection.on_gateway:
            return error
        dialect = connection.dialect
        if dialect == "auto":
            dialect = self._server.dialect if self._server else self._dialect_anonymously()
        better = unauthorized(connection, dialect)
        if isinstance(better, TokenRefusedError) and dialect == "cloud":
            cloud_id = self._ask_anonymously("/_edge/tenant_info").get("cloudId")
            return with_gateway(better, str(cloud_id)) if cloud_id else better
        return better

    def _dialect_anonymously(self) -> str:
        told = self._ask_anonymously("/rest/api/2/serverInfo")
        return _dialect_of(told) if told else ""

    def _ask_anonymously(self, path: str) -> dict[str, Any]:
        call = Call(path, template=path, credentials=False)
        try:
            return self.transport.fetch(call, decode_object)
        except SourceError:
            return {}  # it was only to explain another error better

    def _ask_server(self) -> ServerInfo:
        told = self._first_found(self._server_calls())
        answer = self.transport.last_answer
        return ServerInfo(
            dialect=_dialect_of(told),
            version=str(told.get("version") or ""),
            base_url=str(told.get("baseUrl") or self.connection.url),
            server_time_ms=_clock_ms(answer.server_time if answer else None),
            title=str(told.get("serverTitle") or ""),
        )

    def _server_calls(self) -> list[Call]:
        """Return where to look for a Jira, the likely dialect first: an e-mail means Cloud."""
        cloud, server = CLOUD.call("serverInfo"), SERVER.call("serverInfo")
        if self.connection.dialect != "auto":
            return [cloud if self.connection.dialect == "cloud" else server]
        return [cloud, server] if self.connection.email or self.connection.on_cloud_site else [server, cloud]

    def _first_found(self, calls: list[Call]) -> dict[str, Any]:
        for call in calls[:-1]:
            try:
                return self._describe(call)
            except NotFoundError:
                continue
        return self._describe(calls[-1])

    def _describe(self, call: Call) -> dict[str, Any]:
        told = self.ask(call, _decode_server)
        # Only Cloud has version 3 of the API, whatever else it says about itself.
        return {**told, "deploymentType": "Cloud"} if call.path.startswith(CLOUD.path("")) else told


def _clock_ms(moment: dt.datetime | None) -> int:
    """Return a server's clock in epoch milliseconds; ours where it does not tell."""
    return int(moment.timestamp()) * 1000 if moment else now_ms()


def _is_made_by(field: dict[str, Any], plugins: Collection[str]) -> bool:
    schema = field.get("schema")
    made_by = str(schema.get("custom")) if isinstance(schema, dict) else ""
    return bool(field.get("id")) and made_by.rpartition(":")[2] in plugins


def _is_estimate(field: dict[str, Any]) -> bool:
    """Tell whether a field is one of the two estimates that Jira brings along."""
    names = (field.get("name"), field.get("untranslatedName"))
    of_ours = _is_made_by(field, ("jsw-story-points",)) or any(name in ESTIMATES for name in names)
    return of_ours and str(field.get("id")).startswith("customfield_")


def _is_flag_field(field: dict[str, Any]) -> bool:
    """Tell whether a field is Jira's own Flagged; under a translated name it must be one of options."""
    if fold(str(field.get("name"))) == "flagged":
        return True
    clauses, schema = field.get("clauseNames"), field.get("schema")
    others = [field.get("untranslatedName"), *(clauses if isinstance(clauses, list) else ())]
    of_options = not isinstance(schema, dict) or schema.get("items") == "option"
    return of_options and any(fold(str(name)) == "flagged" for name in others)


class _Myself(JsonRecord):
    account_id: str = msgspec.field(default="", name="accountId")
    name: str = ""
    key: str = ""
    display_name: str = msgspec.field(default="", name="displayName")
    time_zone: str = msgspec.field(default="", name="timeZone")


_myself = msgspec.json.Decoder(_Myself)


def _decode_account(body: bytes) -> _Myself:
    account = _myself.decode(body)
    if not (account.account_id or account.name or account.key):
        raise ValueError("it names no account")
    return account


def _decode_server(body: bytes) -> dict[str, Any]:
    told = decode_object(body)
    if not told.keys() & {"version", "baseUrl", "deploymentType"}:
        raise ValueError("it does not describe a Jira")
    return told


def _dialect_of(told: dict[str, Any]) -> str:
    # Data Center calls itself Server, and some versions do not say.
    return "cloud" if told.get("deploymentType") == "Cloud" else "dc"
