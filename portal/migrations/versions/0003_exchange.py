"""Clocks, urgent chains, information: changes of deadlines, drafts, items and their readers, digests, feeds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.core.db import Instant
from portal.core.rls import policies
from portal.core.search import drop_schema, schema

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

VISIBILITY = {
    "bulletin_source": "own",
    "deadline_change": "released",
    "draft": "own",
    "duty_record": "own",
    "info_item": "released",
    "info_item_edition": "released",
    "info_item_reader": "own",
    "info_item_receipt": "released",
    "signed_agreement": "own",
    "upward_request": "released",
    "upward_request_step": "released",
    "urgent_part": "released",
}


def upgrade() -> None:
    op.create_table(
        "notice_outgoing",
        sa.Column("tenant_id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("notice_id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "notice_id", name=op.f("pk_notice_outgoing")),
        info={"tenanted": False},
    )
    op.create_index(op.f("ix_notice_outgoing_urgent"), "notice_outgoing", ["urgent"], unique=False)
    op.create_table(
        "draft",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("unit_id", INTEGER, nullable=True, comment="None = of the office"),
        sa.Column("owner", sa.String(length=30), nullable=False, comment="unit:<id> or office"),
        sa.Column(
            "kind", sa.String(length=30), nullable=False, comment="urgent, follow_up, item, bulletin, ..."
        ),
        sa.Column(
            "subject", sa.String(length=60), nullable=False, comment="type:id it grows out of, or a fresh key"
        ),
        sa.Column("title", sa.String(length=200), nullable=False, comment="for lists"),
        sa.Column("content", JSON, nullable=False, comment="fields as typed"),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("saved_at", Instant(), nullable=False),
        sa.Column("saved_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_draft__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_draft")),
        sa.UniqueConstraint(
            "tenant_id",
            "mechanism_id",
            "owner",
            "kind",
            "subject",
            name=op.f("uq_draft_tenant_id_mechanism_id_owner_kind_subject"),
        ),
    )
    op.create_index(
        "ix_draft_tenant_id_mechanism_id_unit_id",
        "draft",
        ["tenant_id", "mechanism_id", "unit_id"],
        unique=False,
    )
    op.create_table(
        "calendar_feed",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", INTEGER, nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_calendar_feed__account")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_calendar_feed")),
    )
    op.create_index(op.f("ix_calendar_feed_account_id"), "calendar_feed", ["account_id"], unique=False)
    op.create_table(
        "digest",
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("account_id", INTEGER, nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False, comment="goes at night too"),
        sa.Column("send_at", Instant(), nullable=False, comment="not before"),
        sa.Column("begun_at", Instant(), nullable=True),
        sa.Column("sent_at", Instant(), nullable=True, comment="the server took it"),
        sa.Column(
            "done_at", Instant(), nullable=True, comment="sent, refused for good, or nothing left to tell"
        ),
        sa.Column("tries", INTEGER, nullable=False),
        sa.Column(
            "error", sa.String(length=300), nullable=False, comment="of the last try, or why it was not sent"
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_digest__account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest")),
    )
    op.create_index(op.f("ix_digest_account_id"), "digest", ["account_id"], unique=False)
    op.create_index("ix_digest_done_at_send_at", "digest", ["done_at", "send_at"], unique=False)
    op.create_table(
        "duty_record",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("unit_id", INTEGER, nullable=True, comment="None = the office"),
        sa.Column("duty", sa.String(length=48), nullable=False, comment="key of the obligation or duty"),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_duty_record_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_duty_record_unit_id_unit")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_duty_record__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_duty_record")),
    )
    op.create_index(
        "ix_duty_record_tenant_id_mechanism_id_done_on",
        "duty_record",
        ["tenant_id", "mechanism_id", "done_on"],
        unique=False,
    )
    op.create_table(
        "info_item",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column("unit_id", INTEGER, nullable=True, comment="who wrote it; None = the office"),
        sa.Column("kind", sa.String(length=16), nullable=False, comment="ItemKind"),
        sa.Column("category", sa.String(length=48), nullable=False, comment="key in the campaign's Exchange"),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column(
            "sections", JSON, nullable=False, comment="situation, analysis, suggestion; or text; as typed"
        ),
        sa.Column("text", sa.Text(), nullable=False, comment="all words of it, for search and snippets"),
        sa.Column("number", sa.String(length=60), nullable=False, comment="期号 or document number"),
        sa.Column("editor", sa.String(length=60), nullable=False, comment="of a bulletin: post"),
        sa.Column("level", sa.String(length=12), nullable=False, comment="Level"),
        sa.Column("edition", INTEGER, nullable=False),
        sa.Column("filed_at", Instant(), nullable=False),
        sa.Column("filed_by", sa.String(length=200), nullable=False),
        sa.Column("request_key", sa.String(length=40), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.Column("withdrawn_why", sa.String(length=300), nullable=False),
        sa.Column("answer_due_at", Instant(), nullable=True, comment="None = no answer is owed"),
        sa.Column("answer", sa.String(length=12), nullable=False, comment="Answer"),
        sa.Column("answer_unit_id", INTEGER, nullable=True, comment="unit it was forwarded to"),
        sa.Column("answer_why", sa.String(length=300), nullable=False),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("answered_by", sa.String(length=200), nullable=False),
        sa.Column(
            "read_by_at", Instant(), nullable=True, comment="of an advisory: receipt is asked until then"
        ),
        sa.Column(
            "origin_tenant_id", INTEGER, nullable=True, comment="handed down from this tenant; never a key"
        ),
        sa.Column("origin_id", INTEGER, nullable=True, comment="the item there"),
        sa.Column("origin_office", sa.String(length=120), nullable=False),
        sa.Column(
            "pushed_to",
            JSON,
            nullable=False,
            comment="[{tenant_id, name, at}] of the counties it was handed to",
        ),
        sa.Column("released_at", Instant(), nullable=True, comment="when superiors began to see it"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "answer_unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_info_item_answer_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_info_item_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_info_item_unit_id_unit")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_info_item__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_info_item")),
        sa.UniqueConstraint("tenant_id", "request_key", name=op.f("uq_info_item_tenant_id_request_key")),
    )
    op.create_index(
        "ix_info_item_tenant_id_answer_due_at",
        "info_item",
        ["tenant_id", "mechanism_id", "answered_at", "answer_due_at"],
        unique=False,
    )
    op.create_index(
        "ix_info_item_tenant_id_mechanism_id_filed_at",
        "info_item",
        ["tenant_id", "mechanism_id", "filed_at"],
        unique=False,
    )
    op.create_index(
        "ix_info_item_tenant_id_mechanism_id_kind",
        "info_item",
        ["tenant_id", "mechanism_id", "kind", "filed_at"],
        unique=False,
    )
    op.create_index("ix_info_item_tenant_id_origin_id", "info_item", ["tenant_id", "origin_id"], unique=False)
    op.create_table(
        "signed_agreement",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("account_id", INTEGER, nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False, comment="of the text that was signed"),
        sa.Column("signed_at", Instant(), nullable=False),
        sa.Column("signed_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_signed_agreement__account")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_signed_agreement_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_signed_agreement__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_signed_agreement")),
        sa.UniqueConstraint(
            "tenant_id",
            "mechanism_id",
            "account_id",
            "version",
            name=op.f("uq_signed_agreement_tenant_id_mechanism_id_account_id_version"),
        ),
    )
    op.create_table(
        "upward_request",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column("unit_id", INTEGER, nullable=True),
        sa.Column("category", sa.String(length=48), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("targets", JSON, nullable=False, comment="what it is about, one str a line"),
        sa.Column("state", sa.String(length=12), nullable=False, comment="state of its last step"),
        sa.Column("filed_at", Instant(), nullable=False),
        sa.Column("filed_by", sa.String(length=200), nullable=False),
        sa.Column("request_key", sa.String(length=40), nullable=False),
        sa.Column("released_at", Instant(), nullable=True, comment="when superiors began to see it"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_upward_request_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_upward_request_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_upward_request__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_upward_request")),
        sa.UniqueConstraint("tenant_id", "request_key", name=op.f("uq_upward_request_tenant_id_request_key")),
    )
    op.create_index(
        "ix_upward_request_tenant_id_mechanism_id_filed_at",
        "upward_request",
        ["tenant_id", "mechanism_id", "filed_at"],
        unique=False,
    )
    op.create_table(
        "bulletin_source",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("bulletin_id", INTEGER, nullable=False),
        sa.Column(
            "source_tenant_id", INTEGER, nullable=False, comment="own, or a county's whose item was released"
        ),
        sa.Column("source_id", INTEGER, nullable=False),
        sa.Column("position", INTEGER, nullable=False),
        sa.Column("credit", sa.String(length=120), nullable=False, comment="name of the unit, as printed"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "bulletin_id"],
            ["info_item.tenant_id", "info_item.id"],
            name=op.f("fk_bulletin_source_bulletin_id_info_item"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_bulletin_source__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_bulletin_source")),
        sa.UniqueConstraint(
            "tenant_id",
            "bulletin_id",
            "source_tenant_id",
            "source_id",
            name=op.f("uq_bulletin_source_tenant_id_bulletin_id_source_tenant_id_source_id"),
        ),
    )
    op.create_index(
        "ix_bulletin_source_tenant_id_source_id", "bulletin_source", ["tenant_id", "source_id"], unique=False
    )
    op.create_table(
        "deadline_change",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("deadline_id", INTEGER, nullable=False),
        sa.Column(
            "kind", sa.String(length=20), nullable=False, comment="asked, granted, refused, recomputed"
        ),
        sa.Column("old_due_at", Instant(), nullable=False),
        sa.Column("new_due_at", Instant(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("by_id", INTEGER, nullable=True, comment="account; who asked cannot decide"),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("released_at", Instant(), nullable=True, comment="when superiors began to see it"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "deadline_id"],
            ["deadline.tenant_id", "deadline.id"],
            name=op.f("fk_deadline_change_deadline_id_deadline"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_deadline_change__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_deadline_change")),
    )
    op.create_index(
        "ix_deadline_change_tenant_id_deadline_id",
        "deadline_change",
        ["tenant_id", "deadline_id"],
        unique=False,
    )
    op.create_table(
        "digest_entry",
        sa.Column("account_id", INTEGER, nullable=False),
        sa.Column("tenant_id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("notice_id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("digest_id", INTEGER, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_digest_entry__account")),
        sa.ForeignKeyConstraint(["digest_id"], ["digest.id"], name=op.f("fk_digest_entry__digest")),
        sa.PrimaryKeyConstraint("account_id", "tenant_id", "notice_id", name=op.f("pk_digest_entry")),
        info={"tenanted": False},
    )
    op.create_index(op.f("ix_digest_entry_digest_id"), "digest_entry", ["digest_id"], unique=False)
    op.create_table(
        "info_item_edition",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("item_id", INTEGER, nullable=False),
        sa.Column("number", INTEGER, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("sections", JSON, nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("released_at", Instant(), nullable=True, comment="when superiors began to see it"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "item_id"],
            ["info_item.tenant_id", "info_item.id"],
            name=op.f("fk_info_item_edition_item_id_info_item"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_info_item_edition__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_info_item_edition")),
        sa.UniqueConstraint(
            "tenant_id", "item_id", "number", name=op.f("uq_info_item_edition_tenant_id_item_id_number")
        ),
    )
    op.create_table(
        "info_item_reader",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("item_id", INTEGER, nullable=False),
        sa.Column("unit_id", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "item_id"],
            ["info_item.tenant_id", "info_item.id"],
            name=op.f("fk_info_item_reader_item_id_info_item"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_info_item_reader_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_info_item_reader__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_info_item_reader")),
        sa.UniqueConstraint(
            "tenant_id", "item_id", "unit_id", name=op.f("uq_info_item_reader_tenant_id_item_id_unit_id")
        ),
    )
    op.create_index(
        "ix_info_item_reader_tenant_id_unit_id",
        "info_item_reader",
        ["tenant_id", "unit_id", "item_id"],
        unique=False,
    )
    op.create_table(
        "info_item_receipt",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("item_id", INTEGER, nullable=False),
        sa.Column("origin_id", INTEGER, nullable=True, comment="the sender's item, when it came from above"),
        sa.Column("unit_id", INTEGER, nullable=True),
        sa.Column("reader", sa.String(length=30), nullable=False, comment="unit:<id> or office"),
        sa.Column("reply", sa.String(length=500), nullable=False),
        sa.Column("read_at", Instant(), nullable=True, comment="None = not signed for yet"),
        sa.Column("read_by", sa.String(length=200), nullable=False),
        sa.Column("released_at", Instant(), nullable=True, comment="when superiors began to see it"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "item_id"],
            ["info_item.tenant_id", "info_item.id"],
            name=op.f("fk_info_item_receipt_item_id_info_item"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_info_item_receipt_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_info_item_receipt__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_info_item_receipt")),
        sa.UniqueConstraint(
            "tenant_id", "item_id", "reader", name=op.f("uq_info_item_receipt_tenant_id_item_id_reader")
        ),
    )
    op.create_index(
        "ix_info_item_receipt_tenant_id_origin_id",
        "info_item_receipt",
        ["tenant_id", "origin_id"],
        unique=False,
    )
    op.create_index(
        "ix_info_item_receipt_tenant_id_unit_id",
        "info_item_receipt",
        ["tenant_id", "unit_id", "read_at"],
        unique=False,
    )
    op.create_table(
        "upward_request_step",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("request_id", INTEGER, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False, comment="passed, taken, done, declined"),
        sa.Column("office", sa.String(length=120), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("released_at", Instant(), nullable=True, comment="when superiors began to see it"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "request_id"],
            ["upward_request.tenant_id", "upward_request.id"],
            name=op.f("fk_upward_request_step_request_id_upward_request"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_upward_request_step__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_upward_request_step")),
    )
    op.create_index(
        "ix_upward_request_step_tenant_id_request_id",
        "upward_request_step",
        ["tenant_id", "request_id"],
        unique=False,
    )
    op.create_table(
        "urgent_part",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("urgent_id", INTEGER, nullable=False),
        sa.Column("number", INTEGER, nullable=False, comment="place in the chain, the first report is 1"),
        sa.Column("kind", sa.String(length=12), nullable=False, comment="follow_up, final, feedback"),
        sa.Column(
            "what",
            sa.String(length=2000),
            nullable=False,
            comment="what is new, the result, or the office's words",
        ),
        sa.Column("measures", sa.String(length=1000), nullable=False),
        sa.Column("wishes", sa.String(length=500), nullable=False, comment="what the unit asks for"),
        sa.Column("amount", INTEGER, nullable=True, comment="fen; None = unchanged"),
        sa.Column("office", sa.String(length=120), nullable=False, comment="of a feedback: whose"),
        sa.Column("checked_by", sa.String(length=60), nullable=False, comment="post of who checked it"),
        sa.Column("phone", sa.String(length=40), nullable=False, comment="office telephone"),
        sa.Column("filed_at", Instant(), nullable=False),
        sa.Column("filed_by", sa.String(length=200), nullable=False),
        sa.Column("request_key", sa.String(length=40), nullable=False),
        sa.Column("released_at", Instant(), nullable=True, comment="when superiors began to see it"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "urgent_id"],
            ["urgent_report.tenant_id", "urgent_report.id"],
            name=op.f("fk_urgent_part_urgent_id_urgent_report"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_urgent_part__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_urgent_part")),
        sa.UniqueConstraint("tenant_id", "request_key", name=op.f("uq_urgent_part_tenant_id_request_key")),
        sa.UniqueConstraint(
            "tenant_id", "urgent_id", "number", name=op.f("uq_urgent_part_tenant_id_urgent_id_number")
        ),
    )
    op.add_column(
        "account",
        sa.Column(
            "email",
            sa.String(length=200),
            nullable=False,
            server_default="",
            comment="office address; '' = no mail",
        ),
    )
    op.add_column(
        "account",
        sa.Column(
            "mail_on",
            sa.Boolean(),
            nullable=False,
            server_default=sa.true(),
            comment="wants the digest by mail",
        ),
    )
    op.add_column(
        "attachment",
        sa.Column(
            "key_id",
            sa.String(length=16),
            nullable=False,
            server_default="",
            comment="data key its content is sealed with; '' = lies open",
        ),
    )
    op.add_column(
        "deadline",
        sa.Column(
            "met_note",
            sa.String(length=500),
            nullable=False,
            server_default="",
            comment="what was done, in a line",
        ),
    )
    op.add_column(
        "deadline",
        sa.Column(
            "span",
            JSON,
            nullable=False,
            server_default="{}",
            comment="the rule (limits.py) that gave due_at; {} = natural hours of reason.hours",
        ),
    )
    op.add_column(
        "deadline",
        sa.Column(
            "provisional",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="leans on a year whose days off are unknown",
        ),
    )
    with op.batch_alter_table("deadline") as batch:
        batch.alter_column("unit_id", existing_type=INTEGER, nullable=True)
    op.add_column(
        "notice",
        sa.Column(
            "post",
            sa.String(length=30),
            nullable=False,
            server_default="",
            comment="PostKind it is meant for, '' = whoever acts for the unit or office",
        ),
    )
    op.add_column(
        "notice",
        sa.Column(
            "urgent",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="a 24-hour clock runs: goes out at night too",
        ),
    )
    op.add_column(
        "notice",
        sa.Column(
            "mark",
            sa.String(length=120),
            nullable=True,
            comment="what it reminds of and which step; the same mark is left once only",
        ),
    )
    op.drop_index(op.f("ix_notice_tenant_id_mechanism_id_unit_id_at"), table_name="notice")
    op.create_index(
        "ix_notice_tenant_id_place_read",
        "notice",
        ["tenant_id", "mechanism_id", "unit_id", "at", "id"],
        unique=False,
        sqlite_where=sa.text("read_at IS NOT NULL"),
        postgresql_where=sa.text("read_at IS NOT NULL"),
    )
    op.create_index(
        "ix_notice_tenant_id_place_unread",
        "notice",
        ["tenant_id", "mechanism_id", "unit_id", "at", "id"],
        unique=False,
        sqlite_where=sa.text("read_at IS NULL"),
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_index("uq_notice_tenant_id_mark", "notice", ["tenant_id", "mark"], unique=True)
    op.add_column(
        "urgent_receipt",
        sa.Column(
            "part", INTEGER, nullable=False, server_default="1", comment="number in the chain that was read"
        ),
    )
    op.add_column(
        "urgent_receipt",
        sa.Column(
            "reader_id",
            INTEGER,
            nullable=False,
            server_default="0",
            comment="tenant whose office it is; its name may change",
        ),
    )
    op.add_column(
        "urgent_report",
        sa.Column(
            "late_group",
            sa.String(length=12),
            nullable=False,
            server_default="",
            comment="kind of that reason, see reasons.py",
        ),
    )
    op.add_column(
        "urgent_report",
        sa.Column(
            "related",
            JSON,
            nullable=False,
            server_default="[]",
            comment="subjects (record:<id>) a person linked as possibly belonging together",
        ),
    )
    op.add_column("urgent_report", sa.Column("closed_at", Instant(), nullable=True, comment="终报 filed"))
    # receipts of before are those of the superior; the owner is bound by the row policies, too
    postgres = op.get_bind().dialect.name == "postgresql"
    if postgres:
        op.execute("ALTER TABLE urgent_receipt NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "UPDATE urgent_receipt SET reader_id = "
        "(SELECT coalesce(parent_id, id) FROM tenant WHERE tenant.id = urgent_receipt.tenant_id)"
    )
    if postgres:
        op.execute("ALTER TABLE urgent_receipt FORCE ROW LEVEL SECURITY")
    with op.batch_alter_table("urgent_receipt") as batch:
        batch.drop_constraint("uq_urgent_receipt_tenant_id_urgent_id_office", type_="unique")
        batch.create_unique_constraint(
            "uq_urgent_receipt_tenant_id_urgent_id_reader_id_part",
            ["tenant_id", "urgent_id", "reader_id", "part"],
        )
    for statement in schema(op.get_bind().dialect.name):
        op.execute(statement)
    if op.get_bind().dialect.name == "postgresql":
        for table, visibility in VISIBILITY.items():
            for statement in policies(table, visibility):
                op.execute(statement)


def downgrade() -> None:

    for statement in drop_schema(op.get_bind().dialect.name):
        op.execute(statement)
    with op.batch_alter_table("urgent_receipt") as batch:
        batch.drop_constraint("uq_urgent_receipt_tenant_id_urgent_id_reader_id_part", type_="unique")
        batch.drop_column("part")
        batch.drop_column("reader_id")
        batch.create_unique_constraint(
            "uq_urgent_receipt_tenant_id_urgent_id_office", ["tenant_id", "urgent_id", "office"]
        )
    op.drop_column("urgent_report", "closed_at")
    op.drop_column("urgent_report", "related")
    op.drop_column("urgent_report", "late_group")
    op.drop_index("uq_notice_tenant_id_mark", table_name="notice")
    op.drop_index(
        "ix_notice_tenant_id_place_unread",
        table_name="notice",
        sqlite_where=sa.text("read_at IS NULL"),
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.drop_index(
        "ix_notice_tenant_id_place_read",
        table_name="notice",
        sqlite_where=sa.text("read_at IS NOT NULL"),
        postgresql_where=sa.text("read_at IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_notice_tenant_id_mechanism_id_unit_id_at"),
        "notice",
        ["tenant_id", "mechanism_id", "unit_id", "at"],
        unique=False,
    )
    op.drop_column("notice", "mark")
    op.drop_column("notice", "urgent")
    op.drop_column("notice", "post")
    with op.batch_alter_table("deadline") as batch:
        batch.alter_column("unit_id", existing_type=INTEGER, nullable=False)
    op.drop_column("deadline", "provisional")
    op.drop_column("deadline", "span")
    op.drop_column("deadline", "met_note")
    op.drop_column("attachment", "key_id")
    op.drop_column("account", "mail_on")
    op.drop_column("account", "email")
    op.drop_table("urgent_part")
    op.drop_index("ix_upward_request_step_tenant_id_request_id", table_name="upward_request_step")
    op.drop_table("upward_request_step")
    op.drop_index("ix_info_item_receipt_tenant_id_unit_id", table_name="info_item_receipt")
    op.drop_index("ix_info_item_receipt_tenant_id_origin_id", table_name="info_item_receipt")
    op.drop_table("info_item_receipt")
    op.drop_index("ix_info_item_reader_tenant_id_unit_id", table_name="info_item_reader")
    op.drop_table("info_item_reader")
    op.drop_table("info_item_edition")
    op.drop_index(op.f("ix_digest_entry_digest_id"), table_name="digest_entry")
    op.drop_table("digest_entry")
    op.drop_index("ix_deadline_change_tenant_id_deadline_id", table_name="deadline_change")
    op.drop_table("deadline_change")
    op.drop_index("ix_bulletin_source_tenant_id_source_id", table_name="bulletin_source")
    op.drop_table("bulletin_source")
    op.drop_index("ix_upward_request_tenant_id_mechanism_id_filed_at", table_name="upward_request")
    op.drop_table("upward_request")
    op.drop_table("signed_agreement")
    op.drop_index("ix_info_item_tenant_id_origin_id", table_name="info_item")
    op.drop_index("ix_info_item_tenant_id_mechanism_id_kind", table_name="info_item")
    op.drop_index("ix_info_item_tenant_id_mechanism_id_filed_at", table_name="info_item")
    op.drop_index("ix_info_item_tenant_id_answer_due_at", table_name="info_item")
    op.drop_table("info_item")
    op.drop_index("ix_duty_record_tenant_id_mechanism_id_done_on", table_name="duty_record")
    op.drop_table("duty_record")
    op.drop_index("ix_digest_done_at_send_at", table_name="digest")
    op.drop_index(op.f("ix_digest_account_id"), table_name="digest")
    op.drop_table("digest")
    op.drop_index(op.f("ix_calendar_feed_account_id"), table_name="calendar_feed")
    op.drop_table("calendar_feed")
    op.drop_index("ix_draft_tenant_id_mechanism_id_unit_id", table_name="draft")
    op.drop_table("draft")
    op.drop_index(op.f("ix_notice_outgoing_urgent"), table_name="notice_outgoing")
    op.drop_table("notice_outgoing")
