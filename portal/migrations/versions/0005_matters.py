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
    "joint_matter": "own",
    "joint_part": "own",
    "joint_twin": "own",
    "match_entry": "own",
    "match_event": "own",
    "match_hint": "own",
    "match_pair": "own",
    "match_side": "own",
    "match_stop": "own",
    "match_use": "own",
    "match_withheld": "own",
    "record_import": "own",
    "record_import_part": "own",
    "record_unit": "released",
    "reward_application": "released",
    "reward_claim": "own",
    "reward_step": "released",
    "saved_filter": "own",
    "tip": "own",
    "tip_attempt": "own",
    "tip_award": "own",
    "tip_channel": "own",
    "tip_event": "own",
    "tip_identity": "own",
    "tip_mark": "own",
    "tip_rule": "own",
    "transfer": "own",
    "transfer_dispute": "own",
    "transfer_step": "own",
}


def upgrade() -> None:
    op.create_table(
        "joint_matter",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False, comment="JointState"),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("clause", JSON, nullable=False, comment="source, article, note of the rule applied"),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.Column("joined_at", Instant(), nullable=True),
        sa.Column("decision", sa.String(length=500), nullable=False),
        sa.Column("decision_number", sa.String(length=40), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("request_key", sa.String(length=40), nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_joint_matter__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_joint_matter")),
        sa.UniqueConstraint("tenant_id", "request_key", name=op.f("uq_joint_matter_tenant_id_request_key")),
    )
    op.create_index(
        "ix_joint_matter_tenant_id_campaign_state",
        "joint_matter",
        ["tenant_id", "campaign", "state", "made_at"],
        unique=False,
    )
    op.create_table(
        "match_entry",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False, comment="MatchKind"),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column("place_id", INTEGER, nullable=False, comment="tenant of the entry; never a key"),
        sa.Column("record_id", INTEGER, nullable=False, comment="the entry there"),
        sa.Column("mark", sa.String(length=8), nullable=False, comment="end of the value"),
        sa.Column("state", sa.String(length=10), nullable=False, comment="Held"),
        sa.Column("added_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_match_entry__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_match_entry")),
        sa.UniqueConstraint(
            "tenant_id", "record_id", "digest", name=op.f("uq_match_entry_tenant_id_record_id_digest")
        ),
    )
    op.create_index("ix_match_entry_tenant_id_digest", "match_entry", ["tenant_id", "digest"], unique=False)
    op.create_table(
        "match_event",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False, comment="pair:<id> or joint:<id>"),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False, comment="county that did it"),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_match_event__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_match_event")),
    )
    op.create_index("ix_match_event_tenant_id_subject", "match_event", ["tenant_id", "subject"], unique=False)
    op.create_table(
        "match_side",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("place_id", INTEGER, nullable=False),
        sa.Column("record_id", INTEGER, nullable=False),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column("ledger", sa.String(length=48), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("unit", sa.String(length=80), nullable=False),
        sa.Column("spot", sa.String(length=120), nullable=False, comment="place of the matter, as entered"),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("stage", sa.String(length=60), nullable=False, comment="in words"),
        sa.Column("gone", sa.Boolean(), nullable=False, comment="withdrawn or merged away"),
        sa.Column(
            "jurisdiction",
            JSON,
            nullable=False,
            comment="region, text, params, source, article; empty = the ledger has no such rule",
        ),
        sa.Column("notes", JSON, nullable=False, comment="[{at, text}] once the matter is joint"),
        sa.Column("shown_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_match_side__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_match_side")),
        sa.UniqueConstraint("tenant_id", "record_id", name=op.f("uq_match_side_tenant_id_record_id")),
    )
    op.create_table(
        "match_stop",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("mark", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False, comment="proposed, stopped, kept"),
        sa.Column(
            "places",
            INTEGER,
            nullable=False,
            comment="counties that held it when it was proposed; 0 = typed by the city",
        ),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_match_stop__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_match_stop")),
        sa.UniqueConstraint("tenant_id", "digest", name=op.f("uq_match_stop_tenant_id_digest")),
    )
    op.create_table(
        "match_use",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("hour", Instant(), nullable=False),
        sa.Column("account_id", INTEGER, nullable=False),
        sa.Column("way", sa.String(length=6), nullable=False, comment="ask, enter"),
        sa.Column("n", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_match_use__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_match_use")),
        sa.UniqueConstraint(
            "tenant_id", "hour", "account_id", "way", name=op.f("uq_match_use_tenant_id_hour_account_id_way")
        ),
    )
    op.create_table(
        "match_withheld",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column("place_id", INTEGER, nullable=False),
        sa.Column("record_id", INTEGER, nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("n", INTEGER, nullable=False, comment="values"),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("released_at", Instant(), nullable=True),
        sa.Column("released_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_match_withheld__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_match_withheld")),
        sa.UniqueConstraint("tenant_id", "record_id", name=op.f("uq_match_withheld_tenant_id_record_id")),
    )
    op.create_index(
        "ix_match_withheld_tenant_id_campaign",
        "match_withheld",
        ["tenant_id", "campaign", "released_at", "at"],
        unique=False,
    )
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
        "tip_attempt",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column(
            "source",
            sa.String(length=32),
            nullable=False,
            comment="keyed hash of the network address and the day",
        ),
        sa.Column("kind", sa.String(length=8), nullable=False, comment="try, tip, code"),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_tip_attempt__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_tip_attempt")),
    )
    op.create_index("ix_tip_attempt_tenant_id_at", "tip_attempt", ["tenant_id", "at"], unique=False)
    op.create_table(
        "joint_part",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("joint_id", INTEGER, nullable=False),
        sa.Column("place_id", INTEGER, nullable=False),
        sa.Column("record_id", INTEGER, nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False, comment="Role"),
        sa.Column("state", sa.String(length=10), nullable=False, comment="PartState"),
        sa.Column("answer", sa.String(length=10), nullable=False, comment="Answer"),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("answered_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "joint_id"],
            ["joint_matter.tenant_id", "joint_matter.id"],
            name=op.f("fk_joint_part_joint_id_joint_matter"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_joint_part__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_joint_part")),
        sa.UniqueConstraint(
            "tenant_id", "joint_id", "record_id", name=op.f("uq_joint_part_tenant_id_joint_id_record_id")
        ),
    )
    op.create_index(
        "ix_joint_part_tenant_id_record_id", "joint_part", ["tenant_id", "record_id"], unique=False
    )
    op.create_table(
        "match_pair",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column("left_place_id", INTEGER, nullable=False),
        sa.Column("left_record_id", INTEGER, nullable=False),
        sa.Column("right_place_id", INTEGER, nullable=False),
        sa.Column("right_record_id", INTEGER, nullable=False),
        sa.Column("kinds", sa.String(length=120), nullable=False, comment=",phone,url, ; '' = none is left"),
        sa.Column("state", sa.String(length=12), nullable=False, comment="PairState"),
        sa.Column("found_at", Instant(), nullable=False),
        sa.Column("gone_at", Instant(), nullable=True),
        sa.Column("words", sa.String(length=300), nullable=False, comment="why they are not the same"),
        sa.Column("joint_id", INTEGER, nullable=True),
        sa.Column("version", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "joint_id"],
            ["joint_matter.tenant_id", "joint_matter.id"],
            name=op.f("fk_match_pair_joint_id_joint_matter"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_match_pair__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_match_pair")),
        sa.UniqueConstraint(
            "tenant_id",
            "left_record_id",
            "right_record_id",
            name=op.f("uq_match_pair_tenant_id_left_record_id_right_record_id"),
        ),
    )
    op.create_index(
        "ix_match_pair_tenant_id_campaign_state",
        "match_pair",
        ["tenant_id", "campaign", "state", "found_at"],
        unique=False,
    )
    op.create_index(
        "ix_match_pair_tenant_id_right_record_id",
        "match_pair",
        ["tenant_id", "right_record_id"],
        unique=False,
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
        "reward_claim",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column("scheme", sa.String(length=48), nullable=False),
        sa.Column(
            "unit_id",
            INTEGER,
            nullable=True,
            comment="the paying unit: the body's lead; None = only its office",
        ),
        sa.Column(
            "from_tenant_id", INTEGER, nullable=False, comment="tenant of the application; never a key"
        ),
        sa.Column("application_id", INTEGER, nullable=False),
        sa.Column(
            "record_id", INTEGER, nullable=False, comment="the case there; its files are read with the claim"
        ),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("unit_name", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("case_number", sa.String(length=60), nullable=False),
        sa.Column("number_key", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("amount", INTEGER, nullable=False, comment="fen"),
        sa.Column("tier", sa.String(length=32), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_reward_claim_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_reward_claim_unit_id_unit")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_reward_claim__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_reward_claim")),
        sa.UniqueConstraint(
            "tenant_id", "application_id", name=op.f("uq_reward_claim_tenant_id_application_id")
        ),
        sa.UniqueConstraint(
            "tenant_id",
            "campaign",
            "scheme",
            "number_key",
            name=op.f("uq_reward_claim_tenant_id_campaign_scheme_number_key"),
        ),
    )
    op.create_index(
        "ix_reward_claim_tenant_id_mechanism_id_state",
        "reward_claim",
        ["tenant_id", "mechanism_id", "state", "changed_at"],
        unique=False,
    )
    op.create_index(
        "ix_reward_claim_tenant_id_unit_id_paid_on",
        "reward_claim",
        ["tenant_id", "unit_id", "paid_on"],
        unique=False,
    )
    op.create_table(
        "tip_channel",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column(
            "receiver", sa.String(length=80), nullable=False, comment="who receives, as the public knows it"
        ),
        sa.Column("phone", sa.String(length=40), nullable=False, comment="of the office, never of a person"),
        sa.Column("mailbox", sa.String(length=80), nullable=False),
        sa.Column("address", sa.String(length=120), nullable=False),
        sa.Column("hours", sa.String(length=80), nullable=False),
        sa.Column("others", JSON, nullable=False, comment="[unit, phone, mailbox] of units and townships"),
        sa.Column(
            "check_days", INTEGER, nullable=False, comment="working days, where the campaign names no limit"
        ),
        sa.Column(
            "answer_days", INTEGER, nullable=False, comment="working days, where the campaign names no limit"
        ),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_tip_channel_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_tip_channel__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_tip_channel")),
        sa.UniqueConstraint("tenant_id", "campaign", name=op.f("uq_tip_channel_tenant_id_campaign")),
    )
    op.create_table(
        "tip_rule",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False, comment="document number"),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("bands", JSON, nullable=False, comment="[{label, lowest, highest}], fen"),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("pay_days", INTEGER, nullable=False, comment="working days from approval to payment"),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("added_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_tip_rule_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_tip_rule__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_tip_rule")),
        sa.UniqueConstraint(
            "tenant_id", "campaign", "valid_from", name=op.f("uq_tip_rule_tenant_id_campaign_valid_from")
        ),
    )
    op.create_table(
        "joint_twin",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("record_id", INTEGER, nullable=False),
        sa.Column("joint_id", INTEGER, nullable=False, comment="the city's row; never a key"),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("joint_state", sa.String(length=12), nullable=False, comment="JointState"),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False, comment="PartState"),
        sa.Column("host", sa.String(length=80), nullable=False, comment="county proposed or decided as host"),
        sa.Column("places", JSON, nullable=False, comment="names of the counties"),
        sa.Column("office", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("clause", JSON, nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("answered_by", sa.String(length=200), nullable=False),
        sa.Column("decision", sa.String(length=500), nullable=False),
        sa.Column("decision_number", sa.String(length=40), nullable=False),
        sa.Column(
            "others",
            JSON,
            nullable=False,
            comment="[{place, unit, number, title, stage, role, notes}] once both accepted",
        ),
        sa.Column("version", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "record_id"],
            ["record.tenant_id", "record.id"],
            name=op.f("fk_joint_twin_record_id_record"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_joint_twin__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_joint_twin")),
        sa.UniqueConstraint(
            "tenant_id", "joint_id", "record_id", name=op.f("uq_joint_twin_tenant_id_joint_id_record_id")
        ),
    )
    op.create_index(
        "ix_joint_twin_tenant_id_campaign_state",
        "joint_twin",
        ["tenant_id", "campaign", "state"],
        unique=False,
    )
    op.create_index(
        "ix_joint_twin_tenant_id_record_id", "joint_twin", ["tenant_id", "record_id"], unique=False
    )
    op.create_table(
        "match_hint",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("record_id", INTEGER, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("others", INTEGER, nullable=False),
        sa.Column("own", JSON, nullable=False, comment="the tenant's own entries that share it"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "record_id"],
            ["record.tenant_id", "record.id"],
            name=op.f("fk_match_hint_record_id_record"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_match_hint__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_match_hint")),
        sa.UniqueConstraint(
            "tenant_id", "record_id", "kind", name=op.f("uq_match_hint_tenant_id_record_id_kind")
        ),
    )
    op.create_table(
        "record_import_part",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("import_id", INTEGER, nullable=False),
        sa.Column("number", INTEGER, nullable=False),
        sa.Column("lines", JSON, nullable=False, comment="see importing/lines.py"),
        sa.Column("kinds", JSON, nullable=False, comment="kind of line -> how many"),
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
        "reward_application",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column("scheme", sa.String(length=48), nullable=False),
        sa.Column("unit_id", INTEGER, nullable=False),
        sa.Column("unit_name", sa.String(length=80), nullable=False),
        sa.Column("record_id", INTEGER, nullable=False),
        sa.Column("record_number", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column(
            "case_number", sa.String(length=60), nullable=False, comment="of the decision to file, as entered"
        ),
        sa.Column(
            "number_key",
            sa.String(length=60),
            nullable=False,
            comment="the same without what people write differently",
        ),
        sa.Column("state", sa.String(length=12), nullable=False, comment="State"),
        sa.Column(
            "payer_tenant_id", INTEGER, nullable=False, comment="tenant that decides and pays; never a key"
        ),
        sa.Column("payer_office", sa.String(length=120), nullable=False),
        sa.Column(
            "materials", JSON, nullable=False, comment="material key -> files as sent: id, name, size, sha256"
        ),
        sa.Column("facts", JSON, nullable=False, comment="values of the entry that went into the sheet"),
        sa.Column("sheet", JSON, nullable=False, comment="the calculation as it was made; {} = none yet"),
        sa.Column("amount", INTEGER, nullable=False, comment="fen"),
        sa.Column("tier", sa.String(length=32), nullable=False),
        sa.Column("shares", JSON, nullable=False, comment="[{who, why, fen}] of the distribution"),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("released_at", Instant(), nullable=True, comment="when superiors began to see it"),
        sa.Column("version", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_reward_application_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "record_id"],
            ["record.tenant_id", "record.id"],
            name=op.f("fk_reward_application_record_id_record"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_reward_application_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_reward_application__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_reward_application")),
        sa.UniqueConstraint(
            "tenant_id",
            "campaign",
            "scheme",
            "number_key",
            name=op.f("uq_reward_application_tenant_id_campaign_scheme_number_key"),
        ),
        sa.UniqueConstraint(
            "tenant_id", "record_id", "scheme", name=op.f("uq_reward_application_tenant_id_record_id_scheme")
        ),
    )
    op.create_index(
        "ix_reward_application_tenant_id_mechanism_id",
        "reward_application",
        ["tenant_id", "mechanism_id", "changed_at"],
        unique=False,
    )
    op.create_index(
        "ix_reward_application_tenant_id_unit_id",
        "reward_application",
        ["tenant_id", "unit_id", "state"],
        unique=False,
    )
    op.create_table(
        "tip",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("campaign", sa.String(length=48), nullable=False),
        sa.Column(
            "number",
            sa.String(length=40),
            nullable=False,
            comment="inside the house; the public has the receipt code",
        ),
        sa.Column(
            "request_key",
            sa.String(length=40),
            nullable=False,
            comment="keyed hash of the form's token: one form, one tip",
        ),
        sa.Column("receipt", sa.String(length=64), nullable=False, comment="keyed hash of the receipt code"),
        sa.Column(
            "title", sa.String(length=120), nullable=False, comment="given by the office at the first check"
        ),
        sa.Column("content", JSON, nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("files", INTEGER, nullable=False),
        sa.Column("filed_at", Instant(), nullable=False),
        sa.Column("checked_at", Instant(), nullable=True),
        sa.Column("unit_id", INTEGER, nullable=True, comment="who handles it; None = the office"),
        sa.Column("record_id", INTEGER, nullable=True, comment="entry of the ledger it became"),
        sa.Column("joined_id", INTEGER, nullable=True, comment="the earlier tip that tells the same"),
        sa.Column(
            "drafted_by_id",
            INTEGER,
            nullable=True,
            comment="account; who wrote the answer does not release it",
        ),
        sa.Column(
            "closed_at",
            Instant(),
            nullable=True,
            comment="answered, moved, or answered with the one it joined",
        ),
        sa.Column("told_at", Instant(), nullable=True, comment="the public last added something"),
        sa.Column("worked_at", Instant(), nullable=True, comment="a step was last taken inside the house"),
        sa.Column(
            "pay_word", sa.String(length=64), nullable=False, comment="keyed hash; whoever says it is paid"
        ),
        sa.Column("version", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "joined_id"], ["tip.tenant_id", "tip.id"], name=op.f("fk_tip_joined_id_tip")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_tip_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "record_id"],
            ["record.tenant_id", "record.id"],
            name=op.f("fk_tip_record_id_record"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_tip_unit_id_unit")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_tip__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_tip")),
        sa.UniqueConstraint("tenant_id", "campaign", "number", name=op.f("uq_tip_tenant_id_campaign_number")),
        sa.UniqueConstraint("tenant_id", "receipt", name=op.f("uq_tip_tenant_id_receipt")),
        sa.UniqueConstraint("tenant_id", "request_key", name=op.f("uq_tip_tenant_id_request_key")),
    )
    op.create_index("ix_tip_tenant_id_joined_id", "tip", ["tenant_id", "joined_id"], unique=False)
    op.create_index(
        "ix_tip_tenant_id_mechanism_id_filed_at",
        "tip",
        ["tenant_id", "mechanism_id", "filed_at"],
        unique=False,
    )
    op.create_index("ix_tip_tenant_id_unit_id", "tip", ["tenant_id", "unit_id"], unique=False)
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
        "reward_step",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("application_id", INTEGER, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False, comment="Kind"),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("account_id", INTEGER, nullable=True),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("released_at", Instant(), nullable=True, comment="when superiors began to see it"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "application_id"],
            ["reward_application.tenant_id", "reward_application.id"],
            name=op.f("fk_reward_step_application_id_reward_application"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_reward_step__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_reward_step")),
    )
    op.create_index(
        "ix_reward_step_tenant_id_application_id",
        "reward_step",
        ["tenant_id", "application_id"],
        unique=False,
    )
    op.create_table(
        "tip_award",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("mechanism_id", INTEGER, nullable=False),
        sa.Column("tip_id", INTEGER, nullable=False),
        sa.Column("rule_id", INTEGER, nullable=False),
        sa.Column("rule", JSON, nullable=False, comment="number, title, valid_from, band as proposed"),
        sa.Column("amount", INTEGER, nullable=False, comment="fen"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False, comment="proposed, approved, refused, paid"),
        sa.Column("proposed_at", Instant(), nullable=False),
        sa.Column("proposed_by", sa.String(length=200), nullable=False),
        sa.Column("proposed_by_id", INTEGER, nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("decided_words", sa.String(length=300), nullable=False),
        sa.Column("way", sa.String(length=16), nullable=False, comment="identity or code"),
        sa.Column("voucher", sa.String(length=60), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("paid_by", sa.String(length=200), nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mechanism_id"],
            ["mechanism.tenant_id", "mechanism.id"],
            name=op.f("fk_tip_award_mechanism_id_mechanism"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "rule_id"],
            ["tip_rule.tenant_id", "tip_rule.id"],
            name=op.f("fk_tip_award_rule_id_tip_rule"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "tip_id"], ["tip.tenant_id", "tip.id"], name=op.f("fk_tip_award_tip_id_tip")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_tip_award__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_tip_award")),
        sa.UniqueConstraint("tenant_id", "tip_id", name=op.f("uq_tip_award_tenant_id_tip_id")),
    )
    op.create_index(
        "ix_tip_award_tenant_id_mechanism_id_paid_on",
        "tip_award",
        ["tenant_id", "mechanism_id", "paid_on"],
        unique=False,
    )
    op.create_table(
        "tip_event",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("tip_id", INTEGER, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("words", JSON, nullable=False, comment="text; sealed"),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("account_id", INTEGER, nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("request_key", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "tip_id"], ["tip.tenant_id", "tip.id"], name=op.f("fk_tip_event_tip_id_tip")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_tip_event__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_tip_event")),
        sa.UniqueConstraint("tenant_id", "request_key", name=op.f("uq_tip_event_tenant_id_request_key")),
    )
    op.create_index("ix_tip_event_tenant_id_tip_id", "tip_event", ["tenant_id", "tip_id"], unique=False)
    op.create_table(
        "tip_identity",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("tip_id", INTEGER, nullable=False),
        sa.Column("person", JSON, nullable=False, comment="name, phone; {} once emptied"),
        sa.Column("emptied_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "tip_id"], ["tip.tenant_id", "tip.id"], name=op.f("fk_tip_identity_tip_id_tip")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_tip_identity__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_tip_identity")),
        sa.UniqueConstraint("tenant_id", "tip_id", name=op.f("uq_tip_identity_tenant_id_tip_id")),
    )
    op.create_table(
        "tip_mark",
        sa.Column("tenant_id", INTEGER, nullable=False),
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("tip_id", INTEGER, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False, comment="text, or a MatchKind"),
        sa.Column("digest", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "tip_id"], ["tip.tenant_id", "tip.id"], name=op.f("fk_tip_mark_tip_id_tip")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_tip_mark__tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_tip_mark")),
        sa.UniqueConstraint(
            "tenant_id", "tip_id", "digest", name=op.f("uq_tip_mark_tenant_id_tip_id_digest")
        ),
    )
    op.create_index("ix_tip_mark_tenant_id_digest", "tip_mark", ["tenant_id", "digest"], unique=False)
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
        postgresql_where=sa.text("closing IN ('proposed', 'checked') OR pending != ''"),
        sqlite_where=sa.text("closing IN ('proposed', 'checked') OR pending != ''"),
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
        postgresql_where=sa.text("closing IN ('proposed', 'checked') OR pending != ''"),
        sqlite_where=sa.text("closing IN ('proposed', 'checked') OR pending != ''"),
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
    op.drop_index("ix_tip_mark_tenant_id_digest", table_name="tip_mark")
    op.drop_table("tip_mark")
    op.drop_table("tip_identity")
    op.drop_index("ix_tip_event_tenant_id_tip_id", table_name="tip_event")
    op.drop_table("tip_event")
    op.drop_index("ix_tip_award_tenant_id_mechanism_id_paid_on", table_name="tip_award")
    op.drop_table("tip_award")
    op.drop_index("ix_reward_step_tenant_id_application_id", table_name="reward_step")
    op.drop_table("reward_step")
    op.drop_index("ix_transfer_tenant_id_unit_id_state", table_name="transfer")
    op.drop_index("ix_transfer_tenant_id_record_id", table_name="transfer")
    op.drop_index("ix_transfer_tenant_id_mechanism_id_side_sent_at", table_name="transfer")
    op.drop_table("transfer")
    op.drop_index("ix_tip_tenant_id_unit_id", table_name="tip")
    op.drop_index("ix_tip_tenant_id_mechanism_id_filed_at", table_name="tip")
    op.drop_index("ix_tip_tenant_id_joined_id", table_name="tip")
    op.drop_table("tip")
    op.drop_index("ix_reward_application_tenant_id_unit_id", table_name="reward_application")
    op.drop_index("ix_reward_application_tenant_id_mechanism_id", table_name="reward_application")
    op.drop_table("reward_application")
    op.drop_index("ix_record_unit_tenant_id_unit_id", table_name="record_unit")
    op.drop_table("record_unit")
    op.drop_table("record_import_part")
    op.drop_table("match_hint")
    op.drop_index("ix_joint_twin_tenant_id_record_id", table_name="joint_twin")
    op.drop_index("ix_joint_twin_tenant_id_campaign_state", table_name="joint_twin")
    op.drop_table("joint_twin")
    op.drop_table("tip_rule")
    op.drop_table("tip_channel")
    op.drop_index("ix_reward_claim_tenant_id_unit_id_paid_on", table_name="reward_claim")
    op.drop_index("ix_reward_claim_tenant_id_mechanism_id_state", table_name="reward_claim")
    op.drop_table("reward_claim")
    op.drop_index("ix_record_import_tenant_id_account_id", table_name="record_import")
    op.drop_table("record_import")
    op.drop_index("ix_match_pair_tenant_id_right_record_id", table_name="match_pair")
    op.drop_index("ix_match_pair_tenant_id_campaign_state", table_name="match_pair")
    op.drop_table("match_pair")
    op.drop_index("ix_joint_part_tenant_id_record_id", table_name="joint_part")
    op.drop_table("joint_part")
    op.drop_index("ix_tip_attempt_tenant_id_at", table_name="tip_attempt")
    op.drop_table("tip_attempt")
    op.drop_table("saved_filter")
    op.drop_index("ix_match_withheld_tenant_id_campaign", table_name="match_withheld")
    op.drop_table("match_withheld")
    op.drop_table("match_use")
    op.drop_table("match_stop")
    op.drop_table("match_side")
    op.drop_index("ix_match_event_tenant_id_subject", table_name="match_event")
    op.drop_table("match_event")
    op.drop_index("ix_match_entry_tenant_id_digest", table_name="match_entry")
    op.drop_table("match_entry")
    op.drop_index("ix_joint_matter_tenant_id_campaign_state", table_name="joint_matter")
    op.drop_table("joint_matter")
