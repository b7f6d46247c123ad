"""All numbers of an atlas as a table in CSV, with a data dictionary: a Frictionless tabular data package.

https://datapackage.org/standard/data-package/ and https://datapackage.org/standard/table-schema/
"""

from __future__ import annotations

import csv
import functools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vggviz._shared import package_data
from vggviz._shared.files import atomic_path

COLUMNS = "atlas_columns.json"
DIGITS = 4
"""Significant digits of a number."""
LICENCE = {"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}
REPOSITORY = "https://github.com/inside-vgg16/inside-vgg16"
WEIGHTS = "https://www.robots.ox.ac.uk/~vgg/research/very_deep/"

Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Column:
    """An entry of the data dictionary: an array of the atlas, and its columns in the table.

    Attributes:
        name: the array's name.
        unit: unit of its values; "" for plain numbers.
        meaning: what they are, in a sentence.
        source: what they were computed from.
        in_table: whether the table has them.
    """

    name: str
    unit: str
    meaning: str
    source: str
    in_table: bool = True


@functools.cache
def data_dictionary() -> dict[str, Column]:
    """Every array that an atlas may hold, in the table's order, {name: Column}."""
    return {entry["name"]: Column(**entry) for entry in json.loads(package_data.read(COLUMNS))}


def rows_of(arrays: Mapping[str, Arrays], families: Sequence[str]) -> list[dict[str, Any]]:
    """A row for each channel, {column: int, float, str or None}; see `Atlas.table`.

    Args:
        arrays: {layer: its arrays}.
        families: names of the families.
    """
    axes: dict[str, tuple[int, ...]] = {}
    for found in arrays.values():
        for name in found:
            shape = found[name].shape[1:]
            axes[name] = max(axes.get(name, shape), shape)  # narrow layers have fewer relatives
    names = [name for name, column in data_dictionary().items() if column.in_table and name in axes]
    rows = []
    for layer, found in arrays.items():
        columns = {name: _columns(name, axes[name], found.get(name)) for name in names}
        for channel in range(len(next(iter(found.values()), ()))):
            row = {"layer": layer, "channel": channel}
            for each in columns.values():
                row |= {key: _plain(values, channel) for key, values in each.items()}
            rows.append(_with_family_names(row, families))
    return rows


def _columns(name: str, axes: tuple[int, ...], array: np.ndarray | None) -> dict[str, np.ndarray | None]:
    """The columns of an array: one, or one for each place on its further axes; None if not known."""
    if not axes:
        return {name: array}
    places = list(np.ndindex(axes))
    return {
        f"{name}_{'_'.join(map(str, place))}": array[:, *place]
        if array is not None and all(k < side for k, side in zip(place, array.shape[1:], strict=True))
        else None
        for place in places
    }


def _plain(values: np.ndarray | None, channel: int) -> int | float | None:
    """A channel's value as a number of Python; None for NaN, and for -1 as an index."""
    plain = None if values is None else values[channel].item()
    exists = plain is not None and (not math.isnan(plain) if isinstance(plain, float) else plain >= 0)
    return plain if exists else None


def _with_family_names(row: dict[str, Any], families: Sequence[str]) -> dict[str, Any]:
    of_families = [key for key in row if key.split("_of_halves")[0] == "family"]
    names = {key: families[row[key]] for key in of_families if row[key] is not None}
    return row | names


def write_data_package(path: Path, rows: list[dict[str, Any]], head: Mapping[str, Any]) -> Path:
    """Write the rows as CSV, and NAME.datapackage.json beside it; see `Atlas.write_table`."""
    columns = list(rows[0])
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_text(row[column]) for column in columns] for row in rows)
    package = _package(path.name, columns, head)
    with atomic_path(path.with_name(f"{path.stem}.datapackage.json")) as temporary:
        temporary.write_text(f"{json.dumps(package, ensure_ascii=False, indent=1)}\n", "utf-8")
    return path


def _text(value: Any) -> Any:
    return f"{value:.{DIGITS}g}".replace("inf", "INF") if isinstance(value, float) else value


def _package(file: str, columns: Sequence[str], head: Mapping[str, Any]) -> dict[str, Any]:
    """The descriptor of the data package."""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "channel-atlas",
        "title": f"The channels of a convolutional network: {head['network']}",
        "version": head["version"],
        "homepage": REPOSITORY,
        "contributors": [{"title": "The Inside VGG16 authors", "roles": ["creator"]}],
        **_origin(head),
        "description": _how_to_cite(head),
        "pictures": head["pictures"],
        "axes": head["axes"],
        "recipe": head["recipe"],
        "resources": [
            {
                "name": "channels",
                "path": file,
                "format": "csv",
                "encoding": "utf-8",
                "schema": {
                    "fields": _fields(columns),
                    "primaryKey": ["layer", "channel"],
                    "missingValues": [""],
                },
            }
        ],
    }


def _origin(head: Mapping[str, Any]) -> dict[str, Any]:
    """Source of the weights; and licence of the numbers, where that of the weights is known."""
    source = {"title": f"{head['network']}, SHA-256 {head['weights']}"}
    if not head["network"].startswith("imagenet"):
        return {"sources": [source]}
    return {"licenses": [LICENCE], "sources": [source | {"path": WEIGHTS}]}


def _how_to_cite(head: Mapping[str, Any]) -> str:
    return (
        "One row for each channel; an empty value is not known, or does not exist for a silent channel. "
        f"To cite: The Inside VGG16 authors, The channel atlas, vggviz {head['version']}, {REPOSITORY}."
    )


def _fields(columns: Sequence[str]) -> list[dict[str, str]]:
    """The fields of the table's schema: name, type, unit, meaning and source of each column."""
    known, fields = data_dictionary(), []
    for name in columns:
        array = name if name in known else name.rstrip("0123456789_")
        entry = known.get(array, Column(array, "", _KEYS.get(array, ""), "the network"))
        kind = "string" if name == "layer" or name.startswith("family") else "number"
        fields.append(
            {"name": name, "type": kind, "unit": entry.unit}
            | {"description": entry.meaning, "source": entry.source}
        )
    return fields


_KEYS = {"layer": "Name of the layer.", "channel": "Index of the channel, from 0."}
