"""The explorer's page: its files, and the tests of its modules in Node (page/*.test.js)."""

import zipfile
from pathlib import Path

import pytest

from node import PAGE, run
from vggviz.explorer import manifest

TESTS = sorted((Path(__file__).parent / "page").glob("*.test.js"))
NEEDS_TYPESCRIPT = "layout.test.js"
TYPESCRIPT = Path(__file__).parents[1] / "node_modules" / "typescript"


def test_the_modules_pass_their_tests():
    tests = [path for path in TESTS if path.name != NEEDS_TYPESCRIPT]
    assert len(tests) > 5
    run(tests)


def test_the_layout_of_the_modules():
    if not TYPESCRIPT.is_dir():
        pytest.skip("there is no TypeScript, whose parser is used: run `npm ci --prefix tests`")
    run([path for path in TESTS if path.name == NEEDS_TYPESCRIPT])


def test_page_files_are_all_files_of_all_folders():
    files = dict(manifest.page_files())
    assert files.pop("colours.json")
    existing = {path.relative_to(PAGE).as_posix(): path for path in PAGE.rglob("*") if path.is_file()}
    assert files == {name: path.read_bytes() for name, path in existing.items()}
    assert {name.split("/")[0] for name in files if "/" in name} == set(manifest.PAGE_FOLDERS)


def test_page_files_from_a_zip(monkeypatch, tmp_path):
    """In a zip, files cannot be listed by paths of the file system."""
    with zipfile.ZipFile(tmp_path / "package.zip", "w") as archive:
        for path in PAGE.rglob("*"):
            if path.is_file():
                archive.write(path, path.relative_to(PAGE.parents[1]))
    expected = list(manifest.page_files())
    with zipfile.ZipFile(tmp_path / "package.zip") as archive:
        monkeypatch.setattr(manifest.resources, "files", lambda _: zipfile.Path(archive))
        assert list(manifest.page_files()) == expected


def test_no_image_takes_the_name_of_a_script_folder():
    names = manifest.file_names(["state", "Views", "live", "cat"])
    assert list(names.values()) == ["state-2", "Views-2", "live-2", "cat"]
