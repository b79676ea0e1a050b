"""Runs the migrations on the app's database; one process at a time, each migration whole or not at all."""

from alembic import context
from flask import current_app

database = current_app.extensions["migrate"].db
ALONE = {  # what makes other processes and nodes wait until this transaction ends
    "sqlite": "BEGIN IMMEDIATE",
    "postgresql": "SELECT pg_advisory_xact_lock(28028)",
}

with database.engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=database.metadata,
        render_as_batch=True,  # SQLite alters a table by copying it
        transactional_ddl=True,
    )
    with context.begin_transaction():
        if alone := ALONE.get(connection.dialect.name):
            connection.exec_driver_sql(alone)
        context.run_migrations()
