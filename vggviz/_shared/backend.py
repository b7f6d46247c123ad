"""The one place where TensorFlow is started: late, and without its start-up lines."""

from __future__ import annotations

import functools
import os
from types import ModuleType

from vggviz._shared.stderr import quiet_stderr


@functools.cache
def tensorflow() -> ModuleType:
    """TensorFlow, imported at the first call (about five seconds)."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    # No environment variable stops all of its start-up lines, which would stand in every page of the book.
    with quiet_stderr():
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
