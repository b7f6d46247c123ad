"""The linear classifier: fits, selection, temperature, calibration error."""

import numpy as np
import pytest

from training import classifier, features


def groups(count, *, spread=1.0, seed=0):
    """Features of three classes in five dimensions of very different scale, with correlated noise."""
    random = np.random.default_rng(seed)
    centres = np.array([[4, 0, 0, 0, 0], [0, 4, 0, 0, 0], [0, 0, 4, 0, 0]], float)
    labels = np.repeat(np.arange(3), count)
    noise = spread * random.normal(size=(3 * count, 5)) + 6 * random.normal(size=(3 * count, 1))
    plain = (centres[labels] + noise) * [1, 10, 0.1, 1, 100] + 7
    made = {"plain": plain, "sharp": plain + 0.01 * random.normal(size=plain.shape)}
    indices = np.tile(np.arange(count), 3)
    return features.Features({k: v.astype(np.float32) for k, v in made.items()}, labels, indices, {})


@pytest.mark.parametrize(("kind", "strength"), [("discriminant", 1e-7), ("logistic", 1e-3)])
def test_separable_groups_are_classified(kind, strength):
    fitted, test = groups(40), groups(40, seed=1)
    found = classifier.Candidate(kind, strength).fit(fitted.views, fitted.labels)
    assert classifier.accuracy(found.logits(test.views["plain"]), test.labels)[0] > 0.97


def test_the_better_candidate_is_chosen_and_refitted_to_all_images():
    training = groups(50, spread=1.5)
    weak, strong = classifier.Candidate("logistic", 1e4), classifier.Candidate("logistic", 1e-2)
    choice = classifier.choose(training, (weak, strong))
    assert choice.candidate == strong
    again = strong.fit(training.views, training.labels)
    np.testing.assert_array_equal(choice.uncalibrated.kernel, again.kernel)
    np.testing.assert_allclose(choice.classifier.kernel * choice.temperature, again.kernel, rtol=1e-5)
    assert choice.classifier.kernel.dtype == choice.classifier.bias.dtype == np.float32


def test_the_last_tenth_of_each_class_is_held_back():
    labels, indices = np.repeat([0, 1], [30, 5]), np.concatenate([np.arange(30), np.arange(5)])
    assert np.flatnonzero(classifier.held_back(labels, indices)).tolist() == [27, 28, 29, 34]


def test_the_temperature_lowers_the_negative_log_likelihood_and_the_calibration_error():
    """For calibrated logits multiplied by 5 the temperature is 5."""
    random = np.random.default_rng(0)
    logits = random.normal(0, 2, (4000, 6))
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = np.array([random.choice(6, p=p) for p in chances])
    scaled = 5 * logits
    temperature = classifier.best_temperature(scaled, labels)
    assert temperature == pytest.approx(5, rel=0.05)
    for measure in (classifier.negative_log_likelihood, classifier.calibration_error):
        assert measure(scaled / temperature, labels) < 0.9 * measure(scaled, labels)
    assert (
        classifier.calibration_error(scaled / temperature, labels)
        < 0.03
        < classifier.calibration_error(scaled, labels)
    )


def test_the_calibration_error_of_an_example():
    """Bins: confidence 1 and accuracy 0.5 for four images; confidence 0.6 and accuracy 1 for two."""
    logits = np.log(np.array([[1, 1e-12]] * 4 + [[0.6, 0.4]] * 2))
    assert classifier.calibration_error(logits, np.array([0, 0, 1, 1, 0, 0])) == pytest.approx(
        4 / 6 * 0.5 + 2 / 6 * 0.4
    )
