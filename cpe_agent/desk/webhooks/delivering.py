"""The thread that sends: what is due, a hook after the other, and again later what was not taken."""

from __future__ import annotations

import logging
import random
import threading
import time
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import delete, select, update

from cpe_agent.desk.records.tables import delivery, webhook
from cpe_agent.desk.webhooks import arrivals, hooks
from cpe_agent.desk.webhooks.sending import Sender, Silent
from cpe_agent.desk.webhooks.signing import headers
from cpe_agent.desk.webhooks.targets import NotAllowed, target

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_agent.desk.archive import Archive
    from cpe_agent.desk.records.store import Records
    from cpe_agent.desk.secret import Secret

BACKOFF_S = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""After each try that was not taken; three days in all, as the Standard Webhooks advise."""
KEPT_S = 30 * 86_400.0
REST_S = 60.0  # a hook that does not answer at all holds nobody else up
PAUSE_S = 1.0
AT_ONCE = 32
_GONE = 410
_log = logging.getLogger(__name__)


class _Due(NamedTuple):
    id: int
    hook: int
    tenant: int
    url: str
    secret_sealed: bytes
    body: str
    created: float
    tries: int


class Deliveries:
    """``now``: the desk's clock. ``code``: the desk's code of a place in the order of arrival."""

    def __init__(
        self, records: Records, archive: Archive, secret: Secret, code: Callable[[int], str], sender: Sender,
        listed: tuple[str, ...], now: Callable[[], float],
    ) -> None:  # fmt: skip
        self._records, self._archive, self._secret, self._code = records, archive, secret, code
        self._sender, self._listed, self._now = sender, listed, now
        self._ended = threading.Event()
        self._resting: dict[int, float] = {}
        self._purged = 0.0
        self._thread = threading.Thread(target=self._work, name="webhooks", daemon=True)

    def start(self) -> None:
        """Without a listed target nothing can be sent, and no thread is needed."""
        if self._listed:
            self._thread.start()

    def close(self) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        self._sender.close()

    def round(self) -> int:
        """What came in is written down, what is due is sent once; how many messages were."""
        arrivals.round_(self._records, self._archive, self._code, self._now())
        self._purge()
        sent = 0
        for due in self._due():
            if self._ended.is_set():
                break
            if self._resting.get(due.hook, 0.0) <= time.monotonic():
                self._send(due)
                sent += 1
        return sent

    def _due(self) -> list[_Due]:
        resting = [hook for hook, until in self._resting.items() if until > time.monotonic()]
        query = (
            select(delivery.c.id, webhook.c.id.label("hook"), webhook.c.tenant, webhook.c.url, webhook.c.secret_sealed,
                   delivery.c.body, delivery.c.created, delivery.c.tries)
            .select_from(delivery.join(webhook, delivery.c.webhook == webhook.c.id))
            .where(delivery.c.due <= self._now(), webhook.c.disabled.is_(None), webhook.c.id.not_in(resting))
            .order_by(delivery.c.due, delivery.c.id)
            .limit(AT_ONCE)
        )  # fmt: skip
        with self._records.read() as connection:
            return [_Due(*row) for row in connection.execute(query)]

    def _send(self, due: _Due) -> None:
        status = None
        try:
            at, body = int(self._now()), due.body.encode()
            signed = headers(
                hooks.opened(self._secret, due.tenant, due.secret_sealed), message_id(due.id, due.created), at, body
            )
            status = self._sender.post(target(due.url, self._listed), body, signed)
        except Silent:
            self._resting[due.hook] = time.monotonic() + REST_S
        except NotAllowed:
            _log.warning("a webhook's target is not allowed", extra={"hook": due.hook})
        self._note(due, status)

    def _note(self, due: _Due, status: int | None) -> None:
        now, tries = self._now(), due.tries + 1
        taken = status is not None and 200 <= status < 300
        values: dict[str, object] = {"tries": tries, "status": status, "due": None}
        if taken:
            values["done"] = now
        elif tries <= len(BACKOFF_S):
            values["due"] = now + BACKOFF_S[tries - 1] * random.uniform(0.8, 1.2)  # noqa: S311  # spreads load
        with self._records.write() as connection:
            connection.execute(update(delivery).where(delivery.c.id == due.id).values(values))
            if status == _GONE:  # its receiver wants nothing more, ever
                connection.execute(update(webhook).where(webhook.c.id == due.hook).values(disabled=now))
                hooks.forget(connection, due.hook)

    def _purge(self) -> None:
        """Once an hour: what is over for long."""
        now = self._now()
        if now - self._purged >= 3600:
            self._purged = now
            over = (delivery.c.created < now - KEPT_S) & delivery.c.due.is_(None)
            with self._records.write() as connection:
                connection.execute(delete(delivery).where(over))

    def _work(self) -> None:
        while not self._ended.is_set():
            sent = 0
            try:
                sent = self.round()
            except Exception as error:  # a database that is away: what is due stays due
                _log.warning("webhooks wait", exc_info=error)
            self._ended.wait(0 if sent else PAUSE_S)


def message_id(number: int, created: float) -> str:
    """The same for every try. With the time, because a database that was put back counts from an old number."""
    return f"msg_{number}_{int(created * 1000)}"
