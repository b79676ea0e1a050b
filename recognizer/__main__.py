"""Read pictures and PDFs from the shell: `python -m recognizer read FILE…` prints a line each."""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TextIO

import cv2
from tqdm import tqdm

from recognizer import LAYOUTS, Model, ModelError, PictureError, explain, read, spread
from recognizer.bulk import FORMATS, ROWS, escape, expand, load, resume, rows
from recognizer.encode import encode

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
    command.add_argument("--format", choices=FORMATS, default="text", help="of the lines (default: text)")
    command.add_argument("--rows", choices=ROWS, help="what a row of CSV is for (default: picture)")
    command.add_argument("--jobs", type=_positive, default=1, metavar="N", help="processes that read (default: 1)")
    command.add_argument("--engine", choices=("processes", "dask"), help="what runs them (default: processes)")
    command.add_argument(
        "--scheduler", metavar="ADDRESS", help="of a running Dask cluster, as tcp://host:8786, which reads instead"
    )
    command.add_argument(
        "--out", type=Path, metavar="FILE", help="write here; go on where an interrupted run has ended"
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
    files = expand(options.files)
    if not files:
        raise FileNotFoundError(f"there are no pictures in {', '.join(options.files)}")
    if options.explain and len(files) > 1:
        raise ValueError(f"--explain draws one picture, not {len(files)}.")
    if options.rows and options.format != "csv":
        raise ValueError(f"--rows {options.rows} needs --format csv.")
    model, kind = Model(options.model), ROWS[options.rows] if options.rows else FORMATS[options.format]
    if options.explain:
        _explain(files[0], model, options.layout, options.explain)
    done = resume(options.out, kind, files) if options.out and options.out.exists() else {}
    left = [file for file in files if escape(file) not in done]
    failed = not all(done.get(escape(file), True) for file in files)
    shown = options.out or not sys.stdout.isatty()  # else bar and lines would mix
    if options.scheduler or options.engine == "dask":
        found = spread.rows(left, options.model, options.layout, options.jobs, options.scheduler)
    else:
        found = rows(left, model, options.layout, options.jobs)
    with _output(options.out, kind.head) as out, contextlib.closing(found):
        for row in tqdm(
            found,
            total=len(files),
            initial=len(files) - len(left),
            unit=" pictures",
            delay=LONG,
            disable=None if shown else True,  # None: unless standard error is a terminal
        ):
            out.write(kind.line(row))
            out.flush()
            failed |= "error" in row
    return SOME_NOT if failed else ALL_READ


def _explain(file: str, model: Model, layout: str, out: Path) -> None:
    """Draw the steps of a picture that can be read; of another the row says why it cannot."""
    with contextlib.suppress(PictureError):
        data, page = load(file)
        steps = explain.draw(read(data, model, layout, page=page))
        if not cv2.haveImageWriter(str(out)):
            raise ValueError(f"{out}: give it the ending of a picture file, such as .png.")
        out.write_bytes(encode(steps, out.suffix))


@contextlib.contextmanager
def _output(path: Path | None, head: str) -> Iterator[TextIO]:
    if path is None:
        sys.stdout.reconfigure(errors="surrogateescape")  # type: ignore[union-attr]
        sys.stdout.write(head)
        yield sys.stdout
    else:
        with path.open("a", encoding="utf-8", errors="surrogateescape", newline="") as out:
            out.write(head if out.tell() == 0 else "")
            yield out


if __name__ == "__main__":
    sys.exit(main())
