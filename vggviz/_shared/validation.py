"""Validation of arguments; each error names the value received and what is allowed."""

from __future__ import annotations

import os
import reprlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

_quoted = reprlib.Repr()
_quoted.maxstring = _quoted.maxother = 200
LARGEST = 1e15
"""Largest absolute value allowed: squares and sums of larger ones would overflow float32."""
OVERSHOOT = 1e-3
"""How far floats may lie outside 0 to 1, as levels of images do after resizing."""

Thing = TypeVar("Thing")


def path_text(path: str | os.PathLike[str]) -> str:
    """A path as text for messages and files, with backslash escapes for bytes that are not UTF-8."""
    try:
        return os.fsencode(path).decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:  # the file system's encoding lacks a character
        return str(path).encode("utf-8", "backslashreplace").decode()


def shown(value: Any) -> str:
    """A short one-line representation of a value for error messages; arrays by dtype and shape."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape}"
    if isinstance(value, (str, os.PathLike)):
        value = path_text(value)
    return " ".join(_quoted.repr(value).split())


def whole(what: str, value: Any, least: int = 0, most: int | None = None) -> int:
    """The value as an int; ValueError unless it is a whole number from `least` to `most`."""
    known = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not (known and least <= value and (most is None or value <= most)):
        span = f"from {least:,} on" if most is None else f"from {least:,} to {most:,}"
        raise ValueError(f"The {what} is a whole number {span}; got {shown(value)}.")
    return int(value)


def real(what: str, value: Any, least: float = -LARGEST, most: float = LARGEST) -> float:
    """The value as a float; ValueError unless it is a number from `least` to `most`."""
    known = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    if not (known and least <= value <= most):
        raise ValueError(f"The {what} is a number from {least:g} to {most:g}; got {shown(value)}.")
    return float(value)


def one_of(what: str, value: Any, known: Iterable[str]) -> str:
    """The value; ValueError that lists the allowed strings unless it is one of them."""
    listed = list(known)
    if not isinstance(value, str) or value not in listed:
        raise ValueError(f"Unknown {what} {shown(value)}; use one of {', '.join(listed)}.")
    return listed[listed.index(value)]


def instance(what: str, value: Any, kind: type[Thing] | tuple[type[Thing], ...]) -> Thing:
    """The value; TypeError unless it is an instance of `kind`."""
    if not isinstance(value, kind):
        raise TypeError(f"{what} is wanted; got {shown(value)}, a {type(value).__name__}.")
    return value


def function(what: str, value: Any) -> Any:
    """The value; TypeError unless it is callable."""
    if not callable(value):
        raise TypeError(f"{what} must be a function; got {shown(value)}, a {type(value).__name__}.")
    return value


def mapping(what: str, value: Any) -> Mapping[str, Any]:
    """The value; TypeError unless it is a mapping, ValueError if it is empty."""
    if not isinstance(value, Mapping):
        raise TypeError(f"{what} must be a dict {{name: value}}; got {shown(value)}.")
    if not value:
        raise ValueError(f"{what} must be a dict with at least one entry; got an empty one.")
    return value


def several(what: str, value: Any) -> Iterable[Any]:
    """The value; TypeError unless it is an iterable other than text."""
    single = isinstance(value, (str, bytes)) or (isinstance(value, np.ndarray) and value.ndim == 0)
    if single or not isinstance(value, Iterable):
        raise TypeError(f"{what} must be a list; got {shown(value)}.")
    return value


def path(what: str, value: Any) -> Path:
    """The value as a path; TypeError unless it is text or path-like, without null characters."""
    if not isinstance(value, (str, os.PathLike)) or "\0" in str(value):
        raise TypeError(f"The {what} must be a path; got {shown(value)}.")
    return Path(value)


def is_file(place: Path) -> bool:
    """Whether the file exists; False, not an error, for names that the system does not allow."""
    try:
        return place.is_file()
    except (OSError, ValueError):
        return False


def is_folder(place: Path) -> bool:
    """Whether the folder exists; False, not an error, for names that the system does not allow."""
    try:
        return place.is_dir()
    except (OSError, ValueError):
        return False


def numbers(what: str, value: Any, shape: str, axes: int | tuple[int, ...]) -> np.ndarray:
    """The value as an array of finite numbers; ValueError otherwise. Arguments as in `array`."""
    return finite(what, array(what, value, shape, axes))


def array(what: str, value: Any, shape: str, axes: int | tuple[int, ...], kinds: str = "uif") -> np.ndarray:
    """The value as an array; ValueError unless it has the given dtype and number of axes, and is not empty.

    Args:
        what: the array's name in the message, in the plural.
        value: the argument to be checked.
        shape: the expected shape for the message, such as "(N, h, w, c)".
        axes: number of axes, or a tuple of allowed numbers.
        kinds: allowed kinds of dtype, as in `numpy.dtype.kind`.
    """
    try:
        given = np.asarray(value)
    except (TypeError, ValueError):  # a list of rows of different lengths, for instance
        given = np.empty(0, object)
    fits = given.ndim in (axes if isinstance(axes, tuple) else (axes,)) and 0 not in given.shape
    if not fits or given.dtype.kind not in kinds:
        raise ValueError(f"{what} must be numbers of shape {shape}; got {shown(value)}.")
    return given


def finite(what: str, given: np.ndarray) -> np.ndarray:
    """The array; ValueError if it holds NaN, infinite or huge values."""
    # NaN propagates through min and max; takes half the time of isfinite and no memory
    low, high = float(given.min()), float(given.max())
    if not (low >= -LARGEST and high <= LARGEST):
        raise ValueError(
            f"{what} hold NaN, infinite or huge values; every value must be a finite number of at most "
            f"{LARGEST:g}; got {shown(given)} from {low:g} to {high:g}."
        )
    return given


def image(what: str, value: Any) -> np.ndarray:
    """The value as uint8 levels (H, W, 3); ValueError unless it is an image of shape (H, W, 3) or (H, W, 4).

    Levels are integers from 0 to 255 or floats from 0 to 1, as in matplotlib; see OVERSHOOT. Of four
    channels the last is opacity, and the image is composited on white.
    """
    given = numbers(what, value, "(H, W, 3)", 3)
    if given.shape[2] not in (3, 4):
        raise ValueError(f"{what} must have shape (H, W, 3); got {given.shape}.")
    most = 1 if given.dtype.kind == "f" else 255
    if most == 1 and given.min() >= -OVERSHOOT and given.max() <= 1 + OVERSHOOT:
        given = given.clip(0, 1)
    if given.min() < 0 or given.max() > most:
        raise ValueError(
            f"{what} must have levels from 0 to {most}, as {given.dtype}; "
            f"got from {given.min():g} to {given.max():g}."
        )
    levels = given / most
    if given.shape[2] == 4:
        from skimage.color import rgba2rgb

        levels = rgba2rgb(levels)
    return np.rint(levels * 255).astype(np.uint8)


def channel_indices(what: str, value: Any, count: int) -> np.ndarray:
    """Channel indices, one or several, as an int array; ValueError unless all are from 0 to count - 1."""
    try:
        given = np.atleast_1d(np.asarray(value))
    except (TypeError, ValueError):
        given = np.empty(0)
    fits = given.ndim == 1 and given.size and given.dtype.kind in "ui"
    if not fits or given.min() < 0 or given.max() >= count:
        raise ValueError(f"{what} must be from 0 to {count - 1}; got {shown_list(value)}.")
    return given.astype(int)


def shown_list(value: Any) -> str:
    """Like `shown`, but with the values of a short array."""
    short = isinstance(value, np.ndarray) and value.ndim == 1 and value.size <= 8
    return str(value.tolist()) if short else shown(value)
