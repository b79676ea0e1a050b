"""What real handwriting the site reads, beside a published recipe fed as its author fed it, on the same pictures.

scripts/bench realworld [--limit 300] [--sets unipen-pen16,strings] [--model flagship]
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.metrics import roc_auc_score
from tqdm import tqdm

from benchmarks.handwriting import Handwriting, sets
from benchmarks.serving import ROOT, serving
from recognizer.bundle import Bundle
from recognizer.frame import SIDE
from recognizer.model import MODELS, LiteRT
from train.measures import calibration_error

PEER = "two-conv-dropout"
REFERENCE = "unipen-pen16"  # the digits that letters and scribbles are told from
ROW = "{:16}{:>6}{:>9}{:>9}{:>8}{:>10}{:>10}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, default=300, help="pictures of a set (default: 300)")
    parser.add_argument("--sets", help="some of them, with commas (default: all)")
    parser.add_argument("--model", default="flagship")
    options = parser.parse_args()
    folder = Path(os.environ.get("DIGITS_DATA", ""))
    if not (folder / "sets.json").is_file():
        sys.exit("DIGITS_DATA names no folder with a sets.json, which says where real handwriting lies.")
    found = [some for some in sets(folder, options.limit) if not options.sets or some.name in options.sets.split(",")]
    peer = LiteRT(Bundle(MODELS / PEER).litert)
    os.environ["DIGITS_MODEL"] = options.model
    print(f"{options.model} as served, and {PEER} fed grey pictures resized to 28×28, inverted if bright (%)")
    print(ROW.format("set", "n", "served", "peer", "ECE", "rejected", "AUROC"))
    with (
        tempfile.TemporaryDirectory() as instance,
        serving([ROOT / "scripts" / "serve"], ROOT, instance) as (_, url, _),
    ):
        reference: list[float] = []
        for some in sorted(found, key=lambda some: some.name != REFERENCE):
            answers = [
                _ask(url, sample.picture(), some.layout)
                for sample in tqdm(some.samples, some.name, leave=False, disable=None)
            ]
            scores = [_score(answer) for answer in answers]
            if some.name == REFERENCE:
                reference = scores
            print(_row(some, answers, scores, reference, peer), flush=True)


def _ask(url: str, picture: bytes, layout: str) -> dict | None:
    """The answer, None where there is no ink."""
    request = urllib.request.Request(f"{url}?layout={layout}", picture, {"Content-Type": "image/png"})
    try:
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code != 422:
            raise
        return None


def _score(answer: dict | None) -> float:
    """How much the first digit is taken for one."""
    return 0.0 if not answer or answer["digits"][0]["rejected"] else answer["digits"][0]["confidence"]


def _row(
    some: Handwriting, answers: Sequence[dict | None], scores: Sequence[float], reference: Sequence[float], peer: LiteRT
) -> str:
    labels = [sample.label for sample in some.samples]
    if some.shows == "nothing":
        truth = [1] * len(reference) + [0] * len(scores)
        told = f"{roc_auc_score(truth, [*reference, *scores]):.4f}" if reference else "-"
        return ROW.format(some.name, len(labels), "-", "-", "-", f"{np.mean(np.array(scores) == 0):.2%}", told)
    if some.shows == "digits":
        right = [
            bool(answer) and "".join(answer["lines"]) == label for answer, label in zip(answers, labels, strict=True)
        ]
        return ROW.format(some.name, len(labels), f"{np.mean(right):.2%}", "-", "-", "-", "-")
    nothing = {"probabilities": [0.1] * 10, "confidence": 0.0, "digit": -1}
    digits = [answer["digits"][0] if answer else nothing for answer in answers]
    sure = np.array([digit["confidence"] for digit in digits])
    shares = np.array([digit["probabilities"] for digit in digits])
    shares *= (sure / shares.max(1))[:, None]  # whose highest is now how sure the answer is that this is the digit
    read, truth = np.array([digit["digit"] for digit in digits]), np.array(labels, int)
    plain = np.argmax(peer(np.stack([_plain(sample.picture()) for sample in some.samples])), 1)
    return ROW.format(
        some.name,
        len(labels),
        f"{np.mean(read == truth):.2%}",
        f"{np.mean(plain == truth):.2%}",
        f"{calibration_error(shares, truth):.2%}",
        f"{np.mean(np.array(scores) == 0):.2%}",
        "-",
    )


def _plain(picture: bytes) -> np.ndarray:
    """A frame (28, 28, 1) as the published projects make it."""
    grey = np.asarray(Image.open(io.BytesIO(picture)).convert("L").resize((SIDE, SIDE)), np.float32) / 255
    return (1 - grey if grey.mean() > 0.5 else grey)[..., None]


if __name__ == "__main__":
    main()
