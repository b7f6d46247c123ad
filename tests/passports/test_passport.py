"""A passport says what is known, and nothing of what is not."""

import numpy as np
import pytest

from vggviz.passports.passport import Example, passport_of

HEAD = {
    "pictures": ["cat", "coffee"],
    "families": ["line", "other"],
    "classes": ["cat", "dog"],
    "labels": ["yes", "no"],
    "layers": {
        "one": {"channels": 2, "reads": None, "feeds": "two", "loss_answer_is_exact": False},
        "two": {"channels": 2, "reads": "one", "feeds": None, "loss_answer_is_exact": True},
    },
}
ARRAYS = {
    "family": np.array([0, 1], np.uint8),
    "inputs": np.array([[1, -1], [-1, -1]]),
    "input_shares": np.array([[-0.5, 0], [0, 0]], np.float32),
    "example_images": np.array([[1, 0], [-1, -1]]),
    "example_values": np.array([[3, 2], [0, 0]], np.float32),
    "example_rows": np.array([[4, 5], [-1, -1]]),
    "example_columns": np.array([[6, 7], [-1, -1]]),
    "zeros": np.array([0.25, 1], np.float32),
    "mean": np.array([1, 0], np.float32),
    "largest": np.array([3, 0], np.float32),
    "preferred_orientation": np.array([45, np.nan], np.float32),
    "orientation_selectivity": np.array([0.5, np.nan], np.float32),
    "expanded_correlation": np.array([0.2, 0.9], np.float32),
    "cancellation": np.array([0.9, 0.1], np.float32),
    "loss_answer": np.array([-0.5, 0], np.float32),
    "class_outputs": np.array([[1, 0], [0, 1]]),
    "class_shares": np.array([[0.5, -0.1], [0.2, 0]], np.float32),
}


def test_what_is_known_is_named():
    passport = passport_of(HEAD, "two", 0, ARRAYS)
    assert passport.family == "line"
    assert passport.inputs == (("one", 1, -0.5),)
    assert passport.examples == (Example("coffee", 3.0, 4, 6), Example("cat", 2.0, 5, 7))
    assert [label for label, _ in passport.class_outputs] == ["no", "yes"]
    assert passport.number("preferred_orientation") == 45
    assert passport.expanded_means_little
    text = str(passport)
    for words in (
        "two / 0, one of 2 channels",
        "family: line",
        "orientation 45 degrees (selectivity 0.50)",
        "25 % zeros",
        "coffee 3",
        "made of: one / 1 -50%",
        "they say little",
        "no +50%",
        "lead changes by -0.5",
    ):
        assert words in text
    assert "estimate" not in text


def test_what_is_silent_has_none_and_what_is_unknown_is_none():
    passport = passport_of(HEAD, "two", 1, ARRAYS)
    assert passport.inputs == passport.examples == ()
    assert passport.number("preferred_orientation") is None
    assert passport.outputs is passport.classes is passport.alike_by_kernel is None
    text = str(passport)
    assert "none of 2 pictures" in text
    assert "orientation" not in text
    assert "they say little" not in text
    assert "nan" not in text.lower()
    alone = passport_of(HEAD, "one", 0, {})
    assert str(alone) == "one / 0, one of 2 channels"
    assert alone.family is alone.expanded_means_little is None


def test_an_estimate_is_called_one_and_says_how_good_it_is():
    assert "first-order estimate" in str(passport_of(HEAD, "one", 0, ARRAYS))
    losses = {
        "loss_answer": np.array([1, 2, 3, 9], np.float32),
        "loss_answer_exact": np.array([2, 4, 6, np.nan], np.float32),
    }
    assert passport_of(HEAD, "one", 0, losses).loss_answer_correlation == pytest.approx(1)
    assert "(correlation with the exact change in its layer 1.00)" in str(passport_of(HEAD, "one", 3, losses))
    few = {name: values[:2] for name, values in losses.items()}
    assert passport_of(HEAD, "one", 0, few).loss_answer_correlation is None


def test_straight_edges_have_no_radius():
    arrays = {"preferred_radius": np.array([np.inf], np.float32)}
    assert "prefers straight edges" in str(passport_of(HEAD, "one", 0, arrays))
