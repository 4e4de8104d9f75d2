"""Keep day plans and their moves."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for day plans beside rounds, for their moves and what people say to them."""
    op.create_table(
        "plan_move",
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("visit_id", sa.BigInteger(), nullable=False),
        sa.Column("from_worker_id", sa.BigInteger(), nullable=False),
        sa.Column("to_worker_id", sa.BigInteger(), nullable=False),
        sa.Column("from_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("travel_seconds", sa.BigInteger(), nullable=False),
        sa.Column("price", sa.Double(), nullable=False),
        sa.Column("gain", sa.Double(), nullable=False),
        sa.Column("why", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.CheckConstraint(
            "from_worker_id <> to_worker_id or from_start <> to_start", name=op.f("ck_plan_move_moves_something")
        ),
        sa.CheckConstraint("price >= 0", name=op.f("ck_plan_move_price_known")),
        sa.ForeignKeyConstraint(["from_worker_id"], ["worker.id"], name=op.f("fk_plan_move_from_worker_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_plan_move_round_id")),
        sa.ForeignKeyConstraint(["to_worker_id"], ["worker.id"], name=op.f("fk_plan_move_to_worker_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_plan_move_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_move")),
        sa.UniqueConstraint("code", name=op.f("uq_plan_move_code")),
    )
    op.create_index(op.f("ix_plan_move_round_id"), "plan_move", ["round_id"], unique=False)
    op.create_index(op.f("ix_plan_move_state"), "plan_move", ["state"], unique=False)
    op.create_index(op.f("ix_plan_move_visit_id"), "plan_move", ["visit_id"], unique=False)
    op.create_index(
        "uq_plan_move_open",
        "plan_move",
        ["visit_id"],
        unique=True,
        postgresql_where=sa.text("state in ('proposed','asking')"),
    )
    op.create_table(
        "move_answer",
        sa.Column("move_id", sa.BigInteger(), nullable=False),
        sa.Column("side", sa.String(length=12), nullable=False),
        sa.Column("account", sa.String(length=24), nullable=False),
        sa.Column("answer", sa.String(length=4), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("answer in ('','yes','no')", name=op.f("ck_move_answer_answer_known")),
        sa.CheckConstraint("side in ('customer','from','to')", name=op.f("ck_move_answer_side_known")),
        sa.ForeignKeyConstraint(["move_id"], ["plan_move.id"], name=op.f("fk_move_answer_move_id")),
        sa.PrimaryKeyConstraint("move_id", "side", name=op.f("pk_move_answer")),
    )
    op.create_index(op.f("ix_move_answer_account"), "move_answer", ["account"], unique=False)
    op.add_column("round", sa.Column("day", sa.Date(), nullable=True))
    op.add_column(
        "round", sa.Column("zones", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False)
    )
    op.add_column(
        "round", sa.Column("causes", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False)
    )
    op.add_column(
        "round", sa.Column("prices", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False)
    )
    op.add_column("round", sa.Column("fate", sa.String(length=40), server_default="", nullable=False))
    op.add_column("round", sa.Column("follows", sa.String(length=24), server_default="", nullable=False))
    op.create_index("ix_round_day", "round", ["day"], unique=False, postgresql_where=sa.text("day is not null"))
    op.create_index(
        "uq_round_wanted", "round", ["day", "zone"], unique=True, postgresql_where=sa.text("state = 'wanted'")
    )


def downgrade() -> None:
    """Undo it."""
    op.drop_index("uq_round_wanted", table_name="round", postgresql_where=sa.text("state = 'wanted'"))
    op.drop_index("ix_round_day", table_name="round", postgresql_where=sa.text("day is not null"))
    op.drop_column("round", "follows")
    op.drop_column("round", "fate")
    op.drop_column("round", "prices")
    op.drop_column("round", "causes")
    op.drop_column("round", "zones")
    op.drop_column("round", "day")
    op.drop_index(op.f("ix_move_answer_account"), table_name="move_answer")
    op.drop_table("move_answer")
    op.drop_index(
        "uq_plan_move_open", table_name="plan_move", postgresql_where=sa.text("state in ('proposed','asking')")
    )
    op.drop_index(op.f("ix_plan_move_visit_id"), table_name="plan_move")
    op.drop_index(op.f("ix_plan_move_state"), table_name="plan_move")
    op.drop_index(op.f("ix_plan_move_round_id"), table_name="plan_move")
    op.drop_table("plan_move")
