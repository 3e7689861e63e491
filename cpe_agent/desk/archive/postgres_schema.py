"""The archive's tables in PostgreSQL, in a schema of their own, partitioned by the month of arrival."""

# ruff: noqa: S608 - a month and a chunk are numbers of this program

from __future__ import annotations

from cpe_agent.desk.archive.queries import CHUNK

VERSION = 1
PARTITIONED = ("report", "body", "judged")

# ``state`` has one row. Whoever commits a batch locks it, so that any number of processes give out places in the order
# of their commits and without a gap; one at a time stores as much as several would. ``known`` is not partitioned: an
# id is stored once, whatever the month. Bodies are sealed, so compressing them again would only cost.
SCHEMA = f"""
CREATE TABLE state (one boolean PRIMARY KEY CHECK (one), version int NOT NULL, last bigint NOT NULL,
    bodies_from bigint NOT NULL);
INSERT INTO state VALUES (true, {VERSION}, 0, 0);
CREATE TABLE known (id bytea PRIMARY KEY, seq bigint NOT NULL, month int NOT NULL);
CREATE TABLE chunk (n bigint, month int, PRIMARY KEY (n, month));
CREATE TABLE todo (seq bigint PRIMARY KEY, month int NOT NULL);
CREATE TABLE later (seq bigint PRIMARY KEY, month int NOT NULL);
CREATE TABLE report (
    seq bigint, month int, id bytea NOT NULL, sha bytea NOT NULL, cut smallint NOT NULL, encoding smallint NOT NULL,
    size int NOT NULL, tenant bigint NOT NULL, received double precision NOT NULL, ticket bigint, customer bigint,
    "case" text, kept text, attached smallint NOT NULL DEFAULT 0, erased smallint NOT NULL DEFAULT 0,
    loose smallint NOT NULL GENERATED ALWAYS AS (CASE WHEN ticket IS NULL AND attached = 0 THEN 1 ELSE 0 END) STORED,
    chunk bigint NOT NULL GENERATED ALWAYS AS (seq >> {CHUNK}) STORED,
    PRIMARY KEY (seq, month)
) PARTITION BY LIST (month);
CREATE INDEX report_newest ON report (tenant, loose, (-seq));
CREATE INDEX report_case ON report (chunk, tenant, "case", seq) WHERE "case" IS NOT NULL;
CREATE INDEX report_customer ON report (chunk, tenant, customer, seq) WHERE customer IS NOT NULL;
CREATE TABLE body (seq bigint, month int, data bytea NOT NULL, PRIMARY KEY (seq, month)) PARTITION BY LIST (month);
ALTER TABLE body ALTER data SET STORAGE EXTERNAL;
CREATE TABLE judged (
    seq bigint, month int, tenant bigint NOT NULL, loose smallint NOT NULL, received double precision NOT NULL,
    verdict text NOT NULL, fault text NOT NULL, owner text NOT NULL, acts text NOT NULL, grade text NOT NULL,
    suspect text NOT NULL, claimed text NOT NULL, agrees smallint, match int NOT NULL, receipt bigint NOT NULL,
    started double precision NOT NULL, trouble text NOT NULL,
    chunk bigint NOT NULL GENERATED ALWAYS AS (seq >> {CHUNK}) STORED, PRIMARY KEY (seq, month)
) PARTITION BY LIST (month);
CREATE INDEX judged_fault ON judged (tenant, fault, loose, (-seq));
CREATE INDEX judged_match ON judged (tenant, match, received);
CREATE INDEX judged_receipt ON judged (chunk, receipt, seq);
"""


def partition(table: str, month: int) -> str:
    return f"{table}_{month // 12:04}_{month % 12 + 1:02}"


def month_named(partition: str) -> int:
    _, year, month = partition.rsplit("_", 2)
    return int(year) * 12 + int(month) - 1


def make_month(month: int) -> str:
    return "".join(
        f"CREATE TABLE IF NOT EXISTS {partition(table, month)} PARTITION OF {table} FOR VALUES IN ({month});"
        for table in PARTITIONED
    )


def drop_month(month: int) -> str:
    """What is known and waits of a month, then its tables."""
    of_month = partition("report", month)
    return (
        f"DELETE FROM known USING {of_month} AS r WHERE known.id = r.id;"
        + "".join(f"DELETE FROM {table} WHERE month = {month};" for table in ("todo", "later", "chunk"))
        + "".join(f"DROP TABLE {partition(table, month)};" for table in PARTITIONED)
    )
