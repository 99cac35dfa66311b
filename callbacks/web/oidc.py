"""Signing in by OpenID Connect: the code flow with PKCE, by Authlib; here and nowhere else."""

import json
import logging
import secrets
import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from flask import Flask, redirect, request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from werkzeug.wrappers import Response

from callbacks.web.entrance import BACK, SIGN_IN, SIGN_OUT, refused, without_role
from configuration.database.connection import Database
from configuration.errors import ConfigurationError, DashboardError, NotAllowedError, UnavailableError
from configuration.people import Person
from configuration.settings import Home
from configuration.sign_in import NEAR, OidcSignIn
from data.people.audit import recorder
from data.people.sessions import Attempt, Session, Sessions

logger = logging.getLogger(__name__)
# A browser sends them to this host alone, over https alone, and shows them to no script.
SESSION, ATTEMPT = "__Host-throughline", "__Host-throughline-attempt"
_SESSION_S, _ATTEMPT_S = 7 * 24 * 3600, 600
PATIENCE_S = 5.0
_KNOWN_FOR_S = 3600.0
# Clocks of two machines may be so far apart.
_LEEWAY_S = 60
_SIGNED_BY = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")


class Provider:
    """What the provider tells, and how it is asked.

    Args:
        sign_in: where it is, and how it knows us.
    """

    def __init__(self, sign_in: OidcSignIn) -> None:
        self._sign_in = sign_in
        self._lock = threading.Lock()
        self._known: tuple[float, dict[str, Any]] | None = None

    def address(self, state: str, attempt: Attempt) -> str:
        """Return where a browser is sent to sign in.

        Raises:
            UnavailableError: the provider cannot be reached.
        """
        told = self._told()
        with self._client(told) as client:
            url, _ = client.create_authorization_url(
                told["authorization_endpoint"],
                state=state,
                nonce=attempt.nonce,
                code_verifier=attempt.verifier,
            )
        return str(url)

    def claims_for(self, code: str, attempt: Attempt) -> tuple[dict[str, Any], str]:
        """Return what the provider says of whoever brought a code, and what that can be asked again with.

        Raises:
            NotAllowedError: the provider refused the code, or what it says is not meant for this sign-in.
            UnavailableError: the provider cannot be reached.
        """
        with _refusals():
            told = self._told()
            with self._client(told) as client:
                token = client.fetch_token(
                    told["token_endpoint"], code=code, code_verifier=attempt.verifier, timeout=PATIENCE_S
                )
                return self._claims(told, client, token, attempt.nonce), str(token.get("refresh_token") or "")

    def claims_again(self, refreshing: str) -> tuple[dict[str, Any], str]:
        """Return what the provider says now, and what it can be asked with the next time.

        Raises:
            NotAllowedError: the provider does not let that person in any more.
            UnavailableError: the provider cannot be reached.
        """
        with _refusals():
            told = self._told()
            with self._client(told) as client:
                token = client.refresh_token(
                    told["token_endpoint"], refresh_token=refreshing, timeout=PATIENCE_S
                )
                return self._claims(told, client, token, ""), str(token.get("refresh_token") or refreshing)

    def _claims(
        self, told: Mapping[str, Any], client: OAuth2Session, token: Mapping[str, Any], nonce: str
    ) -> dict[str, Any]:
        """Return the claims of the ID token, and of the page on the user where groups or e-mail miss."""
        claims: dict[str, Any] = {}
        if token.get("id_token"):
            claims = self._checked(told, str(token["id_token"]), str(token.get("access_token")), nonce)
        elif nonce:
            raise _not_meant("it came without an ID token")
        if told.get("userinfo_endpoint") and not {"groups", "email"} <= claims.keys():
            answer = client.get(told["userinfo_endpoint"], timeout=PATIENCE_S)
            answer.raise_for_status()
            more = answer.json()
            if claims and more.get("sub") != claims["sub"]:
                raise _not_meant("it tells of somebody else")
            claims = {**more, **claims}
        return claims

    def _checked(self, told: Mapping[str, Any], id_token: str, access: str, nonce: str) -> dict[str, Any]:
        answer = requests.get(told["jwks_uri"], timeout=PATIENCE_S)
        answer.raise_for_status()
        found = jwt.decode(id_token, KeySet.import_key_set(answer.json()), algorithms=list(_SIGNED_BY))
        ours = {"nonce": nonce, "client_id": self._sign_in.client_id, "access_token": access}
        expected = {
            "iss": {"essential": True, "value": told["issuer"]},
            "aud": {"essential": True, "value": self._sign_in.client_id},
        }
        claims = CodeIDToken(found.claims, found.header, expected, ours)
        claims.validate(leeway=_LEEWAY_S)
        return dict(claims)

    def _client(self, told: Mapping[str, Any]) -> OAuth2Session:
        offered = told.get("scopes_supported") or ()
        more = [scope for scope in ("groups", "offline_access") if scope in offered]
        return OAuth2Session(
            self._sign_in.client_id,
            self._sign_in.client_secret,
            scope=" ".join(["openid", "profile", "email", *more]),
            redirect_uri=f"{self._sign_in.public_url}{BACK}",
            code_challenge_method="S256",
        )

    def _told(self) -> dict[str, Any]:
        """Return what the provider publishes about itself, asked for once an hour."""
        with self._lock:
            if self._known is not None and time.monotonic() - self._known[0] < _KNOWN_FOR_S:
                return self._known[1]
        told = self._ask()
        with self._lock:
            self._known = (time.monotonic(), told)
        return told

    def _ask(self) -> dict[str, Any]:
        issuer = self._sign_in.issuer
        near = urlsplit(issuer).hostname in NEAR
        if urlsplit(issuer).scheme != "https" and not near:
            raise ConfigurationError(
                "OIDC_ISSUER is not an https address.", hint="Write it as the provider does."
            )
        with _refusals():
            answer = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=PATIENCE_S)
            answer.raise_for_status()
            told: dict[str, Any] = answer.json()
        if str(told.get("issuer", "")).rstrip("/") != issuer:
            raise ConfigurationError(
                "The provider calls itself otherwise than OIDC_ISSUER does.",
                hint=f"Set OIDC_ISSUER to {told.get('issuer')}, if that is yours.",
            )
        return told


