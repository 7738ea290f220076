"""Reporting that fills once: local columns, stored files, questions, uploads, exports, attachments, activities."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.core.db import Instant
from portal.core.rls import policies

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

VISIBILITY = {
    "activity": "own",
    "activity_unit": "own",
    "attachment": "released",
    "export": "own",
    "local_form": "released",
    "question": "own",
    "report_file": "released",
    "upload": "own",
}


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False, comment="type:id of what it belongs to"),
        sa.Column("field", sa.String(length=48), nullable=False),
        sa.Column("unit_id", INTEGER, nullable=True, comment="whose quota it counts in"),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", INTEGER, nullable=False, comment="bytes"),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("added_by", sa.String(length=200), nullable=False),
        sa.Column("removed_at", Instant(), nullable=True),
        sa.Column("released_at", Instant(), nullable=True, comment="when superiors began to see it"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_attachment__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_attachment")),
    )
    op.create_index("ix_attachment_tenant_id_subject", "attachment", ["tenant_id", "subject"], unique=False)
    op.create_index("ix_attachment_tenant_id_unit_id", "attachment", ["tenant_id", "unit_id"], unique=False)
    op.create_table(
        "export",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("account_id", INTEGER, nullable=False),
        sa.Column(
            "kind",
            sa.String(length=60),
            nullable=False,
            comment="key of the writer, see documents/exports.py",
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("wanted", JSON, nullable=False, comment="scope and filters, as asked"),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("done_rows", INTEGER, nullable=False),
        sa.Column("total_rows", INTEGER, nullable=False),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.Column("size", INTEGER, nullable=False, comment="bytes; 0 until finished"),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("error", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_export__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_export")),
    )
    op.create_index("ix_export_tenant_id_account_id", "export", ["tenant_id", "account_id"], unique=False)
    op.create_index(
        "uq_export_tenant_id_account_id_unfinished",
        "export",
        ["tenant_id", "account_id"],
        unique=True,
        sqlite_where=sa.text("finished_at IS NULL"),
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_table(
        "activity",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("unit_id", INTEGER, nullable=False, comment="the organiser, who entered it"),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("audience", sa.String(length=30), nullable=False, comment="五进: where it was held"),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("reach", INTEGER, nullable=False, comment="people present"),
        sa.Column("materials", INTEGER, nullable=False, comment="printed copies given out"),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("campaigns", JSON, nullable=False, comment="keys of the campaigns it serves"),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.Column("entered_by", sa.String(length=200), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=300), nullable=False),
        sa.Column(
            "request_key",
            sa.String(length=40),
            nullable=False,
            comment="a second click makes no second entry",
        ),
        sa.Column("version", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_activity_unit_id_unit")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_activity__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_activity")),
        sa.UniqueConstraint("tenant_id", "request_key", name=op.f("uq_activity_tenant_id_request_key")),
    )
    op.create_index("ix_activity_tenant_id_held_on", "activity", ["tenant_id", "held_on"], unique=False)
    op.create_table(
        "local_form",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column("form", sa.String(length=48), nullable=False),
        sa.Column("number", INTEGER, nullable=False, comment="version, from 1"),
        sa.Column("label", sa.String(length=80), nullable=False, comment="of a form of its own"),
        sa.Column(
            "definition",
            JSON,
            nullable=False,
            comment="fields, labels, hidden, and for a form of its own period and due",
        ),
        sa.Column("days_earlier", INTEGER, nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False, comment="document that asks for it"),
        sa.Column("readers", sa.String(length=200), nullable=False, comment="who reads the figures"),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("overlaps", JSON, nullable=False, comment="known figures, and why asked all the same"),
        sa.Column("published_by", sa.String(length=200), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("released_at", Instant(), nullable=True, comment="when superiors began to see it"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_local_form_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_local_form__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_local_form")),
        sa.UniqueConstraint(
            "tenant_id",
            "campaign",
            "form",
            "number",
            name=op.f("uq_local_form_tenant_id_campaign_form_number"),
        ),
    )
    op.create_table(
        "question",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("unit_id", INTEGER, nullable=False),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column("form", sa.String(length=48), nullable=False),
        sa.Column("field", sa.String(length=48), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("due_at", Instant(), nullable=False, comment="the office's time to answer"),
        sa.Column("answer", sa.String(length=500), nullable=False),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("answered_by", sa.String(length=200), nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_question_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_question_unit_id_unit")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_question__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_question")),
    )
    op.create_index(
        "ix_question_tenant_id_campaign_form", "question", ["tenant_id", "campaign", "form"], unique=False
    )
    op.create_table(
        "activity_unit",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("activity_id", INTEGER, nullable=False),
        sa.Column("unit_id", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "activity_id"],
            ["activity.tenant_id", "activity.id"],
            name=op.f("fk_activity_unit_activity_id_activity"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_activity_unit_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_activity_unit__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_activity_unit")),
        sa.UniqueConstraint(
            "tenant_id", "activity_id", "unit_id", name=op.f("uq_activity_unit_tenant_id_activity_id_unit_id")
        ),
    )
    op.create_index(
        "ix_activity_unit_tenant_id_unit_id", "activity_unit", ["tenant_id", "unit_id"], unique=False
    )
    op.create_table(
        "report_file",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("report_id", INTEGER, nullable=False),
        sa.Column("number", INTEGER, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False, comment="submitted, closed or late"),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment=".xlsx"),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("facts", JSON, nullable=False, comment="counts, sums and gaps that the file shows"),
        sa.Column("differences", JSON, nullable=False, comment="against the number before"),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.Column("released_at", Instant(), nullable=True, comment="when superiors began to see it"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "report_id"],
            ["report.tenant_id", "report.id"],
            name=op.f("fk_report_file_report_id_report"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_report_file__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_report_file")),
        sa.UniqueConstraint(
            "tenant_id", "report_id", "number", name=op.f("uq_report_file_tenant_id_report_id_number")
        ),
    )
    op.create_table(
        "upload",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("report_id", INTEGER, nullable=False),
        sa.Column("account_id", INTEGER, nullable=False),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("bulk", sa.Boolean(), nullable=False, comment="the office's, for many units"),
        sa.Column(
            "findings",
            JSON,
            nullable=False,
            comment="one object per unit's sheet: cells read, decisions, what became of it (see upload_lines)",
        ),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_upload_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "report_id"],
            ["report.tenant_id", "report.id"],
            name=op.f("fk_upload_report_id_report"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_upload__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_upload")),
    )
    op.create_index("ix_upload_tenant_id_account_id", "upload", ["tenant_id", "account_id"], unique=False)
    op.add_column(
        "report",
        sa.Column(
            "amended",
            JSON,
            nullable=False,
            server_default="{}",
            comment="field key -> {value, reason, by, at}: the tenant's own figure beside the sum",
        ),
    )
    op.add_column(
        "report",
        sa.Column(
            "net",
            JSON,
            nullable=False,
            server_default="{}",
            comment="field key -> sum without what several units were credited with",
        ),
    )
    op.add_column(
        "report",
        sa.Column(
            "duplicates",
            JSON,
            nullable=False,
            server_default="[]",
            comment="reconciliation: matters credited to several units",
        ),
    )
    op.add_column(
        "report",
        sa.Column(
            "local",
            INTEGER,
            nullable=False,
            server_default="0",
            comment="version of the tenant's own columns; 0 = none",
        ),
    )
    op.add_column(
        "report",
        sa.Column(
            "title",
            sa.String(length=80),
            nullable=False,
            server_default="",
            comment="label of the form when it was opened",
        ),
    )
    op.add_column(
        "report",
        sa.Column("closed_at", Instant(), nullable=True, comment="files stored; late forms still come in"),
    )
    op.add_column("report", sa.Column("closed_by", sa.String(length=200), nullable=False, server_default=""))
    op.add_column(
        "rollup",
        sa.Column(
            "amended",
            JSON,
            nullable=False,
            server_default="{}",
            comment="field key -> {value, reason, by, at}: not yet copied into the report upward",
        ),
    )
    op.add_column(
        "submission",
        sa.Column(
            "local",
            INTEGER,
            nullable=False,
            server_default="0",
            comment="version of the tenant's own columns; 0 = none",
        ),
    )
    op.add_column(
        "submission",
        sa.Column(
            "origins",
            JSON,
            nullable=False,
            server_default="{}",
            comment="field key -> {kind, text, params, value}: what the portal offered, and from where",
        ),
    )
    op.add_column(
        "submission",
        sa.Column(
            "corrections",
            JSON,
            nullable=False,
            server_default="{}",
            comment="field key -> why the offered figure was corrected",
        ),
    )
    op.add_column("submission_edition", sa.Column("local", INTEGER, nullable=False, server_default="0"))
    op.add_column("submission_edition", sa.Column("origins", JSON, nullable=False, server_default="{}"))
    op.add_column("submission_edition", sa.Column("corrections", JSON, nullable=False, server_default="{}"))
    op.add_column(
        "submission_edition",
        sa.Column("asked", INTEGER, nullable=False, server_default="0", comment="cells that were asked"),
    )
    op.add_column(
        "submission_edition",
        sa.Column(
            "prefilled", INTEGER, nullable=False, server_default="0", comment="of these offered by the portal"
        ),
    )
    op.add_column(
        "submission_edition",
        sa.Column(
            "corrected", INTEGER, nullable=False, server_default="0", comment="of these changed by the unit"
        ),
    )
    op.add_column(
        "submission_edition",
        sa.Column(
            "repeated", INTEGER, nullable=False, server_default="0", comment="typed although known elsewhere"
        ),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table, visibility in VISIBILITY.items():
            for statement in policies(table, visibility):
                op.execute(statement)


def downgrade() -> None:
    op.drop_column("submission_edition", "repeated")
    op.drop_column("submission_edition", "corrected")
    op.drop_column("submission_edition", "prefilled")
    op.drop_column("submission_edition", "asked")
    op.drop_column("submission_edition", "corrections")
    op.drop_column("submission_edition", "origins")
    op.drop_column("submission_edition", "local")
    op.drop_column("submission", "corrections")
    op.drop_column("submission", "origins")
    op.drop_column("submission", "local")
    op.drop_column("rollup", "amended")
    op.drop_column("report", "closed_by")
    op.drop_column("report", "closed_at")
    op.drop_column("report", "title")
    op.drop_column("report", "local")
    op.drop_column("report", "duplicates")
    op.drop_column("report", "net")
    op.drop_column("report", "amended")
    op.drop_index("ix_upload_tenant_id_account_id", table_name="upload")
    op.drop_table("upload")
    op.drop_table("report_file")
    op.drop_index("ix_activity_unit_tenant_id_unit_id", table_name="activity_unit")
    op.drop_table("activity_unit")
    op.drop_index("ix_question_tenant_id_campaign_form", table_name="question")
    op.drop_table("question")
    op.drop_table("local_form")
    op.drop_index("ix_activity_tenant_id_held_on", table_name="activity")
    op.drop_table("activity")
    op.drop_index(
        "uq_export_tenant_id_account_id_unfinished",
        table_name="export",
        sqlite_where=sa.text("finished_at IS NULL"),
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.drop_index("ix_export_tenant_id_account_id", table_name="export")
    op.drop_table("export")
    op.drop_index("ix_attachment_tenant_id_unit_id", table_name="attachment")
    op.drop_index("ix_attachment_tenant_id_subject", table_name="attachment")
    op.drop_table("attachment")
