"""What programs ask: the JSON API, and whether the site is well."""

from webapp.api import health, v1

blueprints = [part.bp for part in (v1, health)]
