"""What callers give, looked at on the way in: one sentence says what came, and what would be right."""

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
"""Larger values would overflow single precision when they are squared and summed."""

Thing = TypeVar("Thing")


def words(path: str | os.PathLike[str]) -> str:
    """A path as text for readers and files, also where the system's encoding does not know its letters."""
    try:
        return os.fsencode(path).decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:  # no path of this system
        return str(path).encode("utf-8", "backslashreplace").decode()


def shown(value: Any) -> str:
    """A value as a sentence quotes it, on one line: short ones whole, arrays by their type and shape."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape}"
    if isinstance(value, (str, os.PathLike)):
        value = words(value)
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
    """The value; ValueError that lists the known words unless it is one of them."""
    listed = list(known)
    if not isinstance(value, str) or value not in listed:
        raise ValueError(f"Unknown {what} {shown(value)}; use one of {', '.join(listed)}.")
    return listed[listed.index(value)]


def instance(what: str, value: Any, kind: type[Thing] | tuple[type[Thing], ...]) -> Thing:
    """The value; TypeError unless it is of that kind. `what` says where such a thing comes from."""
    if not isinstance(value, kind):
        raise TypeError(f"{what} is wanted; got {shown(value)}, a {type(value).__name__}.")
    return value


def function(what: str, value: Any) -> Any:
    """The value; TypeError unless it can be called."""
    if not callable(value):
        raise TypeError(f"{what} is a function; got {shown(value)}, a {type(value).__name__}.")
    return value


def mapping(what: str, value: Any) -> Mapping[str, Any]:
    """The value; TypeError unless it is a dict or the like, ValueError if there is nothing in it."""
    if not isinstance(value, Mapping):
        raise TypeError(f"{what} stand in a dict, each under its name; got {shown(value)}.")
    if not value:
        raise ValueError(f"{what} stand in a dict, one at least; got an empty one.")
    return value


def several(what: str, value: Any) -> Iterable[Any]:
    """The value; TypeError unless it is several things one after the other (a text is one thing)."""
    single = isinstance(value, (str, bytes)) or (isinstance(value, np.ndarray) and value.ndim == 0)
    if single or not isinstance(value, Iterable):
        raise TypeError(f"{what} are a list; got {shown(value)}.")
    return value


def path(what: str, value: Any) -> Path:
    """The value as a path; TypeError unless it can be one."""
    if not isinstance(value, (str, os.PathLike)) or "\0" in str(value):
        raise TypeError(f"The {what} is named by a path; got {shown(value)}.")
    return Path(value)


def is_file(place: Path) -> bool:
    """Whether there is such a file; no name is too long or too strange to be asked for."""
    try:
        return place.is_file()
    except (OSError, ValueError):
        return False


def is_folder(place: Path) -> bool:
    """Whether there is such a folder."""
    try:
        return place.is_dir()
    except (OSError, ValueError):
        return False


def numbers(what: str, value: Any, shape: str, axes: int | tuple[int, ...]) -> np.ndarray:
    """The value as an array; ValueError unless it is one of finite numbers. Arguments as in `array`."""
    return finite(what, array(what, value, shape, axes))


def array(what: str, value: Any, shape: str, axes: int | tuple[int, ...], kinds: str = "uif") -> np.ndarray:
    """The value as an array; ValueError unless it holds numbers, on so many axes, none empty.

    Args:
        what: what the numbers are, in the plural.
        value: what the caller gave.
        shape: the shape that is wanted, in words such as "(N, h, w, c)".
        axes: how many axes, or the numbers of axes that will do.
        kinds: NumPy's letters of the kinds of numbers that will do.
    """
    try:
        given = np.asarray(value)
    except (TypeError, ValueError):  # a list of rows of different lengths, say
        given = np.empty(0, object)
    fits = given.ndim in (axes if isinstance(axes, tuple) else (axes,)) and 0 not in given.shape
    if not fits or given.dtype.kind not in kinds:
        raise ValueError(f"{what} must be numbers of shape {shape}; got {shown(value)}.")
    return given


def finite(what: str, given: np.ndarray) -> np.ndarray:
    """The array; ValueError if it holds NaN, infinite or huge values."""
    low, high = (
        float(given.min()),
        float(given.max()),
    )  # NaN if there is one: half the time of isfinite, no memory
    if not (low >= -LARGEST and high <= LARGEST):
        raise ValueError(
            f"{what} hold NaN, infinite or huge values; every value must be a finite number of at most "
            f"{LARGEST:g}; got {shown(given)} from {low:g} to {high:g}."
        )
    return given


def image(what: str, value: Any) -> np.ndarray:
    """The value as an array; ValueError unless it is an image, (H, W, 3) or (H, W, 4), of levels.

    Levels are uint8, or floats from 0 to 1, as matplotlib takes them.
    """
    given = numbers(what, value, "(H, W, 3)", 3)
    if given.shape[2] not in (3, 4):
        raise ValueError(f"{what} must have shape (H, W, 3); got {given.shape}.")
    most = 1 if given.dtype.kind == "f" else 255
    if given.min() < 0 or given.max() > most:
        raise ValueError(
            f"{what} must have levels from 0 to {most}, as {given.dtype}; "
            f"got from {given.min():g} to {given.max():g}."
        )
    return given


def channel_indices(what: str, value: Any, count: int) -> np.ndarray:
    """Indices of channels, one or several, as an array; ValueError unless they are from 0 to count - 1."""
    try:
        given = np.atleast_1d(np.asarray(value))
    except (TypeError, ValueError):
        given = np.empty(0)
    fits = given.ndim == 1 and given.size and given.dtype.kind in "ui"
    if not fits or given.min() < 0 or given.max() >= count:
        raise ValueError(f"{what} are numbers from 0 to {count - 1}; got {shown_list(value)}.")
    return given.astype(int)


def shown_list(value: Any) -> str:
    """Short lists and arrays whole."""
    short = isinstance(value, np.ndarray) and value.ndim == 1 and value.size <= 8
    return str(value.tolist()) if short else shown(value)
