"""All 18 layers of one photograph beside a bare matrix product: how near the processor's own speed?"""

from __future__ import annotations

from collections.abc import Iterator

import vggviz
from benchmarks.timing import Ratio, compare
from vggviz._shared import backend

MATRIX = 2048
"""Side of the yardstick's matrices: large enough for a product to run at full speed."""


def measure() -> Iterator[Ratio]:
    """Yield the ratio of extraction to a matrix product of as many multiplications."""
    model = vggviz.load_vgg16("random")
    batch = vggviz.preprocess(vggviz.load_image("cat"))
    yield compare(
        "18 layers: a matrix product of the same work",
        lambda: vggviz.feature_maps(model, batch),
        _products(model),
        wanted=0.75,
        turns=15,
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
