"""OpenID Connect: people come in by the company's own login (code flow with PKCE, OpenID Connect Core 1.0, RFC 7636).

One provider, named in ``desk.toml`` of the data folder; its claims say the role. Whoever has no mapped role stays out.
"""

from __future__ import annotations

import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from cpe_agent.desk.people.roles import PEOPLE, Role
from cpe_agent.desk.people.tenants import FIRST

FILE = "desk.toml"
_ALGORITHMS = ["RS256", "PS256", "ES256", "ES384", "EdDSA"]  # signed by a key pair; never "none", never the secret
_WAIT_S = 10.0
_LEEWAY_S = 60
_MOST_SIZE = 256 * 1024


class BadProvider(ValueError):
    """What is wrong with ``desk.toml``, in a sentence."""


class NotTrusted(Exception):
    """The provider did not answer as it must, or vouches for nobody who may come in. The text is for the log."""


class Provider(NamedTuple):
    """``claim``: whose values name roles by ``roles``; of several that are mapped the first in ``roles`` counts."""

    name: str
    issuer: str
    client_id: str
    client_secret: str | None
    tenant: str
    claim: str
    roles: Mapping[str, Role]


class Begun(NamedTuple):
    """What the browser keeps until it comes back. ``url``: where it is sent."""

    url: str
    state: str
    nonce: str
    verifier: str


class Vouched(NamedTuple):
    """Whom the provider vouches for. ``proven``: when the person last logged in there, seconds since the epoch; 0
    when it does not say."""

    subject: str
    name: str
    role: Role
    proven: float


def read_provider(data: Path) -> Provider | None:
    """None where nothing is set. Raises BadProvider."""
    try:
        table = tomllib.loads((data / FILE).read_text("utf-8")).get("openid")
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise BadProvider(f"{FILE} cannot be read: {error}") from None
    if table is None:
        return None
    try:
        issuer, roles = str(table["issuer"]).rstrip("/"), {str(k): Role(v) for k, v in table["roles"].items()}
        secret = (
            (data / table["client_secret_file"]).read_text("utf-8").strip() if "client_secret_file" in table else None
        )
        found = Provider(
            str(table.get("name", urlsplit(issuer).hostname)), issuer, str(table["client_id"]), secret,
            str(table.get("tenant", FIRST)), str(table.get("role_claim", "groups")), roles,
        )  # fmt: skip
    except (KeyError, ValueError, AttributeError, OSError) as error:
        raise BadProvider(f"[openid] in {FILE}: {error}") from None
    if not _guarded(issuer):
        raise BadProvider(f"[openid] in {FILE}: the issuer must be an https address")
    if not roles or any(role not in PEOPLE for role in roles.values()):
        raise BadProvider(f"[openid] in {FILE}: roles must name roles of people")
    return found


