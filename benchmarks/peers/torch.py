"""PyTorch: forward hooks on VGG16 in channels-last memory layout, which is the faster one."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from benchmarks.peers import by_hand
from benchmarks.peers.answering import THREADS, Work, folders, serve
from benchmarks.peers.material import BLOCKS, EXPLAINED, TOGETHER, Material, read


def vgg16(given: Material) -> nn.Sequential:
    """The convolutional part; each ReLU has the name of its convolution in Keras."""
    parts: OrderedDict[str, nn.Module] = OrderedDict()
    before = 3
    for block, (depth, channels) in enumerate(BLOCKS, 1):
        for k in range(1, depth + 1):
            name = f"block{block}_conv{k}"
            convolution = nn.Conv2d(before, channels, 3, padding=1)
            kernel, bias = given.weights[name]
            convolution.weight.data = torch.from_numpy(kernel.transpose(3, 2, 0, 1).copy())
            convolution.bias.data = torch.from_numpy(bias)
            parts[f"{name}_linear"], parts[name], before = convolution, nn.ReLU(inplace=True), channels
        parts[f"block{block}_pool"] = nn.MaxPool2d(2)
    return nn.Sequential(parts).to(memory_format=torch.channels_last).eval()


def tensor(batch: np.ndarray) -> torch.Tensor:
    """View a batch (N, H, W, C) as (N, C, H, W) without copying."""
    return torch.from_numpy(batch).permute(0, 3, 1, 2)


def hooked(model: nn.Sequential) -> dict[str, torch.Tensor]:
    """Register forward hooks that store the last output of each layer in the returned dictionary."""
    outputs: dict[str, torch.Tensor] = {}
    for name, part in model.named_children():
        if not name.endswith("_linear"):
            part.register_forward_hook(lambda _, __, output, name=name: outputs.__setitem__(name, output))
    return outputs


def extraction(given: Material) -> Work:
    model = vgg16(given)
    outputs = hooked(model)
    batch = given.batch

    @torch.inference_mode()
    def run() -> dict[str, np.ndarray]:
        model(tensor(batch))
        return {name: output.permute(0, 2, 3, 1).numpy() for name, output in outputs.items()}

    return Work(run)


def folder(given: Material, count: int) -> Work:
    """Accumulate the statistics over batches."""
    model = vgg16(given)
    outputs = hooked(model)

    @torch.inference_mode()
    def run() -> dict[str, np.ndarray]:
        paths = sorted(given.images(count).iterdir())
        sums = by_hand.Sums()
        for start in range(0, len(paths), TOGETHER):
            model(tensor(read(paths[start : start + TOGETHER])))
            for name, output in outputs.items():
                sums.add(name, output.numel() // output.shape[1], _sums_of_batch(output))
        return sums.statistics()

    return Work(run)


def _sums_of_batch(output: torch.Tensor) -> list[np.ndarray]:
    axes = (0, 2, 3)
    sums = [output.sum(axes), (output**2).sum(axes), output.amax(axes), (output <= 0).sum(axes)]
    return [each.numpy() for each in sums]


def grad_cam(given: Material) -> Work:
    """Grad-CAM from PyTorch's gradients, as it has no function for it."""
    model = vgg16(given)
    outputs = hooked(model)
    kernel, bias = (torch.from_numpy(each) for each in given.weights["predictions"])
    batch, chosen = given.batch, given.chosen

    def run() -> dict[str, np.ndarray]:
        features = model(tensor(batch))
        logits = features.mean((2, 3)) @ kernel + bias
        maps = outputs[EXPLAINED]
        (gradient,) = torch.autograd.grad(logits[0, chosen], maps)
        cells = (gradient.mean((2, 3), keepdim=True) * maps).sum(1, keepdim=True).relu()
        enlarged = functional.interpolate(cells, batch.shape[1:3], mode="bilinear", align_corners=False)
        return {"map": enlarged[:, 0].detach().numpy()}

    return Work(run)


TASKS = {
    "extraction": extraction,
    **folders(folder),
    "grad_cam": grad_cam,
}

if __name__ == "__main__":
    torch.set_num_threads(THREADS)
    serve(TASKS, ["torch", "numpy"])
