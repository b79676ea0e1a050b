"""What the page network tells apart, and how its answer is laid out; shared by training and serving.

The network takes grey tiles (n, TILE, TILE, 1) float32, 0 black to 1 white, and answers on a grid of cells of
STRIDE × STRIDE pixels with `heat` (n, GRID, GRID, len(CLASSES)), 0 to 1, how surely the cell holds the centre of a
glyph of each class, and `box` (n, GRID, GRID, 4), the glyph's log width and log height in cells and the offset in x
and y of its centre from the cell's centre, in cells (Zhou et al. 2019, "Objects as Points").
"""

DIGITS = "0123456789"
MARKS = ".,-/:+=%()"
OTHER = "other"  # handwriting that is neither digit nor mark
CLASSES = (*DIGITS, *MARKS, OTHER)  # a network of an earlier version may know only the first of them

TILE = 256  # pixels
STRIDE = 4
GRID = TILE // STRIDE
