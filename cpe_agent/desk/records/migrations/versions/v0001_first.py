"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "setting",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_setting"),
    )
    op.create_table(
        "tenant",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("region", sa.String(length=2), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tenant"),
        sa.UniqueConstraint("name", name="uq_tenant_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "audit",
        sa.Column("tenant", Id, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("who", sa.String(length=40), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("previous", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_audit_tenant_tenant"),
        sa.PrimaryKeyConstraint("tenant", "seq", name="pk_audit"),
    )
    op.create_table(
        "audit_head",
        sa.Column("tenant", Id, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("seal", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_audit_head_tenant_tenant"),
        sa.PrimaryKeyConstraint("tenant", name="pk_audit_head"),
    )
    op.create_table(
        "customer",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("tenant", Id, nullable=False),
        sa.Column("number_hash", sa.LargeBinary(length=32)),
        sa.Column("number_sealed", sa.LargeBinary()),
        sa.Column("phone_hash", sa.LargeBinary(length=32)),
        sa.Column("phone_sealed", sa.LargeBinary()),
        sa.Column("name_sealed", sa.LargeBinary()),
        sa.Column("language", sa.String(length=2)),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("erased", sa.Double()),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_customer_tenant_tenant"),
        sa.PrimaryKeyConstraint("id", name="pk_customer"),
        sa.UniqueConstraint("tenant", "number_hash", name="uq_customer_tenant_number_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_customer_tenant_id", "customer", ["tenant", "id"])
    op.create_index("ix_customer_tenant_phone_hash_id", "customer", ["tenant", "phone_hash", "id"])
    op.create_table(
        "feed",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("tenant", Id, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_feed_tenant_tenant"),
        sa.PrimaryKeyConstraint("id", name="pk_feed"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_feed_tenant_id", "feed", ["tenant", "id"])
    op.create_index("ix_feed_tenant_topic_id", "feed", ["tenant", "topic", "id"])
    op.create_table(
        "person",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("tenant", Id, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("shown", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("password", sa.String(length=200)),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("seen", sa.Double()),
        sa.Column("disabled", sa.Double()),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_person_tenant_tenant"),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("name", name="uq_person_name"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_person_tenant_id", "person", ["tenant", "id"])
    op.create_table(
        "api_token",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("tenant", Id, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("permissions", sa.Text()),
        sa.Column("by", Id),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("seen", sa.Double()),
        sa.Column("expires", sa.Double()),
        sa.Column("revoked", sa.Double()),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name="fk_api_token_by_person"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_api_token_tenant_tenant"),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
        sa.UniqueConstraint("hash", name="uq_api_token_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_api_token_tenant_id", "api_token", ["tenant", "id"])
    op.create_table(
        "case_",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("tenant", Id, nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=80)),
        sa.Column("folded", sa.String(length=80).with_variant(sa.String(length=80, collation="C"), "postgresql")),
        sa.Column("customer", Id),
        sa.Column("language", sa.String(length=2)),
        sa.Column("opened", sa.Double(), nullable=False),
        sa.Column("opened_by", Id),
        sa.Column("holder", Id),
        sa.Column("closed", sa.Double()),
        sa.ForeignKeyConstraint(["customer"], ["customer.id"], name="fk_case__customer_customer"),
        sa.ForeignKeyConstraint(["holder"], ["person.id"], name="fk_case__holder_person"),
        sa.ForeignKeyConstraint(["opened_by"], ["person.id"], name="fk_case__opened_by_person"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_case__tenant_tenant"),
        sa.PrimaryKeyConstraint("id", name="pk_case_"),
        sa.UniqueConstraint("code", name="uq_case__code"),
        sqlite_autoincrement=True,
    )
    open_ = sa.text("closed IS NULL")
    op.create_index("ix_case__open", "case_", ["tenant", "id"], sqlite_where=open_, postgresql_where=open_)
    op.create_index("ix_case__tenant_customer_id", "case_", ["tenant", "customer", "id"])
    op.create_index("ix_case__tenant_folded_id", "case_", ["tenant", "folded", "id"])
    op.create_index("ix_case__tenant_holder_closed_id", "case_", ["tenant", "holder", "closed", "id"])
    op.create_index("ix_case__tenant_id", "case_", ["tenant", "id"])
    op.create_table(
        "identity",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("person", Id, nullable=False),
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_identity_person_person"),
        sa.PrimaryKeyConstraint("id", name="pk_identity"),
        sa.UniqueConstraint("issuer", "subject", name="uq_identity_issuer_subject"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_identity_person", "identity", ["person"])
    op.create_table(
        "invite",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("tenant", Id, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("person", Id),
        sa.Column("by", Id),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("expires", sa.Double(), nullable=False),
        sa.Column("used", sa.Double()),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name="fk_invite_by_person"),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_invite_person_person"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_invite_tenant_tenant"),
        sa.PrimaryKeyConstraint("id", name="pk_invite"),
        sa.UniqueConstraint("hash", name="uq_invite_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_invite_expires", "invite", ["expires"])
    op.create_index("ix_invite_tenant_id", "invite", ["tenant", "id"])
    op.create_table(
        "passkey",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("person", Id, nullable=False),
        sa.Column("credential", sa.LargeBinary(length=1023), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("uses", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("used", sa.Double()),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_passkey_person_person"),
        sa.PrimaryKeyConstraint("id", name="pk_passkey"),
        sa.UniqueConstraint("credential", name="uq_passkey_credential"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_passkey_person", "passkey", ["person"])
    op.create_table(
        "session",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("person", Id, nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("seen", sa.Double(), nullable=False),
        sa.Column("confirmed", sa.Double(), nullable=False),
        sa.Column("expires", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_session_person_person"),
        sa.PrimaryKeyConstraint("hash", name="pk_session"),
    )
    op.create_index("ix_session_expires", "session", ["expires"])
    op.create_index("ix_session_person", "session", ["person"])
    op.create_table(
        "webhook",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("tenant", Id, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("events", sa.Text(), nullable=False),
        sa.Column("by", Id),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("disabled", sa.Double()),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name="fk_webhook_by_person"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_webhook_tenant_tenant"),
        sa.PrimaryKeyConstraint("id", name="pk_webhook"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_webhook_tenant_id", "webhook", ["tenant", "id"])
    op.create_table(
        "delivery",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("webhook", Id, nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("due", sa.Double()),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("done", sa.Double()),
        sa.ForeignKeyConstraint(["webhook"], ["webhook.id"], name="fk_delivery_webhook_webhook"),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_delivery_due", "delivery", ["due"])
    op.create_index("ix_delivery_webhook_id", "delivery", ["webhook", "id"])
    op.create_table(
        "entry",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("tenant", Id, nullable=False),
        sa.Column("case", Id, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by", Id),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=80)),
        sa.Column("text", sa.Text()),
        sa.Column("source", sa.String(length=10)),
        sa.Column("report", sa.LargeBinary(length=16)),
        sa.CheckConstraint("source IN ('observed', 'stated')", name=op.f("ck_entry_source")),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name="fk_entry_by_person"),
        sa.ForeignKeyConstraint(["case"], ["case_.id"], name="fk_entry_case_case_"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_entry_tenant_tenant"),
        sa.PrimaryKeyConstraint("id", name="pk_entry"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_entry_case_id", "entry", ["case", "id"])
    op.create_index("ix_entry_tenant_kind_id", "entry", ["tenant", "kind", "id"])
    op.create_table(
        "outcome",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("tenant", Id, nullable=False),
        sa.Column("case", Id),
        sa.Column("report", sa.LargeBinary(length=16)),
        sa.Column("named", sa.String(length=64)),
        sa.Column("found", sa.String(length=64)),
        sa.Column("judged", sa.String(length=10), nullable=False),
        sa.Column("by", Id),
        sa.Column("at", sa.Double(), nullable=False),
        sa.CheckConstraint("judged IN ('right', 'wrong', 'unclear')", name=op.f("ck_outcome_judged")),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name="fk_outcome_by_person"),
        sa.ForeignKeyConstraint(["case"], ["case_.id"], name="fk_outcome_case_case_"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_outcome_tenant_tenant"),
        sa.PrimaryKeyConstraint("id", name="pk_outcome"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outcome_case_id", "outcome", ["case", "id"])
    op.create_index("ix_outcome_tenant_named_judged", "outcome", ["tenant", "named", "judged"])
    op.create_index("ix_outcome_tenant_report", "outcome", ["tenant", "report"])
    op.create_table(
        "ticket",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("tenant", Id, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("customer", Id),
        sa.Column("case", sa.String(length=8)),
        sa.Column("note", sa.String(length=80)),
        sa.Column("by", Id),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("expires", sa.Double(), nullable=False),
        sa.Column("revoked", sa.Double()),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name="fk_ticket_by_person"),
        sa.ForeignKeyConstraint(["case"], ["case_.code"], name="fk_ticket_case_case_"),
        sa.ForeignKeyConstraint(["customer"], ["customer.id"], name="fk_ticket_customer_customer"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_ticket_tenant_tenant"),
        sa.PrimaryKeyConstraint("id", name="pk_ticket"),
        sa.UniqueConstraint("hash", name="uq_ticket_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_ticket_case_id", "ticket", ["case", "id"])
    op.create_index("ix_ticket_customer_id", "ticket", ["customer", "id"])
    op.create_index("ix_ticket_tenant_id", "ticket", ["tenant", "id"])


def downgrade() -> None:
    for table in (
        "ticket",
        "outcome",
        "entry",
        "delivery",
        "webhook",
        "session",
        "passkey",
        "invite",
        "identity",
        "case_",
        "api_token",
        "person",
        "feed",
        "customer",
        "audit_head",
        "audit",
        "tenant",
        "setting",
    ):
        op.drop_table(table)
