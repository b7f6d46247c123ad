"""Words for classes, out of WordNet's file of nouns."""

from __future__ import annotations

from training import words
from vggviz._shared import package_data

NOUNS = [
    "  1 This software and database is being provided to you",
    "00000001 03 n 01 object 0 000 | a thing",
    "00000010 05 n 02 cat 0 true_cat 0 003 @ 00000001 n 0000 ~ 00000020 n 0000 %p 00000001 n 0000 | feline",
    "00000020 05 n 02 tabby 0 tabby_cat 0 001 @ 00000010 n 0000 | a cat with stripes",
    "00000030 06 n 01 car 0 001 @ 00000001 n 0000 | a vehicle | with wheels",
    "00000040 17 n 01 Everest 0 001 @i 00000001 n 0000 | a mountain",
]


def test_synonyms_and_kinds_but_nothing_that_most_are():
    known = words.synsets(NOUNS)
    assert known["n00000010"] == words.Synset(["cat", "true cat"], ["n00000001"])
    assert known["n00000040"].kinds == ["n00000001"], "of one thing too"
    classes = {"n00000020": "tabby", "n00000030": "car", "n00000040": "Everest"}
    assert words.class_words(known, classes) == {
        "tabby": ["tabby cat", "cat", "true cat"],
        "car": [],
        "Everest": [],
    }


def test_each_class_has_its_words():
    found = package_data.class_words()
    assert list(found) == list(package_data.classes(package_data.LINEAR_CLASSES)[1])
    assert {"cat", "animal"} <= set(found["tabby"])
    assert "vehicle" in found["limousine"]
    assert not any("object" in each for each in found.values())
