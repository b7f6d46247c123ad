"""Adversarial examples: small changes of an image, aimed along the gradient, that raise an objective."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vggviz._shared import validation
from vggviz.attribution.gradients import check_inputs, gradients
from vggviz.objectives import Objective

if TYPE_CHECKING:
    import keras


def adversarial_batch(
    model: keras.Model, batch: np.ndarray, objective: Objective, *, size: float = 1, steps: int = 1
) -> np.ndarray:
    """Images changed along the sign of the gradient, so that the objective rises.

    One step is the fast gradient sign method of Goodfellow, Shlens and Szegedy, "Explaining and Harnessing
    Adversarial Examples", 2015: every number of the batch changes by `size`, up or down. With more steps,
    each is ``2 * size / (steps + 1)`` long, and what exceeds `size` is cut off (Kurakin, Goodfellow and
    Bengio, "Adversarial examples in the physical world", 2017).

    Args:
        model: any Keras model.
        batch: float (N, H, W, C), preprocessed for the model.
        objective: the scalar to raise, for example ``class_logit(3) - class_logit(5)``.
        size: largest change of a number, in units of the batch; for VGG16 these are grey levels.
        steps: number of steps, a gradient each.

    Returns:
        float32 (N, H, W, C). Levels may leave the range of an image; `vggviz.deprocess` rounds and clips.

    Raises:
        ValueError: an objective with an unknown layer or channel, a batch whose shape does not match the
            model, a negative size, or `steps` below 1.
    """
    checked = check_inputs(model, batch, objective)
    size = validation.real("size of the change", size, 0)
    steps = validation.whole("number of steps", steps, 1)
    gradient = gradients(model, objective, checked.shape[1:], checked.dtype)
    changed = start = checked.astype(np.float32)
    for _ in range(steps):
        slopes = np.concatenate([gradient(image[np.newaxis])[0] for image in changed])
        moved = changed + 2 * size / (steps + 1) * np.sign(slopes)
        changed = np.clip(moved, start - size, start + size)
    return changed
