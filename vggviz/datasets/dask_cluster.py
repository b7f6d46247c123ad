"""Map-reduce over a folder of images on a Dask cluster: workers process chunks, results are added here.

Dask is imported only if a scheduler is given. The scheduler tracks which worker runs which task and
reruns the tasks of workers that die. Tasks have no side effects and each result is added once, so every
image counts exactly once, however often its task was started.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz._shared.hashing import weights_sha256
from vggviz.activations.forward import feature_maps
from vggviz.datasets.folder import (
    check_not_empty,
    log_skipped,
    named_images,
    progress,
    source_label,
    try_load,
)
from vggviz.datasets.streaming import log_cost
from vggviz.models.graph import input_side, unfold

if TYPE_CHECKING:
    import distributed
    import keras

TIMEOUT = 10.0
"""Seconds to wait for the scheduler to answer, and for its first worker."""
CHUNK = 16
"""Images per task: sending a task costs little beside running it, and a lost one is soon repeated."""
TASKS_PER_THREAD = 2
"""Submitted tasks per thread of a worker: the running one and the next."""

log = logging.getLogger("vggviz")


@dataclass(frozen=True)
class Job:
    """The computation that the workers run on each chunk of images.

    Attributes:
        load: function that loads the network from `source`; importable by the workers.
        source: weights source or model file, at the same path on every machine.
        folder: image folder, at the same path on every machine.
        layers: layer names.
        study: function of (model, images, layers) that returns ``{layer: result}``; results must
            support addition.
        sha256: checksum of the network's weights, see `weights_sha256`.
    """

    load: Callable[[str], keras.Model]
    source: str
    folder: str
    layers: tuple[str, ...]
    study: Callable[..., dict[str, Any]]
    sha256: str


@dataclass(frozen=True)
class ChunkResult:
    """The result of one task.

    Attributes:
        results: ``{layer: result}``, {} if no image of the chunk could be read.
        count: number of images read.
        skipped: (name, error message) of each image that could not be read.
        maps_sha256: checksum of the feature maps of a fixed image, see `_load_network`.
    """

    results: dict[str, Any]
    count: int
    skipped: tuple[tuple[str, str], ...]
    maps_sha256: str


@contextmanager
def connect(address: str) -> Iterator[distributed.Client]:
    """Connect to a scheduler with at least one worker.

    Args:
        address: the scheduler's address, such as "tcp://10.0.0.1:8786".

    Yields:
        The client, closed on exit.

    Raises:
        ValueError: Dask is not installed.
        ConnectionError: the scheduler does not answer, or has no worker.
    """
    try:
        import distributed
    except ImportError as error:
        raise ValueError("--scheduler needs Dask; install it with: pip install 'vggviz[dask]'.") from error
    with distributed.utils.silence_logging_cmgr(logging.CRITICAL):  # errors are reported in one sentence
        try:
            client = distributed.Client(address, timeout=TIMEOUT, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise ConnectionError(
                f"No Dask scheduler answers at {address!r} within {TIMEOUT:g} seconds; "
                "its address is what 'dask scheduler' prints, such as tcp://10.0.0.1:8786."
            ) from error
        with client:
            _wait_for_worker(client, address)
            yield client


def _wait_for_worker(client: distributed.Client, address: str) -> None:
    """Raise ConnectionError if the scheduler has no worker within `TIMEOUT` seconds."""
    try:
        client.wait_for_workers(1, timeout=TIMEOUT)
    except TimeoutError as error:
        raise ConnectionError(
            f"The scheduler at {address!r} has no worker after {TIMEOUT:g} seconds; "
            f"start one on each machine: dask worker {address}."
        ) from error


def run_job(client: distributed.Client, model: keras.Model, job: Job) -> dict[str, Any]:
    """Run a job on all images of its folder and add up the results. Logs the cost first.

    Args:
        client: client of a scheduler with workers.
        model: the network that `job` describes.
        job: the computation. The folder is listed on this machine, its images are read by the workers.

    Returns:
        ``{layer: result}``, bitwise independent of the number of workers, if their maps are equal.

    Raises:
        FileNotFoundError: the folder does not exist, here or on a worker.
        ValueError: no readable image, or a worker with other weights or other package versions.
        ConnectionError: the connection to the scheduler was lost, or the workers died repeatedly.
    """
    names = [name for name, _ in named_images(job.folder)]
    check_not_empty(len(names), source_label(job.folder))
    log_cost(model, list(job.layers), len(names))
    results: dict[str, Any] = {}
    count, checksums = 0, set()
    for chunk in _chunk_results(client, job, names):
        for name, error in chunk.skipped:
            log_skipped(name, error)
        for layer, result in chunk.results.items():
            results[layer] = results[layer] + result if layer in results else result
        count += chunk.count
        checksums.add(chunk.maps_sha256)
    check_not_empty(count, source_label(job.folder))
    if len(checksums) > 1:
        log.warning(
            "The workers round in %d ways, as their processors or libraries differ: last digits may differ.",
            len(checksums),
        )
    return {layer: results[layer] for layer in job.layers}


def _chunk_results(client: distributed.Client, job: Job, names: list[str]) -> Iterator[ChunkResult]:
    """Yield each task's result as it completes; only a few tasks per worker are submitted at a time."""
    from distributed import as_completed

    chunks = (names[start : start + CHUNK] for start in range(0, len(names), CHUNK))
    running = as_completed(loop=client.loop)

    def submit_tasks() -> None:
        missing = TASKS_PER_THREAD * sum(client.nthreads().values()) - running.count()
        for chunk in itertools.islice(chunks, max(1, missing)):
            running.add(client.submit(_run_task, job, chunk, pure=False))

    submit_tasks()
    with progress(len(names)) as bar:
        for future in running:
            result = _task_result(future)
            future.release()  # release the worker's copy
            bar.update(result.count + len(result.skipped))
            yield result
            submit_tasks()


