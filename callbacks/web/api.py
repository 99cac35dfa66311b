"""The HTTP API of server mode: what ``import`` and ``metrics --json`` do, for pipelines that have a key.

Every answer is JSON; a refusal has a sentence of cause and one of remedy.
"""

import logging
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from dash import Dash
from flask import Blueprint, Response, abort, g, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from callbacks.web.api_document import (
    BODY_TYPES,
    IMPORTED,
    OF_IMPORT,
    SINGLE,
    Imported,
    describe,
)
from callbacks.web.guard import API, API_PATHS
from callbacks.web.limits import MOST_IMPORTED_BYTES, MOST_IMPORTED_WORDS
from configuration.errors import (
    ConfigurationError,
    DashboardError,
    InputError,
    NotAllowedError,
    StoreError,
)
from configuration.logging_config import log_exception_reference, log_refusal_reference
from configuration.people import Person, enter, note
from configuration.settings import Home
from data.export.document import as_json_text, document
from data.intake.bad_entries import LeftOut
from data.intake.profile_import import ImportFiles, import_into
from data.metrics.filters import FILTERS
from data.metrics.groups import GROUPED_BY
from data.metrics.report import Report, View
from data.model.periods import STEPS, parse_day
from data.people.api_keys import ApiKey, key_of
from data.people.audit import recorder
from data.people.owners import owners_of, require_editor
from data.profiles.sources import resolve
from data.workspace import Workspace

logger = logging.getLogger(__name__)
_SEE = f"See {API}/openapi.json for what there is."
_CHUNK, _MOST_READ_AWAY = 64 * 1024, 512 * 1024 * 1024
_OPTION, _PARAMETER = "--skip-bad", "skip_bad=true"
_KEY = "Send a key as Authorization: Bearer KEY; an administrator makes one with keys api NAME."
# Of what goes wrong before any of our own code is asked.
_TOLD = {
    401: ("A key is missing, or is not one that opens anything.", _KEY),
    403: (
        "A request from there is not answered.",
        "Ask by a name of ALLOWED_HOSTS, and from no page.",
    ),
    404: ("There is nothing at this address.", _SEE),
    405: ("This address does not take such a request.", _SEE),
    413: (
        f"The body is larger than {MOST_IMPORTED_WORDS}.",
        "Send it in parts; they add up.",
    ),
    415: (
        "The body is not sent as JSON.",
        f"Send it as {' or '.join(BODY_TYPES)}, not compressed.",
    ),
}


def register(app: Dash, workspace: Workspace) -> None:
    """Add the API to the dashboard's server; the workspace is over a database."""
    api = Blueprint("api", __name__, url_prefix=API)
    _ask_for_keys(api, workspace.home)
    _register_imports(api, workspace)
    _register_numbers(api, workspace)
    _register_problems(api)
    app.server.register_blueprint(api)


def _ask_for_keys(api: Blueprint, home: Home) -> None:
    """Answer every request for the key that it brings; cookies and what a proxy says count for nothing."""

    @api.before_request
    def begin() -> None:
        sent = request.authorization
        key = key_of(home, sent.token) if sent and sent.type == "bearer" and sent.token else None
        if key is None:
            abort(401)
        g.api_key = key
        enter(Person(f"key {key.name}", key.role, record=recorder(home)))

    @api.teardown_request
    def end(_error: BaseException | None) -> None:
        enter(None)


def _register_imports(api: Blueprint, workspace: Workspace) -> None:
    def take(what: Imported) -> Response:
        _refuse_unknown(OF_IMPORT)
        home, profile = workspace.home, _choose_profile(workspace.home)
        require_editor(home, profile, f"import {what} into {profile}")
        skipping = _read_truth("skip_bad")
        if request.mimetype not in BODY_TYPES or request.content_encoding not in (None, "", "identity"):
            abort(415)
        left_out = LeftOut() if skipping else None
        with TemporaryDirectory() as folder:
            path = Path(folder, "body")  # as it is called where something is wrong with it
            with path.open("w+b") as file:
                _keep_body(file)
            files = (
                ImportFiles(deployments=(path,)) if what == "deployments" else ImportFiles(changes=(path,))
            )
            source = resolve(home, profile, workspace.environment)
            outcome = import_into(source, home, files, left_out)
        note(f"{what} imported", profile)
        answer = outcome.as_document()
        return _send(answer | {"left_out": left_out.shown} if left_out else answer)

    for what in IMPORTED:
        api.post(f"/{what}", endpoint=what, defaults={"what": what})(take)


def _keep_body(file: IO[bytes]) -> None:
    """Write the body into a file.

    Raises:
        RequestEntityTooLarge: it is larger than what is taken.
        InputError: it is no JSON; CSV and archives are for the command, where nobody unpacks for others.
    """
    request.max_content_length = MOST_IMPORTED_BYTES
    shutil.copyfileobj(request.stream, file)
    file.seek(0)
    if not file.read(1024).lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        raise InputError(
            "The body is not JSON.", hint="Send an object, an array of objects, or a line of JSON for each."
        )


