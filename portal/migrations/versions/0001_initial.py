"""Initial schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.core.db import Instant
from portal.core.rls import policies

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

VISIBILITY = {
    "audit_event": "own",
    "audit_head": "own",
    "campaign_switch": "subtree",
    "deadline": "released",
    "handover": "own",
    "mechanism": "subtree",
    "membership": "subtree",
    "notice": "own",
    "number_series": "own",
    "policy_choice": "subtree",
    "post": "subtree",
    "record": "released",
    "record_event": "released",
    "report": "subtree",
    "report_remark": "own",
    "rollup": "own",
    "submission": "released",
    "submission_edition": "released",
    "unit": "subtree",
    "unit_change": "subtree",
    "urgent_receipt": "released",
    "urgent_report": "released",
}


def upgrade() -> None:
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False, comment="document number of the notice"),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "form_snapshot",
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column("form", sa.String(length=48), nullable=False),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("definition", JSON, nullable=False),
        sa.PrimaryKeyConstraint("campaign", "form", "version", name=op.f("pk_form_snapshot")),
    )
    op.create_table(
        "job",
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("slot", sa.String(length=120), nullable=True, comment="name@slot, once only"),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("run_at", Instant(), nullable=False),
        sa.Column("leased_until", Instant(), nullable=True),
        sa.Column("tries", INTEGER, nullable=False),
        sa.Column("done_at", Instant(), nullable=True),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("slot", name=op.f("uq_job_slot")),
    )
    op.create_index("ix_job_ready", "job", ["done_at", "run_at"], unique=False)
    op.create_table(
        "login_failure",
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_failure")),
    )
    op.create_index(op.f("ix_login_failure_address"), "login_failure", ["address"], unique=False)
    op.create_index(op.f("ix_login_failure_at"), "login_failure", ["at"], unique=False)
    op.create_table(
        "tenant",
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("parent_id", INTEGER, nullable=True),
        sa.Column("path", sa.String(length=80), nullable=False, comment="ids from the root, /1/3/7/"),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column(
            "code", sa.String(length=12), nullable=False, comment="GB/T 2260 region code; in addresses"
        ),
        sa.Column("name", sa.String(length=40), nullable=False, comment="own name, e.g. 郊区"),
        sa.Column("city", sa.String(length=40), nullable=False, comment="name of the city above a county"),
        sa.ForeignKeyConstraint(["parent_id"], ["tenant.id"], name=op.f("fk_tenant__tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenant")),
        sa.UniqueConstraint("code", name=op.f("uq_tenant_code")),
        sa.UniqueConstraint("path", name=op.f("uq_tenant_path")),
    )
    op.create_index(op.f("ix_tenant_parent_id"), "tenant", ["parent_id"], unique=False)
    op.create_table(
        "account",
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column(
            "home_tenant_id", INTEGER, nullable=False, comment="whose security administrator looks after it"
        ),
        sa.Column("username", sa.String(length=60), nullable=False),
        sa.Column("display_name", sa.String(length=60), nullable=False, comment="as shown to colleagues"),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("password_changed_at", Instant(), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column(
            "initial_expires_at", Instant(), nullable=True, comment="an unused first password dies then"
        ),
        sa.Column("disabled_at", Instant(), nullable=True),
        sa.Column("totp_secret", sa.String(length=200), nullable=False, comment="sealed; '' = not enrolled"),
        sa.Column("totp_last_step", INTEGER, nullable=False, comment="a code is accepted once"),
        sa.Column("failures", INTEGER, nullable=False),
        sa.Column("locked_until", Instant(), nullable=True),
        sa.Column("epoch", INTEGER, nullable=False, comment="raised to end every session of the account"),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["home_tenant_id"], ["tenant.id"], name=op.f("fk_account__tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("username", name=op.f("uq_account_username")),
    )
    op.create_index(op.f("ix_account_home_tenant_id"), "account", ["home_tenant_id"], unique=False)
    op.create_table(
        "audit_event",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("seq", INTEGER, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False, comment="type:id of what was acted on"),
        sa.Column("actor_id", INTEGER, nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column(
            "address", sa.String(length=45), nullable=False, comment="network peer, '' for the command line"
        ),
        sa.Column("data", JSON, nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_audit_event__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_audit_event")),
        sa.UniqueConstraint("tenant_id", "seq", name=op.f("uq_audit_event_tenant_id_seq")),
    )
    op.create_table(
        "audit_head",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("seq", INTEGER, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_audit_head__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_audit_head")),
        sa.UniqueConstraint("tenant_id", name=op.f("uq_audit_head_tenant_id")),
    )
    op.create_table(
        "campaign_switch",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column(
            "label", sa.String(length=60), nullable=False, comment="snapshot, for when the plugin is gone"
        ),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False, comment="first day from which reports are expected"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_campaign_switch__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_campaign_switch")),
        sa.UniqueConstraint("tenant_id", "campaign", name=op.f("uq_campaign_switch_tenant_id_campaign")),
    )
    op.create_table(
        "mechanism",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False, comment="BodyKind"),
        sa.Column("name", sa.String(length=80), nullable=False, comment="e.g. 平定县反假货币工作联席会议"),
        sa.Column("office", sa.String(length=80), nullable=False, comment="name of its office"),
        sa.Column(
            "host_name", sa.String(length=80), nullable=False, comment="unit hosting the office, of any level"
        ),
        sa.Column("issuer_code", sa.String(length=20), nullable=False, comment="代字 of its documents"),
        sa.Column("titles", JSON, nullable=False, comment="post kind -> the body's own word"),
        sa.Column(
            "sign_off", sa.Boolean(), nullable=False, comment="leader in charge signs before a report goes"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_mechanism__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_mechanism")),
        sa.UniqueConstraint("tenant_id", "campaign", name=op.f("uq_mechanism_tenant_id_campaign")),
    )
    op.create_table(
        "number_series",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("series", sa.String(length=80), nullable=False),
        sa.Column("year", INTEGER, nullable=False),
        sa.Column("last", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_number_series__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_number_series")),
        sa.UniqueConstraint(
            "tenant_id", "series", "year", name=op.f("uq_number_series_tenant_id_series_year")
        ),
    )
    op.create_table(
        "policy_choice",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column(
            "campaign", sa.String(length=48), nullable=False, comment="'' for the portal's own policies"
        ),
        sa.Column("policy", sa.String(length=48), nullable=False),
        sa.Column("value", sa.String(length=48), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_policy_choice__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_policy_choice")),
    )
    op.create_index(
        "ix_policy_choice_tenant_id_campaign_policy",
        "policy_choice",
        ["tenant_id", "campaign", "policy"],
        unique=False,
    )
    op.create_table(
        "report_remark",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_report_remark__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_report_remark")),
    )
    op.create_index(
        "ix_report_remark_tenant_id_subject", "report_remark", ["tenant_id", "subject", "at"], unique=False
    )
    op.create_table(
        "rollup",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column("form", sa.String(length=48), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("values", JSON, nullable=False, comment="field key -> sum; money in fen"),
        sa.Column("summed_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_rollup__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_rollup")),
        sa.UniqueConstraint(
            "tenant_id", "campaign", "form", "period", name=op.f("uq_rollup_tenant_id_campaign_form_period")
        ),
    )
    op.create_table(
        "unit",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("full_name", sa.String(length=80), nullable=False),
        sa.Column("short_name", sa.String(length=40), nullable=False),
        sa.Column("aliases", JSON, nullable=False, comment="other names, list of str"),
        sa.Column(
            "kind", sa.String(length=30), nullable=False, comment="class key: bank, telecom, township, ..."
        ),
        sa.Column("sort_no", INTEGER, nullable=False, comment="official order, edited by the office"),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("successor_id", INTEGER, nullable=True, comment="unit it was merged into"),
        sa.Column("version", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_unit__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_unit")),
        sa.UniqueConstraint("tenant_id", "full_name", name=op.f("uq_unit_tenant_id_full_name")),
    )
    op.create_index("ix_unit_tenant_id_sort_no", "unit", ["tenant_id", "sort_no"], unique=False)
    op.create_table(
        "deadline",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("unit_id", INTEGER, nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False, comment="type:id of what it hangs on"),
        sa.Column(
            "rule",
            sa.String(length=60),
            nullable=False,
            comment="key of the threshold or rule that started it",
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("reason", JSON, nullable=False, comment="text and params of why it runs, clause included"),
        sa.Column("started_at", Instant(), nullable=False, comment="moment of knowing"),
        sa.Column("entered_at", Instant(), nullable=False, comment="when the machine learned of it"),
        sa.Column("due_at", Instant(), nullable=False, comment="last instant on time"),
        sa.Column("met_at", Instant(), nullable=True),
        sa.Column("met_by", sa.String(length=200), nullable=False),
        sa.Column("late_reason", sa.String(length=300), nullable=False),
        sa.Column("released_at", Instant(), nullable=True, comment="when superiors began to see it"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_deadline_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_deadline_unit_id_unit")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_deadline__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_deadline")),
        sa.UniqueConstraint("tenant_id", "subject", "rule", name=op.f("uq_deadline_tenant_id_subject_rule")),
    )
    op.create_index(
        "ix_deadline_tenant_id_unit_id_met_at", "deadline", ["tenant_id", "unit_id", "met_at"], unique=False
    )
    op.create_table(
        "login_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", INTEGER, nullable=False),
        sa.Column("epoch", INTEGER, nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("strong", sa.Boolean(), nullable=False, comment="second factor given"),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("agent", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_login_session__account")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_login_session")),
    )
    op.create_index(op.f("ix_login_session_account_id"), "login_session", ["account_id"], unique=False)
    op.create_table(
        "membership",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column(
            "member",
            sa.String(length=48),
            nullable=False,
            comment="key in the campaign's roster; '' for a guest",
        ),
        sa.Column("unit_id", INTEGER, nullable=True),
        sa.Column("unit_kind", sa.String(length=30), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_membership_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_membership_unit_id_unit")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_membership__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_membership")),
    )
    op.create_index(
        "ix_membership_tenant_id_mechanism_id", "membership", ["tenant_id", "mechanism_id"], unique=False
    )
    op.create_table(
        "notice",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("unit_id", INTEGER, nullable=True),
        sa.Column("text", sa.String(length=300), nullable=False, comment="source text with %(name)s places"),
        sa.Column("params", JSON, nullable=False),
        sa.Column(
            "detail", sa.String(length=1000), nullable=False, comment="what a person wrote, e.g. a reason"
        ),
        sa.Column("sender", sa.String(length=200), nullable=False),
        sa.Column("link", sa.String(length=200), nullable=False, comment="path inside the portal"),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("read_at", Instant(), nullable=True),
        sa.Column("read_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_notice_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_notice_unit_id_unit")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_notice__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_notice")),
    )
    op.create_index(
        "ix_notice_tenant_id_mechanism_id_unit_id_at",
        "notice",
        ["tenant_id", "mechanism_id", "unit_id", "at"],
        unique=False,
    )
    op.create_table(
        "post",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("account_id", INTEGER, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=True),
        sa.Column("unit_id", INTEGER, nullable=True),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("rank", sa.String(length=20), nullable=False, comment="job rank, e.g. 科级"),
        sa.Column(
            "rank_reason",
            sa.String(length=300),
            nullable=False,
            comment="why a liaison below 科级 was insisted on",
        ),
        sa.Column("group", sa.String(length=60), nullable=False, comment="working group, for group members"),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=True),
        sa.Column("end_reason", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_post__account")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_post_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_post_unit_id_unit")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_post__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_post")),
    )
    op.create_index("ix_post_tenant_id_account_id", "post", ["tenant_id", "account_id"], unique=False)
    op.create_index(
        "ix_post_tenant_id_mechanism_id_unit_id",
        "post",
        ["tenant_id", "mechanism_id", "unit_id"],
        unique=False,
    )
    op.create_table(
        "record",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("unit_id", INTEGER, nullable=False),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column("ledger", sa.String(length=48), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("known_at", Instant(), nullable=False, comment="moment of knowing; clocks start here"),
        sa.Column("values", JSON, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column(
            "request_key",
            sa.String(length=40),
            nullable=False,
            comment="from the form: a second click makes no second entry",
        ),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("released_at", Instant(), nullable=True, comment="when superiors began to see it"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_record_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_record_unit_id_unit")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_record__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_record")),
        sa.UniqueConstraint(
            "tenant_id",
            "campaign",
            "ledger",
            "number",
            name=op.f("uq_record_tenant_id_campaign_ledger_number"),
        ),
        sa.UniqueConstraint("tenant_id", "request_key", name=op.f("uq_record_tenant_id_request_key")),
    )
    op.create_index(
        "ix_record_tenant_id_campaign_ledger_known_at",
        "record",
        ["tenant_id", "campaign", "ledger", "known_at"],
        unique=False,
    )
    op.create_table(
        "report",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column("form", sa.String(length=48), nullable=False),
        sa.Column("form_version", INTEGER, nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False, comment="last instant on time"),
        sa.Column("due_why", JSON, nullable=False, comment="rule, days skipped, provisional, clause"),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("expected", INTEGER, nullable=False),
        sa.Column("filed", INTEGER, nullable=False),
        sa.Column("on_time", INTEGER, nullable=False),
        sa.Column("zero", INTEGER, nullable=False, comment="zero reports among the filed"),
        sa.Column("values", JSON, nullable=False, comment="sums at submission; money in fen"),
        sa.Column("gaps", JSON, nullable=False, comment="units missing: name and reason"),
        sa.Column("submitted_at", Instant(), nullable=True),
        sa.Column("submitted_by", sa.String(length=200), nullable=False),
        sa.Column("late_reason", sa.String(length=300), nullable=False),
        sa.Column("reviewed_at", Instant(), nullable=True),
        sa.Column("reviewed_by", sa.String(length=200), nullable=False),
        sa.Column("review_reason", sa.String(length=1000), nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_report_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_report__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_report")),
        sa.UniqueConstraint(
            "tenant_id", "campaign", "form", "period", name=op.f("uq_report_tenant_id_campaign_form_period")
        ),
    )
    op.create_table(
        "seat",
        sa.Column("account_id", INTEGER, nullable=False),
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_seat__account")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_seat__tenant")),
        sa.PrimaryKeyConstraint("account_id", "tenant_id", name=op.f("pk_seat")),
        info={"tenanted": False},
    )
    op.create_table(
        "unit_change",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("unit_id", INTEGER, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("before", sa.String(length=200), nullable=False),
        sa.Column("after", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_unit_change_unit_id_unit")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_unit_change__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_unit_change")),
    )
    op.create_index("ix_unit_change_tenant_id_unit_id", "unit_change", ["tenant_id", "unit_id"], unique=False)
    op.create_table(
        "urgent_report",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("unit_id", INTEGER, nullable=False),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False, comment="record:<id> it grew out of"),
        sa.Column("what", sa.String(length=500), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("known_at", Instant(), nullable=False),
        sa.Column("amount", INTEGER, nullable=True, comment="fen; None = not known yet"),
        sa.Column("phoned_at", Instant(), nullable=True),
        sa.Column("phoned_to", sa.String(length=120), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("filed_at", Instant(), nullable=False),
        sa.Column("filed_by", sa.String(length=200), nullable=False),
        sa.Column("late_reason", sa.String(length=300), nullable=False),
        sa.Column("read_at", Instant(), nullable=True, comment="receipt of the tenant's own office"),
        sa.Column("read_by", sa.String(length=200), nullable=False),
        sa.Column("request_key", sa.String(length=40), nullable=False),
        sa.Column("released_at", Instant(), nullable=True, comment="when superiors began to see it"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_urgent_report_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_urgent_report_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_urgent_report__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_urgent_report")),
        sa.UniqueConstraint("tenant_id", "request_key", name=op.f("uq_urgent_report_tenant_id_request_key")),
    )
    op.create_index(
        "ix_urgent_report_tenant_id_campaign_filed_at",
        "urgent_report",
        ["tenant_id", "campaign", "filed_at"],
        unique=False,
    )
    op.create_table(
        "handover",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("post_id", INTEGER, nullable=False, comment="the post that ended"),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("unit_id", INTEGER, nullable=False),
        sa.Column(
            "number", sa.String(length=40), nullable=False, comment="number of the written notice 书面告知"
        ),
        sa.Column("noticed_on", sa.Date(), nullable=False),
        sa.Column("acknowledged_by", sa.String(length=200), nullable=False, comment="the office"),
        sa.Column("acknowledged_at", Instant(), nullable=True),
        sa.Column("successor_post_id", INTEGER, nullable=True),
        sa.Column("items", JSON, nullable=False, comment="snapshot: kind, title, due of each open item"),
        sa.Column("signed_from_at", Instant(), nullable=True),
        sa.Column("signed_to_at", Instant(), nullable=True),
        sa.Column("completed_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "post_id"], ["post.tenant_id", "post.id"], name=op.f("fk_handover_post_id_post")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_handover_unit_id_unit")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_handover__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_handover")),
    )
    op.create_table(
        "record_event",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("record_id", INTEGER, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("changes", JSON, nullable=False, comment="field key -> [before, after]"),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("released_at", Instant(), nullable=True, comment="when superiors began to see it"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "record_id"],
            ["record.tenant_id", "record.id"],
            name=op.f("fk_record_event_record_id_record"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_record_event__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_record_event")),
    )
    op.create_index(
        "ix_record_event_tenant_id_record_id", "record_event", ["tenant_id", "record_id"], unique=False
    )
    op.create_table(
        "submission",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("report_id", INTEGER, nullable=False),
        sa.Column("unit_id", INTEGER, nullable=False),
        sa.Column(
            "member",
            sa.String(length=48),
            nullable=False,
            comment="roster key: decides which fields are asked",
        ),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column("form", sa.String(length=48), nullable=False),
        sa.Column("form_version", INTEGER, nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("zero", sa.Boolean(), nullable=False),
        sa.Column("values", JSON, nullable=False),
        sa.Column("explanations", JSON, nullable=False, comment="check key -> the unit's explanation"),
        sa.Column("reasons", JSON, nullable=False, comment="on return: field key or '' -> reason"),
        sa.Column("edition", INTEGER, nullable=False, comment="number of times filed"),
        sa.Column("saved_at", Instant(), nullable=True),
        sa.Column("saved_by", sa.String(length=200), nullable=False),
        sa.Column("first_filed_at", Instant(), nullable=True, comment="decides on time or late, once"),
        sa.Column("filed_at", Instant(), nullable=True),
        sa.Column("filed_by", sa.String(length=200), nullable=False),
        sa.Column("signed_by", sa.String(length=200), nullable=False),
        sa.Column("late_reason", sa.String(length=300), nullable=False),
        sa.Column("reviewed_by", sa.String(length=200), nullable=False),
        sa.Column("reviewed_at", Instant(), nullable=True),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("released_at", Instant(), nullable=True, comment="when superiors began to see it"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "report_id"],
            ["report.tenant_id", "report.id"],
            name=op.f("fk_submission_report_id_report"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_submission_unit_id_unit")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_submission__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_submission")),
        sa.UniqueConstraint(
            "tenant_id", "report_id", "unit_id", name=op.f("uq_submission_tenant_id_report_id_unit_id")
        ),
    )
    op.create_index(
        "ix_submission_tenant_id_unit_id_state", "submission", ["tenant_id", "unit_id", "state"], unique=False
    )
    op.create_table(
        "urgent_receipt",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("urgent_id", INTEGER, nullable=False),
        sa.Column("office", sa.String(length=120), nullable=False),
        sa.Column("read_by", sa.String(length=200), nullable=False),
        sa.Column("read_at", Instant(), nullable=False),
        sa.Column("released_at", Instant(), nullable=True, comment="when superiors began to see it"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "urgent_id"],
            ["urgent_report.tenant_id", "urgent_report.id"],
            name=op.f("fk_urgent_receipt_urgent_id_urgent_report"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_urgent_receipt__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_urgent_receipt")),
        sa.UniqueConstraint(
            "tenant_id", "urgent_id", "office", name=op.f("uq_urgent_receipt_tenant_id_urgent_id_office")
        ),
    )
    op.create_table(
        "submission_edition",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("submission_id", INTEGER, nullable=False),
        sa.Column("number", INTEGER, nullable=False),
        sa.Column("form_version", INTEGER, nullable=False),
        sa.Column("zero", sa.Boolean(), nullable=False),
        sa.Column("values", JSON, nullable=False),
        sa.Column("explanations", JSON, nullable=False),
        sa.Column("filed_at", Instant(), nullable=False),
        sa.Column("filed_by", sa.String(length=200), nullable=False),
        sa.Column("released_at", Instant(), nullable=True, comment="when superiors began to see it"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "submission_id"],
            ["submission.tenant_id", "submission.id"],
            name=op.f("fk_submission_edition_submission_id_submission"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_submission_edition__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_submission_edition")),
        sa.UniqueConstraint(
            "tenant_id",
            "submission_id",
            "number",
            name=op.f("uq_submission_edition_tenant_id_submission_id_number"),
        ),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table, visibility in VISIBILITY.items():
            for statement in policies(table, visibility):
                op.execute(statement)


def downgrade() -> None:
    op.drop_table("submission_edition")
    op.drop_table("urgent_receipt")
    op.drop_index("ix_submission_tenant_id_unit_id_state", table_name="submission")
    op.drop_table("submission")
    op.drop_index("ix_record_event_tenant_id_record_id", table_name="record_event")
    op.drop_table("record_event")
    op.drop_table("handover")
    op.drop_index("ix_urgent_report_tenant_id_campaign_filed_at", table_name="urgent_report")
    op.drop_table("urgent_report")
    op.drop_index("ix_unit_change_tenant_id_unit_id", table_name="unit_change")
    op.drop_table("unit_change")
    op.drop_table("seat")
    op.drop_table("report")
    op.drop_index("ix_record_tenant_id_campaign_ledger_known_at", table_name="record")
    op.drop_table("record")
    op.drop_index("ix_post_tenant_id_mechanism_id_unit_id", table_name="post")
    op.drop_index("ix_post_tenant_id_account_id", table_name="post")
    op.drop_table("post")
    op.drop_index("ix_notice_tenant_id_mechanism_id_unit_id_at", table_name="notice")
    op.drop_table("notice")
    op.drop_index("ix_membership_tenant_id_mechanism_id", table_name="membership")
    op.drop_table("membership")
    op.drop_index(op.f("ix_login_session_account_id"), table_name="login_session")
    op.drop_table("login_session")
    op.drop_index("ix_deadline_tenant_id_unit_id_met_at", table_name="deadline")
    op.drop_table("deadline")
    op.drop_index("ix_unit_tenant_id_sort_no", table_name="unit")
    op.drop_table("unit")
    op.drop_table("rollup")
    op.drop_index("ix_report_remark_tenant_id_subject", table_name="report_remark")
    op.drop_table("report_remark")
    op.drop_index("ix_policy_choice_tenant_id_campaign_policy", table_name="policy_choice")
    op.drop_table("policy_choice")
    op.drop_table("number_series")
    op.drop_table("mechanism")
    op.drop_table("campaign_switch")
    op.drop_table("audit_head")
    op.drop_table("audit_event")
    op.drop_index(op.f("ix_account_home_tenant_id"), table_name="account")
    op.drop_table("account")
    op.drop_index(op.f("ix_tenant_parent_id"), table_name="tenant")
    op.drop_table("tenant")
    op.drop_index(op.f("ix_login_failure_at"), table_name="login_failure")
    op.drop_index(op.f("ix_login_failure_address"), table_name="login_failure")
    op.drop_table("login_failure")
    op.drop_index("ix_job_ready", table_name="job")
    op.drop_table("job")
    op.drop_table("form_snapshot")
    op.drop_table("calendar_day")
