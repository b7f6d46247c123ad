"""See inside VGG16, or any convolutional network of Keras: arrays first, pictures second.

Nothing is computed, and TensorFlow is not started, until a function needs it.
"""

import lazy_loader as _lazy

# These two bear the name of their module. Imported now (NumPy only), the function takes the name
# for good; lazily, whichever room imported the module first would leave the module under it.
from vggviz.filters import filters as filters
from vggviz.mosaic import mosaic as mosaic

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