def _task_result(future: distributed.Future) -> ChunkResult:
    """Return a task's result, with its errors in one sentence. Dask reruns tasks of workers that died."""
    from distributed import CancelledError, KilledWorker

    try:
        return future.result()
    except (ValueError, OSError):
        raise  # raised by `_run_task` with a message of one sentence
    except (CancelledError, KilledWorker) as error:
        raise ConnectionError(
            "The connection to the scheduler was lost, or the workers died repeatedly; there is no result."
        ) from error
    except Exception as error:
        message = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise ValueError(
            f"A task failed ({message}); the scheduler and all workers need the same vggviz[dask] as here."
        ) from error


def _run_task(job: Job, names: list[str]) -> ChunkResult:
    """Run the job on some images; called on a worker."""
    with _loading:
        model, maps_sha256 = _load_network(job.load, job.source, job.sha256)
    images, skipped = {}, []
    for name in names:
        path = Path(job.folder, name)
        if not path.is_file():
            raise FileNotFoundError(
                f"The worker on {socket.gethostname()!r} finds no file {str(path)!r}; "
                "the folder must be at the same path on every machine."
            )
        image, error = try_load(path, input_side(model))
        if image is None:
            skipped.append((name, error))
        else:
            images[name] = image
    results = job.study(model, images, list(job.layers)) if images else {}
    return ChunkResult(results, len(images), tuple(skipped), maps_sha256)


_loading = threading.Lock()


@functools.lru_cache(maxsize=1)
def _load_network(load: Callable[[str], keras.Model], source: str, sha256: str) -> tuple[keras.Model, str]:
    """Load the network and hash its maps of a fixed image; called on a worker, and cached there.

    The checksum differs between processors, between TensorFlow's versions, and between onnxruntime and
    TensorFlow, which computes VGG16 where onnxruntime is missing: they add in different orders.
    """
    host = socket.gethostname()
    try:
        model = load(source)
    except (OSError, ValueError) as error:
        raise ValueError(f"The worker on {host!r} cannot load the network: {error}") from error
    if (other := weights_sha256(model)) != sha256:
        raise ValueError(
            f"The worker on {host!r} has another network in {source!r}: "
            f"its weights have sha256 {other[:12]}..., those here {sha256[:12]}...."
        )
    shape = (1, input_side(model), input_side(model), unfold(model).inputs[0].shape[-1])
    batch = np.random.default_rng(0).normal(0, 50, shape).astype(np.float32)
    checksum = hashlib.sha256()
    for values in feature_maps(model, batch).values():
        checksum.update(np.ascontiguousarray(values).tobytes())
    return model, checksum.hexdigest()
