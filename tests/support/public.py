"""The public names of the library, such as "load_image" or "attribution.grad_cam", and their objects."""

import inspect

import vggviz

PACKAGES = [name for name in vggviz.__all__ if inspect.ismodule(getattr(vggviz, name))]
NAMES = {name: getattr(vggviz, name) for name in vggviz.__all__ if name not in PACKAGES} | {
    f"{package}.{name}": getattr(getattr(vggviz, package), name)
    for package in PACKAGES
    for name in getattr(vggviz, package).__all__
}
FUNCTIONS = {name: thing for name, thing in NAMES.items() if inspect.isfunction(thing)}
