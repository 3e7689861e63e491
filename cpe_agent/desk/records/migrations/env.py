"""Alembic's entry: runs on the connection, and in the transaction, that ``migrating.move`` opened."""

from __future__ import annotations

from alembic import context

from cpe_agent.desk.records.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,
)
context.run_migrations()
