"""Loading Tiny ImageNet: its layout, and invalid archives."""

import zipfile

import numpy as np
import pytest

from sentences import refused
from tiny_imagenet import CLASSES, TRAINING, VALIDATION
from training import data


def test_the_public_layout_is_loaded(archive):
    found = data.load(archive)
    assert found.wnids == ["n00000009", "n00000008", "n00000007"]  # the file's order, not sorted
    assert found.labels == [f"thing {wnid}" for wnid in found.wnids]
    assert [len(names) for names in found.training] == [TRAINING] * CLASSES
    assert [len(names) for names in found.validation] == [VALIDATION] * CLASSES
    assert all(names == sorted(names) for names in found.training + found.validation)
    with found.reader() as reader:
        for label in range(CLASSES):
            for name in (found.training[label][-1], found.validation[label][0]):
                assert np.asarray(reader.image(name)).mean() == pytest.approx(30 + 80 * label, abs=3)


def test_invalid_archives(tmp_path):
    with refused("missing.zip", kind=FileNotFoundError):
        data.load(tmp_path / "missing.zip")
    (tmp_path / "text.zip").write_text("no zip")
    with refused("text.zip", "Tiny ImageNet"):
        data.load(tmp_path / "text.zip")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as opened:
        opened.writestr("readme.txt", "other")
    with refused("other.zip", "Tiny ImageNet", "wnids.txt"):
        data.load(tmp_path / "other.zip")


def test_a_class_without_images(tmp_path):
    with zipfile.ZipFile(tmp_path / "few.zip", "w") as opened:
        for name, text in (("wnids", "n1"), ("words", "n1\tone"), ("val/val_annotations", "")):
            opened.writestr(f"{data.ROOT}/{name}.txt", text)
    with refused("n1", "0 and 0"):
        data.load(tmp_path / "few.zip")
