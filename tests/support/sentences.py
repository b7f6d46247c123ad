"""How the library refuses: one sentence, on one line, that says what it got and what would be right."""

from __future__ import annotations

import re
from contextlib import contextmanager

import pytest


@contextmanager
def refused(*words, kind=ValueError):
    """The block raises `kind` itself with one sentence in which every one of `words` stands."""
    with pytest.raises(kind) as caught:
        yield caught
    assert caught.type in (ValueError, TypeError, FileNotFoundError), caught.type
    one_sentence(str(caught.value), *words)


def one_sentence(text, *words):
    """`text` is one line that ends in a full stop, and every one of `words` stands in it."""
    assert "\n" not in text, text
    assert re.search(r"\w.*[.!?]$", text), text
    missing = [word for word in words if str(word).lower() not in text.lower()]
    assert not missing, f"{missing} missing in: {text}"
