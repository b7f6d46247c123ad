"""Preloaded by the two workers of test_dask_cluster, so that one can be killed at a known point.

VGGVIZ_TEST_ROLE is "blocking" or "waiting"; in the folder VGGVIZ_TEST_RECORDS each worker records the images
it has started to read. With two images per task, the blocking worker finishes its first task and blocks in
the middle of its second. The waiting worker reads no image before the other has been killed.
"""

import os
import time
from pathlib import Path

from vggviz._shared import backend
from vggviz.datasets import dask_cluster

role, records = os.environ["VGGVIZ_TEST_ROLE"], Path(os.environ["VGGVIZ_TEST_RECORDS"])
load = dask_cluster.try_load
started = []


def try_load(path, size):
    if role == "waiting":
        wait_for("killed")
    started.append(path.name)
    (records / role).write_text("\n".join(started))
    if role == "blocking" and len(started) == 4:
        (records / "halted").touch()
        wait_for("never")
    return load(path, size)


def wait_for(name):
    while not (records / name).exists():
        time.sleep(0.02)


def dask_setup(worker):
    """Called once by Dask, which may import this file several times."""
    backend.keras()  # TensorFlow is imported while the test still writes its images
    dask_cluster.try_load = try_load
