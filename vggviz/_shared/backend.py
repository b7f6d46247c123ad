"""Lazy import of TensorFlow and Keras, without TensorFlow's log lines at start-up."""

from __future__ import annotations

import functools
import os
from types import ModuleType

from vggviz._shared.stderr import TENSORFLOW, held_stderr

OTHERS = ("jax", "jaxlib", "openvino", "torch")
"""Packages of Keras' other backends."""


@functools.cache
def tensorflow() -> ModuleType:
    """TensorFlow, imported at the first call (about five seconds)."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    # No environment variable silences all log lines at start-up; they would appear in every page of the book.
    with held_stderr(TENSORFLOW):
        import tensorflow as tf

        # Listing the devices and creating the first tensor write further log lines.
        tf.config.list_physical_devices()
        tf.zeros(1)
    return tf


@functools.cache
def keras() -> ModuleType:
    """Keras on TensorFlow, imported at the first call.

    Raises:
        ValueError: Keras is set to another backend in this process.
    """
    try:
        tensorflow()  # imports Keras as well, if it can
        import keras
    except (ImportError, ValueError) as error:  # the backend that is set is not installed, or none of Keras'
        missing = getattr(error, "name", None)
        in_file = missing if missing in OTHERS else "tensorflow"
        if (name := os.environ.get("KERAS_BACKEND") or in_file) == "tensorflow":
            raise
        raise ValueError(_other_backend(name)) from error
    if keras.backend.backend() != "tensorflow":
        raise ValueError(_other_backend(keras.backend.backend()))
    return keras


def _other_backend(name: str) -> str:
    return (
        f"vggviz computes with Keras on TensorFlow; this process set {name!r}: "
        "unset KERAS_BACKEND, or set it to 'tensorflow', and so the backend in keras.json."
    )
