"""vggviz without TensorFlow: VGG16 by onnxruntime, with the weights that all get."""

from __future__ import annotations

import vggviz
from benchmarks.peers.answering import Work, folders, serve
from benchmarks.peers.material import EXPLAINED, Material
from benchmarks.peers.statistics import arrays


def extraction(given: Material) -> Work:
    model, batch = vggviz.load_forward_only("imagenet"), given.batch
    return Work(lambda: vggviz.feature_maps(model, batch))


def folder(given: Material, count: int) -> Work:
    model, images = vggviz.load_forward_only("imagenet"), given.images(count)
    return Work(lambda: vggviz.datasets.dataset_statistics(model, images), arrays)


def grad_cam(given: Material) -> Work:
    model = vggviz.load_forward_only("imagenet", "linear")
    objective, batch = vggviz.objectives.class_logit(given.chosen), given.batch
    return Work(lambda: {"map": vggviz.attribution.grad_cam(model, batch, objective, EXPLAINED)})


TASKS = {
    "extraction": extraction,
    **folders(folder),
    "grad_cam": grad_cam,
}

if __name__ == "__main__":
    serve(TASKS, ["onnxruntime", "numpy"])
