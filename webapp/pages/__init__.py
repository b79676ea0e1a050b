"""The pages for people: a blueprint for each noun."""

from webapp.pages import about, corrections, export, hand, history, insights, models, reader, uploads

blueprints = [page.bp for page in (reader, uploads, history, hand, corrections, export, insights, models, about)]
