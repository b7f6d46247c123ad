"""Which repository the book leads to: the one that is built, however git and GitHub tell it."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from sphinx.errors import ExtensionError

from vggviz_book import fingerprint, repository
from vggviz_book.repository import Repository, parse

ROOT = Path(__file__).parents[2]
ACTIONS = {
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "ada/book",
    "GITHUB_REF_NAME": "main",
    "GITHUB_REF_TYPE": "branch",
}


@pytest.mark.parametrize(
    "address",
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
def test_an_address_of_any_form_is_the_same_repository(address: str) -> None:
    assert parse(address) == Repository("github.com", "ada", "book")
    assert parse(address).url == "https://github.com/ada/book"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "address",
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
def test_a_folder_or_half_an_address_is_no_repository(address: str) -> None:
    assert parse(address) is None


def test_another_hosts_groups_stay_whole() -> None:
    found = parse("git@gitlab.com:team/group/book.git")
    assert found == Repository("gitlab.com", "team/group", "book")
    assert found.url == "https://gitlab.com/team/group/book"


@pytest.mark.parametrize(
    ("owner", "name", "pages"),
    [
        ("ada", "book", "https://ada.github.io/book/"),
        ("Ada", "Book", "https://ada.github.io/Book/"),
        ("Ada", "ada.github.io", "https://ada.github.io/"),
    ],
)
def test_where_github_publishes(owner: str, name: str, pages: str) -> None:
    assert Repository("github.com", owner, name).pages == pages
    assert Repository("gitlab.com", owner, name).pages == ""


def test_a_name_goes_before_all_else(tmp_path: Path) -> None:
    for text in (
        "eve/fork#topic/x",
        "https://github.com/eve/fork#topic/x",
        "git@github.com:eve/fork.git#topic/x",
    ):
        found = repository.of(tmp_path, ACTIONS | {"VGGVIZ_REPOSITORY": text})
        assert found == Repository("github.com", "eve", "fork", "topic/x")
    assert repository.of(tmp_path, {"VGGVIZ_REPOSITORY": ""}) is None


@pytest.mark.parametrize("wrong", ["book", "ada/", "https://github.com", "a b/c"])
def test_a_name_that_is_none_is_refused(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(ExtensionError, match=f"VGGVIZ_REPOSITORY is '{wrong}', and should be"):
        repository.of(tmp_path, {"VGGVIZ_REPOSITORY": wrong})


# GitHub Actions -------------------------------------------------------------------------------


def with_event(folder: Path, event: object, **environ: str) -> dict[str, str]:
    (folder / "event.json").write_text(json.dumps(event))
    return ACTIONS | {"GITHUB_EVENT_PATH": str(folder / "event.json")} | environ


def test_a_run_on_a_branch(tmp_path: Path) -> None:
    found = repository.of(tmp_path, ACTIONS | {"GITHUB_REF_NAME": "topic"})
    assert found == Repository("github.com", "ada", "book", "topic")


def test_a_run_on_a_tag_leads_to_the_default_branch(tmp_path: Path) -> None:
    environ = with_event(
        tmp_path, {"repository": {"default_branch": "trunk"}}, GITHUB_REF_TYPE="tag", GITHUB_REF_NAME="v1"
    )
    assert repository.of(tmp_path, environ) == Repository("github.com", "ada", "book", "trunk")


def test_a_pull_request_leads_to_what_it_brings(tmp_path: Path) -> None:
    head = {"ref": "mend", "repo": {"full_name": "eve/fork"}}
    asked = {"GITHUB_REF_NAME": "12/merge", "GITHUB_BASE_REF": "main", "GITHUB_HEAD_REF": "mend"}
    environ = with_event(tmp_path, {"pull_request": {"head": head}}, **asked)
    assert repository.of(tmp_path, environ) == Repository("github.com", "eve", "fork", "mend")
    for lost in ({"pull_request": {"head": head | {"repo": None}}}, {}, None):
        environ = with_event(tmp_path, lost, **asked)
        assert repository.of(tmp_path, environ) == Repository("github.com", "ada", "book", "main")


def test_a_company_s_own_server(tmp_path: Path) -> None:
    found = repository.of(tmp_path, ACTIONS | {"GITHUB_SERVER_URL": "https://git.example.org"})
    assert found == Repository("git.example.org", "ada", "book", "main")


# git ------------------------------------------------------------------------------------------


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A clone of a repository of GitHub, on the branch `topic`, which only it has."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    git(folder, "init", "--initial-branch", "main")
    git(folder, "commit", "--allow-empty", "--message", "one")
    git(folder, "remote", "add", "origin", "https://ada:secret@github.com/ada/book.git")
    git(folder, "update-ref", "refs/remotes/origin/main", "HEAD")
    git(folder, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    git(folder, "checkout", "-b", "topic")
    return folder


def test_a_branch_that_origin_lacks_is_not_linked_to(checkout: Path) -> None:
    assert repository.of(checkout, {}) == Repository("github.com", "ada", "book", "main")
    git(checkout, "update-ref", "refs/remotes/origin/topic", "HEAD")
    assert repository.of(checkout, {}) == Repository("github.com", "ada", "book", "topic")
    git(checkout, "checkout", "--detach")
    assert repository.of(checkout, {}) == Repository("github.com", "ada", "book", "main")


def test_without_origin_or_within_another_checkout_nothing_is_told(checkout: Path) -> None:
    (checkout / "book").mkdir()
    assert repository.of(checkout / "book", {}) is None
    git(checkout, "remote", "set-url", "origin", "../elsewhere")
    assert repository.of(checkout, {}) is None
    git(checkout, "remote", "remove", "origin")
    assert repository.of(checkout, {}) is None


def test_without_git_nothing_is_told(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert repository.of(checkout, {}) is None


# What follows ---------------------------------------------------------------------------------


def test_the_site_can_be_named() -> None:
    assert repository.site({}) == ""
    for given in ("https://vgg16.example.org", "https://vgg16.example.org/"):
        assert repository.site({"VGGVIZ_SITE": given}) == "https://vgg16.example.org/"
    for wrong in ("vgg16.example.org", "https://", "https://a b", "https://example.org/?page"):
        with pytest.raises(ExtensionError, match="VGGVIZ_SITE"):
            repository.site({"VGGVIZ_SITE": wrong})


def test_the_pages_depend_on_where_they_lead(tmp_path: Path) -> None:
    named = [{}, {"VGGVIZ_REPOSITORY": "ada/book"}, {"VGGVIZ_REPOSITORY": "eve/book"}]
    named += [{"VGGVIZ_SITE": "https://example.org/"}, ACTIONS | {"GITHUB_REF_NAME": "topic"}]
    assert len({fingerprint.of_book(tmp_path, environ) for environ in named}) == len(named)
    assert len({fingerprint.of_figures(tmp_path, environ) for environ in named}) == 1


def test_all_files_name_the_same_repository() -> None:
    """Those that no build writes: a fork that changes one of them is told of the others."""
    settings = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["repository"]
    named = parse(settings["url"])
    assert named
    readme = (ROOT / "README.md").read_text("utf-8")
    launch = (
        f"https://mybinder.org/v2/gh/{named.owner}/{named.name}/{settings['branch']}?urlpath=lab/tree/book/"
    )
    for start, right in (("https://mybinder.org/v2/", launch), (r"https://[\w-]+\.github\.io", named.pages)):
        links = re.findall(rf"\(({start}[^)\s]*)\)", readme)
        assert links
        assert all(link.startswith(right) for link in links), links
    assert (ROOT / "book" / "index.md").is_file()
    for file in ("CITATION.cff", "pyproject.toml"):
        assert named.url in (ROOT / file).read_text("utf-8"), file
