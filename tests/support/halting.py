"""Preloaded by the two Dask workers of test_dask_cluster, so that one is killed at a known point.

VGGVIZ_TEST_ROLE is "doomed" or "patient"; VGGVIZ_TEST_NOTES is a folder in which each worker lists the
images that it has begun. With two images per task, the doomed worker completes its first task and blocks
in the middle of its second. The patient worker reads no image until the other has been killed.
"""

import os
import time
from pathlib import Path

from vggviz._shared import backend
from vggviz.datasets import dask_cluster

role, notes = os.environ["VGGVIZ_TEST_ROLE"], Path(os.environ["VGGVIZ_TEST_NOTES"])
read = dask_cluster.attempt
begun = []


def attempt(path, size):
    if role == "patient":
        wait_for("killed")
    begun.append(path.name)
    (notes / role).write_text("\n".join(begun))
    if role == "doomed" and len(begun) == 4:
        (notes / "halted").touch()
        wait_for("never")
    return read(path, size)


def wait_for(name):
    while not (notes / name).exists():
        time.sleep(0.02)


def dask_setup(worker):
    """Install the replacement; Dask calls this once, but imports the file more than once."""
    backend.keras()  # import TensorFlow while the test prepares its images
    dask_cluster.attempt = attempt
