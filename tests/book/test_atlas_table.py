"""The table of the book's atlas: a row for each channel, every column described, the same file each time."""

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest

from vggviz_book import atlas_table

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "vgg16-channels.zip"
    atlas_table.pack(ROOT / atlas_table.ATLAS, path)
    return path


def test_every_channel_has_a_row_and_every_column_a_description(packed):
    with zipfile.ZipFile(packed) as archive:
        table, dictionary = archive.namelist()
        rows = list(csv.DictReader(io.StringIO(archive.read(table).decode())))
        (resource,) = json.loads(archive.read(dictionary))["resources"]
    assert len(rows) == 4224
    assert (rows[-1]["layer"], rows[-1]["channel"]) == ("block5_conv3", "511")
    fields = resource["schema"]["fields"]
    assert [field["name"] for field in fields] == list(rows[0])
    assert all(field["description"] for field in fields)
    assert resource["path"] == table


def test_an_arc_is_a_curve(packed):
    with zipfile.ZipFile(packed) as archive:
        rows = csv.DictReader(io.StringIO(archive.read("vgg16-channels.csv").decode()))
        (row,) = (row for row in rows if (row["layer"], row["channel"]) == ("block3_conv3", "84"))
    assert row["family"] == "curve"
    assert 160 < float(row["preferred_direction"]) < 200


def test_the_file_is_small(packed):
    assert packed.stat().st_size < 4e6


@pytest.mark.audit
def test_the_file_is_the_same_each_time(packed, tmp_path):
    again = tmp_path / packed.name
    atlas_table.pack(ROOT / atlas_table.ATLAS, again)
    assert again.read_bytes() == packed.read_bytes()


def test_it_is_packed_anew_only_for_another_atlas_or_library(tmp_path, monkeypatch):
    class App:
        srcdir = tmp_path

    calls = []
    monkeypatch.setattr(atlas_table, "pack", lambda atlas, path, digest: calls.append(write(path, digest)))
    atlas_table.provide(App, None)  # a book without an atlas
    assert not calls
    (tmp_path / atlas_table.ATLAS).mkdir(parents=True)
    (tmp_path / "vggviz").mkdir()
    head, library = tmp_path / atlas_table.ATLAS / "atlas.json", tmp_path / "vggviz" / "table.py"
    for path, text, count in ((head, "one", 1), (head, "one", 1), (head, "two", 2), (library, "new", 3)):
        path.write_text(text)
        atlas_table.provide(App, None)
        assert len(calls) == count
    (tmp_path / atlas_table.PACKED).write_bytes(b"cut short")
    atlas_table.provide(App, None)
    assert len(calls) == 4


def write(path, digest):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.comment = digest
