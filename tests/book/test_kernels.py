"""The environment, inputs and caches of the kernels that run the chapters."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image
from sphinx.errors import ExtensionError

from vggviz_book import chapters, kernels


def test_kernels_get_absolute_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "photo.png")
    monkeypatch.chdir(tmp_path)
    environ = {"VGGVIZ_IMAGE": "photo.png", "VGGVIZ_WEIGHTS": "random"}
    kernels.check_inputs(environ)
    assert environ == {"VGGVIZ_IMAGE": str(tmp_path / "photo.png"), "VGGVIZ_WEIGHTS": "random"}


def test_without_a_word_the_weights_are_imagenets() -> None:
    environ: dict[str, str] = {}
    kernels.check_inputs(environ)
    assert environ == {"VGGVIZ_WEIGHTS": "imagenet"}


@pytest.mark.parametrize("wrong", [{"VGGVIZ_IMAGE": "nowhere.jpg"}, {"VGGVIZ_WEIGHTS": "nowhere.h5"}])
def test_a_wrong_input_is_named_before_anything_runs(wrong: dict[str, str]) -> None:
    with pytest.raises(ExtensionError, match="nowhere"):
        kernels.check_inputs({"VGGVIZ_WEIGHTS": "random", **wrong})


def test_the_newest_caches_are_kept(tmp_path: Path) -> None:
    for age in range(8):
        (tmp_path / str(age)).mkdir()
        os.utime(tmp_path / str(age), (1000 - age, 1000 - age))
    kernels.remove_old(tmp_path)
    assert sorted(folder.name for folder in tmp_path.iterdir()) == ["0", "1", "2", "3"]


def test_at_least_one_kernel_runs() -> None:
    assert 1 <= chapters.kernels_at_once() <= (os.cpu_count() or 1)
