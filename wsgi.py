"""The app that gunicorn serves: run `scripts/serve`, or `gunicorn wsgi:app` where all is installed."""

import sys

from sqlalchemy.exc import SQLAlchemyError

from recognizer import ModelError
from webapp import create_app
from webapp.config import ConfigError

try:
    app = create_app()
except (ConfigError, ModelError, OSError, SQLAlchemyError) as error:
    sys.exit(f"Digits cannot start: {error}")
