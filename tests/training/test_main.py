"""The program `python -m training`."""

import json

import numpy as np

from tiny_imagenet import CLASSES, TRAINING, VALIDATION
from training import __main__ as command
from training import data
from vggviz._shared import package_data


def test_a_run_writes_all_files(archive, tiny, few_views, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command, "network", lambda source: tiny)
    out, work = tmp_path / "out", tmp_path / "work"
    out.mkdir()
    arguments = ["--data", str(archive), "--out", str(out), "--work", str(work), "--remark", "A remark."]
    assert command.main(arguments) == 0
    assert f"{CLASSES * (TRAINING + VALIDATION)} images" in capsys.readouterr().out
    linear = np.load(out / "linear_classifier.npz")
    assert linear["kernel"].shape == (8, CLASSES)
    table = np.load(out / "preferred_classes.npz")
    assert table["effect_sizes"].shape == (14, CLASSES)
    assert table["layers"].tolist() == ["block1_conv1", "block2_conv1"]
    assert table["channels"].tolist() == [6, 8]
    names = json.loads((out / "tiny_imagenet_classes.json").read_text("utf-8"))
    assert [name["wnid"] for name in names] == data.load(archive).wnids
    numbers = json.loads((out / "linear_classifier_card.json").read_text("utf-8"))
    assert numbers["classifier"]["accuracy"]["plain"]["top1"] == 1.0
    text = (out / "model_card.md").read_text("utf-8")
    assert "A remark." in text
    assert package_data.ARRAYS_SHA256 in text
    assert "{" not in text


def test_user_errors_are_one_sentence(archive, tmp_path, capsys):
    for wrong, text in (
        ({"--data": str(tmp_path / "none.zip")}, "none.zip"),
        ({"--out": str(tmp_path / "nowhere")}, "nowhere"),
    ):
        options = {"--data": str(archive), "--out": str(tmp_path), "--work": str(tmp_path / "work")} | wrong
        assert command.main([word for pair in options.items() for word in pair]) == 2
        lines = capsys.readouterr().err.strip().splitlines()
        assert len(lines) == 1
        assert lines[0].startswith("training: ")
        assert text in lines[0]
