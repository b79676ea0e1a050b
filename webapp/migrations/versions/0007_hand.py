"""The digits of which a visitor has said what they are, as the network sees them, and what they have changed"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("entry", sa.Column("adapted", sa.JSON()))
    given = sa.text("adapted IS NOT NULL")
    op.create_index("ix_entry_adapted", "entry", ["visitor", "id"], sqlite_where=given, postgresql_where=given)
    op.create_table(
        "example",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("visitor", sa.String(32), nullable=False),
        sa.Column("entry_id", sa.Integer(), sa.ForeignKey("entry.id", ondelete="CASCADE"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digit", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(16), nullable=False),
        sa.Column("features", sa.LargeBinary(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_example_visitor", "example", ["visitor", "id"])
    op.create_index("ix_example_entry_id", "example", ["entry_id"])


def downgrade() -> None:
    op.drop_table("example")
    op.drop_index("ix_entry_adapted", "entry")
    op.drop_column("entry", "adapted")
