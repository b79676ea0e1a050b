import io

import numpy as np
import pytest
from PIL import Image

from recognizer.encode import encode


def test_a_png_holds_the_pixels():
    grey = np.random.default_rng(0).integers(0, 256, (3, 5), np.uint8)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(encode(grey)))), grey)


@pytest.mark.parametrize(("shape", "suffix"), [((3, 5), ".txt"), ((0, 5), ".png"), ((1, 70_000), ".jpg")])
def test_what_cannot_be_written_is_said(shape, suffix):
    with pytest.raises(ValueError, match="written"):
        encode(np.zeros(shape, np.uint8), suffix)
