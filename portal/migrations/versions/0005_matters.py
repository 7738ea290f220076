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
    "record_import": "own",
    "record_import_part": "own",
    "record_unit": "released",
    "saved_filter": "own",
    "transfer": "own",
    "transfer_dispute": "own",
    "transfer_step": "own",
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
        "record_import",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("unit_id", INTEGER, nullable=False, comment="whose entries they become"),
        sa.Column("account_id", INTEGER, nullable=False),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column("ledger", sa.String(length=48), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False, comment="of the file"),
        sa.Column("counts", JSON, nullable=False, comment="kind of line -> how many"),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.Column("error", sa.String(length=300), nullable=False, comment="why the rest did not enter"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_record_import_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_record_import_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_record_import__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_record_import")),
    )
    op.create_index(
        "ix_record_import_tenant_id_account_id", "record_import", ["tenant_id", "account_id"], unique=False
    )
    op.create_table(
        "record_import_part",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("import_id", INTEGER, nullable=False),
        sa.Column("number", INTEGER, nullable=False),
        sa.Column("lines", JSON, nullable=False, comment="see importing/lines.py"),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "import_id"],
            ["record_import.tenant_id", "record_import.id"],
            name=op.f("fk_record_import_part_import_id_record_import"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_record_import_part__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_record_import_part")),
        sa.UniqueConstraint(
            "tenant_id", "import_id", "number", name=op.f("uq_record_import_part_tenant_id_import_id_number")
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
    op.create_table(
        "transfer",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column("public_key", sa.String(length=43), nullable=False, comment="the same in both rows"),
        sa.Column(
            "request_key", sa.String(length=48), nullable=True, comment="of the sender's row; a second click"
        ),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column(
            "twin_tenant_id", INTEGER, nullable=False, comment="tenant of the other row; it may be this one"
        ),
        sa.Column("reach", sa.String(length=16), nullable=False, comment="Reach"),
        sa.Column("handing", sa.String(length=48), nullable=False),
        sa.Column(
            "label", sa.String(length=80), nullable=False, comment="of the handing, should the plugin go"
        ),
        sa.Column("number", sa.String(length=40), nullable=False, comment="of the sender"),
        sa.Column("unit_id", INTEGER, nullable=True, comment="of this side; None = the office"),
        sa.Column("from_name", sa.String(length=160), nullable=False),
        sa.Column("to_name", sa.String(length=160), nullable=False),
        sa.Column("record_id", INTEGER, nullable=True, comment="the entry of this side"),
        sa.Column("ledger", sa.String(length=48), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("carried", JSON, nullable=False, comment="field key -> value, as handed over"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column(
            "jurisdiction",
            sa.Text(),
            nullable=False,
            comment="why there, or why elsewhere than the rule says",
        ),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("sent_at", Instant(), nullable=False),
        sa.Column("sent_by", sa.String(length=200), nullable=False),
        sa.Column("accept_due", Instant(), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True, comment="accepted or refused"),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("decided_by_id", INTEGER, nullable=True, comment="account; at the receiver alone"),
        sa.Column("refusal", sa.Text(), nullable=False),
        sa.Column("result_due", Instant(), nullable=True),
        sa.Column("outcome", sa.String(length=48), nullable=False),
        sa.Column("outcome_label", sa.String(length=80), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("result_on", sa.Date(), nullable=True),
        sa.Column("result_at", Instant(), nullable=True),
        sa.Column("there_number", sa.String(length=40), nullable=False, comment="of the receiver's entry"),
        sa.Column("there_stage", sa.String(length=80), nullable=False, comment="label of its stage"),
        sa.Column("there_closed_on", sa.Date(), nullable=True),
        sa.Column("dispute", sa.String(length=8), nullable=False, comment="'', open, decided"),
        sa.Column("role", sa.String(length=8), nullable=False, comment="Role of this side"),
        sa.Column(
            "noted_at",
            Instant(),
            nullable=True,
            comment="the sender has taken note of refusal, result or decision",
        ),
        sa.Column(
            "paper_number", sa.String(length=60), nullable=False, comment="of the letter issued by this side"
        ),
        sa.Column("version", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_transfer_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "record_id"],
            ["record.tenant_id", "record.id"],
            name=op.f("fk_transfer_record_id_record"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_transfer_unit_id_unit")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_transfer__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_transfer")),
        sa.UniqueConstraint(
            "tenant_id", "public_key", "side", name=op.f("uq_transfer_tenant_id_public_key_side")
        ),
        sa.UniqueConstraint("tenant_id", "request_key", name=op.f("uq_transfer_tenant_id_request_key")),
    )
    op.create_index(
        "ix_transfer_tenant_id_mechanism_id_side_sent_at",
        "transfer",
        ["tenant_id", "mechanism_id", "side", "sent_at"],
        unique=False,
    )
    op.create_index("ix_transfer_tenant_id_record_id", "transfer", ["tenant_id", "record_id"], unique=False)
    op.create_index(
        "ix_transfer_tenant_id_unit_id_state", "transfer", ["tenant_id", "unit_id", "state"], unique=False
    )
    op.create_table(
        "transfer_dispute",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column("public_key", sa.String(length=43), nullable=False),
        sa.Column("request_key", sa.String(length=48), nullable=True),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("transfer_id", INTEGER, nullable=True),
        sa.Column("transfer_key", sa.String(length=43), nullable=False, comment="public key of the transfer"),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("transfer_number", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("out_tenant_id", INTEGER, nullable=False),
        sa.Column("in_tenant_id", INTEGER, nullable=False),
        sa.Column("above_tenant_id", INTEGER, nullable=False),
        sa.Column("from_name", sa.String(length=160), nullable=False),
        sa.Column("to_name", sa.String(length=160), nullable=False),
        sa.Column("raised_side", sa.String(length=8), nullable=False),
        sa.Column("raised_at", Instant(), nullable=False),
        sa.Column("raised_by", sa.String(length=240), nullable=False),
        sa.Column("out_words", sa.Text(), nullable=False),
        sa.Column("in_words", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False, comment="open, decided, withdrawn"),
        sa.Column("lead", sa.String(length=8), nullable=False, comment="side that has it"),
        sa.Column("decision_number", sa.String(length=60), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decided_by", sa.String(length=240), nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_transfer_dispute_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "transfer_id"],
            ["transfer.tenant_id", "transfer.id"],
            name=op.f("fk_transfer_dispute_transfer_id_transfer"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_transfer_dispute__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_transfer_dispute")),
        sa.UniqueConstraint("tenant_id", "public_key", name=op.f("uq_transfer_dispute_tenant_id_public_key")),
        sa.UniqueConstraint(
            "tenant_id", "request_key", name=op.f("uq_transfer_dispute_tenant_id_request_key")
        ),
    )
    op.create_index(
        "ix_transfer_dispute_tenant_id_mechanism_id_raised_at",
        "transfer_dispute",
        ["tenant_id", "mechanism_id", "raised_at"],
        unique=False,
    )
    op.create_index(
        "ix_transfer_dispute_tenant_id_transfer_id",
        "transfer_dispute",
        ["tenant_id", "transfer_id"],
        unique=False,
    )
    op.create_table(
        "transfer_step",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("transfer_id", INTEGER, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("extra", sa.String(length=300), nullable=False, comment="a unit, a number, an outcome"),
        sa.Column("by", sa.String(length=240), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("request_key", sa.String(length=48), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "transfer_id"],
            ["transfer.tenant_id", "transfer.id"],
            name=op.f("fk_transfer_step_transfer_id_transfer"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_transfer_step__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_transfer_step")),
        sa.UniqueConstraint("tenant_id", "request_key", name=op.f("uq_transfer_step_tenant_id_request_key")),
    )
    op.create_index(
        "ix_transfer_step_tenant_id_transfer_id", "transfer_step", ["tenant_id", "transfer_id"], unique=False
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
            comment="'', proposed, checked, closed, ended",
        ),
    )
    op.add_column(
        "record",
        sa.Column(
            "pending",
            sa.String(length=48),
            nullable=False,
            server_default="",
            comment="Step that a second person has still to agree to",
        ),
    )
    op.add_column(
        "record",
        sa.Column(
            "pending_by", sa.String(length=16), nullable=False, server_default="", comment="who agrees: Who"
        ),
    )
    op.add_column(
        "record", sa.Column("pending_unit_id", INTEGER, nullable=True, comment="whose leader may agree")
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
    op.create_index(
        "ix_record_by_closing",
        "record",
        ["tenant_id", "campaign", "ledger", "closing", "known_at"],
        unique=False,
        postgresql_where=sa.text("withdrawn_at IS NULL AND merged_into_id IS NULL"),
        sqlite_where=sa.text("withdrawn_at IS NULL AND merged_into_id IS NULL"),
    )
    op.create_index(
        "ix_record_by_stage",
        "record",
        ["tenant_id", "campaign", "ledger", "stage", "known_at"],
        unique=False,
        postgresql_where=sa.text("withdrawn_at IS NULL AND merged_into_id IS NULL"),
        sqlite_where=sa.text("withdrawn_at IS NULL AND merged_into_id IS NULL"),
    )
    op.create_index(
        "ix_record_by_view_1",
        "record",
        ["tenant_id", "campaign", "ledger", "view_1", "known_at"],
        unique=False,
        postgresql_where=sa.text("withdrawn_at IS NULL AND merged_into_id IS NULL"),
        sqlite_where=sa.text("withdrawn_at IS NULL AND merged_into_id IS NULL"),
    )
    op.create_index(
        "ix_record_by_view_2",
        "record",
        ["tenant_id", "campaign", "ledger", "view_2", "known_at"],
        unique=False,
        postgresql_where=sa.text("withdrawn_at IS NULL AND merged_into_id IS NULL"),
        sqlite_where=sa.text("withdrawn_at IS NULL AND merged_into_id IS NULL"),
    )
    op.create_index(
        "ix_record_by_view_3",
        "record",
        ["tenant_id", "campaign", "ledger", "view_3", "known_at"],
        unique=False,
        postgresql_where=sa.text("withdrawn_at IS NULL AND merged_into_id IS NULL"),
        sqlite_where=sa.text("withdrawn_at IS NULL AND merged_into_id IS NULL"),
    )
    op.create_index("ix_record_changed_at", "record", ["tenant_id", "campaign", "changed_at"], unique=False)
    op.create_index(
        "ix_record_counted",
        "record",
        ["tenant_id", "campaign", "ledger", "stage", "closing", "view_1", "view_2", "view_3", "released_at"],
        unique=False,
        postgresql_where=sa.text("withdrawn_at IS NULL AND merged_into_id IS NULL"),
        sqlite_where=sa.text("withdrawn_at IS NULL AND merged_into_id IS NULL"),
    )
    op.create_index(
        "ix_record_key_from",
        "record",
        ["tenant_id", "campaign", "ledger", "key_from"],
        unique=False,
        postgresql_where=sa.text("key_from IS NOT NULL"),
        sqlite_where=sa.text("key_from IS NOT NULL"),
    )
    op.create_index(
        "ix_record_look_back_on",
        "record",
        ["tenant_id", "look_back_on"],
        unique=False,
        postgresql_where=sa.text("look_back_on IS NOT NULL"),
        sqlite_where=sa.text("look_back_on IS NOT NULL"),
    )
    op.create_index("ix_record_of_campaign", "record", ["tenant_id", "campaign", "known_at"], unique=False)
    op.create_index(
        "ix_record_of_unit",
        "record",
        ["tenant_id", "unit_id", "campaign", "ledger", "known_at"],
        unique=False,
    )
    op.create_index("ix_record_tenant_id_lead_unit_id", "record", ["tenant_id", "lead_unit_id"], unique=False)
    op.create_index(
        "ix_record_tenant_id_merged_into_id", "record", ["tenant_id", "merged_into_id"], unique=False
    )
    op.create_index(
        "ix_record_waiting",
        "record",
        ["tenant_id", "mechanism_id"],
        unique=False,
        postgresql_where=sa.text("closing IN ('proposed', 'checked') OR pending <> ''"),
        sqlite_where=sa.text("closing IN ('proposed', 'checked') OR pending <> ''"),
    )
    with op.batch_alter_table("record") as batch:
        batch.create_foreign_key(
            op.f("fk_record_lead_unit_id_unit"), "unit", ["tenant_id", "lead_unit_id"], ["tenant_id", "id"]
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
            op.f("fk_record_pending_unit_id_unit"),
            "unit",
            ["tenant_id", "pending_unit_id"],
            ["tenant_id", "id"],
        )
    op.add_column("record_event", sa.Column("note", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "record_event",
        sa.Column(
            "account_id", INTEGER, nullable=True, comment="who did it: the second person is another one"
        ),
    )
    op.add_column(
        "record_event",
        sa.Column(
            "step",
            sa.String(length=48),
            nullable=False,
            server_default="",
            comment="Step of the ledger that it was",
        ),
    )
    op.add_column(
        "record_event",
        sa.Column(
            "request_key",
            sa.String(length=40),
            nullable=True,
            comment="from the page: a second click takes no second step",
        ),
    )
    op.create_index(
        "uq_record_event_tenant_id_request_key", "record_event", ["tenant_id", "request_key"], unique=True
    )
    if op.get_bind().dialect.name == "postgresql":
        for table, visibility in VISIBILITY.items():
            for statement in policies(table, visibility):
                op.execute(statement)


def downgrade() -> None:
    op.drop_index("uq_record_event_tenant_id_request_key", table_name="record_event")
    op.drop_column("record_event", "request_key")
    op.drop_column("record_event", "step")
    op.drop_column("record_event", "account_id")
    op.drop_column("record_event", "note")
    with op.batch_alter_table("record") as batch:
        batch.drop_constraint(op.f("fk_record_pending_unit_id_unit"), type_="foreignkey")
    with op.batch_alter_table("record") as batch:
        batch.drop_constraint(op.f("fk_record_merged_into_id_record"), type_="foreignkey")
    with op.batch_alter_table("record") as batch:
        batch.drop_constraint(op.f("fk_record_lead_unit_id_unit"), type_="foreignkey")
    op.drop_index(
        "ix_record_waiting",
        table_name="record",
        postgresql_where=sa.text("closing IN ('proposed', 'checked') OR pending <> ''"),
        sqlite_where=sa.text("closing IN ('proposed', 'checked') OR pending <> ''"),
    )
    op.drop_index("ix_record_tenant_id_merged_into_id", table_name="record")
    op.drop_index("ix_record_tenant_id_lead_unit_id", table_name="record")
    op.drop_index("ix_record_of_unit", table_name="record")
    op.drop_index("ix_record_of_campaign", table_name="record")
    op.drop_index(
        "ix_record_look_back_on",
        table_name="record",
        postgresql_where=sa.text("look_back_on IS NOT NULL"),
        sqlite_where=sa.text("look_back_on IS NOT NULL"),
    )
    op.drop_index(
        "ix_record_key_from",
        table_name="record",
        postgresql_where=sa.text("key_from IS NOT NULL"),
        sqlite_where=sa.text("key_from IS NOT NULL"),
    )
    op.drop_index(
        "ix_record_counted",
        table_name="record",
        postgresql_where=sa.text("withdrawn_at IS NULL AND merged_into_id IS NULL"),
        sqlite_where=sa.text("withdrawn_at IS NULL AND merged_into_id IS NULL"),
    )
    op.drop_index("ix_record_changed_at", table_name="record")
    op.drop_index(
        "ix_record_by_view_3",
        table_name="record",
        postgresql_where=sa.text("withdrawn_at IS NULL AND merged_into_id IS NULL"),
        sqlite_where=sa.text("withdrawn_at IS NULL AND merged_into_id IS NULL"),
    )
    op.drop_index(
        "ix_record_by_view_2",
        table_name="record",
        postgresql_where=sa.text("withdrawn_at IS NULL AND merged_into_id IS NULL"),
        sqlite_where=sa.text("withdrawn_at IS NULL AND merged_into_id IS NULL"),
    )
    op.drop_index(
        "ix_record_by_view_1",
        table_name="record",
        postgresql_where=sa.text("withdrawn_at IS NULL AND merged_into_id IS NULL"),
        sqlite_where=sa.text("withdrawn_at IS NULL AND merged_into_id IS NULL"),
    )
    op.drop_index(
        "ix_record_by_stage",
        table_name="record",
        postgresql_where=sa.text("withdrawn_at IS NULL AND merged_into_id IS NULL"),
        sqlite_where=sa.text("withdrawn_at IS NULL AND merged_into_id IS NULL"),
    )
    op.drop_index(
        "ix_record_by_closing",
        table_name="record",
        postgresql_where=sa.text("withdrawn_at IS NULL AND merged_into_id IS NULL"),
        sqlite_where=sa.text("withdrawn_at IS NULL AND merged_into_id IS NULL"),
    )
    op.drop_column("record", "origin")
    op.drop_column("record", "withdrawn_at")
    op.drop_column("record", "merged_into_id")
    op.drop_column("record", "view_3")
    op.drop_column("record", "view_2")
    op.drop_column("record", "view_1")
    op.drop_column("record", "key_from")
    op.drop_column("record", "look_back_on")
    op.drop_column("record", "closed_on")
    op.drop_column("record", "pending_unit_id")
    op.drop_column("record", "pending_by")
    op.drop_column("record", "pending")
    op.drop_column("record", "closing")
    op.drop_column("record", "stage")
    op.drop_column("record", "lead_unit_id")
    op.drop_index("ix_transfer_step_tenant_id_transfer_id", table_name="transfer_step")
    op.drop_table("transfer_step")
    op.drop_index("ix_transfer_dispute_tenant_id_transfer_id", table_name="transfer_dispute")
    op.drop_index("ix_transfer_dispute_tenant_id_mechanism_id_raised_at", table_name="transfer_dispute")
    op.drop_table("transfer_dispute")
    op.drop_index("ix_transfer_tenant_id_unit_id_state", table_name="transfer")
    op.drop_index("ix_transfer_tenant_id_record_id", table_name="transfer")
    op.drop_index("ix_transfer_tenant_id_mechanism_id_side_sent_at", table_name="transfer")
    op.drop_table("transfer")
    op.drop_index("ix_record_unit_tenant_id_unit_id", table_name="record_unit")
    op.drop_table("record_unit")
    op.drop_table("record_import_part")
    op.drop_index("ix_record_import_tenant_id_account_id", table_name="record_import")
    op.drop_table("record_import")
    op.drop_table("saved_filter")