class _refusals:  # noqa: N801  # it reads as a word of the language
    """Turns what Authlib and requests raise inside into errors that can be shown."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, requests.RequestException | json.JSONDecodeError | KeyError):
            logger.warning("signin.no_provider", extra={"reason": type(error).__name__})
            raise UnavailableError(
                "The provider that people sign in at does not answer as it should.",
                hint="Try again in a moment; whoever is signed in stays so.",
            ) from error
        if isinstance(error, AuthlibBaseError | JoseError | ValueError):
            raise _not_meant(getattr(error, "error", "") or type(error).__name__) from error


def _not_meant(why: str) -> NotAllowedError:
    return NotAllowedError(
        f"The answer of the provider is not one to this sign-in: {why}.", hint="Sign in again from the start."
    )


class ByProvider:
    """People sign in at a provider, and a session here remembers that.

    Args:
        home: its database has the sessions.
        sign_in: which provider.
    """

    way_in = SIGN_IN
    paths: tuple[str, ...] = (SIGN_IN, BACK, SIGN_OUT)

    def __init__(self, home: Home, sign_in: OidcSignIn) -> None:
        assert isinstance(home.database, Database)
        self._sign_in = sign_in
        self._sessions = Sessions(home.database, sign_in.keys)
        self._provider = Provider(sign_in)
        self._record = recorder(home)

    def person(self) -> Person | None:
        """Return whose session the browser keeps; groups are read again where it is time."""
        session = self._sessions.find(request.cookies.get(SESSION, ""))
        groups = None if session is None else self._groups_now(session)
        return None if session is None or groups is None else self._person(session.name, groups)

    def register(self, server: Flask) -> None:
        """Add the ways in and out."""
        server.add_url_rule(SIGN_IN, "sign-in", self._begin)
        server.add_url_rule(BACK, "sign-in-back", self._end)
        server.add_url_rule(SIGN_OUT, "sign-out", self._leave)

    def _person(self, name: str, groups: frozenset[str]) -> Person:
        role = self._sign_in.roles.of(name, groups)
        if role is None:
            raise without_role(name)
        return Person(name, role, groups, leaves=True, record=self._record)

    def _groups_now(self, session: Session) -> frozenset[str] | None:
        """Return the groups of a session; None where the provider has ended it."""
        refreshing = self._sessions.take_check(session) if session.due else None
        if refreshing is None:
            return session.groups
        try:
            claims, refreshing = self._provider.claims_again(refreshing)
        except NotAllowedError:
            self._sessions.end(session.digest)
            self._note(session.name, "session ended", "by the provider")
            return None
        except UnavailableError:
            return session.groups  # as they were told last; the next check is not far
        groups = groups_of(claims) if "groups" in claims else session.groups
        self._sessions.renew(session, groups, refreshing)
        return groups

    def _begin(self) -> Response:
        """Send the browser to the provider."""
        target = request.args.get("to", "/")
        attempt = Attempt(secrets.token_urlsafe(24), secrets.token_urlsafe(48), _own_path(target))
        try:
            state, kept = self._sessions.attempt(attempt)
            answer = redirect(self._provider.address(state, attempt))
        except DashboardError as error:
            return refused(error, 503, SIGN_IN)
        _keep(answer, ATTEMPT, kept, _ATTEMPT_S)
        return answer

    def _end(self) -> Response:
        """Take what the provider sends the browser back with, once, and begin a session."""
        try:
            attempt = self._sessions.take_attempt(
                request.args.get("state", ""), request.cookies.get(ATTEMPT, "")
            )
            if attempt is None:
                raise _not_meant("it was used before, is too old, or was begun in another browser")
            issuer = request.args.get("iss", self._sign_in.issuer).rstrip("/")
            if "error" in request.args or issuer != self._sign_in.issuer:
                raise _not_meant(_word(request.args.get("error", "it is of another provider")))
            claims, refreshing = self._provider.claims_for(request.args.get("code", ""), attempt)
            name, groups = name_of(claims), groups_of(claims)
            self._person(name, groups)
            kept = self._sessions.begin(name, groups, refreshing)
        except NotAllowedError as error:
            logger.warning("signin.refused", extra={"reason": error.message})
            return refused(error, 400, SIGN_IN)
        except DashboardError as error:
            return refused(error, 503, SIGN_IN)
        self._note(name, "signed in", "")
        answer = redirect(attempt.target)
        _keep(answer, SESSION, kept, _SESSION_S)
        _keep(answer, ATTEMPT, "", 0)
        return answer

    def _leave(self) -> Response:
        """End the session, if the page itself or whoever typed the address asks for it."""
        if request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
            return redirect("/")
        try:
            session = self._sessions.find(request.cookies.get(SESSION, ""))
            if session is not None:
                self._sessions.end(session.digest)
                self._note(session.name, "signed out", "")
        except DashboardError as error:
            return refused(error, 503, SIGN_OUT)
        out = NotAllowedError("You are signed out of this dashboard.", "The provider may still know you.")
        answer = refused(out, 200, SIGN_IN)
        _keep(answer, SESSION, "", 0)
        return answer

    def _note(self, name: str, action: str, subject: str) -> None:
        logger.info("audit.noted", extra={"person": name, "action": action, "subject": subject})
        self._record(name, action, subject)


def name_of(claims: Mapping[str, Any]) -> str:
    """Return how a person is called: by an e-mail that the provider verified, else by its own name for it.

    Other names may be chosen by whoever bears them, and roles are given by this one.

    Raises:
        NotAllowedError: the provider named nobody.
    """
    email, subject = claims.get("email"), claims.get("sub")
    if claims.get("email_verified") is True and isinstance(email, str) and email:
        return email
    if not isinstance(subject, str) or not subject:
        raise _not_meant("it names nobody")
    return subject


def groups_of(claims: Mapping[str, Any]) -> frozenset[str]:
    """Return the groups of a person; none where the provider tells none, or something else."""
    told = claims.get("groups") or ()
    listed = [told] if isinstance(told, str) else told
    return frozenset(str(group) for group in listed) if isinstance(listed, list | tuple) else frozenset()


def _own_path(target: str) -> str:
    """Return a path of ours; anything that could lead elsewhere is the first page."""
    own = target.startswith("/") and not target.startswith("//") and "\\" not in target
    return target if own and target.isprintable() else "/"


def _word(error: str) -> str:
    return error[:60] if error.isprintable() else "it cannot be read"


def _keep(answer: Response, name: str, value: str, seconds: int) -> None:
    answer.set_cookie(name, value, max_age=seconds, secure=True, httponly=True, samesite="Lax", path="/")