class Door:
    """One login at the provider: ``begin``, and with what the browser brings back ``end``. They ask the provider over
    the network and belong in threads. Raise NotTrusted."""

    def __init__(self, provider: Provider, back: str) -> None:
        """``back``: this desk's address that the provider sends the browser to."""
        self._provider = provider
        self._back = back

    def begin(self, *, again: bool = False) -> Begun:
        """``again``: whoever is logged in at the provider must prove it once more."""
        state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
        more = {"prompt": "login", "max_age": "0"} if again else {}
        with self._client() as client:
            where = self._endpoint(self._about(client), "authorization_endpoint")
            url, _ = client.create_authorization_url(where, state=state, nonce=nonce, code_verifier=verifier, **more)
        return Begun(str(url), state, nonce, verifier)

    def end(self, code: str, begun: Begun, now: float) -> Vouched:
        with self._client() as client:
            about = self._about(client)
            answer = urlencode({"code": code, "state": begun.state})
            try:
                token = client.fetch_token(
                    self._endpoint(about, "token_endpoint"), authorization_response=f"{self._back}?{answer}",
                    state=begun.state, code_verifier=begun.verifier,
                )  # fmt: skip
            except _troubles() as error:
                raise NotTrusted(f"no token: {type(error).__name__}") from None
            keys = self._json(client, self._endpoint(about, "jwks_uri"))
        return self._vouched(str(token.get("id_token", "")), keys, begun, now)

    def _client(self) -> Any:
        from authlib.integrations.httpx_client import OAuth2Client  # type: ignore[import-untyped]

        return OAuth2Client(
            self._provider.client_id, self._provider.client_secret, scope="openid profile email",
            redirect_uri=self._back, code_challenge_method="S256", timeout=_WAIT_S, follow_redirects=False,
            token_endpoint_auth_method="client_secret_basic" if self._provider.client_secret else "none",
            trust_env=False,
        )  # fmt: skip

    def _about(self, client: Any) -> dict[str, Any]:
        """What the provider says of itself (OpenID Connect Discovery 1.0)."""
        found = self._json(client, f"{self._provider.issuer}/.well-known/openid-configuration")
        if str(found.get("issuer", "")).rstrip("/") != self._provider.issuer:
            raise NotTrusted("another issuer answers")
        return found

    def _json(self, client: Any, url: str) -> dict[str, Any]:
        import json

        try:
            with client.stream("GET", url, withhold_token=True) as answer:
                answer.raise_for_status()
                body = b""
                for part in answer.iter_bytes():
                    body += part
                    if len(body) > _MOST_SIZE:
                        raise NotTrusted("an answer without end")
            found = json.loads(body)
        except _troubles() as error:
            raise NotTrusted(f"no answer: {type(error).__name__}") from None
        if not isinstance(found, dict):
            raise NotTrusted("an answer that is no object")
        return found

    def _endpoint(self, about: Mapping[str, Any], name: str) -> str:
        url = str(about.get(name, ""))
        if not _guarded(url) or (urlsplit(url).scheme != urlsplit(self._provider.issuer).scheme):
            raise NotTrusted(f"no {name}")
        return url

    def _vouched(self, id_token: str, keys: dict[str, Any], begun: Begun, now: float) -> Vouched:
        from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        try:
            token = jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=_ALGORITHMS)  # type: ignore[arg-type]
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise NotTrusted(f"not its signature: {type(error).__name__}") from None
        mine = self._provider.client_id
        right = {"iss": self._provider.issuer, "aud": mine, "nonce": begun.nonce}
        options = {"sub": {"essential": True}, **{k: {"essential": True, "value": v} for k, v in right.items()}}
        claims = CodeIDToken(token.claims, token.header, options, {"nonce": begun.nonce, "client_id": mine})
        try:
            claims.validate(now=int(now), leeway=_LEEWAY_S)
        except Exception as error:  # authlib has an error for every claim, of two families
            raise NotTrusted(f"not for this login: {type(error).__name__}") from None
        return self._person(token.claims)

    def _person(self, claims: Mapping[str, Any]) -> Vouched:
        held = claims.get(self._provider.claim)
        values = {str(value) for value in held} if isinstance(held, list) else {str(held)}
        role = next((role for value, role in self._provider.roles.items() if value in values), None)
        if role is None:
            raise NotTrusted("no role is mapped")
        subject = str(claims["sub"])
        name = next((str(claims[k]) for k in ("preferred_username", "email", "name") if claims.get(k)), subject)
        proven = claims.get("auth_time", 0)
        return Vouched(subject[:255], name, role, float(proven) if isinstance(proven, int | float) else 0.0)


def _troubles() -> tuple[type[Exception], ...]:
    from authlib.oauth2.base import OAuth2Error  # type: ignore[import-untyped]
    from httpx2 import HTTPError, InvalidURL

    return OAuth2Error, HTTPError, InvalidURL, ValueError, OSError, RecursionError


def _guarded(url: str) -> bool:
    """By https; plain http only on this very machine."""
    try:
        read = urlsplit(url)
    except ValueError:
        return False
    return bool(read.hostname) and (
        read.scheme == "https" or (read.scheme == "http" and read.hostname in ("127.0.0.1", "::1", "localhost"))
    )
