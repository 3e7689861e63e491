"""A person whom an OpenID provider vouches for comes in: known by issuer and subject, never by a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert, select

from cpe_agent.desk.people import accounts
from cpe_agent.desk.people.accounts import Account, LastAdministrator, Taken
from cpe_agent.desk.people.names import MOST, BadName, cleaned
from cpe_agent.desk.people.oidc import NotTrusted, Provider, Vouched
from cpe_agent.desk.people.tenants import tenant_named
from cpe_agent.desk.records.tables import identity
from cpe_agent.words import SOURCE

if TYPE_CHECKING:
    from cpe_agent.desk.people.people import People


def known(people: People, provider: Provider, vouched: Vouched) -> Account:
    """The account, made at the first login, with the role that the provider gives today. Raises NotTrusted for one who
    was sent away here, whatever the provider says."""
    with people.records.write() as connection:
        tenant = tenant_named(connection, provider.tenant)
        if tenant is None:
            raise NotTrusted(f"there is no tenant {provider.tenant!r}")
        people.audit.hold(connection, tenant)
        row = select(identity.c.person).where(
            identity.c.issuer == provider.issuer, identity.c.subject == vouched.subject
        )
        number = connection.execute(row).scalar()
        if number is None:
            return _added(connection, people, provider, vouched, tenant)
        account = accounts.by_id(connection, tenant, number)
        if account is None or account.disabled is not None:
            raise NotTrusted("this person is disabled")
        if account.role != vouched.role:
            try:
                accounts.set_role(connection, account, vouched.role)
            except LastAdministrator:
                raise NotTrusted("the last administrator would lose the role") from None
            said = f"{account.role} -> {vouched.role}"
            people.audit.note(connection, people.now(), tenant, "desk", "role", account.person.who, said)
        return account._replace(role=vouched.role)


def _added(connection: Connection, people: People, provider: Provider, vouched: Vouched, tenant: int) -> Account:
    name = _free(connection, vouched.name)
    account = accounts.add_person(connection, people.now(), tenant, name, vouched.role, SOURCE, None)
    row = {"person": account.id, "issuer": provider.issuer, "subject": vouched.subject}
    connection.execute(insert(identity).values(**row))
    people.audit.note(connection, people.now(), tenant, "desk", "joined", account.person.who, "openid")
    return account


def _free(connection: Connection, wanted: str) -> str:
    """The name, or with a number behind it when somebody else has it: two people never become one by their name."""
    for number in range(1, 100):
        try:
            name = cleaned(wanted[: MOST - 4] if number == 1 else f"{wanted[: MOST - 4]} {number}")
            if accounts.by_name(connection, name) is None:
                return name
        except BadName:
            wanted = "person"
    raise Taken(wanted)
