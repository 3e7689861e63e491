"""Personal data, sealed: a key of 256 bits for every customer, and one a month for reports that are nobody's yet.

AES-256-GCM with a random nonce (NIST SP 800-38D). The keys are wrapped by the desk's secret and kept apart from the
data (``keys``), so that no backup of the data holds them: to erase a customer is to destroy his key, in every copy of
the data at once. What was sealed names its key by a random number of 128 bits and not by the customer's row: after a
restore a row's number may be given out again, a key's never is.

The list of what was erased (``erasures``) outlives the keys. A restored older copy of the keys loses the erased ones
again as soon as a vault is opened beside the list.
"""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_agent.desk.vault.erasures import Erasures
    from cpe_agent.desk.vault.keys import Keys

VERSION = b"\x01"
KEY_ID = 16
NONCE = 12
TAG = 16
ADDED = len(VERSION) + KEY_ID + NONCE + TAG
"""So many bytes longer is what was sealed."""
MOST_KEYS = 4096  # about 2 MiB
KEY_LIVES_S = 60.0
"""An erasure made by another process (``desk purge``) is noticed by the sealing side within this time. What is sealed
until then is lost, as it should be. Opening asks the keys every time."""


class Purpose(StrEnum):
    REPORT = "report"
    TELEPHONE = "telephone"
    NUMBER = "number"
    NAME = "name"


class Closed(Exception):
    """It cannot be opened."""


class Erased(Closed):
    """Its key was destroyed, or it is on the list of what was erased."""


class Damaged(Closed):
    """It was changed, it belongs elsewhere, or its key is missing although nobody erased it."""


class KeyRow(NamedTuple):
    """``subject``: ``customer-17`` or ``month-2026-11``. ``wrapped``: nonce, then the key sealed by the secret."""

    id: bytes
    tenant: int
    subject: str
    wrapped: bytes


class _Key(NamedTuple):
    id: bytes
    cipher: AESGCM
    until: float


def of_customer(customer: int) -> str:
    return f"customer-{customer}"


