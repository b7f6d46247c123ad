"""Passages about the default photograph and weights: in the pages and in the downloads."""

from __future__ import annotations

import pytest
from sphinx.util.tags import Tags

from tiny_book import HEADER
from vggviz_book import downloads, kernels

PASSAGES = """# A page

Always.

```{only} default
On the cat.
```

- In a list.

  ````{only} not default
  Elsewhere.

  ```{note}
  With a note.
  ```
  ````

The end.
"""


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, True),
        ({"VGGVIZ_IMAGE": "", "VGGVIZ_WEIGHTS": "imagenet"}, True),
        ({"VGGVIZ_WEIGHTS": "random"}, False),
        ({"VGGVIZ_IMAGE": "cat"}, False),
        ({"VGGVIZ_IMAGE": "photo.jpg", "VGGVIZ_WEIGHTS": "imagenet"}, False),
    ],
)
def test_another_photograph_or_other_weights_are_not_the_default(
    environ: dict[str, str], expected: bool
) -> None:
    assert kernels.is_default(environ) == expected


@pytest.mark.parametrize(
    ("tags", "there", "missing"),
    [(["default"], "On the cat.", "Elsewhere."), ([], "Elsewhere.", "On the cat.")],
)
def test_a_download_has_the_passages_of_its_build(tags: list[str], there: str, missing: str) -> None:
    text = downloads.resolved(PASSAGES, Tags(tags))
    assert there in text
    assert missing not in text
    assert "{only}" not in text
    assert "Always." in text
    assert "The end." in text
    assert ("```{note}\n  With a note.\n  ```" in text) == (not tags)


@pytest.mark.timeout(600)
def test_the_same_checkout_is_built_for_either(unbuilt_book) -> None:
    """The pages follow the environment, though no source has changed in between."""
    unbuilt_book.write("two", HEADER + PASSAGES.partition("\n\n")[2])
    shown = {}
    for weights in ("imagenet", "random"):
        status, printed = unbuilt_book.make(VGGVIZ_WEIGHTS=weights)
        assert status == 0, printed
        sources = unbuilt_book.pages.parent / "_sources" / "book"
        files = [unbuilt_book.pages / "two.html", sources / "two.py", sources / "two.ipynb"]
        shown[weights] = [file.read_text("utf-8") for file in files]
    for text in shown["random"]:
        assert "Elsewhere." in text
        assert "On the cat." not in text
    for text in shown["imagenet"]:
        assert "On the cat." in text
        assert "Elsewhere." not in text
