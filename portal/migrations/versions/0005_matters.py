"""The way of ledger entries to closure, transfers, matching, tips, rewards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.core.db import Instant
from portal.core.rls import policies

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

VISIBILITY = {
    "record_unit": "released",
    "saved_filter": "own",
}


def upgrade() -> None:
    op.create_table(
        "saved_filter",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("account_id", INTEGER, nullable=False),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("query", sa.String(length=600), nullable=False),
        sa.Column("saved_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_saved_filter__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_saved_filter")),
        sa.UniqueConstraint(
            "tenant_id",
            "account_id",
            "campaign",
            "name",
            name=op.f("uq_saved_filter_tenant_id_account_id_campaign_name"),
        ),
    )
    op.create_table(
        "record_unit",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("record_id", INTEGER, nullable=False),
        sa.Column("unit_id", INTEGER, nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("released_at", Instant(), nullable=True, comment="when superiors began to see it"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "record_id"],
            ["record.tenant_id", "record.id"],
            name=op.f("fk_record_unit_record_id_record"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_record_unit_unit_id_unit")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_record_unit__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_record_unit")),
        sa.UniqueConstraint(
            "tenant_id", "record_id", "unit_id", name=op.f("uq_record_unit_tenant_id_record_id_unit_id")
        ),
    )
    op.create_index(
        "ix_record_unit_tenant_id_unit_id", "record_unit", ["tenant_id", "unit_id", "record_id"], unique=False
    )
    op.add_column(
        "record", sa.Column("lead_unit_id", INTEGER, nullable=True, comment="who handles it; None = unit_id")
    )
    op.add_column(
        "record",
        sa.Column(
            "stage",
            sa.String(length=32),
            nullable=False,
            server_default="",
            comment="State of the ledger; '' = a plain register",
        ),
    )
    op.add_column(
        "record",
        sa.Column(
            "closing",
            sa.String(length=16),
            nullable=False,
            server_default="",
            comment="'', proposed, checked, closed",
        ),
    )
    op.add_column("record", sa.Column("closed_on", sa.Date(), nullable=True))
    op.add_column("record", sa.Column("look_back_on", sa.Date(), nullable=True))
    op.add_column(
        "record",
        sa.Column(
            "key_from", sa.Date(), nullable=True, comment="day since which it is a key matter, or will be"
        ),
    )
    op.add_column(
        "record",
        sa.Column(
            "view_1",
            sa.String(length=48),
            nullable=False,
            server_default="",
            comment="value of the ledger's first view",
        ),
    )
    op.add_column("record", sa.Column("view_2", sa.String(length=48), nullable=False, server_default=""))
    op.add_column("record", sa.Column("view_3", sa.String(length=48), nullable=False, server_default=""))
    op.add_column("record", sa.Column("merged_into_id", INTEGER, nullable=True))
    op.add_column(
        "record",
        sa.Column("withdrawn_at", Instant(), nullable=True, comment="entered in error; it counts nowhere"),
    )
    op.add_column(
        "record",
        sa.Column(
            "origin",
            sa.String(length=80),
            nullable=False,
            server_default="",
            comment="kind:id of what it grew out of",
        ),
    )
    with op.batch_alter_table("record") as batch:
        batch.create_foreign_key(
            op.f("fk_record_merged_into_id_record"),
            "record",
            ["tenant_id", "merged_into_id"],
            ["tenant_id", "id"],
        )
    with op.batch_alter_table("record") as batch:
        batch.create_foreign_key(
            op.f("fk_record_lead_unit_id_unit"), "unit", ["tenant_id", "lead_unit_id"], ["tenant_id", "id"]
        )
    op.add_column("record_event", sa.Column("note", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "record_event",
        sa.Column(
            "account_id", INTEGER, nullable=True, comment="who did it: the second person is another one"
        ),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table, visibility in VISIBILITY.items():
            for statement in policies(table, visibility):
                op.execute(statement)


def downgrade() -> None:
    op.drop_column("record_event", "account_id")
    op.drop_column("record_event", "note")
    with op.batch_alter_table("record") as batch:
        batch.drop_constraint(op.f("fk_record_lead_unit_id_unit"), type_="foreignkey")
    with op.batch_alter_table("record") as batch:
        batch.drop_constraint(op.f("fk_record_merged_into_id_record"), type_="foreignkey")
    op.drop_column("record", "origin")
    op.drop_column("record", "withdrawn_at")
    op.drop_column("record", "merged_into_id")
    op.drop_column("record", "view_3")
    op.drop_column("record", "view_2")
    op.drop_column("record", "view_1")
    op.drop_column("record", "key_from")
    op.drop_column("record", "look_back_on")
    op.drop_column("record", "closed_on")
    op.drop_column("record", "closing")
    op.drop_column("record", "stage")
    op.drop_column("record", "lead_unit_id")
    op.drop_index("ix_record_unit_tenant_id_unit_id", table_name="record_unit")
    op.drop_table("record_unit")
    op.drop_table("saved_filter")
