"""Every table of the records. Times are seconds since the epoch by the desk's own clock.

Ids only rise and are never used twice, so that lists are paged by them (``id < :before``) and an old link never opens
another row. A secret that people hold (a session, a link, a token, a ticket) is kept as its SHA-256 only: with 256
random bits in it nothing slower is needed. What is personal is kept as a keyed hash, to be found by, and a sealed value
(``cpe_agent.desk.vault``).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts only INTEGER PRIMARY KEY up by itself


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True, autoincrement=True)


def _of(table: str, *, name: str | None = None, needed: bool = True) -> Column[int]:
    return Column(name or table.rstrip("_"), Id, ForeignKey(f"{table}.id"), nullable=not needed)


def _when(name: str, *, needed: bool = False) -> Column[float]:
    return Column(name, Double, nullable=not needed)


setting = Table(
    "setting",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

tenant = Table(
    "tenant",
    metadata,
    _id(),
    Column("name", String(80), nullable=False, unique=True),
    Column("region", String(2), nullable=False),  # ISO 3166: whose telephone numbers people type
    _when("created", needed=True),
    sqlite_autoincrement=True,
)

person = Table(
    "person",
    metadata,
    _id(),
    _of("tenant"),
    Column("name", String(80), nullable=False, unique=True),  # to log in with, as ``people.names`` folds it
    Column("shown", String(80), nullable=False),
    Column("role", String(20), nullable=False),
    Column("language", String(2), nullable=False),
    Column("password", String(200)),  # argon2id in PHC form; none for who comes by another door
    _when("created", needed=True),
    _when("seen"),
    _when("disabled"),
    Index(None, "tenant", "id"),
    sqlite_autoincrement=True,
)

identity = Table(  # who an OpenID provider says a person is
    "identity",
    metadata,
    _id(),
    _of("person"),
    Column("issuer", String(255), nullable=False),
    Column("subject", String(255), nullable=False),
    UniqueConstraint("issuer", "subject"),
    Index(None, "person"),
    sqlite_autoincrement=True,
)

passkey = Table(
    "passkey",
    metadata,
    _id(),
    _of("person"),
    Column("credential", LargeBinary(1023), nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("uses", BigInteger, nullable=False),
    Column("name", String(80), nullable=False),
    _when("created", needed=True),
    _when("used"),
    Index(None, "person"),
    sqlite_autoincrement=True,
)

session = Table(
    "session",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    _of("person"),
    _when("created", needed=True),
    _when("seen", needed=True),
    _when("confirmed", needed=True),  # when the person last proved who it is
    _when("expires", needed=True),
    Index(None, "person"),
    Index(None, "expires"),
)

invite = Table(  # a link that works once: for a new person, or (``person``) for one that lost the password
    "invite",
    metadata,
    _id(),
    _of("tenant"),
    Column("hash", LargeBinary(32), nullable=False, unique=True),
    Column("role", String(20), nullable=False),
    _of("person", needed=False),
    _of("person", name="by", needed=False),
    _when("created", needed=True),
    _when("expires", needed=True),
    _when("used"),
    Index(None, "tenant", "id"),
    Index(None, "expires"),
    sqlite_autoincrement=True,
)

api_token = Table(
    "api_token",
    metadata,
    _id(),
    _of("tenant"),
    Column("hash", LargeBinary(32), nullable=False, unique=True),
    Column("name", String(80), nullable=False),
    Column("permissions", Text),  # space-separated; none: all of the role ``integration``
    _of("person", name="by", needed=False),
    _when("created", needed=True),
    _when("seen"),
    _when("expires"),
    _when("revoked"),
    Index(None, "tenant", "id"),
    sqlite_autoincrement=True,
)

customer = Table(
    "customer",
    metadata,
    _id(),
    _of("tenant"),
    Column("number_hash", LargeBinary(32)),
    Column("number_sealed", LargeBinary),
    Column("phone_hash", LargeBinary(32)),
    Column("phone_sealed", LargeBinary),
    Column("name_sealed", LargeBinary),
    Column("language", String(2)),
    _when("created", needed=True),
    _when("erased"),
    UniqueConstraint("tenant", "number_hash"),
    Index(None, "tenant", "phone_hash", "id"),
    Index(None, "tenant", "id"),
    sqlite_autoincrement=True,
)

_OPEN = text("closed IS NULL")

case_ = Table(
    "case_",
    metadata,
    _id(),
    _of("tenant"),
    Column("code", String(8), nullable=False, unique=True),  # as ``case_code`` writes it
    Column("name", String(80)),  # the desk's own
    # the name as it is looked for, by how it begins: compared by code points on every engine
    Column("folded", String(80).with_variant(String(80, collation="C"), "postgresql")),
    _of("customer", needed=False),
    Column("language", String(2)),
    _when("opened", needed=True),
    _of("person", name="opened_by", needed=False),
    _of("person", name="holder", needed=False),
    _when("closed"),
    Index(None, "tenant", "id"),
    Index(None, "tenant", "folded", "id"),
    Index(None, "tenant", "customer", "id"),
    Index(None, "tenant", "holder", "closed", "id"),
    Index("ix_case__open", "tenant", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    sqlite_autoincrement=True,
)

ticket = Table(  # what a customer's program proves with that a report belongs to a tenant, a customer and a case
    "ticket",
    metadata,
    _id(),
    _of("tenant"),
    Column("hash", LargeBinary(32), nullable=False, unique=True),
    _of("customer", needed=False),
    Column("case", String(8), ForeignKey("case_.code")),
    Column("note", String(80)),
    _of("person", name="by", needed=False),
    _when("created", needed=True),
    _when("expires", needed=True),
    _when("revoked"),
    Index(None, "tenant", "id"),
    Index(None, "customer", "id"),
    Index(None, "case", "id"),
    sqlite_autoincrement=True,
)

entry = Table(  # the ledger of a case; nothing in it is ever changed
    "entry",
    metadata,
    _id(),
    _of("tenant"),
    _of("case_"),
    _when("at", needed=True),
    _of("person", name="by", needed=False),  # none: the customer, or the desk itself
    Column("kind", String(20), nullable=False),  # ``cases.ledger.Kind``, reveal
    Column("key", String(80)),  # a step, a question, a fault's code
    Column("text", Text),  # what was written; of a contradiction the reason
    Column("source", String(10)),  # observed or stated
    Column("report", LargeBinary(16)),
    CheckConstraint("source IN ('observed', 'stated')", name="source"),
    Index(None, "case", "id"),
    Index(None, "tenant", "kind", "id"),
    sqlite_autoincrement=True,
)

outcome = Table(  # what the technician found
    "outcome",
    metadata,
    _id(),
    _of("tenant"),
    _of("case_", needed=False),
    Column("report", LargeBinary(16)),
    Column("named", String(64)),  # the fault that the program had named; none: it had named none
    Column("found", String(64)),
    Column("judged", String(10), nullable=False),
    _of("person", name="by", needed=False),
    _when("at", needed=True),
    CheckConstraint("judged IN ('right', 'wrong', 'unclear')", name="judged"),
    Index(None, "tenant", "named", "judged"),
    Index(None, "case", "id"),
    Index(None, "tenant", "report"),
    sqlite_autoincrement=True,
)

webhook = Table(
    "webhook",
    metadata,
    _id(),
    _of("tenant"),
    Column("name", String(80), nullable=False),
    Column("url", Text, nullable=False),
    Column("secret_sealed", LargeBinary, nullable=False),
    Column("events", Text, nullable=False),  # space-separated
    _of("person", name="by", needed=False),
    _when("created", needed=True),
    _when("disabled"),
    Index(None, "tenant", "id"),
    sqlite_autoincrement=True,
)

delivery = Table(
    "delivery",
    metadata,
    _id(),
    _of("webhook"),
    Column("event", String(40), nullable=False),
    Column("body", Text, nullable=False),
    _when("created", needed=True),
    _when("due"),  # none: nothing more is tried
    Column("tries", Integer, nullable=False),
    Column("status", Integer),
    _when("done"),
    Index(None, "webhook", "id"),
    Index(None, "due"),
    sqlite_autoincrement=True,
)

feed = Table(
    "feed",
    metadata,
    _id(),
    _of("tenant"),
    _when("at", needed=True),
    Column("topic", String(40), nullable=False),
    Column("body", Text, nullable=False),
    Index(None, "tenant", "topic", "id"),
    Index(None, "tenant", "id"),
    sqlite_autoincrement=True,
)

audit = Table(  # ``people.audit``: a chain a tenant, from 1, without gaps
    "audit",
    metadata,
    Column("tenant", Id, ForeignKey("tenant.id"), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    _when("at", needed=True),
    Column("who", String(40), nullable=False),  # person:7, token:3, command, desk
    Column("what", String(40), nullable=False),
    Column("subject", String(80), nullable=False),  # a row, never a value: customer:12
    Column("reason", Text, nullable=False),
    Column("previous", LargeBinary(32), nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
)

audit_head = Table(  # where the chain ends: without it nobody would miss its last rows
    "audit_head",
    metadata,
    Column("tenant", Id, ForeignKey("tenant.id"), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("seal", LargeBinary(32), nullable=False),
)
