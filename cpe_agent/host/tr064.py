"""TR-064 (LAN-side DSL CPE configuration): the same description and the same calls as UPnP, behind the router's own
login, by HTTP Digest.

Only for a login that the customer chose to give. The login itself is no part of a question of ``Net``: what is asked
there, a recording keeps.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cpe_agent.facts import Failure
from cpe_agent.host import SoapAnswer
from cpe_agent.host.digest import authorization, challenge
from cpe_agent.host.http import where
from cpe_agent.host.igd import at_home, post, read_answer

if TYPE_CHECKING:
    from cpe_agent.host.http import Exchange


async def call(
    control_url: str, service_type: str, action: str, *, login: tuple[str, str] | None, timeout_s: float
) -> SoapAnswer:
    """One action without arguments. ``login`` (name and password) is used once, when the router asks for it by Digest;
    it is not kept, and never sent as it is. Without one, or refused: fault 606."""
    if not at_home(control_url):
        return SoapAnswer({}, Failure.GARBAGE, None)
    ends = asyncio.get_running_loop().time() + timeout_s
    got = await post(control_url, service_type, action, {}, timeout_s=timeout_s)
    asked = challenge(_challenge_of(got)) if login is not None else None
    if login is not None and asked is not None:
        import secrets

        answer = authorization(asked, login, "POST", where(control_url).path, secrets.token_hex(16))
        left = max(0.01, ends - asyncio.get_running_loop().time())
        got = await post(control_url, service_type, action, {"Authorization": answer}, timeout_s=left)
    return read_answer(got, action)


def _challenge_of(got: Exchange) -> str:
    refused = got.failure is None and got.message.status == 401
    return got.message.headers.get("www-authenticate", "") if refused else ""
