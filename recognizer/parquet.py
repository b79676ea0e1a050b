"""Rows → parts of a folder in Parquet (parquet.apache.org), and a manifest of those that are whole."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from recognizer.bulk import PAGE, Row
from recognizer.formats import TABLES, ResumeError, Sink, escape

MANIFEST = "_manifest.json"  # readers of such a folder pass over names that begin with _ or with a point
OURS = re.compile(r"\.?part-\d{5,}\.parquet|\._manifest\.json")  # and drafts, which begin with a point
PICTURES = 1000  # of a part
TEXTS, SHARES = {"file", "text", "error"}, {"confidence"}  # columns of text, and of floating point


@contextlib.contextmanager
def open_parts(folder: Path, kind: str) -> Iterator[Sink]:
    """Write rows of a kind to a folder, after those of an earlier run; what is begun is ended whatever happens.

    Raises ResumeError where the folder holds something else, and ImportError where PyArrow is not installed.
    """
    parts = _Parts(folder, kind)
    try:
        yield Sink(parts.write, parts.read_done(), _name)
    finally:
        parts.end()


class _Parts:
    def __init__(self, folder: Path, kind: str) -> None:
        self.arrow, self.schema = _load(kind)
        self.folder, self.kind = folder, kind
        folder.mkdir(parents=True, exist_ok=True)
        self.manifest = self._read_manifest()
        self._rows: list[dict[str, Any]] = []
        self._pictures = 0

    def write(self, row: Row) -> None:
        """Add the rows of a picture, of which a part has so many."""
        table = TABLES[self.kind]
        named = PAGE.fullmatch(row["file"])
        about = {"file": _name(row["file"]), "page": int(named[2]) if named else 1, "error": row.get("error")}
        self._rows += [about | dict(zip(table.columns, values, strict=True)) for values in table.values(row)]
        self._pictures += 1
        if self._pictures == PICTURES:
            self.end()

    def end(self) -> None:
        """Write the part that is begun, if one is, and then that it is whole."""
        if not self._rows:
            return
        path = self.folder / f"part-{len(self.manifest['parts']):05}.parquet"
        draft = path.with_name(f".{path.name}")
        self.arrow.parquet.write_table(self.arrow.Table.from_pylist(self._rows, self.schema), draft)
        draft.replace(path)
        about = {"name": path.name, "pictures": self._pictures, "rows": len(self._rows), "sha256": _hash(path)}
        self.manifest["parts"].append(about)
        draft = self.folder / f".{MANIFEST}"
        draft.write_text(json.dumps(self.manifest, indent=1) + "\n", encoding="utf-8")
        draft.replace(self.folder / MANIFEST)
        self._rows, self._pictures = [], 0

    def read_done(self) -> dict[str, bool]:
        """Which files stand in the parts, and whether they could be read."""
        done: dict[str, bool] = {}
        for part in self.manifest["parts"]:
            rows = self.arrow.parquet.read_table(self.folder / part["name"], columns=["file", "error"])
            found = zip(*(rows[name].to_pylist() for name in ("file", "error")), strict=True)
            done |= {file: error is None for file, error in found}
        return done

    def _read_manifest(self) -> dict[str, Any]:
        """The manifest of an earlier run up to the first part that is not as it was written; what is beyond goes."""
        path = self.folder / MANIFEST
        manifest: dict[str, Any] = {"rows": self.kind, "parts": []}
        if path.exists():
            manifest["parts"] = self._parse(path)
        elif any(not OURS.fullmatch(path.name) for path in self.folder.iterdir()):
            raise ResumeError(f"{self.folder}: holds something else; name another folder to write to.")
        whole = [_is_whole(self.folder, part) for part in manifest["parts"]]
        manifest["parts"] = manifest["parts"][: whole.index(False) if False in whole else None]
        kept = {part["name"] for part in manifest["parts"]}
        for part in self.folder.iterdir():
            if OURS.fullmatch(part.name) and part.name not in kept:
                part.unlink()
        return manifest

    def _parse(self, path: Path) -> list[dict[str, Any]]:
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            if found["rows"] == self.kind:
                return list(found["parts"])
        except (ValueError, KeyError, TypeError) as error:
            raise ResumeError(f"{path}: is no manifest of ours; name another folder to write to.") from error
        raise ResumeError(f"{self.folder}: has a row for each {found['rows']}; name another folder to write to.")


def _load(kind: str) -> tuple[Any, Any]:
    """PyArrow, and the schema of rows."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise ImportError("--format parquet needs PyArrow: pip install -r requirements-bulk.txt") from error
    types = dict.fromkeys(TEXTS, pyarrow.string()) | dict.fromkeys(SHARES, pyarrow.float64())
    columns = ("file", "page", *TABLES[kind].columns, "error")
    return pyarrow, pyarrow.schema([(name, types.get(name, pyarrow.int32())) for name in columns])


def _name(file: str) -> str:
    """The name of a file as it stands in the table, whose text is UTF-8."""
    return escape(file).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _is_whole(folder: Path, part: dict[str, Any]) -> bool:
    path = folder / part["name"]
    return path.is_file() and _hash(path) == part["sha256"]


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
