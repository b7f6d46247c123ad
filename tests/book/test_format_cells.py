"""The formatter of the chapters' cells."""

from __future__ import annotations

import format_cells

CHAPTER = """# A page

```{code-cell} ipython3
:tags: [remove-cell]

x = {  'a':1 }
```

Some `code` and $x^2$.

```python
y = {  'left':1 }
```

````{code-cell} ipython3
!ls
plot(image, 'with a long argument', 'and with another long argument', columns=2);
````
"""


def test_cells_are_formatted_and_nothing_else() -> None:
    text = format_cells.formatted(CHAPTER)
    assert ':tags: [remove-cell]\n\nx = {"a": 1}\n```\n' in text
    assert "y = {  'left':1 }" in text
    assert "!ls\nplot(\n" in text
    assert ");\n````\n" in text
    assert format_cells.formatted(text) == text


def test_a_page_without_cells_is_left_alone() -> None:
    assert format_cells.formatted("# A page\n") == "# A page\n"
