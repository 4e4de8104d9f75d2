"""The first schema: every table, the assignment's exclusion constraint, the guards of ledger and audit."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.guards import GUARDS, UNGUARD

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("phone_proved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("code", name=op.f("uq_account_code")),
        sa.UniqueConstraint("phone", name=op.f("uq_account_phone")),
    )
    op.create_table(
        "attribution",
        sa.Column("worker", sa.String(length=24), nullable=False),
        sa.Column("recruiter", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hold_reason", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attribution")),
        sa.UniqueConstraint("code", name=op.f("uq_attribution_code")),
        sa.UniqueConstraint("worker", name=op.f("uq_attribution_worker")),
    )
    op.create_index(op.f("ix_attribution_recruiter"), "attribution", ["recruiter"], unique=False)
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("act", sa.String(length=48), nullable=False),
        sa.Column("about", sa.String(length=24), nullable=False),
        sa.Column("actor_role", sa.String(length=16), nullable=False),
        sa.Column("actor_code", sa.String(length=24), nullable=False),
        sa.Column("on_behalf_of", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_about"), "audit", ["about"], unique=False)
    op.create_index(op.f("ix_audit_actor_code"), "audit", ["actor_code"], unique=False)
    op.create_index(op.f("ix_audit_at"), "audit", ["at"], unique=False)
    op.create_table(
        "clawback",
        sa.Column("recruiter", sa.String(length=24), nullable=False),
        sa.Column("worker", sa.String(length=24), nullable=False),
        sa.Column("milestone", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("taken_fen", sa.BigInteger(), nullable=False),
        sa.Column("takes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("write_off_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clawback")),
        sa.UniqueConstraint("code", name=op.f("uq_clawback_code")),
        sa.UniqueConstraint("milestone", name=op.f("uq_clawback_milestone")),
    )
    op.create_index(op.f("ix_clawback_recruiter"), "clawback", ["recruiter"], unique=False)
    op.create_table(
        "customer_leniency",
        sa.Column("customer", sa.String(length=24), nullable=False),
        sa.Column("e_score", sa.Double(), nullable=False),
        sa.Column("e_bad", sa.Double(), nullable=False),
        sa.Column("n", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("customer", name=op.f("pk_customer_leniency")),
    )
    op.create_table(
        "dispute",
        sa.Column("visit_code", sa.String(length=24), nullable=False),
        sa.Column("severity", sa.String(length=2), nullable=False),
        sa.Column("topic", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("opened_by", sa.String(length=24), nullable=False),
        sa.Column("opener_role", sa.String(length=16), nullable=False),
        sa.Column("other_party", sa.String(length=24), nullable=False),
        sa.Column("customer", sa.String(length=24), nullable=False),
        sa.Column("worker", sa.String(length=24), nullable=False),
        sa.Column("wish", sa.String(length=24), nullable=False),
        sa.Column("contested_fen", sa.BigInteger(), nullable=False),
        sa.Column("refunded_fen", sa.BigInteger(), nullable=False),
        sa.Column("rating_code", sa.String(length=24), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reply_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proposal_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("appeal_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proposal", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ops_late", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
        sa.UniqueConstraint("code", name=op.f("uq_dispute_code")),
    )
    op.create_index(op.f("ix_dispute_customer"), "dispute", ["customer"], unique=False)
    op.create_index(op.f("ix_dispute_opened_by"), "dispute", ["opened_by"], unique=False)
    op.create_index(op.f("ix_dispute_other_party"), "dispute", ["other_party"], unique=False)
    op.create_index(op.f("ix_dispute_state"), "dispute", ["state"], unique=False)
    op.create_index(op.f("ix_dispute_visit_code"), "dispute", ["visit_code"], unique=False)
    op.create_index(op.f("ix_dispute_worker"), "dispute", ["worker"], unique=False)
    op.create_index(
        "uq_dispute_running",
        "dispute",
        ["visit_code", "severity"],
        unique=True,
        postgresql_where=sa.text("state not in ('closed','final','withdrawn')"),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column("about", sa.String(length=24), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("actor_role", sa.String(length=16), nullable=False),
        sa.Column("actor_code", sa.String(length=24), nullable=False),
        sa.Column("on_behalf_of", sa.String(length=24), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("fanned_out", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index(op.f("ix_event_about"), "event", ["about"], unique=False)
    op.create_index(op.f("ix_event_at"), "event", ["at"], unique=False)
    op.create_index(op.f("ix_event_kind"), "event", ["kind"], unique=False)
    op.create_index("ix_event_to_fan_out", "event", ["id"], unique=False, postgresql_where=sa.text("not fanned_out"))
    op.create_table(
        "guess_log",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("phone", sa.String(length=64), nullable=False),
        sa.Column("network", sa.String(length=45), nullable=False),
        sa.Column("challenge", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guess_log")),
    )
    op.create_index(op.f("ix_guess_log_at"), "guess_log", ["at"], unique=False)
    op.create_index(op.f("ix_guess_log_challenge"), "guess_log", ["challenge"], unique=False)
    op.create_index(
        "ix_guess_log_network", "guess_log", ["network", "at"], unique=False, postgresql_where=sa.text("network <> ''")
    )
    op.create_index("ix_guess_log_phone", "guess_log", ["phone", "at"], unique=False)
    op.create_table(
        "idempotency",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=False),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency")),
    )
    op.create_index(op.f("ix_idempotency_at"), "idempotency", ["at"], unique=False)
    op.create_index("uq_idempotency_scope_key", "idempotency", ["scope", "key"], unique=True)
    op.create_table(
        "lead",
        sa.Column("recruiter", sa.String(length=24), nullable=False),
        sa.Column("station", sa.String(length=24), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("skills", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("languages", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("hours", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("consent_version", sa.String(length=16), nullable=False),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("worker", sa.String(length=24), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead")),
        sa.UniqueConstraint("code", name=op.f("uq_lead_code")),
    )
    op.create_index(op.f("ix_lead_phone"), "lead", ["phone"], unique=False)
    op.create_index(op.f("ix_lead_recruiter"), "lead", ["recruiter"], unique=False)
    op.create_index(op.f("ix_lead_worker"), "lead", ["worker"], unique=False)
    op.create_index("uq_lead_once", "lead", ["recruiter", "phone"], unique=True)
    op.create_table(
        "ledger_entry",
        sa.Column("source", sa.String(length=24), nullable=False),
        sa.Column("source_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reverses_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["reverses_id"], ["ledger_entry.id"], name=op.f("fk_ledger_entry_reverses_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("code", name=op.f("uq_ledger_entry_code")),
    )
    op.create_index(op.f("ix_ledger_entry_at"), "ledger_entry", ["at"], unique=False)
    op.create_index(op.f("ix_ledger_entry_source_id"), "ledger_entry", ["source_id"], unique=False)
    op.create_index("uq_ledger_entry_once", "ledger_entry", ["source", "source_id", "kind"], unique=True)
    op.create_table(
        "milestone",
        sa.Column("recruiter", sa.String(length=24), nullable=False),
        sa.Column("worker", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("team_fen", sa.BigInteger(), nullable=False),
        sa.Column("evaluate_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("computed", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("vested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.String(length=24), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("payout", sa.String(length=24), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone")),
        sa.UniqueConstraint("code", name=op.f("uq_milestone_code")),
    )
    op.create_index(op.f("ix_milestone_payout"), "milestone", ["payout"], unique=False)
    op.create_index(op.f("ix_milestone_recruiter"), "milestone", ["recruiter"], unique=False)
    op.create_index(op.f("ix_milestone_state"), "milestone", ["state"], unique=False)
    op.create_index(op.f("ix_milestone_worker"), "milestone", ["worker"], unique=False)
    op.create_index("uq_milestone_once", "milestone", ["worker", "kind", "recruiter"], unique=True)
    op.create_table(
        "notice",
        sa.Column("to", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=24), nullable=False),
        sa.Column("params", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("code", name=op.f("uq_notice_code")),
    )
    op.create_index(op.f("ix_notice_about"), "notice", ["about"], unique=False)
    op.create_index(
        "ix_notice_pending", "notice", ["next_at"], unique=False, postgresql_where=sa.text("state = 'pending'")
    )
    op.create_index(op.f("ix_notice_to"), "notice", ["to"], unique=False)
    op.create_table(
        "pair_count",
        sa.Column("customer", sa.String(length=24), nullable=False),
        sa.Column("worker", sa.String(length=24), nullable=False),
        sa.Column("p", sa.Double(), nullable=False),
        sa.Column("t_pair", sa.DateTime(timezone=True), nullable=True),
        sa.Column("e_score", sa.Double(), nullable=False),
        sa.Column("e_bad", sa.Double(), nullable=False),
        sa.Column("n", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("customer", "worker", name=op.f("pk_pair_count")),
    )
    op.create_table(
        "payment",
        sa.Column("visit_code", sa.String(length=24), nullable=False),
        sa.Column("provider", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("external", sa.String(length=80), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("code", name=op.f("uq_payment_code")),
        sa.UniqueConstraint("external", name=op.f("uq_payment_external")),
    )
    op.create_index(op.f("ix_payment_visit_code"), "payment", ["visit_code"], unique=False)
    op.create_index(
        "uq_payment_live",
        "payment",
        ["visit_code", "provider"],
        unique=True,
        postgresql_where=sa.text("state <> 'void'"),
    )
    op.create_table(
        "payout",
        sa.Column("owner", sa.String(length=24), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=24), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_by", sa.String(length=24), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout")),
        sa.UniqueConstraint("code", name=op.f("uq_payout_code")),
    )
    op.create_index(op.f("ix_payout_owner"), "payout", ["owner"], unique=False)
    op.create_index(
        "uq_payout_made", "payout", ["owner", "account"], unique=True, postgresql_where=sa.text("state = 'made'")
    )
    op.create_table(
        "policy",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("zone", sa.String(length=24), nullable=False),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("proposed_by", sa.String(length=24), nullable=False),
        sa.Column("approved_by", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy")),
    )
    op.create_index("ix_policy_lookup", "policy", ["name", "zone", "effective_from"], unique=False)
    op.create_table(
        "quote",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("session_hash", sa.String(length=64), nullable=False),
        sa.Column("asked", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("worker_fen", sa.BigInteger(), nullable=False),
        sa.Column("policy_version", sa.BigInteger(), nullable=False),
        sa.Column("job_code", sa.String(length=24), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote")),
        sa.UniqueConstraint("code", name=op.f("uq_quote_code")),
    )
    op.create_table(
        "rating",
        sa.Column("visit_code", sa.String(length=24), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("rater", sa.String(length=24), nullable=False),
        sa.Column("ratee", sa.String(length=24), nullable=False),
        sa.Column("stars", sa.BigInteger(), nullable=False),
        sa.Column("aspects", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("private", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("weight", sa.Double(), nullable=True),
        sa.Column("excluded", sa.String(length=32), nullable=False),
        sa.Column("sealed_by", sa.String(length=24), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating")),
        sa.UniqueConstraint("code", name=op.f("uq_rating_code")),
    )
    op.create_index(op.f("ix_rating_ratee"), "rating", ["ratee"], unique=False)
    op.create_index(op.f("ix_rating_rater"), "rating", ["rater"], unique=False)
    op.create_index(op.f("ix_rating_visit_code"), "rating", ["visit_code"], unique=False)
    op.create_index("uq_rating_side", "rating", ["visit_code", "side"], unique=True)
    op.create_table(
        "rating_invitation",
        sa.Column("visit_code", sa.String(length=24), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("rater", sa.String(length=24), nullable=False),
        sa.Column("ratee", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_by", sa.String(length=24), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_invitation")),
        sa.UniqueConstraint("code", name=op.f("uq_rating_invitation_code")),
    )
    op.create_index(op.f("ix_rating_invitation_rater"), "rating_invitation", ["rater"], unique=False)
    op.create_index(op.f("ix_rating_invitation_visit_code"), "rating_invitation", ["visit_code"], unique=False)
    op.create_index("uq_rating_invitation_side", "rating_invitation", ["visit_code", "side"], unique=True)
    op.create_table(
        "reliability_mark",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.String(length=24), nullable=False),
        sa.Column("visit_code", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("excused", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reliability_mark")),
    )
    op.create_index(op.f("ix_reliability_mark_person"), "reliability_mark", ["person"], unique=False)
    op.create_index("uq_reliability_mark_once", "reliability_mark", ["person", "visit_code", "kind"], unique=True)
    op.create_table(
        "round",
        sa.Column("name", sa.String(length=24), nullable=False),
        sa.Column("tick", sa.String(length=40), nullable=False),
        sa.Column("mode", sa.String(length=12), nullable=False),
        sa.Column("zone", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("engine", sa.String(length=48), nullable=False),
        sa.Column("weights", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("problem", sa.LargeBinary(), nullable=True),
        sa.Column("roster", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("objective", sa.Double(), nullable=True),
        sa.Column("bound", sa.Double(), nullable=True),
        sa.Column("visits", sa.BigInteger(), nullable=False),
        sa.Column("workers", sa.BigInteger(), nullable=False),
        sa.Column("offered", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("solve_ms", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round")),
        sa.UniqueConstraint("code", name=op.f("uq_round_code")),
    )
    op.create_index("ix_round_recent", "round", ["started_at"], unique=False)
    op.create_index("uq_round_tick", "round", ["name", "tick"], unique=True)
    op.create_table(
        "score_event",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("worker", sa.String(length=24), nullable=False),
        sa.Column("customer", sa.String(length=24), nullable=False),
        sa.Column("rating", sa.String(length=24), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_event")),
    )
    op.create_index(op.f("ix_score_event_customer"), "score_event", ["customer"], unique=False)
    op.create_index("ix_score_event_order", "score_event", ["at", "id"], unique=False)
    op.create_index(op.f("ix_score_event_worker"), "score_event", ["worker"], unique=False)
    op.create_table(
        "score_params",
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("published_by", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_score_params")),
    )
    op.create_table(
        "score_step",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("worker", sa.String(length=24), nullable=False),
        sa.Column("rating", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("leniency", sa.Double(), nullable=False),
        sa.Column("before", sa.Double(), nullable=False),
        sa.Column("after", sa.Double(), nullable=False),
        sa.Column("w_after", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_step")),
    )
    op.create_index(op.f("ix_score_step_worker"), "score_step", ["worker"], unique=False)
    op.create_table(
        "screening_photo",
        sa.Column("worker", sa.String(length=24), nullable=False),
        sa.Column("by", sa.String(length=24), nullable=False),
        sa.Column("mime", sa.String(length=24), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_photo")),
        sa.UniqueConstraint("code", name=op.f("uq_screening_photo_code")),
    )
    op.create_index(op.f("ix_screening_photo_worker"), "screening_photo", ["worker"], unique=False)
    op.create_table(
        "screening_prior",
        sa.Column("worker", sa.String(length=24), nullable=False),
        sa.Column("source", sa.String(length=24), nullable=False),
        sa.Column("result", sa.Double(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_screening_prior")),
    )
    op.create_index(op.f("ix_screening_prior_source"), "screening_prior", ["source"], unique=False)
    op.create_table(
        "screening_sheet",
        sa.Column("worker", sa.String(length=24), nullable=False),
        sa.Column("recruiter", sa.String(length=24), nullable=False),
        sa.Column("items", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("result", sa.Double(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("photos", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("milestone", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_sheet")),
        sa.UniqueConstraint("code", name=op.f("uq_screening_sheet_code")),
    )
    op.create_index(op.f("ix_screening_sheet_milestone"), "screening_sheet", ["milestone"], unique=False)
    op.create_index(op.f("ix_screening_sheet_recruiter"), "screening_sheet", ["recruiter"], unique=False)
    op.create_index(op.f("ix_screening_sheet_worker"), "screening_sheet", ["worker"], unique=False)
    op.create_table(
        "service",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("slug", sa.String(length=32), nullable=False),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("hints", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("skills", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("fen_per_hour", sa.BigInteger(), nullable=False),
        sa.Column("min_minutes", sa.BigInteger(), nullable=False),
        sa.Column("max_minutes", sa.BigInteger(), nullable=False),
        sa.Column("step_minutes", sa.BigInteger(), nullable=False),
        sa.Column("checklist", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("extras", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("zones", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("trusted", sa.Boolean(), nullable=False),
        sa.Column("premium", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("icon", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service")),
        sa.UniqueConstraint("slug", name=op.f("uq_service_slug")),
    )
    op.create_table(
        "sign_in_challenge",
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("prefix", sa.String(length=8), nullable=False),
        sa.Column("network", sa.String(length=45), nullable=False),
        sa.Column("session_hash", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_challenge")),
        sa.UniqueConstraint("code", name=op.f("uq_sign_in_challenge_code")),
    )
    op.create_index(op.f("ix_sign_in_challenge_created_at"), "sign_in_challenge", ["created_at"], unique=False)
    op.create_index("ix_sign_in_challenge_network", "sign_in_challenge", ["network", "created_at"], unique=False)
    op.create_index("ix_sign_in_challenge_phone", "sign_in_challenge", ["phone", "created_at"], unique=False)
    op.create_index("ix_sign_in_challenge_prefix", "sign_in_challenge", ["prefix", "created_at"], unique=False)
    op.create_table(
        "skill",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("slug", sa.String(length=32), nullable=False),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skill")),
        sa.UniqueConstraint("slug", name=op.f("uq_skill_slug")),
    )
    op.create_table(
        "slot_hold",
        sa.Column("quote_code", sa.String(length=24), nullable=False),
        sa.Column("place_lat", sa.Double(), nullable=False),
        sa.Column("place_lon", sa.Double(), nullable=False),
        sa.Column("service", sa.String(length=32), nullable=False),
        sa.Column("zone", sa.String(length=24), nullable=False),
        sa.Column("window_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot_hold")),
        sa.UniqueConstraint("code", name=op.f("uq_slot_hold_code")),
        sa.UniqueConstraint("quote_code", name=op.f("uq_slot_hold_quote_code")),
    )
    op.create_index(op.f("ix_slot_hold_expires_at"), "slot_hold", ["expires_at"], unique=False)
    op.create_table(
        "staff_task",
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=24), nullable=False),
        sa.Column("params", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.String(length=24), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_task")),
        sa.UniqueConstraint("code", name=op.f("uq_staff_task_code")),
    )
    op.create_index(op.f("ix_staff_task_about"), "staff_task", ["about"], unique=False)
    op.create_index(op.f("ix_staff_task_due_at"), "staff_task", ["due_at"], unique=False)
    op.create_index(
        "uq_staff_task_open", "staff_task", ["kind", "about"], unique=True, postgresql_where=sa.text("done_at is null")
    )
    op.create_table(
        "station",
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("zone", sa.String(length=24), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station")),
        sa.UniqueConstraint("code", name=op.f("uq_station_code")),
    )
    op.create_table(
        "tick_run",
        sa.Column("name", sa.String(length=48), nullable=False),
        sa.Column("tick", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("name", "tick", name=op.f("pk_tick_run")),
    )
    op.create_index(op.f("ix_tick_run_at"), "tick_run", ["at"], unique=False)
    op.create_table(
        "timer",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column("about", sa.String(length=24), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("fired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timer")),
    )
    op.create_index(op.f("ix_timer_about"), "timer", ["about"], unique=False)
    op.create_index("ix_timer_due", "timer", ["next_at"], unique=False, postgresql_where=sa.text("state = 'waiting'"))
    op.create_index(
        "uq_timer_waiting", "timer", ["kind", "about"], unique=True, postgresql_where=sa.text("state = 'waiting'")
    )
    op.create_table(
        "worker_score",
        sa.Column("worker", sa.String(length=24), nullable=False),
        sa.Column("s", sa.Double(), nullable=False),
        sa.Column("b", sa.Double(), nullable=False),
        sa.Column("w", sa.Double(), nullable=False),
        sa.Column("t_last", sa.DateTime(timezone=True), nullable=True),
        sa.Column("prior", sa.Double(), nullable=False),
        sa.Column("pbad_prior", sa.Double(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("p_bad", sa.Double(), nullable=False),
        sa.Column("lower", sa.Double(), nullable=False),
        sa.Column("upper", sa.Double(), nullable=False),
        sa.Column("aspects", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ratings", sa.BigInteger(), nullable=False),
        sa.Column("matured_y", sa.Double(), nullable=True),
        sa.Column("params_version", sa.BigInteger(), nullable=False),
        sa.Column("tier_misses", sa.BigInteger(), nullable=False),
        sa.Column("lost_tier", sa.String(length=12), nullable=False),
        sa.Column("tier_lost_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("watched_at", sa.BigInteger(), nullable=True),
        sa.Column("weekly_score", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_worker_score")),
    )
    op.create_table(
        "zone",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("slug", sa.String(length=24), nullable=False),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("district", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("stage", sa.String(length=12), nullable=False),
        sa.Column("polygon", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("city", sa.String(length=24), nullable=False),
        sa.Column("time_zone", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone")),
        sa.UniqueConstraint("slug", name=op.f("uq_zone_slug")),
    )
    op.create_table(
        "account_role",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("person", sa.String(length=24), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted_by", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_role_account_id")),
        sa.PrimaryKeyConstraint("account_id", "role", name=op.f("pk_account_role")),
    )
    op.create_table(
        "api_token",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_api_token_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("code", name=op.f("uq_api_token_code")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_index(op.f("ix_api_token_account_id"), "api_token", ["account_id"], unique=False)
    op.create_table(
        "compound",
        sa.Column("zone_id", sa.BigInteger(), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("households", sa.BigInteger(), nullable=False),
        sa.Column("buildings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_compound_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compound")),
        sa.UniqueConstraint("code", name=op.f("uq_compound_code")),
        sa.UniqueConstraint("slug", name=op.f("uq_compound_slug")),
    )
    op.create_index(op.f("ix_compound_zone_id"), "compound", ["zone_id"], unique=False)
    op.create_table(
        "dispute_decision",
        sa.Column("dispute_id", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.Column("by", sa.String(length=24), nullable=False),
        sa.Column("remedy", sa.String(length=24), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("rating_effect", sa.String(length=12), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("carried_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["dispute_id"], ["dispute.id"], name=op.f("fk_dispute_decision_dispute_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_decision")),
        sa.UniqueConstraint("code", name=op.f("uq_dispute_decision_code")),
    )
    op.create_index(op.f("ix_dispute_decision_dispute_id"), "dispute_decision", ["dispute_id"], unique=False)
    op.create_table(
        "dispute_evidence",
        sa.Column("dispute_id", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=24), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("caption", sa.Text(), nullable=False),
        sa.Column("mime", sa.String(length=24), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["dispute_id"], ["dispute.id"], name=op.f("fk_dispute_evidence_dispute_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_evidence")),
        sa.UniqueConstraint("code", name=op.f("uq_dispute_evidence_code")),
    )
    op.create_index(op.f("ix_dispute_evidence_dispute_id"), "dispute_evidence", ["dispute_id"], unique=False)
    op.create_table(
        "dispute_statement",
        sa.Column("dispute_id", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=24), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["dispute_id"], ["dispute.id"], name=op.f("fk_dispute_statement_dispute_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_statement")),
        sa.UniqueConstraint("code", name=op.f("uq_dispute_statement_code")),
    )
    op.create_index(op.f("ix_dispute_statement_dispute_id"), "dispute_statement", ["dispute_id"], unique=False)
    op.create_table(
        "event_delivery",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("handler", sa.String(length=96), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_delivery_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_delivery")),
    )
    op.create_index(
        "ix_event_delivery_pending",
        "event_delivery",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index("uq_event_delivery_once", "event_delivery", ["event_id", "handler"], unique=True)
    op.create_table(
        "ledger_posting",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_ledger_posting_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_posting")),
    )
    op.create_index("ix_ledger_posting_account", "ledger_posting", ["account", "owner"], unique=False)
    op.create_index(op.f("ix_ledger_posting_entry_id"), "ledger_posting", ["entry_id"], unique=False)
    op.create_table(
        "recruiter",
        sa.Column("account_code", sa.String(length=24), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("station_id", sa.BigInteger(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_recruiter_station_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recruiter")),
        sa.UniqueConstraint("account_code", name=op.f("uq_recruiter_account_code")),
        sa.UniqueConstraint("code", name=op.f("uq_recruiter_code")),
    )
    op.create_table(
        "staff_credential",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("totp_secret", sa.String(length=64), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_staff_credential_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_staff_credential")),
        sa.UniqueConstraint("login", name=op.f("uq_staff_credential_login")),
    )
    op.create_table(
        "web_session",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("strong_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_web_session_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_web_session_token_hash")),
    )
    op.create_index(op.f("ix_web_session_account_id"), "web_session", ["account_id"], unique=False)
    op.create_table(
        "worker",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("account_code", sa.String(length=24), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("family_name", sa.String(length=8), nullable=False),
        sa.Column("gender", sa.String(length=1), nullable=False),
        sa.Column("languages", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("home_lat", sa.Double(), nullable=False),
        sa.Column("home_lon", sa.Double(), nullable=False),
        sa.Column("end_lat", sa.Double(), nullable=True),
        sa.Column("end_lon", sa.Double(), nullable=True),
        sa.Column("travel_mode", sa.String(length=8), nullable=False),
        sa.Column("radius_m", sa.BigInteger(), nullable=False),
        sa.Column("zones", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("daily_minutes", sa.BigInteger(), nullable=False),
        sa.Column("weekly_minutes", sa.BigInteger(), nullable=False),
        sa.Column("quiet_from", sa.BigInteger(), nullable=False),
        sa.Column("quiet_until", sa.BigInteger(), nullable=False),
        sa.Column("free_now_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("silent_offers", sa.BigInteger(), nullable=False),
        sa.Column("recruiter_code", sa.String(length=24), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_worker_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker")),
        sa.UniqueConstraint("account_id", name=op.f("uq_worker_account_id")),
        sa.UniqueConstraint("code", name=op.f("uq_worker_code")),
    )
    op.create_index(op.f("ix_worker_account_code"), "worker", ["account_code"], unique=False)
    op.create_index(op.f("ix_worker_recruiter_code"), "worker", ["recruiter_code"], unique=False)
    op.create_index(op.f("ix_worker_state"), "worker", ["state"], unique=False)
    op.create_table(
        "pair_block",
        sa.Column("customer", sa.String(length=24), nullable=False),
        sa.Column("worker_id", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=12), nullable=False),
        sa.Column("source", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_pair_block_worker_id")),
        sa.PrimaryKeyConstraint("customer", "worker_id", name=op.f("pk_pair_block")),
    )
    op.create_table(
        "place",
        sa.Column("owner", sa.String(length=24), nullable=False),
        sa.Column("zone_id", sa.BigInteger(), nullable=False),
        sa.Column("compound_id", sa.BigInteger(), nullable=True),
        sa.Column("building", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("datum", sa.String(length=8), nullable=False),
        sa.Column("access_notes", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["compound_id"], ["compound.id"], name=op.f("fk_place_compound_id")),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_place_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint("code", name=op.f("uq_place_code")),
    )
    op.create_index("ix_place_compound", "place", ["compound_id"], unique=False)
    op.create_index(op.f("ix_place_owner"), "place", ["owner"], unique=False)
    op.create_index(op.f("ix_place_zone_id"), "place", ["zone_id"], unique=False)
    op.create_table(
        "shift",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("worker_id", sa.BigInteger(), nullable=False),
        sa.Column("weekday", sa.BigInteger(), nullable=False),
        sa.Column("starts", sa.BigInteger(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint("0 <= starts and starts < ends and ends <= 1440", name=op.f("ck_shift_within_one_day")),
        sa.CheckConstraint("weekday between 0 and 6", name=op.f("ck_shift_weekday_known")),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_shift_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift")),
    )
    op.create_index(op.f("ix_shift_worker_id"), "shift", ["worker_id"], unique=False)
    op.create_table(
        "standing",
        sa.Column("worker_id", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("lower", sa.Double(), nullable=False),
        sa.Column("upper", sa.Double(), nullable=False),
        sa.Column("p_bad", sa.Double(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("prior", sa.Double(), nullable=False),
        sa.Column("tier", sa.String(length=12), nullable=False),
        sa.Column("holds", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("fairness_gap", sa.Double(), nullable=False),
        sa.Column("reliability_points", sa.BigInteger(), nullable=False),
        sa.Column("params_version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_standing_worker_id")),
        sa.PrimaryKeyConstraint("worker_id", name=op.f("pk_standing")),
    )
    op.create_index("ix_standing_watch", "standing", ["score"], unique=False, postgresql_where=sa.text("weight >= 5"))
    op.create_table(
        "vetting_case",
        sa.Column("worker_id", sa.BigInteger(), nullable=False),
        sa.Column("consent_version", sa.String(length=16), nullable=False),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("identity_hash", sa.String(length=64), nullable=True),
        sa.Column("screening", sa.Double(), nullable=True),
        sa.Column("screening_sheet", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("screened_by", sa.String(length=24), nullable=False),
        sa.Column("practice_signed_by", sa.String(length=24), nullable=False),
        sa.Column("quiz_score", sa.Double(), nullable=True),
        sa.Column("quiz_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trial_visits", sa.BigInteger(), nullable=False),
        sa.Column("trial_on_time", sa.BigInteger(), nullable=False),
        sa.Column("trial_log", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason_code", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reapply_on", sa.Date(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_vetting_case_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vetting_case")),
        sa.UniqueConstraint("code", name=op.f("uq_vetting_case_code")),
        sa.UniqueConstraint("identity_hash", name=op.f("uq_vetting_case_identity_hash")),
        sa.UniqueConstraint("worker_id", name=op.f("uq_vetting_case_worker_id")),
    )
    op.create_table(
        "worker_decision",
        sa.Column("worker_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=24), nullable=False),
        sa.Column("reason_code", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("withheld", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("appeal", sa.Text(), nullable=False),
        sa.Column("appealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(length=24), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_worker_decision_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker_decision")),
        sa.UniqueConstraint("code", name=op.f("uq_worker_decision_code")),
    )
    op.create_index(op.f("ix_worker_decision_worker_id"), "worker_decision", ["worker_id"], unique=False)
    op.create_table(
        "worker_document",
        sa.Column("worker_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("number_hash", sa.String(length=64), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("checked_by", sa.String(length=24), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warned_at_days", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_worker_document_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker_document")),
        sa.UniqueConstraint("code", name=op.f("uq_worker_document_code")),
    )
    op.create_index(op.f("ix_worker_document_expires_on"), "worker_document", ["expires_on"], unique=False)
    op.create_index(op.f("ix_worker_document_worker_id"), "worker_document", ["worker_id"], unique=False)
    op.create_table(
        "worker_skill",
        sa.Column("worker_id", sa.BigInteger(), nullable=False),
        sa.Column("skill", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_by", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_worker_skill_worker_id")),
        sa.PrimaryKeyConstraint("worker_id", "skill", name=op.f("pk_worker_skill")),
    )
    op.create_table(
        "job",
        sa.Column("customer", sa.String(length=24), nullable=False),
        sa.Column("service", sa.String(length=32), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("payment_method", sa.String(length=12), nullable=False),
        sa.Column("recurrence", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("quote_code", sa.String(length=24), nullable=False),
        sa.Column("preferred_worker", sa.String(length=24), nullable=False),
        sa.Column("newcomer_ok", sa.Boolean(), nullable=False),
        sa.Column("terms", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_job_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("code", name=op.f("uq_job_code")),
    )
    op.create_index(op.f("ix_job_customer"), "job", ["customer"], unique=False)
    op.create_table(
        "visit",
        sa.Column("job_id", sa.BigInteger(), nullable=False),
        sa.Column("customer", sa.String(length=24), nullable=False),
        sa.Column("occurrence", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("service", sa.String(length=32), nullable=False),
        sa.Column("zone", sa.String(length=24), nullable=False),
        sa.Column("window_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worker_id", sa.BigInteger(), nullable=True),
        sa.Column("priority", sa.String(length=12), nullable=False),
        sa.Column("trusted", sa.Boolean(), nullable=False),
        sa.Column("newcomer_slot", sa.Boolean(), nullable=False),
        sa.Column("fee_clock", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fill_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("worker_fen", sa.BigInteger(), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("start_code", sa.String(length=4), nullable=False),
        sa.Column("checklist", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("open_reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("trip_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_method", sa.String(length=12), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("start_method", sa.String(length=12), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cash_kept_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(length=40), nullable=False),
        sa.Column("review", sa.String(length=12), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.CheckConstraint("total_fen >= 0 and worker_fen >= total_fen", name=op.f("ck_visit_money_whole")),
        sa.CheckConstraint("window_from <= window_until", name=op.f("ck_visit_window_order")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_visit_job_id")),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_visit_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("code", name=op.f("uq_visit_code")),
    )
    op.create_index("ix_visit_board", "visit", ["window_from"], unique=False)
    op.create_index(op.f("ix_visit_customer"), "visit", ["customer"], unique=False)
    op.create_index(op.f("ix_visit_job_id"), "visit", ["job_id"], unique=False)
    op.create_index(op.f("ix_visit_state"), "visit", ["state"], unique=False)
    op.create_index(op.f("ix_visit_worker_id"), "visit", ["worker_id"], unique=False)
    op.create_index(op.f("ix_visit_zone"), "visit", ["zone"], unique=False)
    op.create_index("uq_visit_occurrence", "visit", ["job_id", "occurrence"], unique=True)
    op.create_table(
        "offer",
        sa.Column("visit_id", sa.BigInteger(), nullable=False),
        sa.Column("worker_id", sa.BigInteger(), nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("band", sa.String(length=12), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("travel_seconds", sa.BigInteger(), nullable=False),
        sa.Column("travel_m", sa.BigInteger(), nullable=False),
        sa.Column("net_fen", sa.BigInteger(), nullable=False),
        sa.Column("why", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declined_because", sa.String(length=32), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_offer_round_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_offer_visit_id")),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_offer_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.UniqueConstraint("code", name=op.f("uq_offer_code")),
    )
    op.create_index(
        "ix_offer_expiry", "offer", ["expires_at"], unique=False, postgresql_where=sa.text("state = 'live'")
    )
    op.create_index(op.f("ix_offer_state"), "offer", ["state"], unique=False)
    op.create_index(op.f("ix_offer_visit_id"), "offer", ["visit_id"], unique=False)
    op.create_index(op.f("ix_offer_worker_id"), "offer", ["worker_id"], unique=False)
    op.create_index(
        "uq_offer_accepted", "offer", ["visit_id"], unique=True, postgresql_where=sa.text("state = 'accepted'")
    )
    op.create_index(
        "uq_offer_live_pair",
        "offer",
        ["visit_id", "worker_id"],
        unique=True,
        postgresql_where=sa.text("state = 'live'"),
    )
    op.create_table(
        "position",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("visit_id", sa.BigInteger(), nullable=False),
        sa.Column("worker_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("accuracy_m", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_position_visit_id")),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_position_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position")),
    )
    op.create_index(op.f("ix_position_visit_id"), "position", ["visit_id"], unique=False)
    op.create_table(
        "visit_hold",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("visit_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=24), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("positions_kept", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_hold_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_hold")),
        sa.UniqueConstraint("source", name=op.f("uq_visit_hold_source")),
    )
    op.create_index(op.f("ix_visit_hold_visit_id"), "visit_hold", ["visit_id"], unique=False)
    op.create_table(
        "assignment",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("worker_id", sa.BigInteger(), nullable=False),
        sa.Column("visit_id", sa.BigInteger(), nullable=True),
        sa.Column("offer_id", sa.BigInteger(), nullable=True),
        sa.Column("during", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("blocked", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(worker_id, worker_id, '[]')"), "&&"),
            (sa.literal_column("blocked"), "&&"),
            where=sa.text("status in ('assigned','started','time_off')"),
            using="gist",
            name="assignment_no_overlap",
        ),
        sa.CheckConstraint(
            "status = 'cancelled' or (status = 'time_off') = (visit_id is null)",
            name=op.f("ck_assignment_time_off_no_visit"),
        ),
        sa.CheckConstraint(
            "status in ('assigned','started','finished','cancelled','time_off')",
            name=op.f("ck_assignment_status_known"),
        ),
        sa.CheckConstraint("blocked @> during", name=op.f("ck_assignment_blocked_holds_during")),
        sa.CheckConstraint(
            "not isempty(during) and lower_inc(during) and not upper_inc(during)",
            name=op.f("ck_assignment_during_whole"),
        ),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_assignment_offer_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_assignment_visit_id")),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_assignment_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    op.create_index("ix_assignment_worker", "assignment", ["worker_id"], unique=False)
    op.create_index(
        "uq_assignment_visit",
        "assignment",
        ["visit_id"],
        unique=True,
        postgresql_where=sa.text("status in ('assigned','started','finished')"),
    )
    for statement in GUARDS:
        op.execute(statement)


def downgrade() -> None:
    for statement in UNGUARD:
        op.execute(statement)
    op.drop_index(
        "uq_assignment_visit",
        table_name="assignment",
        postgresql_where=sa.text("status in ('assigned','started','finished')"),
    )
    op.drop_index("ix_assignment_worker", table_name="assignment")
    op.drop_table("assignment")
    op.drop_index(op.f("ix_visit_hold_visit_id"), table_name="visit_hold")
    op.drop_table("visit_hold")
    op.drop_index(op.f("ix_position_visit_id"), table_name="position")
    op.drop_table("position")
    op.drop_index("uq_offer_live_pair", table_name="offer", postgresql_where=sa.text("state = 'live'"))
    op.drop_index("uq_offer_accepted", table_name="offer", postgresql_where=sa.text("state = 'accepted'"))
    op.drop_index(op.f("ix_offer_worker_id"), table_name="offer")
    op.drop_index(op.f("ix_offer_visit_id"), table_name="offer")
    op.drop_index(op.f("ix_offer_state"), table_name="offer")
    op.drop_index("ix_offer_expiry", table_name="offer", postgresql_where=sa.text("state = 'live'"))
    op.drop_table("offer")
    op.drop_index("uq_visit_occurrence", table_name="visit")
    op.drop_index(op.f("ix_visit_zone"), table_name="visit")
    op.drop_index(op.f("ix_visit_worker_id"), table_name="visit")
    op.drop_index(op.f("ix_visit_state"), table_name="visit")
    op.drop_index(op.f("ix_visit_job_id"), table_name="visit")
    op.drop_index(op.f("ix_visit_customer"), table_name="visit")
    op.drop_index("ix_visit_board", table_name="visit")
    op.drop_table("visit")
    op.drop_index(op.f("ix_job_customer"), table_name="job")
    op.drop_table("job")
    op.drop_table("worker_skill")
    op.drop_index(op.f("ix_worker_document_worker_id"), table_name="worker_document")
    op.drop_index(op.f("ix_worker_document_expires_on"), table_name="worker_document")
    op.drop_table("worker_document")
    op.drop_index(op.f("ix_worker_decision_worker_id"), table_name="worker_decision")
    op.drop_table("worker_decision")
    op.drop_table("vetting_case")
    op.drop_index("ix_standing_watch", table_name="standing", postgresql_where=sa.text("weight >= 5"))
    op.drop_table("standing")
    op.drop_index(op.f("ix_shift_worker_id"), table_name="shift")
    op.drop_table("shift")
    op.drop_index(op.f("ix_place_zone_id"), table_name="place")
    op.drop_index(op.f("ix_place_owner"), table_name="place")
    op.drop_index("ix_place_compound", table_name="place")
    op.drop_table("place")
    op.drop_table("pair_block")
    op.drop_index(op.f("ix_worker_state"), table_name="worker")
    op.drop_index(op.f("ix_worker_recruiter_code"), table_name="worker")
    op.drop_index(op.f("ix_worker_account_code"), table_name="worker")
    op.drop_table("worker")
    op.drop_index(op.f("ix_web_session_account_id"), table_name="web_session")
    op.drop_table("web_session")
    op.drop_table("staff_credential")
    op.drop_table("recruiter")
    op.drop_index(op.f("ix_ledger_posting_entry_id"), table_name="ledger_posting")
    op.drop_index("ix_ledger_posting_account", table_name="ledger_posting")
    op.drop_table("ledger_posting")
    op.drop_index("uq_event_delivery_once", table_name="event_delivery")
    op.drop_index(
        "ix_event_delivery_pending", table_name="event_delivery", postgresql_where=sa.text("state = 'pending'")
    )
    op.drop_table("event_delivery")
    op.drop_index(op.f("ix_dispute_statement_dispute_id"), table_name="dispute_statement")
    op.drop_table("dispute_statement")
    op.drop_index(op.f("ix_dispute_evidence_dispute_id"), table_name="dispute_evidence")
    op.drop_table("dispute_evidence")
    op.drop_index(op.f("ix_dispute_decision_dispute_id"), table_name="dispute_decision")
    op.drop_table("dispute_decision")
    op.drop_index(op.f("ix_compound_zone_id"), table_name="compound")
    op.drop_table("compound")
    op.drop_index(op.f("ix_api_token_account_id"), table_name="api_token")
    op.drop_table("api_token")
    op.drop_table("account_role")
    op.drop_table("zone")
    op.drop_table("worker_score")
    op.drop_index("uq_timer_waiting", table_name="timer", postgresql_where=sa.text("state = 'waiting'"))
    op.drop_index("ix_timer_due", table_name="timer", postgresql_where=sa.text("state = 'waiting'"))
    op.drop_index(op.f("ix_timer_about"), table_name="timer")
    op.drop_table("timer")
    op.drop_index(op.f("ix_tick_run_at"), table_name="tick_run")
    op.drop_table("tick_run")
    op.drop_table("station")
    op.drop_index("uq_staff_task_open", table_name="staff_task", postgresql_where=sa.text("done_at is null"))
    op.drop_index(op.f("ix_staff_task_due_at"), table_name="staff_task")
    op.drop_index(op.f("ix_staff_task_about"), table_name="staff_task")
    op.drop_table("staff_task")
    op.drop_index(op.f("ix_slot_hold_expires_at"), table_name="slot_hold")
    op.drop_table("slot_hold")
    op.drop_table("skill")
    op.drop_index("ix_sign_in_challenge_prefix", table_name="sign_in_challenge")
    op.drop_index("ix_sign_in_challenge_phone", table_name="sign_in_challenge")
    op.drop_index("ix_sign_in_challenge_network", table_name="sign_in_challenge")
    op.drop_index(op.f("ix_sign_in_challenge_created_at"), table_name="sign_in_challenge")
    op.drop_table("sign_in_challenge")
    op.drop_table("service")
    op.drop_index(op.f("ix_screening_sheet_worker"), table_name="screening_sheet")
    op.drop_index(op.f("ix_screening_sheet_recruiter"), table_name="screening_sheet")
    op.drop_index(op.f("ix_screening_sheet_milestone"), table_name="screening_sheet")
    op.drop_table("screening_sheet")
    op.drop_index(op.f("ix_screening_prior_source"), table_name="screening_prior")
    op.drop_table("screening_prior")
    op.drop_index(op.f("ix_screening_photo_worker"), table_name="screening_photo")
    op.drop_table("screening_photo")
    op.drop_index(op.f("ix_score_step_worker"), table_name="score_step")
    op.drop_table("score_step")
    op.drop_table("score_params")
    op.drop_index(op.f("ix_score_event_worker"), table_name="score_event")
    op.drop_index("ix_score_event_order", table_name="score_event")
    op.drop_index(op.f("ix_score_event_customer"), table_name="score_event")
    op.drop_table("score_event")
    op.drop_index("uq_round_tick", table_name="round")
    op.drop_index("ix_round_recent", table_name="round")
    op.drop_table("round")
    op.drop_index("uq_reliability_mark_once", table_name="reliability_mark")
    op.drop_index(op.f("ix_reliability_mark_person"), table_name="reliability_mark")
    op.drop_table("reliability_mark")
    op.drop_index("uq_rating_invitation_side", table_name="rating_invitation")
    op.drop_index(op.f("ix_rating_invitation_visit_code"), table_name="rating_invitation")
    op.drop_index(op.f("ix_rating_invitation_rater"), table_name="rating_invitation")
    op.drop_table("rating_invitation")
    op.drop_index("uq_rating_side", table_name="rating")
    op.drop_index(op.f("ix_rating_visit_code"), table_name="rating")
    op.drop_index(op.f("ix_rating_rater"), table_name="rating")
    op.drop_index(op.f("ix_rating_ratee"), table_name="rating")
    op.drop_table("rating")
    op.drop_table("quote")
    op.drop_index("ix_policy_lookup", table_name="policy")
    op.drop_table("policy")
    op.drop_index("uq_payout_made", table_name="payout", postgresql_where=sa.text("state = 'made'"))
    op.drop_index(op.f("ix_payout_owner"), table_name="payout")
    op.drop_table("payout")
    op.drop_index("uq_payment_live", table_name="payment", postgresql_where=sa.text("state <> 'void'"))
    op.drop_index(op.f("ix_payment_visit_code"), table_name="payment")
    op.drop_table("payment")
    op.drop_table("pair_count")
    op.drop_index(op.f("ix_notice_to"), table_name="notice")
    op.drop_index("ix_notice_pending", table_name="notice", postgresql_where=sa.text("state = 'pending'"))
    op.drop_index(op.f("ix_notice_about"), table_name="notice")
    op.drop_table("notice")
    op.drop_index("uq_milestone_once", table_name="milestone")
    op.drop_index(op.f("ix_milestone_worker"), table_name="milestone")
    op.drop_index(op.f("ix_milestone_state"), table_name="milestone")
    op.drop_index(op.f("ix_milestone_recruiter"), table_name="milestone")
    op.drop_index(op.f("ix_milestone_payout"), table_name="milestone")
    op.drop_table("milestone")
    op.drop_index("uq_ledger_entry_once", table_name="ledger_entry")
    op.drop_index(op.f("ix_ledger_entry_source_id"), table_name="ledger_entry")
    op.drop_index(op.f("ix_ledger_entry_at"), table_name="ledger_entry")
    op.drop_table("ledger_entry")
    op.drop_index("uq_lead_once", table_name="lead")
    op.drop_index(op.f("ix_lead_worker"), table_name="lead")
    op.drop_index(op.f("ix_lead_recruiter"), table_name="lead")
    op.drop_index(op.f("ix_lead_phone"), table_name="lead")
    op.drop_table("lead")
    op.drop_index("uq_idempotency_scope_key", table_name="idempotency")
    op.drop_index(op.f("ix_idempotency_at"), table_name="idempotency")
    op.drop_table("idempotency")
    op.drop_index("ix_guess_log_phone", table_name="guess_log")
    op.drop_index("ix_guess_log_network", table_name="guess_log", postgresql_where=sa.text("network <> ''"))
    op.drop_index(op.f("ix_guess_log_challenge"), table_name="guess_log")
    op.drop_index(op.f("ix_guess_log_at"), table_name="guess_log")
    op.drop_table("guess_log")
    op.drop_index("ix_event_to_fan_out", table_name="event", postgresql_where=sa.text("not fanned_out"))
    op.drop_index(op.f("ix_event_kind"), table_name="event")
    op.drop_index(op.f("ix_event_at"), table_name="event")
    op.drop_index(op.f("ix_event_about"), table_name="event")
    op.drop_table("event")
    op.drop_index(
        "uq_dispute_running",
        table_name="dispute",
        postgresql_where=sa.text("state not in ('closed','final','withdrawn')"),
    )
    op.drop_index(op.f("ix_dispute_worker"), table_name="dispute")
    op.drop_index(op.f("ix_dispute_visit_code"), table_name="dispute")
    op.drop_index(op.f("ix_dispute_state"), table_name="dispute")
    op.drop_index(op.f("ix_dispute_other_party"), table_name="dispute")
    op.drop_index(op.f("ix_dispute_opened_by"), table_name="dispute")
    op.drop_index(op.f("ix_dispute_customer"), table_name="dispute")
    op.drop_table("dispute")
    op.drop_table("customer_leniency")
    op.drop_index(op.f("ix_clawback_recruiter"), table_name="clawback")
    op.drop_table("clawback")
    op.drop_index(op.f("ix_audit_at"), table_name="audit")
    op.drop_index(op.f("ix_audit_actor_code"), table_name="audit")
    op.drop_index(op.f("ix_audit_about"), table_name="audit")
    op.drop_table("audit")
    op.drop_index(op.f("ix_attribution_recruiter"), table_name="attribution")
    op.drop_table("attribution")
    op.drop_table("account")
