"""Linear probes on the pools."""

from training import data, probes


def test_probes_separate_bright_from_dark_and_are_cached(archive, tiny, tmp_path, monkeypatch):
    dataset, cache = data.load(archive), tmp_path / "sample.npz"
    found = probes.measure(tiny, dataset, cache)
    assert list(found["probe"]) == ["block1_pool", "block2_pool"]
    assert found["probe"]["block1_pool"] == 1.0
    assert 0 < found["layers"]["block1_conv1"]["zeros"] < 1
    monkeypatch.setattr(probes, "_compute", None)
    assert probes.measure(tiny, dataset, cache) == found
