"""Official documents, meetings and their decisions, orders, the ladder and the score."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.core.db import Instant
from portal.core.rls import policies

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

VISIBILITY = {
    "activity_place": "own",
    "activity_visit": "own",
    "agenda_item": "own",
    "commendation": "own",
    "evaluation_conclusion": "own",
    "evaluation_finding": "own",
    "evaluation_round": "own",
    "expert": "own",
    "expert_consultation": "own",
    "invitation": "own",
    "measure": "own",
    "measure_talk": "own",
    "meeting": "own",
    "meeting_paper_reading": "own",
    "meeting_topic": "own",
    "minutes": "own",
    "minutes_edition": "own",
    "minutes_receipt": "own",
    "paper": "own",
    "paper_number": "own",
    "paper_receipt": "own",
    "paper_series": "own",
    "paper_step": "own",
    "paper_version": "own",
    "resolution": "own",
    "score_event": "own",
    "score_objection": "own",
    "score_result": "own",
    "score_sheet": "own",
    "score_version": "own",
    "supervision_order": "own",
    "supervision_series": "own",
    "supervision_step": "own",
    "supervision_unit": "own",
    "supervision_visit": "own",
    "supervision_visit_unit": "own",
    "survey": "own",
    "survey_asked": "own",
    "working_group": "own",
    "working_group_unit": "own",
}


def upgrade() -> None:
    op.create_table(
        "activity_place",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False, comment="key of words.FIVE"),
        sa.Column("area", sa.String(length=40), nullable=False, comment="township or street"),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("added_by", sa.String(length=200), nullable=False),
        sa.Column(
            "closed_at", Instant(), nullable=True, comment="no longer offered; what was held there stays"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_activity_place__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_activity_place")),
        sa.UniqueConstraint(
            "tenant_id", "kind", "area", "name", name=op.f("uq_activity_place_tenant_id_kind_area_name")
        ),
    )
    op.create_index("ix_activity_place_tenant_id_kind", "activity_place", ["tenant_id", "kind"], unique=False)
    op.create_table(
        "paper_series",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("year", INTEGER, nullable=False),
        sa.Column(
            "first", INTEGER, nullable=False, comment="numbers before it were given outside the portal"
        ),
        sa.Column("last", INTEGER, nullable=False, comment="given last; first - 1 = none yet"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_paper_series__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_paper_series")),
        sa.UniqueConstraint("tenant_id", "code", "year", name=op.f("uq_paper_series_tenant_id_code_year")),
    )
    op.create_table(
        "commendation",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("unit_id", INTEGER, nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("grounds", sa.String(length=1000), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("proposed_at", Instant(), nullable=False),
        sa.Column("proposed_by", sa.String(length=200), nullable=False),
        sa.Column("proposed_by_id", INTEGER, nullable=True),
        sa.Column("approved", sa.Boolean(), nullable=True, comment="None = waits for its decision"),
        sa.Column("number", sa.String(length=60), nullable=False, comment="of the document"),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("request_key", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_commendation_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_commendation_unit_id_unit")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_commendation__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_commendation")),
        sa.UniqueConstraint("tenant_id", "request_key", name=op.f("uq_commendation_tenant_id_request_key")),
    )
    op.create_index(
        "ix_commendation_tenant_id_mechanism_id",
        "commendation",
        ["tenant_id", "mechanism_id", "proposed_at"],
        unique=False,
    )
    op.create_table(
        "evaluation_round",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column(
            "period", sa.String(length=12), nullable=False, comment="2026H1, as core.periods writes it"
        ),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("opened_by", sa.String(length=200), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_evaluation_round_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_evaluation_round__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_evaluation_round")),
        sa.UniqueConstraint(
            "tenant_id",
            "mechanism_id",
            "period",
            name=op.f("uq_evaluation_round_tenant_id_mechanism_id_period"),
        ),
    )
    op.create_table(
        "expert",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("field", sa.String(length=60), nullable=False, comment="专业领域"),
        sa.Column("organisation", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False, comment="post or professional title"),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_expert_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_expert__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_expert")),
    )
    op.create_index("ix_expert_tenant_id_mechanism_id", "expert", ["tenant_id", "mechanism_id"], unique=False)
    op.create_table(
        "measure",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column("unit_id", INTEGER, nullable=False),
        sa.Column("rung", sa.String(length=48), nullable=False, comment="key in the campaign's ladder"),
        sa.Column(
            "label", sa.String(length=60), nullable=False, comment="of the rung, as it was called then"
        ),
        sa.Column("basis", sa.String(length=300), nullable=False, comment="document and article"),
        sa.Column(
            "decider",
            sa.String(length=48),
            nullable=False,
            comment="roster line whose leader decides; '' = convenor or head of the office",
        ),
        sa.Column("trigger", sa.String(length=48), nullable=False, comment="key of the declared trigger"),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("evidence", JSON, nullable=False, comment="[{text, subject, period}]"),
        sa.Column(
            "obligation", sa.String(length=48), nullable=False, comment="whose misses it was derived from"
        ),
        sa.Column("periods", JSON, nullable=False, comment="keys of the missed periods, oldest first"),
        sa.Column(
            "mark", sa.String(length=80), nullable=True, comment="obligation:last period; None = by hand"
        ),
        sa.Column(
            "skipped_why", sa.String(length=300), nullable=False, comment="why milder steps were left out"
        ),
        sa.Column("state", sa.String(length=12), nullable=False, comment="MeasureState"),
        sa.Column("proposed_at", Instant(), nullable=False),
        sa.Column("proposed_by", sa.String(length=200), nullable=False),
        sa.Column("proposed_by_id", INTEGER, nullable=True),
        sa.Column(
            "object_by", Instant(), nullable=False, comment="last instant on which the unit may object"
        ),
        sa.Column("object_span", JSON, nullable=False, comment="the rule with its result"),
        sa.Column("answer", sa.String(length=12), nullable=False, comment="Answer; '' = none so far"),
        sa.Column("objection", sa.Text(), nullable=False),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("answered_by", sa.String(length=200), nullable=False),
        sa.Column("answered_by_id", INTEGER, nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("decided_by_id", INTEGER, nullable=True),
        sa.Column("decision_why", sa.String(length=1000), nullable=False),
        sa.Column(
            "number",
            sa.String(length=60),
            nullable=False,
            comment="of the document that carries the decision",
        ),
        sa.Column("starts_on", sa.Date(), nullable=True, comment="of a step that lasts"),
        sa.Column("ends_on", sa.Date(), nullable=True, comment="last day, inclusive"),
        sa.Column("lifted_at", Instant(), nullable=True),
        sa.Column("lifted_by", sa.String(length=200), nullable=False),
        sa.Column("lifted_why", sa.String(length=1000), nullable=False),
        sa.Column("request_key", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_measure_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_measure_unit_id_unit")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_measure__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_measure")),
        sa.UniqueConstraint(
            "tenant_id",
            "mechanism_id",
            "unit_id",
            "mark",
            name=op.f("uq_measure_tenant_id_mechanism_id_unit_id_mark"),
        ),
        sa.UniqueConstraint("tenant_id", "request_key", name=op.f("uq_measure_tenant_id_request_key")),
    )
    op.create_index(
        "ix_measure_tenant_id_mechanism_id_state",
        "measure",
        ["tenant_id", "mechanism_id", "state", "proposed_at"],
        unique=False,
    )
    op.create_index(
        "ix_measure_tenant_id_unit_id", "measure", ["tenant_id", "unit_id", "proposed_at"], unique=False
    )
    op.create_table(
        "meeting",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False, comment="MeetingType"),
        sa.Column("year", INTEGER, nullable=False),
        sa.Column(
            "serial",
            INTEGER,
            nullable=True,
            comment="第N次 of its kind in the year; None once it was cancelled",
        ),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("minutes", INTEGER, nullable=False, comment="how long it is planned to last"),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("chair", sa.String(length=30), nullable=False, comment="PostKind of who presides"),
        sa.Column("contact", sa.String(length=120), nullable=False, comment="post and office telephone"),
        sa.Column("requirements", sa.String(length=1000), nullable=False),
        sa.Column("reply_by", Instant(), nullable=False),
        sa.Column("called_at", Instant(), nullable=False),
        sa.Column("called_by", sa.String(length=200), nullable=False),
        sa.Column("cancelled_at", Instant(), nullable=True),
        sa.Column("cancelled_why", sa.String(length=300), nullable=False),
        sa.Column("held_at", Instant(), nullable=True, comment="when the office said that it was held"),
        sa.Column("held_by", sa.String(length=200), nullable=False),
        sa.Column("lasted", INTEGER, nullable=True, comment="minutes it really took"),
        sa.Column(
            "document_number",
            sa.String(length=60),
            nullable=False,
            comment="of the notice, when it was issued",
        ),
        sa.Column("story", JSON, nullable=False, comment="moved, cancelled, …: [{what, at, by, text}]"),
        sa.Column("request_key", sa.String(length=40), nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_meeting_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_meeting__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_meeting")),
        sa.UniqueConstraint(
            "tenant_id",
            "mechanism_id",
            "type",
            "year",
            "serial",
            name=op.f("uq_meeting_tenant_id_mechanism_id_type_year_serial"),
        ),
        sa.UniqueConstraint("tenant_id", "request_key", name=op.f("uq_meeting_tenant_id_request_key")),
    )
    op.create_index(
        "ix_meeting_tenant_id_mechanism_id_starts_at",
        "meeting",
        ["tenant_id", "mechanism_id", "starts_at"],
        unique=False,
    )
    op.create_index("ix_meeting_tenant_id_starts_at", "meeting", ["tenant_id", "starts_at"], unique=False)
    op.create_table(
        "meeting_topic",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column("unit_id", INTEGER, nullable=True, comment="who applied; None = the office"),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column(
            "grounds", sa.Text(), nullable=False, comment="why a meeting is needed, what is to be decided"
        ),
        sa.Column(
            "wished",
            sa.String(length=300),
            nullable=False,
            comment="units it should be discussed with, as typed",
        ),
        sa.Column("filed_at", Instant(), nullable=False),
        sa.Column("filed_by", sa.String(length=200), nullable=False),
        sa.Column("returned_at", Instant(), nullable=True, comment="by the office, to be put right"),
        sa.Column("passed_on_at", Instant(), nullable=True, comment="by the office, to the convenors"),
        sa.Column("opinion", sa.String(length=500), nullable=False, comment="the office's"),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=False, comment="MeetingType, or none"),
        sa.Column(
            "decision_unit_ids", JSON, nullable=False, comment="units named for a partial meeting, int"
        ),
        sa.Column("decision_why", sa.String(length=500), nullable=False),
        sa.Column("taken_back_at", Instant(), nullable=True, comment="by the applicant"),
        sa.Column("story", JSON, nullable=False, comment="[{what, at, by, text}], oldest first"),
        sa.Column("request_key", sa.String(length=40), nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_meeting_topic_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_meeting_topic_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_meeting_topic__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_meeting_topic")),
        sa.UniqueConstraint("tenant_id", "request_key", name=op.f("uq_meeting_topic_tenant_id_request_key")),
    )
    op.create_index(
        "ix_meeting_topic_tenant_id_mechanism_id_filed_at",
        "meeting_topic",
        ["tenant_id", "mechanism_id", "filed_at"],
        unique=False,
    )
    op.create_table(
        "paper",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column("template", sa.String(length=48), nullable=False, comment="key of a document template"),
        sa.Column("type", sa.String(length=16), nullable=False, comment="DocumentType"),
        sa.Column("state", sa.String(length=12), nullable=False, comment="State"),
        sa.Column("subject", sa.String(length=60), nullable=False, comment="type:id of what it grew out of"),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False, comment="one paragraph a line"),
        sa.Column("values", JSON, nullable=False, comment="answers to the template's fields"),
        sa.Column(
            "terms",
            JSON,
            nullable=False,
            comment="addressees, copies, note and what else is printed; see writing.Terms",
        ),
        sa.Column("edition", INTEGER, nullable=False, comment="number of the version last sent for checking"),
        sa.Column("number", sa.String(length=60), nullable=False, comment="as printed; '' = not given"),
        sa.Column("number_at", Instant(), nullable=True),
        sa.Column(
            "sent_by",
            INTEGER,
            nullable=True,
            comment="account that sent it for checking; may not check or sign it",
        ),
        sa.Column("signer", sa.String(length=200), nullable=False, comment="who signed: unit and post"),
        sa.Column("day", sa.Date(), nullable=True, comment="成文日期: when it was signed"),
        sa.Column("issued_at", Instant(), nullable=True),
        sa.Column(
            "listed_at", Instant(), nullable=False, comment="orders the register: issued, else changed"
        ),
        sa.Column("ended_why", sa.String(length=300), nullable=False, comment="of withdrawing or voiding"),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.Column("request_key", sa.String(length=40), nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_paper_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_paper__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_paper")),
        sa.UniqueConstraint("tenant_id", "request_key", name=op.f("uq_paper_tenant_id_request_key")),
    )
    op.create_index(
        "ix_paper_tenant_id_mechanism_id_listed_at",
        "paper",
        ["tenant_id", "mechanism_id", "listed_at"],
        unique=False,
    )
    op.create_index(
        "ix_paper_tenant_id_mechanism_id_state",
        "paper",
        ["tenant_id", "mechanism_id", "state", "changed_at"],
        unique=False,
    )
    op.create_index("ix_paper_tenant_id_subject", "paper", ["tenant_id", "subject"], unique=False)
    op.create_table(
        "score_sheet",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column("year", INTEGER, nullable=False),
        sa.Column(
            "draft",
            JSON,
            nullable=False,
            comment="[{key, label, kind, most, each, obligation, late, basis}]; points in hundredths",
        ),
        sa.Column("draft_edition", INTEGER, nullable=False, comment="counts every change of the draft"),
        sa.Column("version", INTEGER, nullable=False, comment="latest published; 0 = none"),
        sa.Column("published_at", Instant(), nullable=True, comment="of the first version"),
        sa.Column("closed_at", Instant(), nullable=True, comment="定档"),
        sa.Column("closed_by", sa.String(length=200), nullable=False),
        sa.Column("closed_number", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_score_sheet_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_score_sheet__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_score_sheet")),
        sa.UniqueConstraint(
            "tenant_id", "mechanism_id", "year", name=op.f("uq_score_sheet_tenant_id_mechanism_id_year")
        ),
    )
    op.create_table(
        "supervision_series",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("year", INTEGER, nullable=False),
        sa.Column("last", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_supervision_series_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_supervision_series__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_supervision_series")),
        sa.UniqueConstraint(
            "tenant_id",
            "mechanism_id",
            "year",
            name=op.f("uq_supervision_series_tenant_id_mechanism_id_year"),
        ),
    )
    op.create_table(
        "supervision_visit",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False, comment="YYYY-MM"),
        sa.Column("on", sa.Date(), nullable=True, comment="the day, once it is known"),
        sa.Column("by_whom", sa.String(length=120), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column(
            "clash_why",
            sa.String(length=300),
            nullable=False,
            comment="why a unit is asked twice in one month",
        ),
        sa.Column("planned_at", Instant(), nullable=False),
        sa.Column("planned_by", sa.String(length=200), nullable=False),
        sa.Column("cancelled_at", Instant(), nullable=True),
        sa.Column("cancelled_why", sa.String(length=300), nullable=False),
        sa.Column("request_key", sa.String(length=60), nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_supervision_visit_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_supervision_visit__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_supervision_visit")),
        sa.UniqueConstraint(
            "tenant_id", "request_key", name=op.f("uq_supervision_visit_tenant_id_request_key")
        ),
    )
    op.create_index(
        "ix_supervision_visit_tenant_id_mechanism_id",
        "supervision_visit",
        ["tenant_id", "mechanism_id", "month"],
        unique=False,
    )
    op.create_index(
        "ix_supervision_visit_tenant_id_month", "supervision_visit", ["tenant_id", "month"], unique=False
    )
    op.create_table(
        "working_group",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("lead_unit_id", INTEGER, nullable=False),
        sa.Column("tasks", sa.Text(), nullable=False),
        sa.Column(
            "rules", sa.Text(), nullable=False, comment="how it works, as far as it has rules of its own"
        ),
        sa.Column("basis", sa.String(length=200), nullable=False, comment="document and article"),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(length=300), nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "lead_unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_working_group_lead_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_working_group_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_working_group__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_working_group")),
        sa.UniqueConstraint(
            "tenant_id", "mechanism_id", "name", name=op.f("uq_working_group_tenant_id_mechanism_id_name")
        ),
    )
    op.create_table(
        "activity_visit",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("activity_id", INTEGER, nullable=False),
        sa.Column("place_id", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "activity_id"],
            ["activity.tenant_id", "activity.id"],
            name=op.f("fk_activity_visit_activity_id_activity"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "place_id"],
            ["activity_place.tenant_id", "activity_place.id"],
            name=op.f("fk_activity_visit_place_id_activity_place"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_activity_visit__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_activity_visit")),
        sa.UniqueConstraint("tenant_id", "activity_id", name=op.f("uq_activity_visit_tenant_id_activity_id")),
    )
    op.create_index(
        "ix_activity_visit_tenant_id_place_id", "activity_visit", ["tenant_id", "place_id"], unique=False
    )
    op.create_table(
        "agenda_item",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("meeting_id", INTEGER, nullable=False),
        sa.Column("position", INTEGER, nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("unit_id", INTEGER, nullable=True, comment="who reports; None = the office"),
        sa.Column("minutes", INTEGER, nullable=False, comment="0 = not said"),
        sa.Column("topic_id", INTEGER, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "meeting_id"],
            ["meeting.tenant_id", "meeting.id"],
            name=op.f("fk_agenda_item_meeting_id_meeting"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "topic_id"],
            ["meeting_topic.tenant_id", "meeting_topic.id"],
            name=op.f("fk_agenda_item_topic_id_meeting_topic"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_agenda_item_unit_id_unit")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_agenda_item__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_agenda_item")),
    )
    op.create_index(
        "ix_agenda_item_tenant_id_meeting_id",
        "agenda_item",
        ["tenant_id", "meeting_id", "position"],
        unique=False,
    )
    op.create_index(
        "ix_agenda_item_tenant_id_topic_id", "agenda_item", ["tenant_id", "topic_id"], unique=False
    )
    op.create_table(
        "evaluation_conclusion",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("round_id", INTEGER, nullable=False),
        sa.Column("unit_id", INTEGER, nullable=False),
        sa.Column(
            "interview", sa.String(length=1000), nullable=False, comment="what a talk with the unit gave"
        ),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "round_id"],
            ["evaluation_round.tenant_id", "evaluation_round.id"],
            name=op.f("fk_evaluation_conclusion_round_id_evaluation_round"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_evaluation_conclusion_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_evaluation_conclusion__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_evaluation_conclusion")),
        sa.UniqueConstraint(
            "tenant_id",
            "round_id",
            "unit_id",
            name=op.f("uq_evaluation_conclusion_tenant_id_round_id_unit_id"),
        ),
    )
    op.create_table(
        "evaluation_finding",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("round_id", INTEGER, nullable=False),
        sa.Column("unit_id", INTEGER, nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "round_id"],
            ["evaluation_round.tenant_id", "evaluation_round.id"],
            name=op.f("fk_evaluation_finding_round_id_evaluation_round"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_evaluation_finding_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_evaluation_finding__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_evaluation_finding")),
    )
    op.create_index(
        "ix_evaluation_finding_tenant_id_round_id",
        "evaluation_finding",
        ["tenant_id", "round_id"],
        unique=False,
    )
    op.create_table(
        "expert_consultation",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("expert_id", INTEGER, nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("matter", sa.String(length=200), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "expert_id"],
            ["expert.tenant_id", "expert.id"],
            name=op.f("fk_expert_consultation_expert_id_expert"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_expert_consultation__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_expert_consultation")),
    )
    op.create_index(
        "ix_expert_consultation_tenant_id_expert_id",
        "expert_consultation",
        ["tenant_id", "expert_id"],
        unique=False,
    )
    op.create_table(
        "invitation",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("meeting_id", INTEGER, nullable=False),
        sa.Column("unit_id", INTEGER, nullable=False),
        sa.Column("observes", sa.Boolean(), nullable=False, comment="列席 instead of 出席"),
        sa.Column("reply", sa.String(length=12), nullable=False, comment="Reply; '' = none yet"),
        sa.Column(
            "attendee",
            sa.String(length=60),
            nullable=False,
            comment="post of who comes (副局长), perhaps with name",
        ),
        sa.Column(
            "rank",
            sa.String(length=20),
            nullable=False,
            comment="job rank of who comes, see units/posts.RANKS",
        ),
        sa.Column(
            "expected_rank", sa.String(length=20), nullable=False, comment="job rank of who should have come"
        ),
        sa.Column("reason", sa.String(length=300), nullable=False, comment="of a leave or a substitute"),
        sa.Column(
            "below_why",
            sa.String(length=300),
            nullable=False,
            comment="why somebody of a lower rank comes; '' = the rank is not lower",
        ),
        sa.Column(
            "opinion",
            sa.String(length=500),
            nullable=False,
            comment="the unit's on the agenda, asked beforehand",
        ),
        sa.Column("replied_at", Instant(), nullable=True),
        sa.Column("replied_by", sa.String(length=200), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False, comment="first replied after reply_by"),
        sa.Column("earlier", JSON, nullable=False, comment="replies before this one: [{reply, attendee, …}]"),
        sa.Column("present", sa.Boolean(), nullable=True, comment="None = not marked"),
        sa.Column(
            "came", sa.String(length=60), nullable=False, comment="who came, where it differs from the reply"
        ),
        sa.Column("version", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "meeting_id"],
            ["meeting.tenant_id", "meeting.id"],
            name=op.f("fk_invitation_meeting_id_meeting"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_invitation_unit_id_unit")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_invitation__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_invitation")),
        sa.UniqueConstraint(
            "tenant_id", "meeting_id", "unit_id", name=op.f("uq_invitation_tenant_id_meeting_id_unit_id")
        ),
    )
    op.create_index(
        "ix_invitation_tenant_id_unit_id", "invitation", ["tenant_id", "unit_id", "meeting_id"], unique=False
    )
    op.create_table(
        "measure_talk",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("measure_id", INTEGER, nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("attendees", JSON, nullable=False, comment="posts, one str each"),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False, comment="what the unit undertakes"),
        sa.Column("rectify_by", sa.Date(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "measure_id"],
            ["measure.tenant_id", "measure.id"],
            name=op.f("fk_measure_talk_measure_id_measure"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_measure_talk__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_measure_talk")),
        sa.UniqueConstraint("tenant_id", "measure_id", name=op.f("uq_measure_talk_tenant_id_measure_id")),
    )
    op.create_table(
        "meeting_paper_reading",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("meeting_id", INTEGER, nullable=False),
        sa.Column("attachment_id", INTEGER, nullable=False),
        sa.Column("account_id", INTEGER, nullable=False),
        sa.Column("reader", sa.String(length=200), nullable=False, comment="unit or office, and name"),
        sa.Column("read_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "meeting_id"],
            ["meeting.tenant_id", "meeting.id"],
            name=op.f("fk_meeting_paper_reading_meeting_id_meeting"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_meeting_paper_reading__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_meeting_paper_reading")),
        sa.UniqueConstraint(
            "tenant_id",
            "attachment_id",
            "account_id",
            name=op.f("uq_meeting_paper_reading_tenant_id_attachment_id_account_id"),
        ),
    )
    op.create_index(
        "ix_meeting_paper_reading_tenant_id_meeting_id",
        "meeting_paper_reading",
        ["tenant_id", "meeting_id"],
        unique=False,
    )
    op.create_table(
        "minutes",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("meeting_id", INTEGER, nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False, comment="of the whole meeting"),
        sa.Column("parts", JSON, nullable=False, comment="agenda item id -> what was said of it"),
        sa.Column("undecided", sa.Text(), nullable=False, comment="not decided (未议决事项), one a line"),
        sa.Column(
            "orders", sa.Boolean(), nullable=False, comment="the signature makes orders of the resolutions"
        ),
        sa.Column("attendance", JSON, nullable=False, comment="snapshot: [[出席 …, who], …] as printed"),
        sa.Column("edition", INTEGER, nullable=False, comment="number of the newest MinutesEdition"),
        sa.Column("begun_at", Instant(), nullable=False),
        sa.Column("begun_by", sa.String(length=200), nullable=False),
        sa.Column("saved_at", Instant(), nullable=False),
        sa.Column("saved_by", sa.String(length=200), nullable=False),
        sa.Column("submitted_at", Instant(), nullable=True, comment="to whoever chaired"),
        sa.Column("submitted_by", sa.String(length=200), nullable=False),
        sa.Column(
            "hands",
            JSON,
            nullable=False,
            comment="accounts that saved the newest edition or submitted it: none of them signs",
        ),
        sa.Column("returned_at", Instant(), nullable=True),
        sa.Column("returned_why", sa.String(length=500), nullable=False),
        sa.Column("signed_at", Instant(), nullable=True),
        sa.Column("signed_by", sa.String(length=200), nullable=False),
        sa.Column("distributed_at", Instant(), nullable=True),
        sa.Column("distributed_by", sa.String(length=200), nullable=False),
        sa.Column(
            "document_number",
            sa.String(length=60),
            nullable=False,
            comment="of the document, when it was issued",
        ),
        sa.Column("approved_in_id", INTEGER, nullable=True, comment="the next meeting, which approved them"),
        sa.Column("approved_at", Instant(), nullable=True),
        sa.Column("approved_by", sa.String(length=200), nullable=False),
        sa.Column(
            "objections", sa.String(length=500), nullable=False, comment="raised when they were approved"
        ),
        sa.Column("version", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "approved_in_id"],
            ["meeting.tenant_id", "meeting.id"],
            name=op.f("fk_minutes_approved_in_id_meeting"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "meeting_id"],
            ["meeting.tenant_id", "meeting.id"],
            name=op.f("fk_minutes_meeting_id_meeting"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_minutes__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_minutes")),
        sa.UniqueConstraint("tenant_id", "meeting_id", name=op.f("uq_minutes_tenant_id_meeting_id")),
    )
    op.create_table(
        "paper_number",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("year", INTEGER, nullable=False),
        sa.Column("n", INTEGER, nullable=False),
        sa.Column("text", sa.String(length=60), nullable=False, comment="as printed"),
        sa.Column("state", sa.String(length=10), nullable=False, comment="NumberState"),
        sa.Column("paper_id", INTEGER, nullable=True),
        sa.Column("purpose", sa.String(length=200), nullable=False, comment="what it was reserved for"),
        sa.Column("why", sa.String(length=300), nullable=False, comment="why it is void"),
        sa.Column(
            "request_key",
            sa.String(length=60),
            nullable=True,
            comment="of a reservation: pressed twice, made once",
        ),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_paper_number_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "paper_id"],
            ["paper.tenant_id", "paper.id"],
            name=op.f("fk_paper_number_paper_id_paper"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_paper_number__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_paper_number")),
        sa.UniqueConstraint(
            "tenant_id", "code", "year", "n", name=op.f("uq_paper_number_tenant_id_code_year_n")
        ),
        sa.UniqueConstraint("tenant_id", "request_key", name=op.f("uq_paper_number_tenant_id_request_key")),
    )
    op.create_index(
        "ix_paper_number_tenant_id_paper_id", "paper_number", ["tenant_id", "paper_id"], unique=False
    )
    op.create_table(
        "paper_receipt",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("paper_id", INTEGER, nullable=False),
        sa.Column("unit_id", INTEGER, nullable=False),
        sa.Column("main", sa.Boolean(), nullable=False, comment="主送, else 抄送"),
        sa.Column("read_at", Instant(), nullable=True, comment="None = not signed for yet"),
        sa.Column("read_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "paper_id"],
            ["paper.tenant_id", "paper.id"],
            name=op.f("fk_paper_receipt_paper_id_paper"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_paper_receipt_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_paper_receipt__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_paper_receipt")),
        sa.UniqueConstraint(
            "tenant_id", "paper_id", "unit_id", name=op.f("uq_paper_receipt_tenant_id_paper_id_unit_id")
        ),
    )
    op.create_index(
        "ix_paper_receipt_tenant_id_unit_id",
        "paper_receipt",
        ["tenant_id", "unit_id", "read_at"],
        unique=False,
    )
    op.create_table(
        "paper_step",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("paper_id", INTEGER, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False, comment="story.Kind"),
        sa.Column("edition", INTEGER, nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("account_id", INTEGER, nullable=True),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "paper_id"],
            ["paper.tenant_id", "paper.id"],
            name=op.f("fk_paper_step_paper_id_paper"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_paper_step__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_paper_step")),
    )
    op.create_index("ix_paper_step_tenant_id_paper_id", "paper_step", ["tenant_id", "paper_id"], unique=False)
    op.create_table(
        "paper_version",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("paper_id", INTEGER, nullable=False),
        sa.Column("number", INTEGER, nullable=False),
        sa.Column("template", sa.String(length=48), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("values", JSON, nullable=False),
        sa.Column("terms", JSON, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False, comment="of all its words"),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "paper_id"],
            ["paper.tenant_id", "paper.id"],
            name=op.f("fk_paper_version_paper_id_paper"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_paper_version__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_paper_version")),
        sa.UniqueConstraint(
            "tenant_id", "paper_id", "number", name=op.f("uq_paper_version_tenant_id_paper_id_number")
        ),
    )
    op.create_table(
        "score_event",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("sheet_id", INTEGER, nullable=False),
        sa.Column("unit_id", INTEGER, nullable=False),
        sa.Column("line", sa.String(length=48), nullable=False, comment="key of the line"),
        sa.Column(
            "points", INTEGER, nullable=True, comment="hundredths, unsigned; None = as much as the line says"
        ),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("evidence", sa.String(length=500), nullable=False),
        sa.Column("page", sa.String(length=200), nullable=False, comment="path of the record that shows it"),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("by_id", INTEGER, nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("object_by", Instant(), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=200), nullable=False),
        sa.Column("withdrawn_why", sa.String(length=300), nullable=False),
        sa.Column("request_key", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "sheet_id"],
            ["score_sheet.tenant_id", "score_sheet.id"],
            name=op.f("fk_score_event_sheet_id_score_sheet"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_score_event_unit_id_unit")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_score_event__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_score_event")),
        sa.UniqueConstraint("tenant_id", "request_key", name=op.f("uq_score_event_tenant_id_request_key")),
    )
    op.create_index(
        "ix_score_event_tenant_id_sheet_id_unit_id",
        "score_event",
        ["tenant_id", "sheet_id", "unit_id"],
        unique=False,
    )
    op.create_table(
        "score_objection",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("sheet_id", INTEGER, nullable=False),
        sa.Column("unit_id", INTEGER, nullable=False),
        sa.Column("line", sa.String(length=48), nullable=False),
        sa.Column(
            "event",
            sa.String(length=120),
            nullable=False,
            comment="event:<id>, or obligation:period of a derived one",
        ),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("by_id", INTEGER, nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column(
            "upheld",
            sa.Boolean(),
            nullable=True,
            comment="None = not answered; True = the event no longer counts",
        ),
        sa.Column("answer", sa.String(length=1000), nullable=False),
        sa.Column("answered_by", sa.String(length=200), nullable=False),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "sheet_id"],
            ["score_sheet.tenant_id", "score_sheet.id"],
            name=op.f("fk_score_objection_sheet_id_score_sheet"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_score_objection_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_score_objection__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_score_objection")),
        sa.UniqueConstraint(
            "tenant_id",
            "sheet_id",
            "unit_id",
            "event",
            name=op.f("uq_score_objection_tenant_id_sheet_id_unit_id_event"),
        ),
    )
    op.create_index(
        "ix_score_objection_tenant_id_answered_at",
        "score_objection",
        ["tenant_id", "answered_at", "sheet_id"],
        unique=False,
    )
    op.create_table(
        "score_result",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("sheet_id", INTEGER, nullable=False),
        sa.Column("unit_id", INTEGER, nullable=False),
        sa.Column("total", INTEGER, nullable=False, comment="hundredths"),
        sa.Column("lines", JSON, nullable=False, comment="the addition, as shown"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "sheet_id"],
            ["score_sheet.tenant_id", "score_sheet.id"],
            name=op.f("fk_score_result_sheet_id_score_sheet"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_score_result_unit_id_unit")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_score_result__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_score_result")),
        sa.UniqueConstraint(
            "tenant_id", "sheet_id", "unit_id", name=op.f("uq_score_result_tenant_id_sheet_id_unit_id")
        ),
    )
    op.create_table(
        "score_version",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("sheet_id", INTEGER, nullable=False),
        sa.Column("number", INTEGER, nullable=False),
        sa.Column("lines", JSON, nullable=False, comment="as ScoreSheet.draft"),
        sa.Column("why", sa.String(length=300), nullable=False, comment="of the change; '' = the first"),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "sheet_id"],
            ["score_sheet.tenant_id", "score_sheet.id"],
            name=op.f("fk_score_version_sheet_id_score_sheet"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_score_version__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_score_version")),
        sa.UniqueConstraint(
            "tenant_id", "sheet_id", "number", name=op.f("uq_score_version_tenant_id_sheet_id_number")
        ),
    )
    op.create_table(
        "supervision_order",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("year", INTEGER, nullable=False),
        sa.Column("seq", INTEGER, nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("requirements", sa.Text(), nullable=False),
        sa.Column(
            "source",
            sa.String(length=20),
            nullable=False,
            comment="kind of its subject, or leader, superior, other",
        ),
        sa.Column("subject", sa.String(length=60), nullable=False, comment="type:id of what it grew out of"),
        sa.Column(
            "label", sa.String(length=200), nullable=False, comment="its source as printed, a snapshot"
        ),
        sa.Column("clause", sa.String(length=200), nullable=False, comment="what it rests on, in words"),
        sa.Column("lead_id", INTEGER, nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False, comment="post of who is responsible"),
        sa.Column("cadence", sa.String(length=16), nullable=False),
        sa.Column(
            "listed_by", sa.String(length=80), nullable=False, comment="挂牌督办: the body that listed it"
        ),
        sa.Column("assigned_at", Instant(), nullable=False),
        sa.Column("assigned_by", sa.String(length=200), nullable=False),
        sa.Column("request_key", sa.String(length=60), nullable=False),
        sa.Column("deadline_id", INTEGER, nullable=True, comment="the clock of the present round"),
        sa.Column(
            "version", INTEGER, nullable=False, comment="what is decided about it; units may sign and feed"
        ),
        sa.Column("stage", sa.String(length=12), nullable=False),
        sa.Column("round", INTEGER, nullable=False, comment="2 = reopened once, under the same number"),
        sa.Column("fed_at", Instant(), nullable=True, comment="last feedback of the lead unit in this round"),
        sa.Column("returned_at", Instant(), nullable=True, comment="sent back, nothing said since"),
        sa.Column("feedback_due", sa.Date(), nullable=True),
        sa.Column("handed_up_at", Instant(), nullable=True, comment="waits for a leader's instruction"),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column(
            "look_back_on",
            sa.Date(),
            nullable=True,
            comment="回头看 is due on this day; None = none, or done",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "deadline_id"],
            ["deadline.tenant_id", "deadline.id"],
            name=op.f("fk_supervision_order_deadline_id_deadline"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "lead_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_supervision_order_lead_id_unit"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_supervision_order_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_supervision_order__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_supervision_order")),
        sa.UniqueConstraint(
            "tenant_id",
            "mechanism_id",
            "year",
            "seq",
            name=op.f("uq_supervision_order_tenant_id_mechanism_id_year_seq"),
        ),
        sa.UniqueConstraint(
            "tenant_id", "request_key", name=op.f("uq_supervision_order_tenant_id_request_key")
        ),
    )
    op.create_index(
        "ix_supervision_order_tenant_id_lead_id", "supervision_order", ["tenant_id", "lead_id"], unique=False
    )
    op.create_index(
        "ix_supervision_order_tenant_id_stage",
        "supervision_order",
        ["tenant_id", "mechanism_id", "stage"],
        unique=False,
    )
    op.create_index(
        "ix_supervision_order_tenant_id_subject", "supervision_order", ["tenant_id", "subject"], unique=False
    )
    op.create_table(
        "supervision_visit_unit",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("visit_id", INTEGER, nullable=False),
        sa.Column("unit_id", INTEGER, nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("result", sa.String(length=1000), nullable=False),
        sa.Column("problems", sa.String(length=1000), nullable=False, comment="'' = none found"),
        sa.Column("recorded_at", Instant(), nullable=True),
        sa.Column("recorded_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_supervision_visit_unit_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "visit_id"],
            ["supervision_visit.tenant_id", "supervision_visit.id"],
            name=op.f("fk_supervision_visit_unit_visit_id_supervision_visit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_supervision_visit_unit__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_supervision_visit_unit")),
        sa.UniqueConstraint(
            "tenant_id",
            "visit_id",
            "unit_id",
            name=op.f("uq_supervision_visit_unit_tenant_id_visit_id_unit_id"),
        ),
    )
    op.create_index(
        "ix_supervision_visit_unit_tenant_id_unit_id",
        "supervision_visit_unit",
        ["tenant_id", "unit_id", "visit_id"],
        unique=False,
    )
    op.create_table(
        "survey",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column("round_id", INTEGER, nullable=True, comment="the evaluation it belongs to"),
        sa.Column("kind", sa.String(length=16), nullable=False, comment="SurveyKind"),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column(
            "purpose", sa.String(length=500), nullable=False, comment="what it is for and who reads it"
        ),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("questions", JSON, nullable=False, comment="[{key, label, kind, options}]"),
        sa.Column("nameless", sa.Boolean(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.Column("opened_at", Instant(), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True, comment="before its due instant"),
        sa.Column("shown_at", Instant(), nullable=True, comment="units see the results from then on"),
        sa.Column(
            "pool",
            JSON,
            nullable=False,
            comment="nameless answers in no order: nothing tells whose is which, nor when it came",
        ),
        sa.Column("request_key", sa.String(length=40), nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_survey_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "round_id"],
            ["evaluation_round.tenant_id", "evaluation_round.id"],
            name=op.f("fk_survey_round_id_evaluation_round"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_survey__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_survey")),
        sa.UniqueConstraint("tenant_id", "request_key", name=op.f("uq_survey_tenant_id_request_key")),
    )
    op.create_index(
        "ix_survey_tenant_id_mechanism_id", "survey", ["tenant_id", "mechanism_id", "made_at"], unique=False
    )
    op.create_table(
        "working_group_unit",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("group_id", INTEGER, nullable=False),
        sa.Column("unit_id", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "group_id"],
            ["working_group.tenant_id", "working_group.id"],
            name=op.f("fk_working_group_unit_group_id_working_group"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_working_group_unit_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_working_group_unit__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_working_group_unit")),
        sa.UniqueConstraint(
            "tenant_id", "group_id", "unit_id", name=op.f("uq_working_group_unit_tenant_id_group_id_unit_id")
        ),
    )
    op.create_table(
        "minutes_edition",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("minutes_id", INTEGER, nullable=False),
        sa.Column("number", INTEGER, nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("parts", JSON, nullable=False, comment="[[title of the agenda item, text], …]"),
        sa.Column("undecided", sa.Text(), nullable=False),
        sa.Column("attendance", JSON, nullable=False, comment="[[出席 …, who], …] as printed"),
        sa.Column("decisions", JSON, nullable=False, comment="snapshot of the resolutions, dicts"),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("signed_at", Instant(), nullable=True, comment="by whoever chaired; then it never changes"),
        sa.Column("signed_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "minutes_id"],
            ["minutes.tenant_id", "minutes.id"],
            name=op.f("fk_minutes_edition_minutes_id_minutes"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_minutes_edition__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_minutes_edition")),
        sa.UniqueConstraint(
            "tenant_id", "minutes_id", "number", name=op.f("uq_minutes_edition_tenant_id_minutes_id_number")
        ),
    )
    op.create_table(
        "minutes_receipt",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("minutes_id", INTEGER, nullable=False),
        sa.Column("unit_id", INTEGER, nullable=False),
        sa.Column("edition", INTEGER, nullable=False, comment="number of the MinutesEdition that was sent"),
        sa.Column("what", sa.String(length=12), nullable=False, comment="minutes or decisions"),
        sa.Column("sent_at", Instant(), nullable=False),
        sa.Column("read_at", Instant(), nullable=True),
        sa.Column("read_by", sa.String(length=200), nullable=False),
        sa.Column(
            "urged_at", Instant(), nullable=True, comment="when the office last asked for the signature"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "minutes_id"],
            ["minutes.tenant_id", "minutes.id"],
            name=op.f("fk_minutes_receipt_minutes_id_minutes"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_minutes_receipt_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_minutes_receipt__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_minutes_receipt")),
        sa.UniqueConstraint(
            "tenant_id",
            "minutes_id",
            "unit_id",
            "what",
            "edition",
            name=op.f("uq_minutes_receipt_tenant_id_minutes_id_unit_id_what_edition"),
        ),
    )
    op.create_index(
        "ix_minutes_receipt_tenant_id_unit_id",
        "minutes_receipt",
        ["tenant_id", "unit_id", "read_at"],
        unique=False,
    )
    op.create_table(
        "resolution",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("meeting_id", INTEGER, nullable=False),
        sa.Column("position", INTEGER, nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("agenda_item_id", INTEGER, nullable=True),
        sa.Column("lead_unit_id", INTEGER, nullable=True),
        sa.Column("supporting_ids", JSON, nullable=False, comment="units that support, int"),
        sa.Column("person", sa.String(length=60), nullable=False, comment="post of who is responsible"),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("working_days", INTEGER, nullable=True, comment="instead of a day"),
        sa.Column(
            "no_order_why", sa.String(length=300), nullable=False, comment="why it is not supervised, if so"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "agenda_item_id"],
            ["agenda_item.tenant_id", "agenda_item.id"],
            name=op.f("fk_resolution_agenda_item_id_agenda_item"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "lead_unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_resolution_lead_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "meeting_id"],
            ["meeting.tenant_id", "meeting.id"],
            name=op.f("fk_resolution_meeting_id_meeting"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_resolution__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_resolution")),
    )
    op.create_index(
        "ix_resolution_tenant_id_lead_unit_id", "resolution", ["tenant_id", "lead_unit_id"], unique=False
    )
    op.create_index(
        "ix_resolution_tenant_id_meeting_id",
        "resolution",
        ["tenant_id", "meeting_id", "position"],
        unique=False,
    )
    op.create_table(
        "supervision_step",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("order_id", INTEGER, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False, comment="StepKind"),
        sa.Column(
            "unit_id",
            INTEGER,
            nullable=True,
            comment="whose step it is, or whom it is addressed to; None = all",
        ),
        sa.Column("text", sa.Text(), nullable=False, comment="progress, reason, opinion or instruction"),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False, comment="next step"),
        sa.Column("colour", sa.String(length=8), nullable=False, comment="Colour of a slip"),
        sa.Column(
            "data", JSON, nullable=False, comment="lead, due, look_back_on, link, label, number, old, new"
        ),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("by_id", INTEGER, nullable=True, comment="account; who checks does not close"),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("request_key", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "order_id"],
            ["supervision_order.tenant_id", "supervision_order.id"],
            name=op.f("fk_supervision_step_order_id_supervision_order"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_supervision_step_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_supervision_step__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_supervision_step")),
        sa.UniqueConstraint(
            "tenant_id", "request_key", name=op.f("uq_supervision_step_tenant_id_request_key")
        ),
    )
    op.create_index(
        "ix_supervision_step_tenant_id_order_id",
        "supervision_step",
        ["tenant_id", "order_id", "at"],
        unique=False,
    )
    op.create_table(
        "supervision_unit",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("order_id", INTEGER, nullable=False),
        sa.Column("unit_id", INTEGER, nullable=False),
        sa.Column("lead", sa.Boolean(), nullable=False),
        sa.Column("signed_at", Instant(), nullable=True),
        sa.Column("signed_by", sa.String(length=200), nullable=False),
        sa.Column("left_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "order_id"],
            ["supervision_order.tenant_id", "supervision_order.id"],
            name=op.f("fk_supervision_unit_order_id_supervision_order"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_supervision_unit_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_supervision_unit__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_supervision_unit")),
        sa.UniqueConstraint(
            "tenant_id", "order_id", "unit_id", name=op.f("uq_supervision_unit_tenant_id_order_id_unit_id")
        ),
    )
    op.create_index(
        "ix_supervision_unit_tenant_id_unit_id",
        "supervision_unit",
        ["tenant_id", "unit_id", "order_id"],
        unique=False,
    )
    op.create_table(
        "survey_asked",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("survey_id", INTEGER, nullable=False),
        sa.Column("unit_id", INTEGER, nullable=False),
        sa.Column("about_id", INTEGER, nullable=True, comment="of a mutual check: the unit it is about"),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("answers", JSON, nullable=False, comment="question -> answer; {} if nameless"),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("answered_by", sa.String(length=200), nullable=False),
        sa.Column(
            "reply", sa.String(length=1000), nullable=False, comment="of the unit it is about, once shown"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "about_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_survey_asked_about_id_unit"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "survey_id"],
            ["survey.tenant_id", "survey.id"],
            name=op.f("fk_survey_asked_survey_id_survey"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_survey_asked_unit_id_unit")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_survey_asked__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_survey_asked")),
        sa.UniqueConstraint(
            "tenant_id", "survey_id", "unit_id", name=op.f("uq_survey_asked_tenant_id_survey_id_unit_id")
        ),
    )
    op.create_index(
        "ix_survey_asked_tenant_id_unit_id", "survey_asked", ["tenant_id", "unit_id", "done"], unique=False
    )
    op.add_column(
        "account",
        sa.Column(
            "mail_refused_at",
            Instant(),
            nullable=True,
            comment="the mail server refused the address for good",
        ),
    )
    op.add_column(
        "activity",
        sa.Column(
            "hours", INTEGER, nullable=False, server_default="0", comment="学时 of a training, whole hours"
        ),
    )
    op.add_column(
        "info_item",
        sa.Column(
            "decisions",
            JSON,
            nullable=False,
            server_default="[]",
            comment="what the office decided, oldest first: answer ('' = taken back), why, unit, by, at; and whom it let read",
        ),
    )
    op.add_column(
        "membership",
        sa.Column(
            "consent",
            sa.String(length=120),
            nullable=False,
            server_default="",
            comment="minutes or document by which the body agreed to it (D3 八 第五条)",
        ),
    )
    op.add_column(
        "membership",
        sa.Column(
            "end_consent",
            sa.String(length=120),
            nullable=False,
            server_default="",
            comment="the same for its end",
        ),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table, visibility in VISIBILITY.items():
            for statement in policies(table, visibility):
                op.execute(statement)


def downgrade() -> None:
    op.drop_column("membership", "end_consent")
    op.drop_column("membership", "consent")
    op.drop_column("info_item", "decisions")
    op.drop_column("activity", "hours")
    op.drop_column("account", "mail_refused_at")
    op.drop_index("ix_survey_asked_tenant_id_unit_id", table_name="survey_asked")
    op.drop_table("survey_asked")
    op.drop_index("ix_supervision_unit_tenant_id_unit_id", table_name="supervision_unit")
    op.drop_table("supervision_unit")
    op.drop_index("ix_supervision_step_tenant_id_order_id", table_name="supervision_step")
    op.drop_table("supervision_step")
    op.drop_index("ix_resolution_tenant_id_meeting_id", table_name="resolution")
    op.drop_index("ix_resolution_tenant_id_lead_unit_id", table_name="resolution")
    op.drop_table("resolution")
    op.drop_index("ix_minutes_receipt_tenant_id_unit_id", table_name="minutes_receipt")
    op.drop_table("minutes_receipt")
    op.drop_table("minutes_edition")
    op.drop_table("working_group_unit")
    op.drop_index("ix_survey_tenant_id_mechanism_id", table_name="survey")
    op.drop_table("survey")
    op.drop_index("ix_supervision_visit_unit_tenant_id_unit_id", table_name="supervision_visit_unit")
    op.drop_table("supervision_visit_unit")
    op.drop_index("ix_supervision_order_tenant_id_subject", table_name="supervision_order")
    op.drop_index("ix_supervision_order_tenant_id_stage", table_name="supervision_order")
    op.drop_index("ix_supervision_order_tenant_id_lead_id", table_name="supervision_order")
    op.drop_table("supervision_order")
    op.drop_table("score_version")
    op.drop_table("score_result")
    op.drop_index("ix_score_objection_tenant_id_answered_at", table_name="score_objection")
    op.drop_table("score_objection")
    op.drop_index("ix_score_event_tenant_id_sheet_id_unit_id", table_name="score_event")
    op.drop_table("score_event")
    op.drop_table("paper_version")
    op.drop_index("ix_paper_step_tenant_id_paper_id", table_name="paper_step")
    op.drop_table("paper_step")
    op.drop_index("ix_paper_receipt_tenant_id_unit_id", table_name="paper_receipt")
    op.drop_table("paper_receipt")
    op.drop_index("ix_paper_number_tenant_id_paper_id", table_name="paper_number")
    op.drop_table("paper_number")
    op.drop_table("minutes")
    op.drop_index("ix_meeting_paper_reading_tenant_id_meeting_id", table_name="meeting_paper_reading")
    op.drop_table("meeting_paper_reading")
    op.drop_table("measure_talk")
    op.drop_index("ix_invitation_tenant_id_unit_id", table_name="invitation")
    op.drop_table("invitation")
    op.drop_index("ix_expert_consultation_tenant_id_expert_id", table_name="expert_consultation")
    op.drop_table("expert_consultation")
    op.drop_index("ix_evaluation_finding_tenant_id_round_id", table_name="evaluation_finding")
    op.drop_table("evaluation_finding")
    op.drop_table("evaluation_conclusion")
    op.drop_index("ix_agenda_item_tenant_id_topic_id", table_name="agenda_item")
    op.drop_index("ix_agenda_item_tenant_id_meeting_id", table_name="agenda_item")
    op.drop_table("agenda_item")
    op.drop_index("ix_activity_visit_tenant_id_place_id", table_name="activity_visit")
    op.drop_table("activity_visit")
    op.drop_table("working_group")
    op.drop_index("ix_supervision_visit_tenant_id_month", table_name="supervision_visit")
    op.drop_index("ix_supervision_visit_tenant_id_mechanism_id", table_name="supervision_visit")
    op.drop_table("supervision_visit")
    op.drop_table("supervision_series")
    op.drop_table("score_sheet")
    op.drop_index("ix_paper_tenant_id_subject", table_name="paper")
    op.drop_index("ix_paper_tenant_id_mechanism_id_state", table_name="paper")
    op.drop_index("ix_paper_tenant_id_mechanism_id_listed_at", table_name="paper")
    op.drop_table("paper")
    op.drop_index("ix_meeting_topic_tenant_id_mechanism_id_filed_at", table_name="meeting_topic")
    op.drop_table("meeting_topic")
    op.drop_index("ix_meeting_tenant_id_starts_at", table_name="meeting")
    op.drop_index("ix_meeting_tenant_id_mechanism_id_starts_at", table_name="meeting")
    op.drop_table("meeting")
    op.drop_index("ix_measure_tenant_id_unit_id", table_name="measure")
    op.drop_index("ix_measure_tenant_id_mechanism_id_state", table_name="measure")
    op.drop_table("measure")
    op.drop_index("ix_expert_tenant_id_mechanism_id", table_name="expert")
    op.drop_table("expert")
    op.drop_table("evaluation_round")
    op.drop_index("ix_commendation_tenant_id_mechanism_id", table_name="commendation")
    op.drop_table("commendation")
    op.drop_table("paper_series")
    op.drop_index("ix_activity_place_tenant_id_kind", table_name="activity_place")
    op.drop_table("activity_place")
