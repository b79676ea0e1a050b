"""Rendered pages whose truth is known exactly: what the page network learns from.

`hands` gives the writing of people, `writing` puts numbers of one hand on a `sheet`, `paper` prints on it, `kinds` are
the kinds of pages, `camera` photographs them and `render` makes a crop of a page by its number.
"""
