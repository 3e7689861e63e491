"""Coming in: by name and password, by invitation, by token; staying (session), proving it again, going."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.desk.people import accounts, invites, logins, tickets, tokens
from cpe_agent.desk.people.audit import Audit
from cpe_agent.desk.people.names import BadName, folded
from cpe_agent.desk.people.passwords import Passwords, weakness
from cpe_agent.desk.people.roles import Role
from cpe_agent.desk.people.tenants import first_tenant
from cpe_agent.desk.people.throttle import Throttle

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from cpe_agent.desk.people.accounts import Account
    from cpe_agent.desk.people.invites import Invite
    from cpe_agent.desk.people.logins import Session
    from cpe_agent.desk.people.roles import Person
    from cpe_agent.desk.people.tickets import Ticket
    from cpe_agent.desk.people.tokens import Token
    from cpe_agent.desk.records.store import Records
    from cpe_agent.desk.secret import Secret


class Throttled(Exception):
    """Too many tries; the password was not looked at."""


class Refused(Exception):
    """Unknown name, wrong password, sent away: the same for all of them."""


class Gone(Exception):
    """The link was used, is over, or never was."""


class Weak(Exception):
    """This password will not do; the argument says why, as a key of the words."""


class Chosen(NamedTuple):
    """What a person chooses behind an invitation. ``name`` is not asked of one that is there already."""

    name: str
    password: str
    language: str


class People:
    """Made once a desk. Its methods wait for a disk, or for argon2: they belong in threads."""

    def __init__(self, records: Records, secret: Secret, now: Callable[[], float]) -> None:
        self.records = records
        self.now = now
        self.audit = Audit(secret)
        self.passwords = Passwords()
        self.throttle = Throttle()
        self.failures = {"refused": 0, "throttled": 0}  # logins since the start
        self._form_key = secret.key("forms")
        self.openid_key = secret.key("openid")

    def form_word(self, session: Session) -> str:
        return logins.form_word(self._form_key, session.hash)

    def session(self, word: str) -> Session | None:
        now = self.now()
        with self.records.read() as connection:
            found = logins.find(connection, now, word)
        if found is not None and found.stale(now):
            with self.records.write() as connection:
                logins.note_seen(connection, now, found.hash)
        return found

    def token(self, word: str) -> Token | None:
        now = self.now()
        with self.records.read() as connection:
            found = tokens.find(connection, now, word)
        if found is not None and tokens.stale(found, now):
            with self.records.write() as connection:
                tokens.note_seen(connection, now, found.id)
        return found

    def ticket(self, word: str) -> Ticket | None:
        with self.records.read() as connection:
            return tickets.find(connection, word)

    def log_in(self, name: str, password: str, address: str, before: Session | None = None) -> str:
        """The word of the new session. Raises Refused, Throttled, Busy (of passwords)."""
        account = self._proven(name, password, address)
        return self.admit(account, "password", before)

    def admit(self, account: Account, by: str, before: Session | None = None, *, proven: float | None = None) -> str:
        """A session for one who has proven who it is. ``by``: password, invitation, openid, passkey. ``proven``: when,
        if not just now."""
        with self.records.write() as connection:
            return self._admitted(connection, account, by, before, proven)

    def confirm(self, session: Session, password: str, address: str) -> None:
        """The same person, once more, before what must not happen at a desk that was left open. Raises as log_in."""
        with self.records.read() as connection:
            account = accounts.by_id(connection, session.person.tenant, session.person.id)
        if account is None:
            raise Refused
        self._proven(account.name, password, address)
        with self.records.write() as connection:
            logins.confirm(connection, self.now(), session.hash)
            self.audit.note(connection, self.now(), account.tenant, account.person.who, "confirmed")

    def log_out(self, session: Session) -> None:
        with self.records.write() as connection:
            logins.end(connection, session.hash)
            self.audit.note(connection, self.now(), session.person.tenant, session.person.who, "logout")

    def change_password(self, session: Session, old: str, new: str, address: str) -> str:
        """Ends every session of the person; gives the word of the one that goes on. Raises as log_in, and Weak."""
        with self.records.read() as connection:
            account = accounts.by_id(connection, session.person.tenant, session.person.id)
        if account is None:
            raise Refused
        self._proven(account.name, old, address)
        hashed = self._new(new, account.name)
        with self.records.write() as connection:
            accounts.set_password(connection, account.id, hashed)
            self.audit.note(connection, self.now(), account.tenant, account.person.who, "password")
            return logins.start(connection, self.now(), account)

    def set_language(self, person: Person, language: str) -> None:
        with self.records.write() as connection:
            accounts.set_language(connection, person.id, language)

    def invited(self, word: str) -> tuple[Invite, Account | None]:
        """The invitation, and whose it is when it is for one who is there already. Raises Gone."""
        with self.records.read() as connection:
            return self._invited(connection, word)

    def accept(self, word: str, chosen: Chosen) -> str:
        """Come in through an invitation: the word of the session. Raises Gone, Taken, BadName, Weak, Busy."""
        _, whose = self.invited(word)  # before argon2: a made-up link costs nothing
        hashed = self._new(chosen.password, whose.name if whose else chosen.name)
        now = self.now()
        with self.records.write() as connection:
            invite, account = self._invited(connection, word)
            if not invites.use(connection, now, invite):
                raise Gone
            if account is not None:
                accounts.set_password(connection, account.id, hashed)
                self.audit.note(connection, now, account.tenant, account.person.who, "password", f"invite:{invite.id}")
            else:
                role = invite.role
                account = accounts.add_person(
                    connection, now, invite.tenant, chosen.name, role, chosen.language, hashed
                )
                came = f"invite:{invite.id}"
                self.audit.note(connection, now, invite.tenant, account.person.who, "joined", came, role)
            return self._admitted(connection, account, "invitation")

    def first_link(self) -> str | None:
        """The word of a link for the first administrator; None once there is one. Every start gives a new one, and
        the ones before it end."""
        now = self.now()
        with self.records.write() as connection:
            tenant = first_tenant(connection, self.audit, now)
            self.audit.hold(connection, tenant)
            if accounts.administrators(connection):
                return None
            invites.revoke_first(connection, tenant)
            number, word = invites.invite_person(connection, now, tenant, Role.ADMINISTRATOR)
            self.audit.note(connection, now, tenant, "desk", "invited", f"invite:{number}", Role.ADMINISTRATOR)
            return word

    def purge(self) -> int:
        """Sessions and invitations that are over. Gives how many rows went."""
        with self.records.write() as connection:
            return logins.purge(connection, self.now()) + invites.purge(connection, self.now())

    def _proven(self, name: str, password: str, address: str) -> Account:
        try:
            key = folded(name)
        except BadName:
            key = ""
        if not self.throttle.allows(key, address):
            self.failures["throttled"] += 1
            raise Throttled
        account = None
        if key:
            with self.records.read() as connection:
                account = accounts.by_name(connection, key)
        fits = self.passwords.fits(password, account.password if account else None)
        if account is None or account.disabled is not None or not fits:
            with self.records.write() as connection:  # for a name that nobody has too: it takes as long
                tenant = account.tenant if account else first_tenant(connection, self.audit, self.now())
                whose = account.person.who if account else "nobody"
                self.audit.note(connection, self.now(), tenant, "desk", "login-refused", whose)
            self.failures["refused"] += 1
            raise Refused
        self.throttle.forget(key, address)
        return account

    def _admitted(
        self, connection: Connection, account: Account, by: str, before: Session | None = None,
        proven: float | None = None,
    ) -> str:  # fmt: skip
        ended = before.hash if before is not None else None
        word = logins.start(connection, self.now(), account, instead_of=ended, proven=proven)
        self.audit.note(connection, self.now(), account.tenant, account.person.who, "login", reason=by)
        return word

    def _invited(self, connection: Connection, word: str) -> tuple[Invite, Account | None]:
        invite = invites.find(connection, self.now(), word)
        if invite is None:
            raise Gone
        if invite.person is None:
            return invite, None
        account = accounts.by_id(connection, invite.tenant, invite.person)
        if account is None or account.disabled is not None:
            raise Gone
        return invite, account

    def _new(self, password: str, name: str) -> str:
        if (why := weakness(password, name)) is not None:
            raise Weak(why)
        return self.passwords.hash(password)
