"""See inside VGG16, or any convolutional network of Keras: arrays first, pictures second.

Nothing is computed, and TensorFlow is not started, until a function needs it.
"""

import ast as _ast
import pkgutil as _pkgutil

import lazy_loader as _lazy

# The stub lists the public names. `lazy_loader.attach_stub` reads it too, but not from an archive.
_stub = _ast.parse(_pkgutil.get_data(__name__, "__init__.pyi") or b"")
_names: dict[str, list[str]] = {}
for _line in _stub.body:
    if isinstance(_line, _ast.ImportFrom) and _line.module:
        _names.setdefault(_line.module, []).extend(alias.name for alias in _line.names)
__getattr__, __dir__, __all__ = _lazy.attach(__name__, submod_attrs=_names)
