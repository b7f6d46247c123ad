"""`python -m training.words DATA_NOUN`: other words for the classes of Tiny ImageNet, out of WordNet 3.0.

DATA_NOUN is WordNet's file of nouns (data.noun; Debian's package wordnet-base has it as
/usr/share/wordnet/data.noun). ImageNet's ids of classes are places in it. Output: class_words.json.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from vggviz._shared import package_data


@dataclass(frozen=True)
class Synset:
    """Words of one meaning, and the ids of the meanings that they are kinds of."""

    words: list[str]
    kinds: list[str]


def synsets(lines: Iterable[str]) -> dict[str, Synset]:
    """WordNet's nouns by id, such as "n02123045".

    Args:
        lines: of data.noun; its format is described in WordNet's manual page wndb(5).
    """
    return dict(_synset(line) for line in lines if not line.startswith("  "))  # a licence comes first


def _synset(line: str) -> tuple[str, Synset]:
    fields = line.split(" | ")[0].split()
    count = int(fields[3], 16)
    words = [word.replace("_", " ") for word in fields[4 : 4 + 2 * count : 2]]
    pointers = fields[5 + 2 * count :]
    kinds = [
        f"n{place}" for sign, place in zip(pointers[::4], pointers[1::4], strict=False) if sign in ("@", "@i")
    ]
    return f"n{fields[0]}", Synset(words, kinds)


def class_words(known: dict[str, Synset], classes: dict[str, str]) -> dict[str, list[str]]:
    """Synonyms of each class, and the words for what it is a kind of, nearest first.

    What more than half of the classes are kinds of, such as "object", tells none from another.

    Args:
        known: WordNet's nouns.
        classes: {id: label}.
    """
    kinds = {wnid: _kinds(known, wnid) for wnid in classes}
    common = Counter(kind for found in kinds.values() for kind in found)
    return {
        label: [
            word
            for kind in kinds[wnid]
            if common[kind] <= len(classes) / 2
            for word in known[kind].words
            if word != label
        ]
        for wnid, label in classes.items()
    }


def _kinds(known: dict[str, Synset], wnid: str) -> list[str]:
    """A meaning and all that it is a kind of, each once, nearest first."""
    found = [wnid]
    for each in found:
        found += [kind for kind in known[each].kinds if kind not in found]
    return found


def main() -> None:
    """Write the words of the classes to the standard output."""
    with Path(sys.argv[1]).open(encoding="utf-8") as nouns:
        known = synsets(nouns)
    classes = dict(zip(*package_data.classes(package_data.LINEAR_CLASSES), strict=True))
    lines = (
        f"{json.dumps(label)}: {json.dumps(words)}" for label, words in class_words(known, classes).items()
    )
    print("{\n" + ",\n".join(lines) + "\n}")


if __name__ == "__main__":
    main()
