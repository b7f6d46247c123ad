"""A folder's images on many machines: Dask's workers each do some, and what they find adds up here.

Dask is imported only where a scheduler is asked for. Its scheduler knows which worker has which task; if
a worker dies, others get its tasks. A task changes nothing outside itself and its answer is taken once,
so that an image counts once, however often it was begun.
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
from vggviz.datasets.folder import attempt, check_any, named_images, pass_over, progress, source_label
from vggviz.datasets.statistics import say_cost
from vggviz.models.graph import input_side, unfold

if TYPE_CHECKING:
    import distributed
    import keras

PATIENCE = 10.0
"""Seconds to wait for a scheduler's answer, and for its first worker."""
CHUNK = 16
"""Images of one task: enough that sending it costs nothing beside it, few enough to lose with a worker."""
AHEAD = 2
"""Tasks given out for each thread of a worker: the one it does and the next."""

log = logging.getLogger("vggviz")


@dataclass(frozen=True)
class Work:
    """What every worker does with its images.

    Attributes:
        load: gives the network from `source`; a function of a module, which workers import.
        source: a source of weights or a file, at the same path on every machine.
        folder: the images' folder, at the same path on every machine.
        layers: names of the layers.
        study: (model, images, layers) to ``{layer: what adds up}``.
        sha256: of the network's weights, see `weights_sha256`.
    """

    load: Callable[[str], keras.Model]
    source: str
    folder: str
    layers: tuple[str, ...]
    study: Callable[..., dict[str, Any]]
    sha256: str


@dataclass(frozen=True)
class Part:
    """What a worker found in some images.

    Attributes:
        found: ``{layer: what adds up}``, {} where no image could be read.
        read: how many images were read.
        passed_over: (name, reason) of each that was not.
        rounding: SHA-256 sum of the maps of a fixed image, see `_network`.
    """

    found: dict[str, Any]
    read: int
    passed_over: tuple[tuple[str, str], ...]
    rounding: str


@contextmanager
def connected(address: str) -> Iterator[distributed.Client]:
    """A client of the scheduler at an address such as "tcp://10.0.0.1:8786", which has a worker.

    Raises:
        ValueError: Dask is not installed.
        ConnectionError: no scheduler answers there, or it has no worker.
    """
    try:
        import distributed
    except ImportError as error:
        raise ValueError("--scheduler needs Dask; install it with: pip install 'vggviz[dask]'.") from error
    with distributed.utils.silence_logging_cmgr(logging.CRITICAL):  # what matters becomes our one sentence
        try:
            client = distributed.Client(address, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise ConnectionError(
                f"No Dask scheduler answers at {address!r} within {PATIENCE:g} seconds; "
                "its address is what 'dask scheduler' prints, such as tcp://10.0.0.1:8786."
            ) from error
        with client:
            try:
                client.wait_for_workers(1, timeout=PATIENCE)
            except TimeoutError as error:
                raise ConnectionError(
                    f"The scheduler at {address!r} has no worker after {PATIENCE:g} seconds; "
                    f"start one on each machine: dask worker {address}."
                ) from error
            yield client


def scatter(client: distributed.Client, model: keras.Model, work: Work) -> dict[str, Any]:
    """What the workers find in all images of a folder; what it will cost is said first.

    Args:
        client: of a scheduler with workers.
        model: the network, as `work` describes it.
        work: what to do. The folder's names are read here, its images by the workers.

    Returns:
        ``{layer: what adds up}``, the same to the last bit for any number of workers that round alike.

    Raises:
        FileNotFoundError: there is no such folder, here or on a worker.
        ValueError: no image that can be read, a worker has another network, or other versions.
        ConnectionError: the scheduler went away, or one worker after the other.
    """
    names = [name for name, _ in named_images(work.folder)]
    check_any(len(names), source_label(work.folder))
    say_cost(model, list(work.layers), len(names))
    found: dict[str, Any] = {}
    read, roundings = 0, set()
    for part in _parts(client, work, names):
        for name, reason in part.passed_over:
            pass_over(name, reason)
        for layer, new in part.found.items():
            found[layer] = found[layer] + new if layer in found else new
        read += part.read
        roundings.add(part.rounding)
    check_any(read, source_label(work.folder))
    if len(roundings) > 1:
        log.warning("The workers' processors round in %d ways: last digits may differ.", len(roundings))
    return {layer: found[layer] for layer in work.layers}


def _parts(client: distributed.Client, work: Work, names: list[str]) -> Iterator[Part]:
    """Each part as it is finished, once; no more than a few tasks for each worker are under way."""
    from distributed import as_completed

    chunks = (names[start : start + CHUNK] for start in range(0, len(names), CHUNK))
    running = as_completed(loop=client.loop)

    def give_out() -> None:
        wanted = AHEAD * sum(client.nthreads().values()) - running.count()
        for chunk in itertools.islice(chunks, max(1, wanted)):
            running.add(client.submit(_part, work, chunk, pure=False))

    give_out()
    with progress(len(names)) as bar:
        for future in running:
            part = _result(future)
            future.release()  # once it is here, it is not
            bar.update(part.read + len(part.passed_over))
            yield part
            give_out()


def _result(future: distributed.Future) -> Part:
    """What a task gave; if its worker died meanwhile, Dask has it done again. Mistakes in one sentence."""
    from distributed import CancelledError, KilledWorker

    try:
        return future.result()
    except (ValueError, OSError):
        raise  # a worker's own sentence
    except (CancelledError, KilledWorker) as error:
        raise ConnectionError(
            "The scheduler went away, or the workers died one after the other; nothing was kept."
        ) from error
    except Exception as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise ValueError(
            f"A task failed ({reason}); the scheduler and each worker need the same vggviz[dask] as is here."
        ) from error


def _part(work: Work, names: list[str]) -> Part:
    """On a worker: what is found in some of the images."""
    with _loading:
        model, rounding = _network(work.load, work.source, work.sha256)
    images, passed_over = {}, []
    for name in names:
        path = Path(work.folder, name)
        if not path.is_file():
            raise FileNotFoundError(
                f"The worker on {socket.gethostname()!r} finds no file {str(path)!r}; "
                "the folder must be at the same path on every machine."
            )
        image, reason = attempt(path, input_side(model))
        if image is None:
            passed_over.append((name, reason))
        else:
            images[name] = image
    found = work.study(model, images, list(work.layers)) if images else {}
    return Part(found, len(images), tuple(passed_over), rounding)


_loading = threading.Lock()


@functools.lru_cache(maxsize=1)
def _network(load: Callable[[str], keras.Model], source: str, sha256: str) -> tuple[keras.Model, str]:
    """On a worker, once: the network, and the sum of what it makes of a fixed image.

    Processors of different kinds add up in different orders, and so do other versions of TensorFlow.
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
    found = hashlib.sha256()
    for values in feature_maps(model, batch).values():
        found.update(np.ascontiguousarray(values).tobytes())
    return model, found.hexdigest()
