"""Checks of error messages: one sentence on one line."""

from __future__ import annotations

import re
from contextlib import contextmanager

import pytest


@contextmanager
def refused(*words, kind=ValueError):
    """Expect an exception of `kind` whose message is one sentence that contains all `words`."""
    with pytest.raises(kind) as caught:
        yield caught
    assert caught.type in (ValueError, TypeError, FileNotFoundError), caught.type
    one_sentence(str(caught.value), *words)


def one_sentence(text, *words):
    """Assert that `text` is one line that ends like a sentence and contains all `words`, in any case."""
    assert "\n" not in text, text
    assert re.search(r"\w.*[.!?]$", text), text
    missing = [word for word in words if str(word).lower() not in text.lower()]
    assert not missing, f"{missing} missing in: {text}"
