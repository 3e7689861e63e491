"""Passkeys (WebAuthn Level 2): a person comes in by a key that the browser or a stick holds, unlocked by finger or PIN.

They belong to a name of the desk, so they work by https, or on ``localhost``; an address of numbers can have none.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import NoResultFound

from cpe_agent.desk.people import accounts
from cpe_agent.desk.people.names import cleaned
from cpe_agent.desk.records.tables import passkey, person

if TYPE_CHECKING:
    from cpe_agent.desk.people.accounts import Account
    from cpe_agent.desk.people.people import People
    from cpe_agent.desk.people.roles import Person

MOST = 10  # a person
_LASTS_S = 300
_MOST_OPEN = 10_000


class NoKey(Exception):
    """This key does not let anybody in here; the text is for the log."""


class Party(NamedTuple):
    """Whom a key is made for: the desk, by its name and its origin."""

    id: str
    origin: str


class Passkey(NamedTuple):
    id: int
    name: str
    created: float
    used: float | None


def party_of(address: str) -> Party | None:
    """None where browsers make no passkeys: at a number, and over plain http except on this machine."""
    read = urlsplit(address)
    host = read.hostname or ""
    try:
        ip_address(host)
        return None
    except ValueError:
        pass
    if not host or (read.scheme != "https" and host != "localhost"):
        return None
    return Party(host, f"{read.scheme}://{read.netloc}")


class Challenges:
    """Random words that a key signs: each for one purpose, for five minutes, taken once."""

    def __init__(self) -> None:
        self._open: dict[bytes, tuple[str, float]] = {}
        self._lock = threading.Lock()

    def new(self, purpose: str, now: float) -> bytes:
        word = secrets.token_bytes(32)
        with self._lock:
            if len(self._open) >= _MOST_OPEN:  # the oldest goes: dictionaries keep the order
                del self._open[next(iter(self._open))]
            self._open[word] = (purpose, now + _LASTS_S)
        return word

    def take(self, word: bytes, purpose: str, now: float) -> bool:
        with self._lock:
            found = self._open.pop(word, ("", 0.0))
        return found[0] == purpose and now < found[1]


class Passkeys:
    """Of one desk. With several processes, the one that gave out a challenge must get it back."""

    def __init__(self, people: People, party: Party) -> None:
        self._people = people
        self._party = party
        self._challenges = Challenges()

    def to_add(self, whose: Person) -> str:
        """What the browser makes a key with, as JSON."""
        from webauthn import generate_registration_options, options_to_json
        from webauthn.helpers.structs import (
            AuthenticatorSelectionCriteria,
            PublicKeyCredentialDescriptor,
            ResidentKeyRequirement,
            UserVerificationRequirement,
        )

        with self._people.records.read() as connection:
            held = connection.execute(select(passkey.c.credential).where(passkey.c.person == whose.id)).scalars().all()
        return options_to_json(
            generate_registration_options(
                rp_id=self._party.id, rp_name="cpe-agent desk", user_name=whose.name, user_id=self._handle(whose.id),
                challenge=self._challenges.new(whose.who, self._people.now()),
                authenticator_selection=AuthenticatorSelectionCriteria(
                    resident_key=ResidentKeyRequirement.REQUIRED,
                    user_verification=UserVerificationRequirement.REQUIRED,
                ),
                exclude_credentials=[PublicKeyCredentialDescriptor(bytes(one)) for one in held],
            )
        )  # fmt: skip

    def add(self, whose: Person, name: str, credential: dict[str, Any]) -> None:
        """Raises NoKey, BadName."""
        from webauthn import verify_registration_response
        from webauthn.helpers.exceptions import WebAuthnException

        shown = cleaned(name)
        try:
            made = verify_registration_response(
                credential=credential, expected_challenge=self._taken(credential, whose.who),
                expected_rp_id=self._party.id, expected_origin=self._party.origin, require_user_verification=True,
            )  # fmt: skip
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            raise NoKey(type(error).__name__) from None
        now = self._people.now()
        row = {"person": whose.id, "credential": made.credential_id, "public_key": made.credential_public_key}
        with self._people.records.write() as connection:
            self._people.audit.hold(connection, whose.tenant)
            taken = connection.execute(select(passkey.c.id).where(passkey.c.credential == made.credential_id)).first()
            if taken is not None or len(passkeys_of(connection, whose.id)) >= MOST:
                raise NoKey("one too many")
            connection.execute(insert(passkey).values(**row, uses=made.sign_count, name=shown, created=now))
            self._people.audit.note(connection, now, whose.tenant, whose.who, "passkey-added")

    def to_log_in(self) -> str:
        """What the browser asks its keys with, as JSON: whichever of them is for this desk."""
        from webauthn import generate_authentication_options, options_to_json
        from webauthn.helpers.structs import UserVerificationRequirement

        challenge = self._challenges.new("login", self._people.now())
        required = UserVerificationRequirement.REQUIRED
        return options_to_json(
            generate_authentication_options(rp_id=self._party.id, challenge=challenge, user_verification=required)
        )

    def log_in(self, credential: dict[str, Any]) -> Account:
        """Whose key it is. Raises NoKey."""
        from webauthn import base64url_to_bytes, verify_authentication_response
        from webauthn.helpers.exceptions import WebAuthnException

        try:
            challenge, number = self._taken(credential, "login"), base64url_to_bytes(credential["rawId"])
            with self._people.records.read() as connection:
                query = select(passkey, person.c.tenant).join(person, person.c.id == passkey.c.person)
                found = connection.execute(query.where(passkey.c.credential == number)).one()
                account = accounts.by_id(connection, found.tenant, found.person)
            proof = verify_authentication_response(
                credential=credential, expected_challenge=challenge, expected_rp_id=self._party.id,
                expected_origin=self._party.origin, credential_public_key=bytes(found.public_key),
                credential_current_sign_count=found.uses, require_user_verification=True,
            )  # fmt: skip
        except (WebAuthnException, NoResultFound, ValueError, KeyError, TypeError) as error:
            raise NoKey(type(error).__name__) from None
        if account is None or account.disabled is not None:
            raise NoKey("disabled")
        with self._people.records.write() as connection:
            used = {"uses": proof.new_sign_count, "used": self._people.now()}
            connection.execute(update(passkey).where(passkey.c.id == found.id).values(**used))
        return account

    def _taken(self, credential: dict[str, Any], purpose: str) -> bytes:
        """The challenge that the browser says it signed, if this desk gave it out for this and nobody used it. Whether
        it was signed is checked after."""
        from webauthn.helpers import base64url_to_bytes, parse_client_data_json

        told = parse_client_data_json(base64url_to_bytes(credential["response"]["clientDataJSON"])).challenge
        if not self._challenges.take(told, purpose, self._people.now()):
            raise NoKey("no challenge of ours")
        return told

    def _handle(self, number: int) -> bytes:
        """What the key calls the person: the same for all of the person's keys, and it tells nothing."""
        return hmac.digest(self._people.openid_key, b"passkey %d" % number, "sha256")


def passkeys_of(connection: Connection, number: int) -> list[Passkey]:
    columns = (passkey.c.id, passkey.c.name, passkey.c.created, passkey.c.used)
    query = select(*columns).where(passkey.c.person == number).order_by(passkey.c.id)
    return [Passkey(*row) for row in connection.execute(query)]


def remove(people: People, whose: Person, number: int) -> bool:
    with people.records.write() as connection:
        gone = delete(passkey).where(passkey.c.person == whose.id, passkey.c.id == number)
        if connection.execute(gone).rowcount != 1:
            return False
        people.audit.note(connection, people.now(), whose.tenant, whose.who, "passkey-removed")
        return True
