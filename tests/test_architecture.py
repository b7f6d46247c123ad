"""The layout of the library: sub-packages in one order, small, with private parts that stay private."""

import ast
import itertools
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import vggviz

ROOT = Path(vggviz.__file__).parent
ORDER = (
    *(
        "_shared",
        "images",
        "models",
        "forward_only",
        "network_gradients",
        "activations",
        "objectives",
        "analysis",
        "datasets",
        "attribution",
    ),
    *(
        "feature_visualization",
        "passports",
        "channel_atlas",
        "figures",
        "plots",
        "explorer",
        "cli",
        "__main__",
    ),
)
"""A sub-package imports only from itself and from those before it."""
MOST_MODULES = 8


def module_name(path: Path) -> str:
    """ "models.graph" for models/graph.py, "models" for models/__init__.py."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


MODULES = {module_name(path): path for path in sorted(ROOT.rglob("*.py"))}


def imports(path: Path) -> set[tuple[str, str]]:
    """What a module takes of the library, inside functions and for type checkers too: (module, name)."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "vggviz":
            source = (node.module or "").removeprefix("vggviz").removeprefix(".")
            for alias in node.names:
                whole = f"{source}.{alias.name}".removeprefix(".")
                found.add((whole, "") if whole in MODULES else (source, alias.name))
        assert not (isinstance(node, ast.ImportFrom) and node.level), "imports are absolute"
    return found


IMPORTS = {name: imports(path) for name, path in MODULES.items() if name != "__init__"}


def test_the_modules_are_found():
    """Otherwise all that follows would pass for nothing."""
    assert {name.split(".")[0] for name in IMPORTS} == set(ORDER)
    assert len(IMPORTS) > 60
    assert ("models.graph", "unfold") in IMPORTS["models.summary"]


@pytest.mark.parametrize("name", IMPORTS)
def test_imports_run_one_way(name):
    own = ORDER.index(name.split(".")[0])
    taken = {source for source, _ in IMPORTS[name] if source}
    assert not [source for source in taken if ORDER.index(source.split(".")[0]) > own]


def test_no_module_depends_on_itself():
    """A circle raises graphlib.CycleError, which names it."""
    graph = {name: {source for source, _ in taken} - {name} for name, taken in IMPORTS.items()}
    assert list(TopologicalSorter(graph).static_order())


@pytest.mark.parametrize("name", IMPORTS)
def test_nothing_private_is_taken_from_another_module(name):
    parts = itertools.chain.from_iterable((*s.split("."), n) for s, n in IMPORTS[name])
    assert not [part for part in parts if part.startswith("_") and part != "_shared"]


@pytest.mark.parametrize(
    "folder", sorted({path.parent for path in MODULES.values()} - {ROOT}), ids=lambda f: f.name
)
def test_a_sub_package_is_small(folder):
    modules = [path.stem for path in folder.glob("*.py") if path.stem != "__init__"]
    assert 1 <= len(modules) <= MOST_MODULES, modules