def of_month(at: float) -> str:
    """Whose key seals a report without customer that came in at that time (seconds since the epoch, UTC)."""
    return _month_of_day(int(at // 86400))


@lru_cache(maxsize=8)
def _month_of_day(day: int) -> str:
    return time.strftime("month-%Y-%m", time.gmtime(day * 86400))


def key_of(sealed: bytes) -> bytes:
    """The name of the key that it was sealed with. Raises ``Damaged``."""
    if len(sealed) < ADDED or sealed[:1] != VERSION:
        raise Damaged("not sealed by this vault")
    return sealed[1 : 1 + KEY_ID]


def mark_of(tenant: int, report_id: bytes) -> bytes:
    """The name of one report in the list of what was erased: who reads the list learns no report's id."""
    return blake2b(b"%d " % tenant + report_id, digest_size=KEY_ID, person=b"erased report").digest()


class Vault:
    """``wrapping``: 32 bytes that come of the desk's secret. Any thread may ask at any time."""

    def __init__(
        self, keys: Keys, erasures: Erasures, wrapping: bytes, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._keys = keys
        self._erasures = erasures
        self._wrapping = AESGCM(wrapping)
        self._clock = clock
        self._lock = threading.Lock()
        self._unwrapped: OrderedDict[tuple[int, str], _Key] = OrderedDict()
        self._agree()

    def _agree(self) -> None:
        """The list and the keys tell each other what was erased while one of them was an older copy."""
        listed, kept = self._erasures.read(), self._keys.erased()
        if missing := listed.keys() - kept.keys():
            self._keys.destroy({mark: listed[mark] for mark in missing})
        if missing := kept.keys() - listed.keys():
            self._erasures.add({mark: kept[mark] for mark in missing})

    # ---------------------------------------------------------------- reports

    def seal_report(self, tenant: int, customer: int | None, report_id: bytes, received: float, body: bytes) -> bytes:
        subject = of_month(received) if customer is None else of_customer(customer)
        return self._seal(tenant, subject, Purpose.REPORT, report_id, body)

    def open_report(self, tenant: int, report_id: bytes, sealed: bytes) -> bytes:
        """Under whichever key it was sealed: a report may have been given to a customer since. Raises ``Closed``."""
        row = self._row(sealed, mark_of(tenant, report_id))
        return self._open(row, tenant, row.subject, Purpose.REPORT, report_id, sealed)

    # ----------------------------------------------------------------- values

    def seal_value(self, tenant: int, customer: int, purpose: Purpose, value: str) -> bytes:
        return self._seal(tenant, of_customer(customer), purpose, b"", value.encode())

    def open_value(self, tenant: int, customer: int, purpose: Purpose, sealed: bytes) -> str:
        """Raises ``Closed``."""
        row = self._row(sealed)
        return self._open(row, tenant, of_customer(customer), purpose, b"", sealed).decode()

    # ------------------------------------------------------------------- keys

    def at_hand(self, tenant: int, customer: int | None, received: float) -> bool:
        """Would ``seal_report`` go without asking the disk?"""
        key = self._unwrapped.get((tenant, of_month(received) if customer is None else of_customer(customer)))
        return key is not None and key.until > self._clock()

    def prepare(self, tenant: int, customer: int) -> None:
        """Make a new customer's key now, so that the first report does not wait for the keys' disk."""
        self._key(tenant, of_customer(customer))

    # ---------------------------------------------------------------- erasing

    def erase_customer(self, tenant: int, customer: int, at: float) -> bool:
        """Destroy the key: whatever was sealed with it is unreadable from now on, in every copy. False: there is none.
        What was sealed before it was his is not: ``erase_reports``."""
        row = self._keys.of(tenant, of_customer(customer))
        if row is not None:
            self._destroy({row.id: at})
        return row is not None

    def erase_reports(self, tenant: int, report_ids: Iterable[bytes], at: float) -> None:
        """Refuse these from now on. Their key is that of a month and opens others too: their bodies must be deleted as
        well, and old copies of them end with the month's key."""
        self._destroy({mark_of(tenant, report_id): at for report_id in report_ids})

    def erase_months(self, before: float, at: float) -> int:
        """Destroy the keys of all months that ended before the one of that time; how many there were."""
        rows = self._keys.months_before(of_month(before))
        self._destroy(dict.fromkeys(rows, at))
        return len(rows)

    def erased(self, sealed: bytes) -> bool:
        """Was the key of this destroyed? Raises ``Damaged`` for what was not sealed here."""
        return self._keys.get(key_of(sealed), b"")[1]

    def _destroy(self, marks: dict[bytes, float]) -> None:
        if not marks:
            return
        self._erasures.add(marks)  # first: after a power cut in between the next start destroys the keys
        self._keys.destroy(marks)
        with self._lock:
            for subject in [s for s, key in self._unwrapped.items() if key.id in marks]:
                del self._unwrapped[subject]

    @property
    def list_of_erasures(self) -> Path:
        """The file: whoever restores a backup needs the newest there is."""
        return self._erasures.file

    def close(self) -> None:
        with self._lock:
            self._unwrapped.clear()
        self._keys.close()

    # ------------------------------------------------------------------ inner

    def _seal(self, tenant: int, subject: str, purpose: Purpose, about: bytes, data: bytes) -> bytes:
        key = self._unwrapped.get((tenant, subject))
        if key is None or key.until <= self._clock():
            key = self._key(tenant, subject)
        nonce = os.urandom(NONCE)
        bound = _bound(tenant, subject, purpose, about)
        return b"".join((VERSION, key.id, nonce, key.cipher.encrypt(nonce, data, bound)))

    def _key(self, tenant: int, subject: str) -> _Key:
        row = self._keys.of(tenant, subject)
        if row is None:
            new = KeyRow(os.urandom(KEY_ID), tenant, subject, b"")
            nonce = os.urandom(NONCE)
            fresh = AESGCM.generate_key(256)
            row = self._keys.add(new._replace(wrapped=nonce + self._wrapping.encrypt(nonce, fresh, _named(new))))
        key = _Key(row.id, self._unwrap(row), self._clock() + KEY_LIVES_S)
        with self._lock:
            self._unwrapped[tenant, subject] = key
            self._unwrapped.move_to_end((tenant, subject))
            if len(self._unwrapped) > MOST_KEYS:
                self._unwrapped.popitem(last=False)
        return key

    def _unwrap(self, row: KeyRow) -> AESGCM:
        try:
            return AESGCM(self._wrapping.decrypt(row.wrapped[:NONCE], row.wrapped[NONCE:], _named(row)))
        except InvalidTag:
            raise Damaged("a key does not open with this desk's secret") from None

    def _row(self, sealed: bytes, mark: bytes = b"") -> KeyRow:
        row, erased = self._keys.get(key_of(sealed), mark)
        if erased:
            raise Erased("erased")
        if row is None:
            raise Damaged("its key is missing; restore the keys' backup")
        return row

    def _open(self, row: KeyRow, tenant: int, subject: str, purpose: Purpose, about: bytes, sealed: bytes) -> bytes:
        nonce, data = sealed[1 + KEY_ID : 1 + KEY_ID + NONCE], sealed[1 + KEY_ID + NONCE :]
        try:
            return self._unwrap(row).decrypt(nonce, data, _bound(tenant, subject, purpose, about))
        except InvalidTag:
            raise Damaged("changed since it was sealed, or not in its place") from None


def _bound(tenant: int, subject: str, purpose: Purpose, about: bytes) -> bytes:
    """What a sealed value is tied to: in another tenant's, customer's or report's place it does not open."""
    return f"{tenant} {subject} {purpose} ".encode() + about


def _named(row: KeyRow) -> bytes:
    return f"{row.tenant} {row.subject} ".encode() + row.id
