"""A table that was read → an XLSX file, where XlsxWriter is installed (requirements-bulk.txt)."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from importlib.util import find_spec

NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,15})?")  # as a spreadsheet keeps it; 007 and 1,000 are texts


def is_installed() -> bool:
    """Whether there is something to write XLSX with."""
    return find_spec("xlsxwriter") is not None


def format_xlsx(rows: Sequence[Sequence[str]]) -> bytes:
    """Return a file of cells, in which a number is a number with as many decimals as were written."""
    from xlsxwriter import Workbook

    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Digits")
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if NUMBER.fullmatch(cell):
                    decimals = len(cell.partition(".")[2])
                    shown = book.add_format({"num_format": "0" + "." * bool(decimals) + "0" * decimals})
                    sheet.write_number(row, column, float(cell), shown)
                else:
                    sheet.write_string(row, column, cell)
    return file.getvalue()
