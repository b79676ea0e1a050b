import pytest

from webapp.pages.wording import format_percent, tell_sureness


@pytest.mark.parametrize(
    ("share", "words"),
    [(0, "0.0 %"), (0.0004, "0.0 %"), (0.5, "50.0 %"), (0.9991, "99.9 %"), (0.99999, "99.9 %"), (1, "100.0 %")],
)
def test_percent(share, words):
    assert format_percent(share) == words.replace(" ", "\N{NO-BREAK SPACE}")


@pytest.mark.parametrize(
    ("confidence", "words"), [(1, "Very sure"), (0.95, "Sure"), (0.8, "Fairly sure"), (0.2, "Not sure")]
)
def test_tell_sureness(confidence, words):
    assert tell_sureness(confidence) == words
