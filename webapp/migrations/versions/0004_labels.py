"""What the visitor says an answer should be, deletions that can be undone, and consent to train with frames"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FILTERED = ["visitor", "id", "deleted_at", "created_at", "source", "confidence", "corrected", "label"]


def upgrade() -> None:
    op.add_column("entry", sa.Column("label", sa.Text(), nullable=False, server_default=""))
    op.execute("UPDATE entry SET label = text")
    op.add_column("entry", sa.Column("corrected", sa.Boolean()))
    op.add_column("entry", sa.Column("deleted_at", sa.DateTime()))
    op.drop_index("ix_entry_visitor_id", "entry")
    op.create_index("ix_entry_filter", "entry", FILTERED)
    op.create_index("ix_entry_created_at", "entry", ["created_at"])
    op.create_index("ix_entry_deleted_at", "entry", ["deleted_at"])
    op.create_table(
        "consent",
        sa.Column("visitor", sa.String(32), primary_key=True),
        sa.Column("given_at", sa.DateTime(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("consent")
    op.execute("DELETE FROM entry WHERE deleted_at IS NOT NULL")
    for index in ("deleted_at", "created_at", "filter"):
        op.drop_index(f"ix_entry_{index}", "entry")
    op.create_index("ix_entry_visitor_id", "entry", ["visitor", "id"])
    for column in ("deleted_at", "corrected", "label"):
        op.drop_column("entry", column)
