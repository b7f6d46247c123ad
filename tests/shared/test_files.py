"""Atomic writing: a save that fails leaves the old file unchanged."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from disk import full_disk, names
from sentences import refused
from vggviz._shared.files import atomic_path, output_folder


def test_a_new_file_appears_when_the_block_ends(tmp_path):
    with atomic_path(tmp_path / "new.txt") as temporary:
        temporary.write_text("whole")
        assert not (tmp_path / "new.txt").exists()
    assert (tmp_path / "new.txt").read_text() == "whole"
    assert names(tmp_path) == ["new.txt"]


def test_the_old_file_is_replaced_and_not_overwritten(tmp_path):
    """Else someone who reads it meanwhile, or a second name of it, would see half of the new one."""
    path, second_name = tmp_path / "file", tmp_path / "second name"
    path.write_text("old")
    second_name.hardlink_to(path)
    with atomic_path(path) as temporary:
        temporary.write_text("new")
    assert (path.read_text(), second_name.read_text()) == ("new", "old")


def test_the_temporary_file_has_the_same_folder_and_suffix(tmp_path):
    with atomic_path(str(tmp_path / "image.png")) as temporary:
        assert temporary.parent == tmp_path
        assert temporary.suffix == ".png"


def test_permissions_follow_the_umask(tmp_path):
    before = os.umask(0o022)
    try:
        with atomic_path(tmp_path / "shared.txt") as temporary:
            temporary.write_text("for all")
    finally:
        assert os.umask(before) == 0o022
    assert stat.S_IMODE((tmp_path / "shared.txt").stat().st_mode) == 0o644


def test_saving_in_threads_leaves_the_umask_unchanged(tmp_path):
    def save(number):
        for _ in range(50):
            with atomic_path(tmp_path / f"{number}.txt") as temporary:
                temporary.write_text("whole")

    before = os.umask(0o027)
    try:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(save, range(8)))
    finally:
        assert os.umask(before) == 0o027
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in names(tmp_path)}
    assert modes == {0o640}


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_the_old_file_stays_when_the_block_fails(tmp_path, failure):
    path = tmp_path / "old.txt"
    path.write_text("precious")

    def save():
        with atomic_path(path) as temporary:
            temporary.write_text("half")
            raise failure

    with pytest.raises(type(failure)):
        save()
    assert path.read_text() == "precious"
    assert names(tmp_path) == ["old.txt"]


def test_the_old_file_stays_when_the_disk_is_full(tmp_path):
    path = tmp_path / "old.bin"
    path.write_bytes(b"precious")
    with full_disk(), pytest.raises(OSError, match="File too large"), atomic_path(path) as temporary:
        temporary.write_bytes(bytes(1_000_000))
    assert path.read_bytes() == b"precious"
    assert names(tmp_path) == ["old.bin"]


def test_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError), atomic_path(tmp_path / "nowhere" / "file.txt"):
        pass


def test_output_folder_is_created_with_its_parents_and_empty(tmp_path):
    folder = output_folder(str(tmp_path / "a" / "b"))
    assert folder == tmp_path / "a" / "b"
    assert names(folder) == []
    assert output_folder(folder) == folder


@pytest.mark.parametrize("below", ["", "further"])
def test_a_path_through_a_file_is_refused(tmp_path, below):
    (tmp_path / "file").write_text("precious")
    with refused(tmp_path / "file", "folder"):
        output_folder(tmp_path / "file" / below)
    assert (tmp_path / "file").read_text() == "precious"
