"""Analysis of kernels and activations: similarity, probes, circuits, classes, perception, tuning."""

from vggviz._shared import lazy_stub as _lazy_stub

__getattr__, __dir__, __all__ = _lazy_stub.attach(__name__)
