"""What is compared with what: the peers, and the tasks that each of them has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.peers.material import SMALL, STEPS

OURS = "ours"
ROOT = Path(__file__).parent.parent
OLDER_KERAS = {"TF_USE_LEGACY_KERAS": "1"}


@dataclass(frozen=True)
class Peer:
    """One way to do the tasks.

    Attributes:
        title: how the page calls it.
        settings: environment variables that it needs.
    """

    title: str
    settings: Mapping[str, str] = field(default_factory=dict)


PEERS = {
    OURS: Peer("vggviz (ours)"),
    "classic": Peer("classic notebook"),
    "tf_explain": Peer("tf-explain", OLDER_KERAS),
    "tf_keras_vis": Peer("tf-keras-vis"),
    "keract": Peer("keract", OLDER_KERAS),
    "torch": Peer("PyTorch"),
    "onnxruntime": Peer("onnxruntime"),
}


def requirements(peer: str) -> Path | None:
    """The file of what a peer's environment holds; None for those that run in the project's own."""
    path = ROOT / "benchmarks" / "peers" / f"{peer}.txt"
    return path if path.is_file() else None


@dataclass(frozen=True)
class Task:
    """What all who have it do, from the same files.

    Attributes:
        title: what is done.
        short: the same, where there is little room.
        peers: who has it, ours first.
        turns: how many turns everybody has after the first.
        alone: whether the others' processes are ended before it is done, since memory is measured.
        compared: whether the numbers must be ours.
        other: {peer: what is defined otherwise, so that its numbers cannot be ours}.
        stacked: {peer: bytes} of those that hold all maps of all pictures at once.
    """

    title: str
    short: str
    peers: tuple[str, ...]
    turns: int = 0
    alone: bool = False
    compared: bool = True
    other: Mapping[str, str] = field(default_factory=dict)
    stacked: Mapping[str, int] = field(default_factory=dict)


MAPS_OF_A_PICTURE = 4 * sum(
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
"""Bytes of all 18 layers."""

FOLDERS = (50, 200)


def _folder(count: int) -> Task:
    return Task(
        f"statistics of every channel over {count} pictures",
        f"{count} pictures",
        (OURS, "torch", "onnxruntime", "classic", "keract"),
        alone=True,
        stacked=dict.fromkeys(("classic", "keract"), count * MAPS_OF_A_PICTURE),
    )


TASKS = {
    "extraction": Task(
        "18 layers of one picture",
        "18 layers",
        (OURS, "classic", "tf_explain", "keract", "torch", "onnxruntime"),
        turns=3,
    ),
    "one_layer_drawn": Task(
        "512 maps of 28 × 28 drawn",
        "512 drawn",
        (OURS, "classic", "keract", "tf_explain"),
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
        (OURS, "tf_keras_vis", "torch", "tf_explain"),
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
