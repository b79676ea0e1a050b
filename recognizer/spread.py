"""Many pictures → rows by Dask (docs.dask.org): on the processors of this machine, or on those of a running cluster."""

from __future__ import annotations

import logging
import math
import time
from collections import deque
from collections.abc import Generator, Iterable
from contextlib import ExitStack
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

import cv2

from recognizer import Model, memory
from recognizer.bulk import Row, read_file

if TYPE_CHECKING:
    from distributed import Client, Future

TASK = 1.0  # seconds that a task should take, as each costs the cluster some hundredths of one
FIRST = 4  # pictures of the first tasks, when it is not known yet how long one takes
FINEST = 8  # times smaller are the last tasks
AHEAD = 2  # tasks for each worker that are given out, so that none waits and memory is bounded
LONGEST = 5.0  # seconds after which a worker gives back what is left of a task
SHARES = 2  # of what is left, for each worker, are the most that it is given at once
LOOKING = 0.1  # seconds between two looks whether a lost scheduler is back
PATIENCE = 60  # seconds that a cluster may take until it has a worker
Answer = tuple[list[Row], float]  # of a task: what was read, in how many seconds
KILLING = "Reading this stopped a worker several times."


def rows(files: Iterable[str], model: str, layout: str, jobs: int, scheduler: str | None) -> Generator[Row]:
    """Read files, a row each, as they are read. Workers find the model by its name, and files by theirs.

    Raises ModelError, ImportError where Dask is not installed, and OSError where the cluster cannot be reached, or no
    more, or has no worker.
    """
    with ExitStack() as stack:
        client = _connect(jobs, scheduler, stack)
        from distributed import as_completed

        left = Left(files)
        sent: dict[Future[Answer], tuple[str, ...]] = {}
        done = as_completed()
        while sent or left:
            _wait_for_scheduler(client)
            workers = max(1, sum(client.nthreads().values()))  # more may have come, or some gone
            while left and len(sent) < AHEAD * workers:
                chunk = left.take(workers)
                future = client.submit(read_chunk, chunk, model, layout, pure=False)
                sent[future] = chunk
                done.add(future)
            future = next(done)
            yield from _take(future, sent.pop(future), left)


class Left:
    """Files that are still to be given out, as many at once as are read in about a second, by the last ones read."""

    def __init__(self, files: Iterable[str]) -> None:
        self._rest = iter(files)
        self._files: deque[str] = deque()  # the next of them
        self._parts: deque[tuple[str, ...]] = deque()
        self._size = FIRST

    def __bool__(self) -> bool:
        self._look_ahead(1)
        return bool(self._files or self._parts)

    def take(self, workers: int) -> tuple[str, ...]:
        """Take files off, and fewer once they are few, so that all workers end at the same time."""
        if self._parts:
            return self._parts.popleft()
        self._look_ahead(self._size * SHARES * workers)
        share = max(math.ceil(self._size / FINEST), len(self._files) // (SHARES * workers))
        return tuple(self._files.popleft() for _ in range(min(self._size, share, len(self._files))))

    def _look_ahead(self, count: int) -> None:
        """Have so many files at hand, where there are as many."""
        self._files.extend(islice(self._rest, max(0, count - len(self._files))))

    def learn(self, read: int, seconds: float) -> None:
        """Note how long files took to be read."""
        self._size = max(1, round(TASK * read / seconds))

    def put_back(self, files: tuple[str, ...]) -> None:
        """Take files that were given out and not read."""
        self._files.extendleft(reversed(files))

    def put_back_apart(self, files: tuple[str, ...]) -> None:
        """Take files of which one stops its worker, to be given out in the parts that find it soonest."""
        size = math.isqrt(len(files))
        self._parts.extend(files[at : at + size] for at in range(0, len(files), size))


def read_chunk(files: tuple[str, ...], model: str, layout: str) -> Answer:
    """Read files on a worker, which keeps the model, until it has taken long, and measure it. Raises ModelError.

    What then is left may be given to others.
    """
    start = time.perf_counter()
    found: list[Row] = []
    for file in files:
        found.append(read_file(_load(model), layout, file))
        if (seconds := time.perf_counter() - start) > LONGEST:
            break
    return found, seconds


@lru_cache(2)
def _load(model: str) -> Model:
    cv2.setNumThreads(1)
    memory.keep()
    return Model(model)


def _connect(jobs: int, scheduler: str | None, stack: ExitStack) -> Client:
    """A client of the scheduler at an address, or of a cluster of so many processes here, until the stack is left."""
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise ImportError("--engine dask needs Dask: pip install -r requirements-bulk.txt") from error
    if scheduler:
        client: Client = stack.enter_context(Client(scheduler))
        client.wait_for_workers(1, timeout=PATIENCE)
        return client
    local = LocalCluster(
        n_workers=jobs, threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL, memory_limit=0
    )
    return stack.enter_context(Client(stack.enter_context(local)))


def _wait_for_scheduler(client: Client) -> None:
    """Wait while the client looks for a scheduler that it has lost, for half a minute. Raises OSError."""
    while client.status == "connecting":
        time.sleep(LOOKING)
    if client.status != "running":
        raise OSError("The scheduler cannot be reached any more.")


def _take(future: Future[Answer], chunk: tuple[str, ...], left: Left) -> list[Row]:
    """The rows of a chunk; what of it was not read is left."""
    from distributed import CancelledError, KilledWorker
    from distributed.comm.core import CommClosedError

    try:
        found, seconds = future.result()
    except CancelledError:
        left.put_back(chunk)
        return []
    except CommClosedError:  # on the way from the scheduler, which the client will notice
        left.put_back(chunk)
        time.sleep(LOOKING)
        return []
    except KilledWorker:
        if len(chunk) == 1:
            return [{"file": chunk[0], "error": KILLING}]
        left.put_back_apart(chunk)
        return []
    except RuntimeError as error:  # what the scheduler or a worker says of a task that it cannot understand
        raise OSError(f"The cluster cannot run this; it needs the same version of Digits. {error}") from error
    left.learn(len(found), seconds)
    left.put_back(chunk[len(found) :])
    return found
