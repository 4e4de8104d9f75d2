"""Chain the audit, lend roles in emergencies, count requests in every process together.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from migrations import audit_links

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the links of the rows there are, then let the database write the others."""
    op.create_table(
        "audit_link",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("audit_id", sa.BigInteger(), nullable=False),
        sa.Column("prev", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_link_audit_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_link")),
        sa.UniqueConstraint("audit_id", name=op.f("uq_audit_link_audit_id")),
    )
    op.execute(audit_links.GUARDS[0])
    op.execute(audit_links.BACKFILL)
    for guard in audit_links.GUARDS[1:]:
        op.execute(guard)
    op.create_table(
        "emergency_grant",
        sa.Column("account", sa.String(length=24), nullable=False),
        sa.Column("home_role", sa.String(length=16), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ticket", sa.String(length=40), server_default="", nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_grant")),
        sa.UniqueConstraint("code", name=op.f("uq_emergency_grant_code")),
    )
    op.create_index(op.f("ix_emergency_grant_account"), "emergency_grant", ["account"])
    op.create_index(op.f("ix_emergency_grant_since"), "emergency_grant", ["since"])
    op.add_column("web_session", sa.Column("emergency", sa.String(length=24), server_default="", nullable=False))
    op.create_table(
        "rate_count",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("minute", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hits", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "who", "minute", name=op.f("pk_rate_count")),
        prefixes=["UNLOGGED"],
    )


def downgrade() -> None:
    """Undo it."""
    op.drop_table("rate_count")
    op.drop_column("web_session", "emergency")
    op.drop_table("emergency_grant")
    for guard in audit_links.UNGUARD:
        op.execute(guard)
    op.drop_table("audit_link")
