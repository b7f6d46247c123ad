"""Feature visualization: images that maximise an objective, by gradient ascent."""

from vggviz._shared import lazy_stub as _lazy_stub

__getattr__, __dir__, __all__ = _lazy_stub.attach(__name__)
