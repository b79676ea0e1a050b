"""How many bytes an answer takes, for the bound of each visitor's; nothing is counted of older entries"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("entry", sa.Column("byte_count", sa.Integer()))
    op.create_index("ix_entry_byte_count", "entry", ["visitor", "id", "byte_count"])


def downgrade() -> None:
    op.drop_index("ix_entry_byte_count", "entry")
    op.drop_column("entry", "byte_count")
