"""Which repository the book is built from: its buttons lead there, and a fork launches its own.

VGGVIZ_REPOSITORY says it where it is set; else GitHub Actions does, or git's remote `origin`; else
`_config.yml`. VGGVIZ_SITE says where the pages will stand; else it is where GitHub Pages puts them.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from sphinx.errors import ExtensionError

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

NAMED, SITE = "VGGVIZ_REPOSITORY", "VGGVIZ_SITE"
GITHUB = "github.com"
ALIASES = {"www.github.com": GITHUB, "ssh.github.com": GITHUB}
SCHEMES = {"https", "http", "ssh", "git"}
SHORT = re.compile(r"[\w.-]+/[\w.-]+")
LIKE_SCP = re.compile(r"(?:[^@/]+@)?([^@:/]{2,}):(?!/)(.+)")
"""git@github.com:owner/name; a host of one letter would be a disk of Windows."""
BUTTONS = {"source-buttons", "launch-buttons"}
"""The theme's labels of those that lead to the repository."""


@dataclass(frozen=True)
class Repository:
    """A repository on a host, and the branch that is built, "" if that is not known."""

    host: str
    owner: str
    name: str
    branch: str = ""

    @property
    def url(self) -> str:
        """The address of its page, without any password."""
        return f"https://{self.host}/{self.owner}/{self.name}"

    @property
    def pages(self) -> str:
        """Where GitHub Pages publishes it, "" for another host's."""
        if self.host != GITHUB:
            return ""
        home = f"{self.owner.lower()}.github.io"
        return f"https://{home}/" if self.name.lower() == home else f"https://{home}/{self.name}/"


def prepare(app: Sphinx, config: Config) -> None:
    """Let the theme's buttons and the pages' own addresses be those of the repository that is built.

    The theme makes right links for GitHub alone; for another host the buttons are left out.
    """
    from os import environ

    options = config.html_theme_options
    found = of(Path(app.srcdir), environ) or parse(options.get("repository_url", ""))
    config.html_baseurl = site(environ) or config.html_baseurl or (found.pages if found else "")
    if found is None or found.host != GITHUB:
        options["repository_provider"] = "github"  # the theme stops at a host that it does not know
        app.connect("html-page-context", leave_out_buttons, priority=900)
        return
    options["repository_url"] = found.url
    if found.branch:
        options["repository_branch"] = quote(found.branch, safe="/")


def leave_out_buttons(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """Take away what would lead to a wrong place."""
    groups = context["header_buttons"]
    context["header_buttons"] = [group for group in groups if group.get("label") not in BUTTONS]


def of(root: Path, environ: Mapping[str, str]) -> Repository | None:
    """The repository that is built, as far as the surroundings tell; None leaves it to `_config.yml`.

    Args:
        root: the folder of the book's `_config.yml`.
        environ: where VGGVIZ_REPOSITORY and GitHub's variables may stand.

    Raises:
        ExtensionError: VGGVIZ_REPOSITORY is no repository.
    """
    found = named(environ.get(NAMED, "")) or of_actions(environ) or of_checkout(root)
    if found is None or found.branch:
        return found
    return replace(found, branch=branch_of_checkout(root))


def site(environ: Mapping[str, str]) -> str:
    """Where VGGVIZ_SITE says that the pages will stand, with a slash at its end; "" if it is not set.

    Raises:
        ExtensionError: it is no address of a page.
    """
    given = environ.get(SITE, "").strip()
    if given and not re.match(r"https?://[^/\s]+[^\s?#]*$", given):
        raise ExtensionError(
            f"{SITE} is {given!r}, and should be an address such as https://me.github.io/book/."
        )
    return f"{given.rstrip('/')}/" if given else ""


def named(text: str) -> Repository | None:
    """What VGGVIZ_REPOSITORY says: owner/name on GitHub or an address, a branch after # if need be.

    Raises:
        ExtensionError: it is neither.
    """
    address, _, branch = text.strip().partition("#")
    found = parse(f"https://{GITHUB}/{address}" if SHORT.fullmatch(address) else address)
    if address and found is None:
        raise ExtensionError(f"{NAMED} is {address!r}, and should be owner/name on GitHub, or an address.")
    return replace(found, branch=branch) if found else None


def parse(address: str) -> Repository | None:
    """A repository's address as git takes it, by https or ssh; None if it is a folder of this machine."""
    if like_scp := LIKE_SCP.fullmatch(address):
        address = f"ssh://{like_scp[1]}/{like_scp[2]}"
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return None
    owner, _, name = parts.path.strip("/").removesuffix(".git").rpartition("/")
    if parts.scheme not in SCHEMES or not host or not SHORT.fullmatch(f"{owner.replace('/', '.')}/{name}"):
        return None
    return Repository(ALIASES.get(host, host), owner, name)


def of_actions(environ: Mapping[str, str]) -> Repository | None:
    """The repository and branch of a run of GitHub Actions; of a pull request, those it comes from."""
    if not environ.get("GITHUB_REPOSITORY"):
        return None
    server = environ.get("GITHUB_SERVER_URL") or f"https://{GITHUB}"
    event = _event(environ)
    head = (event.get("pull_request") or {}).get("head") or {}
    if head.get("repo"):  # a fork's that is deleted by now is null
        found, branch = parse(f"{server}/{head['repo']['full_name']}"), head["ref"]
    else:
        found, branch = parse(f"{server}/{environ['GITHUB_REPOSITORY']}"), _branch(environ, event)
    return replace(found, branch=branch) if found else None


def _branch(environ: Mapping[str, str], event: dict[str, Any]) -> str:
    """The branch of a run; a tag can be launched, but not edited, so the default one stands for it."""
    if environ.get("GITHUB_BASE_REF"):  # a pull request, whose own name, 12/merge, is no branch
        return environ["GITHUB_BASE_REF"]
    if environ.get("GITHUB_REF_TYPE") == "branch":
        return environ.get("GITHUB_REF_NAME", "")
    return str((event.get("repository") or {}).get("default_branch") or "")


def _event(environ: Mapping[str, str]) -> dict[str, Any]:
    """What GitHub tells about the event that started a run."""
    try:
        event = json.loads(Path(environ["GITHUB_EVENT_PATH"]).read_text("utf-8"))
    except (KeyError, OSError, ValueError):
        return {}
    return event if isinstance(event, dict) else {}


def of_checkout(root: Path) -> Repository | None:
    """Where git's remote `origin` lies; None without one, or if the book lies within another's checkout."""
    top = _git(root, "rev-parse", "--show-toplevel")
    if not top or Path(top) != root.resolve():
        return None
    return parse(_git(root, "remote", "get-url", "origin"))


def branch_of_checkout(root: Path) -> str:
    """The branch in work if origin has it, else the one that origin shows first; "" if neither is known."""
    here = _git(root, "symbolic-ref", "--short", "HEAD")
    if here and _git(root, "rev-parse", "--verify", "--quiet", f"refs/remotes/origin/{here}"):
        return here
    return _git(root, "symbolic-ref", "--short", "refs/remotes/origin/HEAD").removeprefix("origin/")


def _git(root: Path, *arguments: str) -> str:
    """What git answers, "" if it is not there or has no answer."""
    try:
        done = subprocess.run(["git", "-C", root, *arguments], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
