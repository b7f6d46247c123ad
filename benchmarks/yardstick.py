"""Extraction of all 18 layers against a matrix product with as many multiplications."""

from __future__ import annotations

from collections.abc import Iterator

import vggviz
from benchmarks.timing import Ratio, compare
from vggviz._shared import backend

MATRIX = 2048
"""Side of the matrices, large enough for the product to run at full speed."""


def measure() -> Iterator[Ratio]:
    """Yield the ratio of the matrix product to extraction."""
    model = vggviz.load_vgg16("random")
    batch = vggviz.preprocess(vggviz.load_image("cat"))
    yield compare(
        "18 layers: a matrix product of the same work",
        lambda: vggviz.feature_maps(model, batch),
        _matrix_products(model),
        wanted=0.75,
        turns=15,
    )


def _matrix_products(model: object) -> object:
    """Function that repeats a float32 matrix product for as many multiplications as a forward pass."""
    tf = backend.tensorflow()
    macs = sum(row.macs or 0 for row in vggviz.layer_table(model))
    turns = macs / MATRIX**3
    left, right = tf.random.normal((MATRIX, MATRIX)), tf.random.normal((MATRIX, MATRIX))
    rest = tf.random.normal((max(1, round(MATRIX * (turns % 1))), MATRIX))

    def work() -> object:
        whole = [tf.linalg.matmul(left, right) for _ in range(int(turns))]
        return [product[0, 0].numpy() for product in [*whole, tf.linalg.matmul(rest, right)]]

    return work
