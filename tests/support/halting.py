"""Loaded by the two workers of test_scattering, so that one can be killed where it is known to be.

VGGVIZ_TEST_ROLE is "doomed" or "patient", VGGVIZ_TEST_NOTES a folder for what each has begun. With two
pictures a task, the doomed one ends its first task and halts for good in the middle of its second. The
patient one reads no picture before the other has been killed.
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
    """Dask imports this file more than once, and calls this once."""
    backend.keras()  # TensorFlow starts while the test still prepares its pictures
    dask_cluster.attempt = attempt
