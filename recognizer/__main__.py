"""Read pictures and PDFs from the shell: `python -m recognizer read FILE…` prints a line each."""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
from collections.abc import Generator, Iterable
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

import cv2
from tqdm import tqdm

from recognizer import LAYOUTS, Model, ModelError, PictureError, explain, read, spread
from recognizer.bulk import Files, Row, load, rows
from recognizer.encode import encode
from recognizer.formats import FORMATS, ROWS, Sink, open_lines
from recognizer.parquet import open_parts

PARQUET = "parquet"  # a format that has parts in a folder rather than lines
LONG = 1  # seconds of work before a progress bar appears
ALL_READ, SOME_NOT, FAILED, STOPPED = 0, 1, 2, 130  # exit status


def main() -> int:
    """Run the command line and return its exit status."""
    options = _parser().parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # as when `head` has seen enough
    try:
        return _read(options)
    except (ModelError, ValueError, OSError, ImportError, BrokenProcessPool) as error:
        print(f"recognizer: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        hint = "; the same command goes on from here" if options.out else ""
        print(f"\nrecognizer: stopped{hint}.", file=sys.stderr)
        return STOPPED


def _parser() -> argparse.ArgumentParser:
    called = "digits" if Path(sys.argv[0]).stem == "digits" else "python -m recognizer"
    parser = argparse.ArgumentParser(prog=called, description="Read pictures and PDFs from the shell.")
    command = parser.add_subparsers(required=True, metavar="COMMAND").add_parser(
        "read",
        help="read pictures, a line each",
        epilog="Exit status: 0 all were read, 1 some were not (their lines say why), 2 it failed, 130 stopped.",
    )
    command.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="a picture, a PDF, a folder (all below it) or a glob pattern, or a page, as scan.pdf#page=2",
    )
    command.add_argument("--layout", choices=LAYOUTS, default="auto", help="what the pictures show (default: auto)")
    command.add_argument("--format", choices=[*FORMATS, PARQUET], default="text", help="of the rows (default: text)")
    command.add_argument("--rows", choices=ROWS, help="what a row of CSV or Parquet is for (default: picture)")
    command.add_argument("--jobs", type=_positive, default=1, metavar="N", help="processes that read (default: 1)")
    command.add_argument("--engine", choices=("processes", "dask"), help="what runs them (default: processes)")
    command.add_argument(
        "--scheduler", metavar="ADDRESS", help="of a running Dask cluster, as tcp://host:8786, which reads instead"
    )
    command.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="write here, Parquet into a folder; go on where an interrupted run has ended",
    )
    command.add_argument(
        "--explain", type=Path, metavar="FILE", help="draw the steps to the answer, of one picture, here"
    )
    command.add_argument("--model", default="flagship", help="a model's name, path or address (default: flagship)")
    return parser


def _positive(text: str) -> int:
    if (value := int(text)) < 1:
        raise ValueError
    return value


def _read(options: argparse.Namespace) -> int:
    if options.rows and options.format not in ("csv", PARQUET):
        raise ValueError(f"--rows {options.rows} needs --format csv or {PARQUET}.")
    if options.format == PARQUET and not options.out:
        raise ValueError(f"--format {PARQUET} needs --out FOLDER.")
    files = Files(options.files)
    if not files.count:
        raise FileNotFoundError(f"there are no pictures in {', '.join(options.files)}")
    if options.explain and files.count > 1:
        raise ValueError(f"--explain draws one picture, not {files.count}.")
    model = Model(options.model)
    if options.explain:
        _explain(next(iter(files)), model, options.layout, options.explain)
    with _open(options, files) as sink:
        before = [sink.done[sink.name(file)] for file in files if not sink.lacks(file)] if sink.done else []
        tally = Tally(failed=before.count(False))
        shown = options.out or not sys.stdout.isatty()  # else bar and lines would mix
        with contextlib.closing(_rows(options, filter(sink.lacks, files), model)) as found:
            for row in tqdm(
                found,
                total=files.count,
                initial=len(before),
                unit=" pictures",
                delay=LONG,
                disable=None if shown else True,  # None: unless standard error is a terminal
            ):
                sink.write(row)
                tally.count(row)
    if options.out:
        print(tally, file=sys.stderr)
    return SOME_NOT if tally.failed else ALL_READ


def _open(options: argparse.Namespace, files: Files) -> contextlib.AbstractContextManager[Sink]:
    if options.format == PARQUET:
        return open_parts(options.out, options.rows or "picture")
    return open_lines(options.out, ROWS[options.rows] if options.rows else FORMATS[options.format], files)


def _rows(options: argparse.Namespace, files: Iterable[str], model: Model) -> Generator[Row]:
    if options.scheduler or options.engine == "dask":
        return spread.rows(files, options.model, options.layout, options.jobs, options.scheduler)
    return rows(files, model, options.layout, options.jobs)


@dataclass
class Tally:
    """What came of pictures: how many `failed`, and how many digits are rejected or how sure, of those `read`."""

    failed: int = 0
    read: int = 0
    digits: int = 0
    rejected: int = 0
    confidence: float = 0.0  # the sum of those of digits that are not rejected

    def count(self, row: Row) -> None:
        """Add a picture's row."""
        if "error" in row:
            self.failed += 1
            return
        self.read += 1
        sure = [digit["confidence"] for digit in row["digits"] if not digit["rejected"]]
        self.digits += len(sure)
        self.rejected += len(row["digits"]) - len(sure)
        self.confidence += sum(sure)

    def __str__(self) -> str:
        share = f", {self.confidence / self.digits:.1%} sure on average" if self.digits else ""
        return (
            f"{self.read:,} pictures read, {self.failed:,} not read: "
            f"{self.digits:,} digits{share}, {self.rejected:,} rejected."
        )


def _explain(file: str, model: Model, layout: str, out: Path) -> None:
    """Draw the steps of a picture that can be read; of another the row says why it cannot."""
    with contextlib.suppress(PictureError):
        data, page = load(file)
        steps = explain.draw(read(data, model, layout, page=page))
        if not cv2.haveImageWriter(str(out)):
            raise ValueError(f"{out}: give it the ending of a picture file, such as .png.")
        out.write_bytes(encode(steps, out.suffix))


if __name__ == "__main__":
    sys.exit(main())
