"""The pages for people: a blueprint for each noun."""

from webapp.pages import about, corrections, export, history, insights, models, reader, uploads

blueprints = [page.bp for page in (reader, uploads, history, corrections, export, insights, models, about)]
