"""Roles, what each may do, and the person who asks. What a role is not given here, it may not do."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Role(StrEnum):
    REPRESENTATIVE = "representative"
    SENIOR = "senior"
    TECHNICIAN = "technician"
    NETWORK_CENTRE = "network-centre"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    INTEGRATION = "integration"  # a program, by an API token; never a person


PEOPLE = tuple(role for role in Role if role is not Role.INTEGRATION)


class Permission(StrEnum):
    OWN_ACCOUNT = "account.own"  # his own password, language and passkeys
    READ_REPORT = "report.read"  # find and read cards; personal values stay masked
    SEARCH_PERSONAL = "personal.search"  # find by telephone and customer number
    REVEAL_PERSONAL = "personal.reveal"  # see the value itself, with a reason
    ERASE_PERSONAL = "personal.erase"
    WRITE_CASE = "case.write"  # open, note, conclude, hand over what he holds, give out its ticket
    TAKE_CASE = "case.take"  # hand over what another holds
    ATTACH_REPORT = "report.attach"  # say whose an unverified report is
    WATCH_RUN = "run.watch"
    ASK_RUN = "run.ask"  # "check again", "deep test": the customer must accept
    WRITE_OUTCOME = "outcome.write"  # what the technician found
    READ_FIGURES = "figures.read"  # each fault's precision, lists by fault
    EXPORT = "export"
    MANAGE_TICKETS = "ticket.manage"
    MANAGE_PEOPLE = "people.manage"
    MANAGE_TOKENS = "token.manage"
    MANAGE_WEBHOOKS = "webhook.manage"
    READ_AUDIT = "audit.read"


ANYONE = "anyone"
"""What a route needs that is open to whoever comes (the login page). Said aloud: a route that says nothing is shut."""

_P = Permission
_READS = {_P.OWN_ACCOUNT, _P.READ_REPORT, _P.READ_FIGURES}
_SERVES = {*_READS, _P.SEARCH_PERSONAL, _P.REVEAL_PERSONAL, _P.WRITE_CASE, _P.ATTACH_REPORT, _P.WATCH_RUN, _P.ASK_RUN}

MAY: dict[Role, frozenset[Permission]] = {
    Role.REPRESENTATIVE: frozenset(_SERVES),
    Role.SENIOR: frozenset({*_SERVES, _P.TAKE_CASE, _P.WRITE_OUTCOME, _P.EXPORT, _P.MANAGE_TICKETS}),
    Role.TECHNICIAN: frozenset({*_READS, _P.SEARCH_PERSONAL, _P.WATCH_RUN, _P.ASK_RUN, _P.WRITE_OUTCOME}),
    Role.NETWORK_CENTRE: frozenset({*_READS, _P.WRITE_OUTCOME, _P.EXPORT}),
    # Runs the desk. Reads cards, because in a small company it is the same person; nobody's personal values, though.
    Role.ADMINISTRATOR: frozenset(
        {_P.OWN_ACCOUNT, _P.READ_FIGURES, _P.MANAGE_PEOPLE, _P.MANAGE_TICKETS, _P.MANAGE_TOKENS, _P.MANAGE_WEBHOOKS}
        | {_P.READ_REPORT, _P.ERASE_PERSONAL, _P.EXPORT}
    ),
    Role.AUDITOR: frozenset({_P.OWN_ACCOUNT, _P.READ_FIGURES, _P.READ_AUDIT}),
    Role.INTEGRATION: frozenset(
        {_P.READ_REPORT, _P.READ_FIGURES, _P.SEARCH_PERSONAL, _P.WRITE_CASE, _P.WRITE_OUTCOME, _P.MANAGE_TICKETS}
    ),
}


class Person(NamedTuple):
    """Who asks. ``id``: a row of ``person``, or of ``api_token`` when ``program``. ``name`` is what others see."""

    id: int
    tenant: int
    name: str
    role: Role
    language: str
    permissions: frozenset[Permission]
    program: bool = False

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    @property
    def who(self) -> str:
        """For the audit."""
        return f"{'token' if self.program else 'person'}:{self.id}"
