"""All 18 layers of one photograph: beside the classic recipe, and beside a bare matrix product."""

from __future__ import annotations

from collections.abc import Iterator

import vggviz
from benchmarks.timing import Ratio, compare
from vggviz import backend

MATRIX = 2048
"""Side of the yardstick's matrices: large enough for a product to run at full speed."""


def measure() -> Iterator[Ratio]:
    """Yield the ratios of extraction."""
    model = vggviz.load_vgg16("random")
    batch = vggviz.preprocess(vggviz.load_image("cat"))
    layers = list(vggviz.feature_maps(model, batch))

    def ours() -> object:
        return vggviz.feature_maps(model, batch)

    def classic() -> object:
        keras = backend.keras()
        return [
            keras.Model(model.input, model.get_layer(name).output).predict(batch, verbose=0)
            for name in layers
        ]

    yield compare("18 layers: a new Model and .predict for each", ours, classic, wanted=20)
    yield compare(
        "18 layers: a matrix product of the same work", ours, _products(model), wanted=0.75, turns=15
    )


def _products(model: object) -> object:
    """A float32 matrix product repeated until it has made as many multiplications as the network."""
    tf = backend.tensorflow()
    macs = sum(row.macs or 0 for row in vggviz.layer_table(model))
    turns = macs / MATRIX**3
    left, right = tf.random.normal((MATRIX, MATRIX)), tf.random.normal((MATRIX, MATRIX))
    rest = tf.random.normal((max(1, round(MATRIX * (turns % 1))), MATRIX))

    def work() -> object:
        whole = [tf.linalg.matmul(left, right) for _ in range(int(turns))]
        return [product[0, 0].numpy() for product in [*whole, tf.linalg.matmul(rest, right)]]

    return work
