"""The strokes of a drawing, so that it can be opened again"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("entry", sa.Column("strokes", sa.JSON()))


def downgrade() -> None:
    op.drop_column("entry", "strokes")
