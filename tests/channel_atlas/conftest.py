"""The stimuli are drawn once for all tests here."""

import pytest

from vggviz.channel_atlas.stimuli import Stimulus


@pytest.fixture(scope="session", autouse=True)
def drawn_once():
    draw, drawn = Stimulus.draw, {}

    def kept(stimulus):
        if str(stimulus) not in drawn:
            drawn[str(stimulus)] = draw(stimulus)
            drawn[str(stimulus)].flags.writeable = False
        return drawn[str(stimulus)]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Stimulus, "draw", kept)
        yield
