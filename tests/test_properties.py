"""Every public function: a law holds for valid arguments, and one sentence names an invalid one."""

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

pytestmark = pytest.mark.usefixtures("drawn_once")
PUBLIC = sorted(public.FUNCTIONS)
ERRORS = (ValueError, TypeError, FileNotFoundError)
VALIDATING = sorted(name for name in PROPERTIES if PROPERTIES[name].wrong)
COMMON = settings(
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def quick(examples: int) -> Any:
    return settings(COMMON, max_examples=examples)


@pytest.fixture(scope="module", autouse=True)
def shared_objects():
    """Built before the tests, since Keras uses Python's random numbers, which Hypothesis seeds."""
    for make in (p.classifier, p.model_file, p.examples, p.visualization, p.curve):
        make()


@pytest.fixture(autouse=True)
def no_figure_left():
    yield
    plt.close("all")


def test_every_public_function_has_a_property():
    assert sorted(PROPERTIES) == sorted([*PUBLIC, "feature_visualization.Recipe"])


def test_every_parameter_is_tried_with_invalid_values():
    for name, known in PROPERTIES.items():
        parameters = set(inspect.signature(public.NAMES[name]).parameters)
        untried = parameters - set(known.wrong)
        assert set(known.wrong) <= parameters, name
        assert not untried, f"{name}: {sorted(untried)}"


def holds(name: str, data: Any) -> None:
    """A valid call raises no exception, warns of nothing, changes no argument, and the law holds."""
    known = PROPERTIES[name]
    drawn = data.draw(known.given)
    before = array_contents(drawn)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = call(name, drawn)
        fine = known.law(result, **drawn)
    assert fine is None or fine
    assert array_contents(drawn) == before, "an argument was changed"
    plt.close("all")


def refuses(name: str, data: Any) -> None:
    """Whichever argument is invalid, one sentence names its value, and nothing is changed."""
    known = PROPERTIES[name]
    drawn = data.draw(known.given)
    for parameter, strategy in sorted(known.wrong.items()):
        refuses_one(name, drawn | {parameter: data.draw(strategy)}, parameter)


def refuses_one(name: str, drawn: dict[str, Any], parameter: str) -> None:
    """A call with one invalid argument raises one sentence that names the value, and changes nothing."""
    wrong = drawn[parameter]
    before, figures = array_contents(drawn), plt.get_fignums()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ERRORS) as caught:
            call(name, drawn)
    text = str(caught.value)
    one_sentence(text)
    assert len(text) < 600, text
    assert names(text, wrong), f"{wrong!r} is not named in: {text}"
    assert array_contents(drawn) == before, "an argument was changed"
    assert plt.get_fignums() == figures, "a figure was left behind"
    plt.close("all")


def call(name: str, arguments: dict[str, Any]) -> Any:
    """The result; that of a generator as a list."""
    result = public.NAMES[name](**arguments)
    return list(result) if inspect.isgenerator(result) else result


def array_contents(arguments: Any) -> list[bytes]:
    """The contents of all arrays in the arguments, including those in nested lists and dicts."""
    if isinstance(arguments, np.ndarray):
        whole = pickle.dumps(arguments.tolist()) if arguments.dtype == object else arguments.tobytes()
        return [whole, str((arguments.shape, arguments.dtype)).encode()]
    if isinstance(arguments, dict):
        return [part for value in arguments.values() for part in array_contents(value)]
    if isinstance(arguments, (list, tuple)):
        return [part for value in arguments for part in array_contents(value)]
    return []


def names(text: str, wrong: Any) -> bool:
    """Whether a message names the value received."""
    return any(word.lower() in text.lower() for word in descriptions(wrong))


def descriptions(wrong: Any) -> list[str]:
    """Texts by which a message may name a value: its representation, type, shape or contents."""
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
        words += [text for value in inner for text in descriptions(value)]
    return [word for word in words if re.search(r"\S", word)] or [""]


@pytest.mark.parametrize("name", sorted(PROPERTIES))
def test_the_law_holds(name):
    """A few examples of each function; the audit tries hundreds."""
    run = given(data=st.data())(lambda data: holds(name, data))
    quick(1 if PROPERTIES[name].slow else 3)(run)()


@pytest.mark.parametrize("name", VALIDATING)
def test_invalid_arguments_are_named(name):
    """Each argument twice; the audit tries a hundred wrong values of each."""
    run = given(data=st.data())(lambda data: refuses(name, data))
    quick(2)(run)()


@pytest.mark.audit
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", sorted(PROPERTIES))
def test_the_law_holds_for_many_examples(name):
    run = given(data=st.data())(lambda data: holds(name, data))
    quick(25 if PROPERTIES[name].slow else 250)(run)()


@pytest.mark.audit
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", VALIDATING)
def test_many_invalid_arguments_are_named(name):
    run = given(data=st.data())(lambda data: refuses(name, data))
    quick(100)(run)()
