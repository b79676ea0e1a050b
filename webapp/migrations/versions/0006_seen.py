"""What else was seen beside an answer's digits, of which document it is a page, and how many bytes it takes"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, kind in (
        ("marks", sa.JSON()),
        ("others", sa.JSON()),
        ("left_out", sa.Integer()),
        ("turned", sa.Integer()),
        ("document", sa.String(32)),
        ("page", sa.Integer()),
        ("pages", sa.Integer()),
        ("byte_count", sa.Integer()),
    ):
        op.add_column("entry", sa.Column(name, kind))
    op.create_index("ix_entry_document", "entry", ["document"])
    op.create_index("ix_entry_byte_count", "entry", ["visitor", "id", "byte_count"])


def downgrade() -> None:
    for index in ("byte_count", "document"):
        op.drop_index(f"ix_entry_{index}", "entry")
    for name in ("byte_count", "pages", "page", "document", "turned", "left_out", "others", "marks"):
        op.drop_column("entry", name)
