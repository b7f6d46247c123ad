"""The names that others rely on, and that nothing happens until one is used."""

import ast
import importlib
import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

import public
import vggviz

ROOT = Path(vggviz.__file__).parent
NAMES = [
    "load_image",
    "sample_images",
    "preprocess",
    "deprocess",
    "load_vgg16",
    "load_forward_only",
    "provenance",
    "conv_layers",
    "layer_table",
    "receptive_fields",
    "ReceptiveField",
    "filters",
    "filters_rgb",
    "feature_maps",
    "pre_activations",
    "explain_cell",
    "Cell",
    "channel_statistics",
    "rank_channels",
    "mosaic",
    "save_feature_maps",
    "decode_predictions",
    "save_figure",
    "text_alternative",
    "plot_images",
    "plot_filters",
    "plot_feature_maps",
    "plot_layers",
    "plot_channel",
    "plot_receptive_field",
    "plot_channel_statistics",
    "plot_layer_table",
    "plot_cell",
]


def python(code):
    """What a fresh interpreter prints; warnings are errors."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT.parent), "MPLBACKEND": "Agg"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("name", NAMES)
def test_the_promised_names_are_there(name):
    assert name in vggviz.__all__
    assert name in dir(vggviz)
    assert callable(getattr(vggviz, name))


@pytest.mark.parametrize("stub", sorted(ROOT.rglob("*.pyi")), ids=lambda path: path.parent.name)
def test_a_stub_and_its_package_agree(stub):
    whole = ".".join(("vggviz", *stub.parent.relative_to(ROOT).parts))
    package = importlib.import_module(whole)
    tree = ast.parse(stub.read_text("utf-8"))
    listed = {alias.asname: node.module for node in tree.body for alias in node.names}
    assert set(listed) == set(package.__all__) <= set(dir(package))
    for name, module in listed.items():
        source = importlib.import_module(f"{whole}.{module or name}")
        assert getattr(package, name) is (getattr(source, name) if module else source)


def test_the_library_is_as_large_as_it_says():
    """About 50 names on top, the rest in the sub-packages for it."""
    assert public.PACKAGES == ["analysis", "attribution", "datasets", "feature_visualization", "objectives"]
    assert len([name for name in public.NAMES if "." not in name]) <= 54


def test_a_name_that_is_not_there():
    with pytest.raises(AttributeError, match="plot_everything"):
        _ = vggviz.plot_everything


@pytest.mark.parametrize("name", public.NAMES)
def test_every_public_name_explains_itself(name):
    thing = public.NAMES[name]
    text = inspect.getdoc(thing)
    first = text.splitlines()[0]
    assert first.endswith(".")
    assert len(first) <= 110
    parameters = inspect.signature(thing).parameters if inspect.isfunction(thing) else ()
    described = text.partition("Args:")[2]
    if len(parameters) > 1:
        for parameter in parameters:
            assert f"\n    {parameter}:" in described, parameter


@pytest.mark.parametrize("name", public.FUNCTIONS)
def test_signatures_are_plain(name):
    parameters = inspect.signature(public.FUNCTIONS[name]).parameters.values()
    assert not [p for p in parameters if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    assert not {"verbose", "show"} & {p.name for p in parameters}
    if name.startswith("plot_"):
        assert [p for p in parameters if p.name == "ax" and p.kind is p.KEYWORD_ONLY and p.default is None]


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_heavy_libraries_have_one_module_each(path):
    """Each of pyplot, TensorFlow and Dask's scheduler is imported by one module."""
    tree = ast.parse(path.read_text("utf-8"))
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    imported = {getattr(node, "module", None) or alias.name for node in nodes for alias in node.names}
    assert path.stem == "described_figure" or "matplotlib.pyplot" not in imported
    assert path.stem == "backend" or "tensorflow" not in imported
    assert path.stem == "dask_cluster" or "distributed" not in imported
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "show"]


def test_nothing_happens_at_import():
    heavy = ["tensorflow", "keras", "matplotlib", "skimage", "h5py", "PIL", "click", "pooch", "requests"]
    loaded = python(f"import vggviz, sys; print([n for n in {heavy} if n in sys.modules])")
    assert loaded.strip() == "[]"


NOTEBOOK = """
import sys, tqdm, types, warnings
warnings.simplefilter("always", tqdm.TqdmWarning)  # as an error it would be caught
shell = types.SimpleNamespace(config=["IPKernelApp"])
sys.modules["IPython"] = types.SimpleNamespace(get_ipython=lambda: shell)
sys.modules["ipykernel.zmqshell"] = sys.modules["IPython"]
sys.modules["ipywidgets"] = None
"""


def test_pooch_does_not_warn_in_a_notebook_without_ipywidgets(tmp_path):
    """Its import of tqdm.auto would."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "own.h5").write_bytes(b"weights")
    code = f"""{NOTEBOOK}
import os, vggviz, pathlib
from vggviz._shared import hashing
from vggviz.models import weights
os.environ["KERAS_HOME"] = {str(tmp_path)!r}
path = pathlib.Path({str(tmp_path)!r}, "models", "own.h5")
weights.fetch(weights.RemoteFile('own.h5', '', hashing.md5(path), 1))
print("tqdm.autonotebook" in sys.modules)
"""
    assert python(code).strip() == "True"


def test_pages_without_a_network_do_not_start_tensorflow():
    printed = python(
        "import sys, numpy as np, vggviz\n"
        "image = vggviz.load_image('cat')\n"
        "maps = {'conv': vggviz.preprocess(image)}\n"
        "vggviz.plot_feature_maps(maps, 'conv'), vggviz.plot_images({'cat': image})\n"
        "vggviz.channel_statistics(maps), vggviz.mosaic(maps['conv'][0])\n"
        "str(vggviz.provenance())\n"
        "import vggviz.models.kernels, vggviz.images.mosaic\n"
        "print(callable(vggviz.filters), callable(vggviz.mosaic), 'tensorflow' in sys.modules)\n"
    )
    assert printed.split() == ["True", "True", "False"]


def test_tensorflow_starts_without_a_word():
    printed = python(
        "import vggviz\nfrom vggviz._shared.backend import keras\n"
        "layers = keras().layers\n"
        "model = keras().Sequential([keras().Input((8, 8, 3)), layers.Conv2D(2, 3, name='conv')])\n"
        "print(vggviz.feature_maps(model, vggviz.preprocess(vggviz.load_image('cat', 8)))['conv'].shape)\n"
    )
    assert printed.strip() == "(1, 6, 6, 2)"
