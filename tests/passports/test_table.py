"""The table and its description: each column is described, and what is not known is empty."""

import csv
import json

import numpy as np
import pytest

from vggviz.passports.table import data_dictionary, rows_of, write_data_package

HEAD = {
    "network": "imagenet weights",
    "weights": "0123",
    "version": "0.1.0",
    "pictures": ["cat"],
    "axes": {"hue": [0, 15]},
    "recipe": {},
}
ARRAYS = {
    "first": {
        "family": np.array([1, 0], np.uint8),
        "family_of_halves": np.array([[1, 0], [0, 0]], np.uint8),
        "hue": np.array([[1.5, 2], [3, np.nan]], np.float32),
        "preferred_radius": np.array([np.inf, 8], np.float32),
        "outputs": np.array([[3, -1], [0, 1]], np.int32),
        "expanded": np.zeros((2, 3, 3, 3)),
    },
    "second": {"hue": np.array([[4, 5.123456789]], np.float32), "outputs": np.array([[0]], np.int32)},
}


@pytest.fixture
def rows():
    return rows_of(ARRAYS, ["line", "other"])


def test_rows_have_the_same_columns(rows):
    assert [(row["layer"], row["channel"]) for row in rows] == [("first", 0), ("first", 1), ("second", 0)]
    assert len({tuple(row) for row in rows}) == 1
    assert rows[0]["family"] == "other"
    assert rows[1]["family_of_halves_1"] == "line"
    assert rows[0]["outputs_1"] is None
    assert rows[1]["hue_1"] is None
    assert rows[2]["family"] is rows[2]["outputs_1"] is None
    assert rows[2]["outputs_0"] == 0
    assert not [name for name in rows[0] if name.startswith("expanded")]


def test_the_files_hold_the_rows_and_describe_them(rows, tmp_path):
    path = write_data_package(tmp_path / "all.csv", rows, HEAD)
    with path.open(encoding="utf-8", newline="") as stream:
        read = list(csv.DictReader(stream))
    assert [row["hue_1"] for row in read] == ["2", "", "5.123"]
    assert [row["preferred_radius"] for row in read] == ["INF", "8", ""]
    package = json.loads((tmp_path / "all.datapackage.json").read_text("utf-8"))
    (table,) = package["resources"]
    assert table["path"] == "all.csv"
    fields = table["schema"]["fields"]
    assert [field["name"] for field in fields] == list(read[0])
    assert all(field["description"] and field["source"] for field in fields)
    assert package["licenses"][0]["name"] == "CC-BY-4.0"
    assert {field["type"] for field in fields if field["name"].startswith("family")} == {"string"}


def test_the_licence_of_other_weights_is_not_guessed(rows, tmp_path):
    write_data_package(tmp_path / "own.csv", rows, HEAD | {"network": "own.keras weights"})
    assert "licenses" not in json.loads((tmp_path / "own.datapackage.json").read_text("utf-8"))


def test_the_dictionary_is_whole():
    for column in data_dictionary().values():
        assert column.meaning.endswith("."), column.name
        assert column.source