def _read_away(body: IO[bytes]) -> None:
    """Read a body that is not kept, up to 512 MiB: who is still sending does not hear the answer."""
    for _ in range(_MOST_READ_AWAY // _CHUNK):
        if not body.read(_CHUNK):
            return


def _register_numbers(api: Blueprint, workspace: Workspace) -> None:
    @api.get("/metrics")
    def metrics() -> Response:
        _refuse_unknown(("profile", "by", "cut", *SINGLE, *FILTERS))
        pipeline = workspace.pipeline(_choose_profile(workspace.home))
        view, by, cut = _read_view(), _choose("by", GROUPED_BY), _single("cut")
        if by and cut:
            raise InputError("by and cut cannot go together.", hint="Choose one of them.")
        day = parse_day(cut, "cut") if cut else None

        def tell(report: Report) -> bytes:
            halves = None if day is None else pipeline.cut(report, day)
            grouping = pipeline.groups_of(report, by) if by else None
            return as_json_text(document(report, pipeline.name, grouping, halves)).encode()

        response = Response(pipeline.answer(("api", by, day), view, tell), mimetype="application/json")
        response.add_etag()
        response.make_conditional(request)
        return response

    @api.get("/openapi.json")
    def described() -> Response:
        return _send(describe())


def _register_problems(api: Blueprint) -> None:
    @api.route("/<path:rest>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    def unknown(rest: str) -> Response:
        abort(405 if f"{API}/{rest}" in API_PATHS else 404)

    def tell_status(error: Exception) -> Response:
        if isinstance(error, RequestEntityTooLarge):
            _read_away(request.environ["wsgi.input"])
        status = (error.code if isinstance(error, HTTPException) else None) or 500
        cause, remedy = _TOLD.get(status, ("The request cannot be read.", _SEE))
        response = _refuse(status, cause, remedy)
        if status == 401:
            response.headers["WWW-Authenticate"] = "Bearer"
        return response

    @api.errorhandler(Exception)
    def tell(error: Exception) -> Response:
        if isinstance(error, HTTPException):
            return tell_status(error)
        if isinstance(error, InputError | ConfigurationError):
            log_refusal_reference(logger, "api.refused", error)
            status = 403 if isinstance(error, NotAllowedError) else 400
            return _refuse(status, error.message, error.hint.replace(_OPTION, _PARAMETER))
        reference = log_exception_reference(logger, "api.failed", error)
        if isinstance(error, DashboardError):
            return _refuse(503 if isinstance(error, StoreError) else 500, error.message, error.hint)
        return _refuse(500, "Something unexpected happened.", f"The log tells more under {reference}.")

    for status in _TOLD:  # before what the pages say of the same
        api.register_error_handler(status, tell_status)


def _choose_profile(home: Home) -> str:
    """Return the profile that is asked for, and let the key act for those who own it.

    Raises:
        InputError: none was named, and the key is for several.
        NotAllowedError: the key is not for it, or it was deleted.
    """
    key: ApiKey = g.api_key
    if not key.profiles:
        raise NotAllowedError(
            f"The key {key.name} opens nothing: its profiles were deleted.",
            hint="Ask an administrator for another.",
        )
    named = _single("profile")
    if named is None and len(key.profiles) > 1:
        raise InputError("No profile was named.", hint=f"Add profile= with one of {', '.join(key.profiles)}.")
    profile = named or key.profiles[0]
    if profile not in key.profiles:
        raise NotAllowedError(
            f"The key {key.name} is not for a profile called {profile}.",
            hint=f"It is for {', '.join(key.profiles)}.",
        )
    # An administrator made the key for this profile, whoever owns it.
    owners = owners_of(home, f"{profile}.toml")
    enter(Person(f"key {key.name}", key.role, owners, record=recorder(home)))
    return profile


def _read_view() -> View:
    single = {field: _single(name) for name, field in SINGLE.items() if name != "step"}
    several: Mapping[str, tuple[str, ...]] = {
        field: tuple(filter(None, request.args.getlist(name))) for name, field in FILTERS.items()
    }
    step = _choose("step", ("auto", *STEPS)) or "auto"
    return View(**single, **several, step=step)  # type: ignore[arg-type]  # each by its own name


def _refuse_unknown(known: tuple[str, ...]) -> None:
    """Refuse what would otherwise be passed over: the numbers would not be those that were asked for."""
    unknown = sorted(set(request.args) - set(known))
    if unknown:
        raise InputError(
            f"There is no parameter called {unknown[0]!r} here.", hint=f"There are {', '.join(known)}."
        )


def _single(name: str) -> str | None:
    given = request.args.getlist(name)
    if len(given) > 1:
        raise InputError(f"{name} was given {len(given)} times.", hint="Give it once.")
    return given[0] if given and given[0] else None


def _choose(name: str, words: tuple[str, ...]) -> str | None:
    word = _single(name)
    if word is not None and word not in words:
        raise InputError(f"{name} cannot be {word!r}.", hint=f"Choose one of {', '.join(words)}.")
    return word


def _read_truth(name: str) -> bool:
    return _choose(name, ("true", "false")) == "true"


def _refuse(status: int, cause: str, remedy: str) -> Response:
    response = _send({"error": cause, "hint": remedy})
    response.status_code = status
    return response


def _send(answer: Mapping[str, object]) -> Response:
    return Response(as_json_text(answer), mimetype="application/json")
