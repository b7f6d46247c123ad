"""Which repository the book's buttons lead to."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml
from sphinx.errors import ExtensionError

from vggviz_book import fingerprint
from vggviz_book.repository import github_pages, repository, site, web_address

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "remote",
    [
        "https://github.com/ada/book",
        "https://github.com/ada/book.git",
        "https://github.com/ada/book/",
        "http://www.github.com/ada/book",
        "https://ada:secret@github.com/ada/book.git",
        "https://x-access-token:secret@GitHub.com:443/ada/book",
        "git@github.com:ada/book.git",
        "github.com:ada/book",
        "ssh://git@github.com/ada/book.git",
        "ssh://git@ssh.github.com:443/ada/book.git",
        "git://github.com/ada/book.git",
    ],
)
def test_a_remote_in_any_form_gives_the_same_web_address(remote: str) -> None:
    assert web_address(remote) == "https://github.com/ada/book"


@pytest.mark.parametrize(
    "remote",
    [
        "",
        "/srv/book",
        "../ada/book",
        "ada/book",
        "file:///srv/ada/book",
        r"C:\ada\book",
        "C:ada/book",
        "https://github.com/book",
        "https://[github.com/ada/book",
        "https://github.com/ada/bo ok",
    ],
)
def test_a_folder_or_half_an_address_has_no_web_address(remote: str) -> None:
    assert web_address(remote) == ""


def test_nested_groups_of_another_host_are_kept() -> None:
    assert web_address("git@gitlab.com:team/group/book.git") == "https://gitlab.com/team/group/book"


@pytest.mark.parametrize(
    ("url", "pages"),
    [
        ("https://github.com/ada/book", "https://ada.github.io/book/"),
        ("https://github.com/Ada/Book", "https://ada.github.io/Book/"),
        ("https://github.com/Ada/ada.github.io", "https://ada.github.io/"),
        ("https://gitlab.com/ada/book", ""),
        ("", ""),
    ],
)
def test_address_of_github_pages(url: str, pages: str) -> None:
    assert github_pages(url) == pages


@pytest.mark.parametrize(
    "address", ["eve/fork", "https://github.com/eve/fork", "git@github.com:eve/fork.git"]
)
def test_the_variable_takes_precedence_over_git(checkout: Path, address: str) -> None:
    fork = "https://github.com/eve/fork"
    assert repository(checkout, {"VGGVIZ_REPOSITORY": address}) == (fork, "")
    assert repository(checkout, {"VGGVIZ_REPOSITORY": f"{address}#topic/x"}) == (fork, "topic/x")


@pytest.mark.parametrize("wrong", ["book", "ada/", "https://github.com", "a b/c"])
def test_a_variable_that_names_no_repository_is_refused(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(ExtensionError, match=f"VGGVIZ_REPOSITORY is '{wrong}', and should be"):
        repository(tmp_path, {"VGGVIZ_REPOSITORY": wrong})


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A clone of a GitHub repository, on the branch `topic`, which was not pushed."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    git(folder, "init", "--initial-branch", "main")
    git(folder, "commit", "--allow-empty", "--message", "one")
    git(folder, "remote", "add", "origin", "https://ada:secret@github.com/ada/book.git")
    git(folder, "checkout", "-b", "topic")
    return folder


def test_a_branch_that_was_not_pushed_is_not_linked_to(checkout: Path) -> None:
    url = "https://github.com/ada/book"
    assert repository(checkout, {}) == (url, "")
    git(checkout, "update-ref", "refs/remotes/origin/topic", "HEAD")
    assert repository(checkout, {}) == (url, "topic")
    git(checkout, "checkout", "--detach")
    assert repository(checkout, {}) == (url, "")


def test_a_worktree_has_the_remote_of_its_repository(checkout: Path) -> None:
    git(checkout, "worktree", "add", "../beside", "main")
    assert repository(checkout.parent / "beside", {})[0] == "https://github.com/ada/book"


def test_without_a_remote_of_its_own_a_folder_has_no_repository(checkout: Path) -> None:
    (checkout / "book").mkdir()
    assert repository(checkout / "book", {}) == ("", "")
    git(checkout, "remote", "set-url", "origin", "../elsewhere")
    assert repository(checkout, {}) == ("", "")
    git(checkout, "remote", "remove", "origin")
    assert repository(checkout, {}) == ("", "")


def test_without_git_there_is_no_repository(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert repository(checkout, {}) == ("", "")


def test_the_site_can_be_named() -> None:
    assert site({}) == ""
    for given in ("https://vgg16.example.org", "https://vgg16.example.org/"):
        assert site({"VGGVIZ_SITE": given}) == "https://vgg16.example.org/"
    for wrong in ("vgg16.example.org", "https://", "https://a b", "https://example.org/?page"):
        with pytest.raises(ExtensionError, match="VGGVIZ_SITE"):
            site({"VGGVIZ_SITE": wrong})


def test_the_pages_depend_on_where_they_lead(tmp_path: Path) -> None:
    named = [{}, {"VGGVIZ_REPOSITORY": "ada/book"}, {"VGGVIZ_REPOSITORY": "eve/book"}]
    named += [{"VGGVIZ_REPOSITORY": "ada/book#topic"}, {"VGGVIZ_SITE": "https://example.org/"}]
    assert len({fingerprint.of_book(tmp_path, environ) for environ in named}) == len(named)
    assert len({fingerprint.of_figures(tmp_path, environ) for environ in named}) == 1


def test_all_files_name_the_same_repository() -> None:
    """A fork that changes the name in one file learns which others have it."""
    settings = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["repository"]
    url = settings["url"]
    named = url.removeprefix("https://github.com/")
    readme = (ROOT / "README.md").read_text("utf-8")
    launch = f"https://mybinder.org/v2/gh/{named}/{settings['branch']}?urlpath=lab/tree/book/"
    for start, right in (
        ("https://mybinder.org/v2/", launch),
        (r"https://[\w-]+\.github\.io", github_pages(url)),
    ):
        links = re.findall(rf"\(({start}[^)\s]*)\)", readme)
        assert links
        assert all(link.startswith(right) for link in links), links
    assert (ROOT / "book" / "index.md").is_file()
    for file in ("CITATION.cff", "pyproject.toml"):
        assert url in (ROOT / file).read_text("utf-8"), file
