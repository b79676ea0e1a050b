"""Many pictures → rows by Dask (docs.dask.org): on the processors of this machine, or on those of a running cluster."""

from __future__ import annotations

import logging
import time
from collections.abc import Generator
from contextlib import ExitStack
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

import cv2

from recognizer import Model, memory
from recognizer.bulk import AHEAD, Row, read_file, split

if TYPE_CHECKING:
    from distributed import Client, Future

LOOKING = 0.1  # seconds between two looks whether a lost scheduler is back
PATIENCE = 60  # seconds that a cluster may take until it has a worker
KILLING = "Reading this stopped a worker several times."


def rows(files: list[str], model: str, layout: str, jobs: int, scheduler: str | None) -> Generator[Row]:
    """Read files, a row each, as they are read. Workers find the model by its name, and files by theirs.

    Raises ModelError, ImportError where Dask is not installed, and OSError where the cluster cannot be reached, or no
    more, or has no worker.
    """
    with ExitStack() as stack:
        client = _connect(jobs, scheduler, stack)
        from distributed import as_completed

        left = split(files)
        sent = {_send(client, chunk, model, layout): chunk for chunk in islice(left, _count_ahead(client))}
        done = as_completed(sent)
        for future in done:
            chunk = sent.pop(future)
            found, again = _take(future, chunk)
            yield from found
            if again:
                _wait_for_scheduler(client)
            for part in [*again, *islice(left, 0 if again else 1)]:
                fresh = _send(client, part, model, layout)
                sent[fresh] = part
                done.add(fresh)


def read_chunk(files: tuple[str, ...], model: str, layout: str) -> list[Row]:
    """Read files on a worker, which keeps the model. Raises ModelError."""
    return [read_file(_load(model), layout, file) for file in files]


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


def _count_ahead(client: Client) -> int:
    return AHEAD * max(1, sum(client.nthreads().values()))


def _send(client: Client, chunk: tuple[str, ...], model: str, layout: str) -> Future[list[Row]]:
    return client.submit(read_chunk, chunk, model, layout, pure=False)


def _take(future: Future[list[Row]], chunk: tuple[str, ...]) -> tuple[list[Row], list[tuple[str, ...]]]:
    """The rows of a chunk, or what of it is to be read once more: all if its task got lost, each alone if it kills."""
    from distributed import CancelledError, KilledWorker

    try:
        return future.result(), []
    except CancelledError:
        return [], [chunk]
    except KilledWorker:
        if len(chunk) == 1:
            return [{"file": chunk[0], "error": KILLING}], []
        return [], [(file,) for file in chunk]
    except RuntimeError as error:  # what the scheduler or a worker says of a task that it cannot understand
        raise OSError(f"The cluster cannot run this; it needs the same version of Digits. {error}") from error
