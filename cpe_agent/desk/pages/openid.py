"""The door of the company's own login: there, and back."""

from __future__ import annotations

import hmac
import json
import logging
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, NamedTuple

from litestar import get
from litestar.datastructures import Cookie
from litestar.exceptions import NotFoundException
from litestar.response import Redirect, Response

from cpe_agent.desk.pages.login import Asked, people_of
from cpe_agent.desk.pages.view import page
from cpe_agent.desk.people.guard import inside
from cpe_agent.desk.people.logins import Session
from cpe_agent.desk.people.oidc import Begun, Door, NotTrusted, Provider
from cpe_agent.desk.people.roles import ANYONE
from cpe_agent.desk.people.sessions import cookie, cookie_name
from cpe_agent.desk.people.vouched import known

log = logging.getLogger("cpe_agent.desk")
PATH = "/login/openid"
BACK = "/login/openid/back"
_LASTS_S = 600


class Kept(NamedTuple):
    """What the browser keeps meanwhile, signed."""

    begun: Begun
    next: str
    until: float


@get(PATH, opt={"needs": ANYONE}, sync_to_thread=True)
def openid_begin(request: Asked) -> Response[Any]:
    people, provider = people_of(request), _provider(request)
    try:
        begun = _door(request, provider).begin(again="again" in request.query_params)
    except NotTrusted as error:
        return _refused(request, error)
    kept = Kept(begun, inside(request.query_params.get("next")), people.now() + _LASTS_S)
    value = _sealed(people.openid_key, kept)
    return Redirect(begun.url, status_code=303, cookies=[_cookie(request, value, _LASTS_S)])


@get(BACK, opt={"needs": ANYONE}, sync_to_thread=True)
def openid_back(request: Asked) -> Response[Any]:
    people, provider = people_of(request), _provider(request)
    kept = _opened(people.openid_key, request.cookies.get(_name(request), ""))
    state, code = request.query_params.get("state", ""), request.query_params.get("code", "")
    try:
        if kept is None or people.now() >= kept.until or not hmac.compare_digest(kept.begun.state, state):
            raise NotTrusted("not begun in this browser")
        if not code or len(code) > 2000:
            raise NotTrusted("the person or the provider said no")
        vouched = _door(request, provider).end(code, kept.begun, people.now())
        account = known(people, provider, vouched)
    except (NotTrusted, TypeError) as error:  # TypeError: a state that is no ASCII
        return _refused(request, error)
    before = request.auth if isinstance(request.auth, Session) else None
    word = people.admit(account, "openid", before, proven=vouched.proven)
    cookies = [cookie(word, request.app.state.secure), _cookie(request, "", 0)]
    return Redirect(kept.next, status_code=303, cookies=cookies)


def _provider(request: Asked) -> Provider:
    provider: Provider | None = request.app.state.provider
    if provider is None:
        raise NotFoundException
    return provider


def _door(request: Asked, provider: Provider) -> Door:
    return Door(provider, f"{request.app.state.address}{BACK}")


def _refused(request: Asked, error: Exception) -> Response[Any]:
    log.warning("a login by OpenID was refused", extra={"why": str(error)})
    provider = _provider(request).name
    return page(
        request, "login.html", status=403, next="/", name="", said="login.openid.refused", provider=provider,
        passkeys=request.app.state.passkeys is not None,
    )  # fmt: skip


def _name(request: Asked) -> str:
    return cookie_name(request.app.state.secure) + "-openid"


def _cookie(request: Asked, value: str, seconds: int) -> Cookie:
    secure = request.app.state.secure
    return Cookie(_name(request), value=value, max_age=seconds, secure=secure, httponly=True, samesite="lax")


def _sealed(key: bytes, kept: Kept) -> str:
    told = json.dumps([*kept.begun[1:], kept.next, kept.until]).encode()
    return urlsafe_b64encode(hmac.digest(key, told, "sha256") + told).decode()


def _opened(key: bytes, value: str) -> Kept | None:
    try:
        read = urlsafe_b64decode(value)
    except ValueError:
        return None
    if len(read) < 32 or not hmac.compare_digest(read[:32], hmac.digest(key, read[32:], "sha256")):
        return None
    state, nonce, verifier, to, until = json.loads(read[32:])
    return Kept(Begun("", state, nonce, verifier), to, until)


OPENID = [openid_begin, openid_back]
