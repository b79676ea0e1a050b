"""How long a model takes for one digit as it is served, beside Keras' model.predict of two-conv-dropout.

scripts/bench latency [MODEL]
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np

from recognizer.bundle import Bundle
from recognizer.frame import SIDE
from recognizer.model import MODELS, Keras, Model

PEER = "two-conv-dropout"
ROUNDS, SERVED, PREDICTED = 20, 50, 5  # calls a round


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", default="flagship")
    name = parser.parse_args().model
    frames = np.random.default_rng(0).random((1, SIDE, SIDE), np.float32)
    served, peer = Model(MODELS / name), Keras(Bundle(MODELS / PEER).keras).model
    served.probabilities(frames)
    peer.predict(frames[..., None], verbose=0)
    ours, theirs = [], []
    for _ in range(ROUNDS):  # in turn, so that a noisy moment meets both
        ours += [time_call(lambda: served.probabilities(frames)) for _ in range(SERVED)]
        theirs += [time_call(lambda: peer.predict(frames[..., None], verbose=0)) for _ in range(PREDICTED)]
    first, second = 1000 * statistics.median(ours), 1000 * statistics.median(theirs)
    print("one digit, median (ms)")
    print(f"  {name + ', LiteRT, one thread':36}{first:9.3f}")
    print(f"  {PEER + ', model.predict':36}{second:9.3f}")
    print(f"  {'ratio':36}1/{second / first:.0f}")


def time_call(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
