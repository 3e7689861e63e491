"""A person's own account: the password."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.response import Response

from cpe_agent.desk.pages.login import AGAIN, FORM, Asked, Short, address_of, entered, people_of
from cpe_agent.desk.pages.view import page
from cpe_agent.desk.people.passkeys import passkeys_of
from cpe_agent.desk.people.people import Weak
from cpe_agent.desk.people.roles import Permission

OWN = {"needs": Permission.OWN_ACCOUNT}


class Password(msgspec.Struct):
    old: Short = ""
    new: Short = ""


@get("/account", opt=OWN, sync_to_thread=True)
def account_page(request: Asked) -> Response[Any]:
    return _account(request)


@post("/account/password", opt=OWN, sync_to_thread=True)
def change_password(request: Asked, data: Annotated[Password, FORM]) -> Response[Any]:
    try:
        word = people_of(request).change_password(request.auth, data.old, data.new, address_of(request))
    except Weak as weak:
        return _account(request, said=str(weak), status=422)
    except tuple(AGAIN) as refused:
        said, status = AGAIN[type(refused)]
        return _account(request, said=said, status=status)
    return entered(request, word, "/account")


def _account(request: Asked, *, said: str = "", status: int = 200) -> Response[Any]:
    people, offered = people_of(request), request.app.state.passkeys is not None
    with people.records.read() as connection:
        keys = passkeys_of(connection, request.user.id)
    form = people.form_word(request.auth)
    return page(request, "people_account.html", status=status, passkeys=offered, keys=keys, form=form, said=said)


ACCOUNT = [account_page, change_password]
