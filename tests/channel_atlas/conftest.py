"""The stimuli are drawn once for all tests here."""

import pytest


@pytest.fixture(scope="session", autouse=True)
def stimuli_are_drawn_once(drawn_once):
    pass
