"""The one place where TensorFlow is started: late, and without its start-up lines."""

from __future__ import annotations

import functools
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


@functools.cache
def tensorflow() -> ModuleType:
    """TensorFlow, imported at the first call (about five seconds)."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with _quiet_stderr():
        import tensorflow as tf

        # The first look for devices and the first variable print lines of their own.
        tf.config.list_physical_devices()
        tf.zeros(1)
    return tf


@functools.cache
def keras() -> ModuleType:
    """Keras on TensorFlow, imported at the first call.

    Raises:
        ValueError: Keras is set to another backend in this process.
    """
    tensorflow()
    import keras

    if keras.backend.backend() != "tensorflow":
        raise ValueError(
            f"vggviz computes with Keras on TensorFlow; this process set {keras.backend.backend()!r}: "
            "unset KERAS_BACKEND, or set it to 'tensorflow'."
        )
    return keras


@contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Hold back what C++ code writes to file descriptor 2; show it only if the block fails.

    No environment variable stops all of TensorFlow's start-up lines, which would stand in every
    page of the book.
    """
    sys.stderr.flush()
    with tempfile.TemporaryFile() as held:
        stderr = os.dup(2)
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            held.seek(0)
            os.write(stderr, held.read())
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
