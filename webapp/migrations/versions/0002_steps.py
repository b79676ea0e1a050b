"""What was taken for ink, and the size of the picture in which the boxes lie"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("entry", sa.Column("ink", sa.LargeBinary()))
    op.add_column("entry", sa.Column("width", sa.Integer()))
    op.add_column("entry", sa.Column("height", sa.Integer()))


def downgrade() -> None:
    for column in ("height", "width", "ink"):
        op.drop_column("entry", column)
