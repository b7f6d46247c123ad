"""Every public function, whatever it is given: a law holds, or one clear sentence says what was wrong."""

from __future__ import annotations

import inspect
import pickle
import re
import warnings
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import properties as p
import public
from property_cases import PROPERTIES
from sentences import one_sentence

PUBLIC = sorted(public.FUNCTIONS)
KINDS = (ValueError, TypeError, FileNotFoundError)
REFUSING = sorted(name for name in PROPERTIES if PROPERTIES[name].wrong)
COMMON = settings(
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def quick(examples: int) -> Any:
    return settings(COMMON, max_examples=examples)


@pytest.fixture(scope="module", autouse=True)
def networks_and_what_is_made_with_them():
    """Before anything is drawn: Keras uses Python's random numbers, which Hypothesis holds fixed."""
    for make in (p.classifier, p.model_file, p.examples, p.drawn, p.curve):
        make()


@pytest.fixture(autouse=True)
def no_figure_left():
    yield
    plt.close("all")


def test_every_public_function_has_a_property():
    assert sorted(PROPERTIES) == sorted([*PUBLIC, "feature_visualization.Recipe"])


def test_every_parameter_is_tried():
    """But for those of which everything is right, or that only the valid calls set."""
    for name, known in PROPERTIES.items():
        parameters = set(inspect.signature(public.NAMES[name]).parameters)
        untried = parameters - set(known.wrong)
        assert set(known.wrong) <= parameters, name
        assert not untried, f"{name}: {sorted(untried)}"


def holds(name: str, data: Any) -> None:
    """A valid call: no exception, no warning, no changed argument, and the law."""
    known = PROPERTIES[name]
    drawn = data.draw(known.given)
    before = frozen(drawn)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = call(name, drawn)
        fine = known.law(result, **drawn)
    assert fine is None or fine
    assert frozen(drawn) == before, "an argument was changed"
    plt.close("all")


def refuses(name: str, data: Any) -> None:
    """A valid call but for one argument: one sentence that names what came, and nothing is changed."""
    known = PROPERTIES[name]
    drawn = data.draw(known.given)
    parameter = data.draw(st.sampled_from(sorted(known.wrong)))
    drawn[parameter] = wrong = data.draw(known.wrong[parameter])
    before, figures = frozen(drawn), plt.get_fignums()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(KINDS) as caught:
            call(name, drawn)
    text = str(caught.value)
    one_sentence(text)
    assert len(text) < 600, text
    assert names(text, wrong), f"{wrong!r} is not named in: {text}"
    assert frozen(drawn) == before, "an argument was changed"
    assert plt.get_fignums() == figures, "a figure was left behind"
    plt.close("all")


def call(name: str, arguments: dict[str, Any]) -> Any:
    """The result, whole: a generator's as a list."""
    result = public.NAMES[name](**arguments)
    return list(result) if inspect.isgenerator(result) else result


def frozen(arguments: Any) -> list[bytes]:
    """What the arrays among some arguments hold, however deep in lists and dicts."""
    if isinstance(arguments, np.ndarray):
        whole = pickle.dumps(arguments.tolist()) if arguments.dtype == object else arguments.tobytes()
        return [whole, str((arguments.shape, arguments.dtype)).encode()]
    if isinstance(arguments, dict):
        return [part for value in arguments.values() for part in frozen(value)]
    if isinstance(arguments, (list, tuple)):
        return [part for value in arguments for part in frozen(value)]
    return []


def names(text: str, wrong: Any) -> bool:
    """Whether a sentence says in some way what came."""
    return any(word.lower() in text.lower() for word in ways(wrong))


def ways(wrong: Any) -> list[str]:
    """How a sentence may name a value: as Python shows it, its type, shape, or what is in it."""
    words = [repr(wrong)[:30], type(wrong).__name__]
    if isinstance(wrong, (str, bytes)):
        words = [repr(wrong)[:20], repr(wrong)[1:6], f"{len(wrong):,} bytes"]
    if isinstance(wrong, (int, float)) and not isinstance(wrong, bool):
        shown = str(wrong)
        words = [shown if len(shown) < 30 else shown[:10]]
        words += [f"{wrong:g}"] if abs(wrong) < 1e300 or wrong != wrong else ["1e+300", shown[:5]]
    if isinstance(wrong, np.ndarray):
        words += [str(wrong.shape), str(wrong.dtype), f"{wrong.size} ", f"{wrong.size}."]
        if wrong.size and wrong.dtype.kind in "uif":
            words += [f"{wrong.min():g}", f"{wrong.max():g}"]
    if isinstance(wrong, (dict, list, tuple)):
        inner = [*wrong, *wrong.values()] if isinstance(wrong, dict) else wrong
        words += [f"{len(wrong)} ", "missing"] if len(wrong) else ["empty", "nothing", "no ", "0 ", "0."]
        words += [way for value in inner for way in ways(value)]
    return [word for word in words if re.search(r"\S", word)] or [""]


@pytest.mark.parametrize("name", sorted(PROPERTIES))
def test_a_law_holds(name):
    run = given(data=st.data())(lambda data: holds(name, data))
    quick(2 if PROPERTIES[name].slow else 6)(run)()


@pytest.mark.parametrize("name", REFUSING)
def test_what_is_wrong_is_named(name):
    run = given(data=st.data())(lambda data: refuses(name, data))
    quick(12)(run)()


@pytest.mark.audit
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", sorted(PROPERTIES))
def test_a_law_holds_at_length(name):
    run = given(data=st.data())(lambda data: holds(name, data))
    quick(25 if PROPERTIES[name].slow else 250)(run)()


@pytest.mark.audit
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", REFUSING)
def test_what_is_wrong_is_named_at_length(name):
    run = given(data=st.data())(lambda data: refuses(name, data))
    quick(400)(run)()
