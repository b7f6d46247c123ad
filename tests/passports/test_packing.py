"""Packed arrays are the same up to the rounding that is promised."""

import numpy as np

from vggviz.passports.packing import packed, unpacked, without_little


def test_packing_rounds_and_no_more():
    rng = np.random.default_rng(0)
    arrays = {
        "curve": rng.normal(size=(5, 24)).astype(np.float32)
        * 10.0 ** np.arange(5)[:, None].astype(np.float32),
        "few": rng.normal(size=(5, 6)).astype(np.float32),
        "one": np.array([1, np.nan, np.inf, -2, 1e5], np.float32),
        "index": np.array([-1, 0, 300, 2, 40000], np.int32),
        "family": np.arange(5, dtype=np.uint8),
        "parts": np.array(["a", "bc"]),
    }
    arrays["curve"][1, 3] = np.nan
    arrays["curve"][2] = 0
    found = unpacked(packed(arrays))
    assert set(found) == set(arrays)
    step = np.nanmax(np.abs(arrays["curve"]), axis=1, keepdims=True) / 254
    error = np.abs(found["curve"] - arrays["curve"])
    assert np.isnan(found["curve"][1, 3])
    assert np.nanmax(error - step * 1.001) <= 0
    assert (found["curve"][2] == 0).all()
    np.testing.assert_allclose(found["few"], arrays["few"], rtol=1e-3, atol=1e-6)
    assert np.array_equal(found["one"], arrays["one"], equal_nan=True)
    for name in ("index", "family", "parts"):
        assert np.array_equal(found[name], arrays[name])
    assert sum(each.nbytes for each in packed(arrays).values()) < sum(a.nbytes for a in arrays.values()) / 1.5


def test_what_says_little_is_left_out():
    arrays = {
        "expanded": np.ones((3, 2, 2, 3), np.float16),
        "expanded_correlation": np.array([0.9, 0.1, np.nan], np.float32),
        "hue_spread_random": np.ones((3, 24)),
        "hue_random": np.ones((3, 24)),
    }
    found = without_little(arrays)
    assert set(found) == {"expanded", "expanded_correlation", "hue_random"}
    assert np.isnan(found["expanded"]).all(axis=(1, 2, 3)).tolist() == [False, True, True]
    assert (arrays["expanded"] == 1).all()
