"""The peers (tools that are compared) and the tasks that each of them can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.peers.material import FOLDERS, SMALL, STEPS

OURS = "ours"
FORWARD = "forward_only"
OWN = (OURS, FORWARD)
"""This library with Keras, and with onnxruntime for what needs no gradients."""
ROOT = Path(__file__).parent.parent
OLDER_KERAS = {"TF_USE_LEGACY_KERAS": "1"}


@dataclass(frozen=True)
class Peer:
    """A tool that does the tasks.

    Attributes:
        title: name in tables and figures.
        settings: environment variables that it needs.
    """

    title: str
    settings: Mapping[str, str] = field(default_factory=dict)


PEERS = {
    OURS: Peer("vggviz (ours)"),
    FORWARD: Peer("vggviz, forward only (ours)"),
    "classic": Peer("classic notebook"),
    "tf_explain": Peer("tf-explain", OLDER_KERAS),
    "tf_keras_vis": Peer("tf-keras-vis"),
    "keract": Peer("keract", OLDER_KERAS),
    "torch": Peer("PyTorch"),
    "onnxruntime": Peer("onnxruntime"),
}


def requirements(peer: str) -> Path | None:
    """The requirements file of a peer's environment; None if it runs in the project's environment."""
    path = ROOT / "benchmarks" / "peers" / f"{peer}.txt"
    return path if path.is_file() else None


@dataclass(frozen=True)
class Task:
    """A task that all its peers do with the same input files.

    Attributes:
        title: description.
        short: description for axis labels and narrow columns.
        peers: names of the peers that can do it, ours first.
        turns: number of turns of each peer after the first.
        alone: whether only one peer's process runs at a time, because memory is measured.
        compared: whether the results must equal ours.
        other: {peer: how its definition differs}, for peers whose results cannot equal ours.
        stacked: {peer: bytes} for peers that hold all maps of all images at once.
    """

    title: str
    short: str
    peers: tuple[str, ...]
    turns: int = 0
    alone: bool = False
    compared: bool = True
    other: Mapping[str, str] = field(default_factory=dict)
    stacked: Mapping[str, int] = field(default_factory=dict)


BYTES_OF_MAPS = 4 * sum(
    cells * channels
    for cells, channels in (
        (224 * 224, 2 * 64),
        (112 * 112, 64 + 2 * 128),
        (56 * 56, 128 + 3 * 256),
        (28 * 28, 256 + 3 * 512),
        (14 * 14, 512 + 3 * 512),
        (7 * 7, 512),
    )
)
"""Bytes of the maps of all 18 layers for one image."""


def _folder(count: int) -> Task:
    return Task(
        f"statistics of every channel over {count} pictures",
        f"{count} pictures",
        (OURS, FORWARD, "torch", "onnxruntime", "classic", "keract"),
        turns=1,
        alone=True,
        stacked=dict.fromkeys(("classic", "keract"), count * BYTES_OF_MAPS),
    )


TASKS = {
    "extraction": Task(
        "18 layers of one picture",
        "18 layers",
        (OURS, FORWARD, "classic", "tf_explain", "keract", "torch", "onnxruntime"),
        turns=3,
    ),
    "one_layer_drawn": Task(
        "512 maps of 28 × 28 drawn",
        "512 drawn",
        (OURS, "classic", "keract", "tf_explain"),
        turns=2,
        compared=False,
    ),
    "one_layer_saved": Task(
        "512 maps of 28 × 28 saved as bare pixels",
        "512 saved",
        (OURS, "tf_explain"),
        turns=2,
        compared=False,
    ),
    "all_layers_drawn": Task(
        "4,224 maps of 13 layers drawn",
        "4,224 drawn",
        (OURS, "classic", "keract", "tf_explain"),
        compared=False,
    ),
    **{f"folder{count}": _folder(count) for count in FOLDERS},
    "grad_cam": Task(
        "Grad-CAM",
        "Grad-CAM",
        (OURS, FORWARD, "tf_keras_vis", "torch", "tf_explain"),
        turns=2,
    ),
    "score_cam": Task(
        f"Score-CAM, 512 channels, at {SMALL} pixels",
        "Score-CAM",
        (OURS, "tf_keras_vis"),
        turns=1,
        other={
            "tf_keras_vis": "each channel weighs its class's probability, not a softmax over the channels"
        },
    ),
    "maximization": Task(
        f"what a channel wants, drawn in {STEPS} steps",
        "a channel",
        (OURS, "tf_keras_vis"),
        turns=1,
        other={"tf_keras_vis": "the start, the parameterisation and the regularisers are its own"},
    ),
}
