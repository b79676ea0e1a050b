"""Whether the page network found and read an answer's digits; nothing is known of older entries"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("entry", sa.Column("by_page_network", sa.Boolean()))


def downgrade() -> None:
    op.drop_column("entry", "by_page_network")
