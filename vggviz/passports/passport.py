"""The passport of one channel: all its numbers, and what they mean in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

LOW_CORRELATION = 0.5
"""Below this correlation expanded weights say little about what a channel responds to."""
Channel = tuple[str, int, float]
"""Layer and index of another channel, and a number about the relation to it."""


@dataclass(frozen=True)
class Example:
    """The place in a picture where a channel's activation is largest.

    Attributes:
        picture: the picture's name.
        value: the activation.
        row: row of the cell.
        column: column of the cell.
    """

    picture: str
    value: float
    row: int
    column: int


@dataclass(frozen=True)
class Passport:
    """What is known of one channel; `str` is readable. None: not known. (): a silent channel has none.

    Attributes:
        layer: the layer's name.
        channel: index of the channel, from 0.
        channels: how many channels the layer has.
        pictures: how many pictures the examples and losses were measured on.
        numbers: {name: number, or array of the axes after the channel's}, as in `Atlas.arrays`; what each is
            stands in the data dictionary beside the table.
        family: name of the family, such as "line".
        inputs: strongest channels of the layer that it reads, with the share of its kernel, signed.
        outputs: the channels whose kernels hold the largest share of it, with that share, signed.
        class_outputs: (label, share) of the classes whose weights hold the largest share of it, signed.
        alike_by_kernel: channels of the layer with the most similar kernels, with the cosine.
        alike_by_response: channels of the layer most similar over the pictures, with the cosine.
        examples: the strongest place in each of the pictures that excite it most.
        classes: (label, effect size) of the classes that activate it most.
        loss_answer_is_exact: whether `numbers["loss_answer"]` was measured by switching the channel off;
            False for the first-order estimate.
        loss_answer_correlation: correlation of the estimate with the exact change, over the sample of the
            layer's channels that were switched off.
    """

    layer: str
    channel: int
    channels: int
    pictures: int
    numbers: Mapping[str, Any] = field(repr=False)
    family: str | None = None
    inputs: tuple[Channel, ...] | None = None
    outputs: tuple[Channel, ...] | None = None
    class_outputs: tuple[tuple[str, float], ...] | None = None
    alike_by_kernel: tuple[Channel, ...] | None = None
    alike_by_response: tuple[Channel, ...] | None = None
    examples: tuple[Example, ...] | None = None
    classes: tuple[tuple[str, float], ...] | None = None
    loss_answer_is_exact: bool | None = None
    loss_answer_correlation: float | None = None

    def number(self, name: str) -> float | None:
        """One number by its name; None if it is unknown, or is NaN, as the preferences of silent channels."""
        value = self.numbers.get(name)
        return None if value is None or np.isnan(value) else float(value)

    @property
    def expanded_means_little(self) -> bool | None:
        """Whether the expanded weights predict the responses badly; None if there are none."""
        correlation = self.numbers.get("expanded_correlation")
        return None if correlation is None else not correlation >= LOW_CORRELATION

    def __str__(self) -> str:
        lines = [f"{self.layer} / {self.channel}, one of {self.channels} channels"]
        return "\n".join(lines + [f"  {line}" for write in _LINES for line in write(self)])


def passport_of(
    head: Mapping[str, Any], layer: str, channel: int, arrays: Mapping[str, np.ndarray]
) -> Passport:
    """The passport of a channel.

    Args:
        head: contents of atlas.json.
        layer: a layer of it.
        channel: index of one of its channels.
        arrays: the layer's arrays, {name: (channels, ...)}.
    """
    numbers = {name: array[channel] for name, array in arrays.items()}
    entry = head["layers"][layer]

    def related(name: str, values: str, where: str | None) -> tuple[Channel, ...] | None:
        pairs = _pairs(numbers, name, values)
        return None if pairs is None or where is None else tuple((where, k, value) for k, value in pairs)

    def labelled(name: str, values: str, labels: str) -> tuple[tuple[str, float], ...] | None:
        pairs = _pairs(numbers, name, values)
        return None if pairs is None else tuple((head[labels][k], value) for k, value in pairs)

    return Passport(
        layer,
        channel,
        entry["channels"],
        len(head["pictures"]),
        numbers,
        head["families"][numbers["family"]] if "family" in numbers else None,
        related("inputs", "input_shares", entry["reads"]),
        related("outputs", "output_shares", entry["feeds"]),
        labelled("class_outputs", "class_shares", "labels"),
        related("alike_by_kernel", "alike_by_kernel_cosine", layer),
        related("alike_by_response", "alike_by_response_cosine", layer),
        _examples(numbers, head["pictures"]),
        labelled("classes", "class_effects", "classes"),
        entry.get("loss_answer_is_exact"),
        _loss_correlation(arrays),
    )


def _loss_correlation(arrays: Mapping[str, np.ndarray]) -> float | None:
    """Correlation of the losses of the answer with the exact ones; None for fewer than three channels."""
    if not {"loss_answer", "loss_answer_exact"} <= set(arrays):
        return None
    pairs = np.stack([arrays["loss_answer"], arrays["loss_answer_exact"]]).astype(np.float64)
    pairs = pairs[:, np.isfinite(pairs).all(axis=0)]
    varies = pairs.shape[1] > 2 and (np.ptp(pairs, axis=1) > 0).all()
    return float(np.corrcoef(*pairs).item(1)) if varies else None


def _pairs(numbers: Mapping[str, Any], name: str, values: str) -> list[tuple[int, float]] | None:
    """Indices with their values; without those below 0, which stand for none."""
    if name not in numbers:
        return None
    listed = zip(numbers[name].tolist(), numbers[values].tolist(), strict=True)
    return [(k, value) for k, value in listed if k >= 0]


def _examples(numbers: Mapping[str, Any], pictures: list[str]) -> tuple[Example, ...] | None:
    if "example_images" not in numbers:
        return None
    names = ("images", "values", "rows", "columns")
    listed = zip(*(numbers[f"example_{name}"].tolist() for name in names), strict=True)
    return tuple(Example(pictures[k], value, *cell) for k, value, *cell in listed if k >= 0)


def _family(passport: Passport) -> list[str]:
    return [f"family: {passport.family}"] if passport.family else []


def _responses(passport: Passport) -> list[str]:
    zeros, mean, largest = map(passport.number, ("zeros", "mean", "largest"))
    if zeros is None:
        return []
    return [
        f"on {passport.pictures} pictures: {100 * zeros:.0f} % zeros, mean {mean:.4g}, largest {largest:.4g}"
    ]


def _preferences(passport: Passport) -> list[str]:
    """Preferred orientation, frequency, hue and radius, each with its selectivity if there is one."""
    units = {
        "preferred_orientation": "prefers the orientation {:.0f} degrees",
        "preferred_frequency": "prefers {:.3g} cycles a pixel",
        "preferred_hue": "prefers the hue {:.0f} degrees",
        "preferred_radius": "prefers curves of radius {:.3g} pixels",
    }
    found = []
    for name, text in units.items():
        if (value := passport.number(name)) is not None:
            kind = {"radius": "curvature"}.get(short := name.removeprefix("preferred_"), short)
            selectivity = passport.number(f"{kind}_selectivity")
            text = "prefers straight edges to curves" if np.isinf(value) else text
            found.append(text.format(value) + (f" (selectivity {selectivity:.2f})" if selectivity else ""))
    return found


def _examples_line(passport: Passport) -> list[str]:
    if passport.examples is None:
        return []
    listed = ", ".join(f"{each.picture} {each.value:.4g}" for each in passport.examples[:3])
    return [f"most excited by: {listed or f'none of {passport.pictures} pictures'}"]


def _relatives(passport: Passport) -> list[str]:
    shares = {"made of": passport.inputs, "goes to": passport.outputs}
    found = [
        f"{what}: {', '.join(f'{layer} / {k} {share:+.0%}' for layer, k, share in listed[:3])}"
        for what, listed in shares.items()
        if listed
    ]
    alike = {"kernels": passport.alike_by_kernel, "responses": passport.alike_by_response}
    return found + [
        f"most similar {what}: {', '.join(f'{k} ({cosine:.2f})' for _, k, cosine in listed[:3])}"
        for what, listed in alike.items()
        if listed
    ]


def _classes(passport: Passport) -> list[str]:
    found = []
    if passport.classes:
        found.append(f"classes: {', '.join(f'{name} {effect:.1f}' for name, effect in passport.classes[:5])}")
    if passport.class_outputs:
        listed = ", ".join(f"{name} {share:+.0%}" for name, share in passport.class_outputs)
        found.append(f"speaks for and against: {listed}")
    return found


def _losses(passport: Passport) -> list[str]:
    found = []
    if (share := passport.number("loss_next")) is not None:
        found.append(f"without it the maps behind it change by {share:.2%}")
    if (change := passport.number("loss_answer")) is not None:
        known = passport.loss_answer_correlation
        tried = "" if known is None else f" (correlation with the exact change in its layer {known:.2f})"
        how = "" if passport.loss_answer_is_exact else f", a first-order estimate{tried}"
        found.append(f"without it the first answer's lead changes by {change:+.3g}{how}")
    return found


def _expanded(passport: Passport) -> list[str]:
    correlation, cancellation = map(passport.number, ("expanded_correlation", "cancellation"))
    if passport.expanded_means_little is None or cancellation is None:
        return []
    known = "unknown" if correlation is None else f"{correlation:.2f}"
    warning = "; they say little" if passport.expanded_means_little else ""
    return [f"expanded weights: correlation {known}, {cancellation:.0%} cancels{warning}"]


_LINES: tuple[Callable[[Passport], list[str]], ...] = (
    *(_family, _preferences, _responses, _examples_line, _relatives, _expanded, _classes, _losses),
)
