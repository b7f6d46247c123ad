"""See inside VGG16, or any convolutional network of Keras: arrays first, images second.

The names here are the pipeline and its plots; the rest is in `vggviz.analysis`, `vggviz.attribution`,
`vggviz.datasets`, `vggviz.feature_visualization` and `vggviz.objectives`. Nothing is computed, and TensorFlow
is not started, until a function needs it.
"""

from vggviz._shared import lazy_stub as _lazy_stub

__getattr__, __dir__, __all__ = _lazy_stub.attach(__name__)
