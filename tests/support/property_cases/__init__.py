"""The properties of every public function: each module but `builders` holds those of a subject."""

import importlib
import pkgutil

SUBJECTS = [
    importlib.import_module(f"{__name__}.{module.name}")
    for module in pkgutil.iter_modules(__path__)
    if module.name != "builders"
]
PROPERTIES = {name: known for subject in SUBJECTS for name, known in subject.PROPERTIES.items()}
