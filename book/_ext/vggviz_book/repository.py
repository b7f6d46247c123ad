"""Point the pages' buttons to the repository that is built, so that a fork's lead to the fork.

VGGVIZ_REPOSITORY names it, else git's remote `origin`, else `_config.yml`.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from sphinx.errors import ExtensionError

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

GITHUB = "https://github.com/"
BUTTONS = {"source-buttons", "launch-buttons"}
NAME = re.compile(r"[\w.-]+/[\w.-]+")
REMOTE = re.compile(
    r"(?:(?:https?|ssh|git)://)?(?:[^@/]+@)?(?:www\.|ssh\.)?"  # a password is dropped
    r"(?P<host>[\w-]+(?:\.[\w-]+)+)(?::\d+)?[:/](?P<path>[\w./-]+/[\w.-]+?)(?:\.git)?/?"
)
SITE = re.compile(r"https?://[^/\s]+[^\s?#]*")


def prepare(app: Sphinx, config: Config) -> None:
    """Set the repository of the buttons and the address of the site.

    The theme's links are right for GitHub only; for another host the buttons are left out.
    """
    options = config.html_theme_options
    url, branch = repository(Path(app.srcdir), os.environ)
    url = url or options.get("repository_url", "")
    config.html_baseurl = site(os.environ) or config.html_baseurl or github_pages(url)
    config.ogp_site_url = config.html_baseurl
    config.notfound_urls_prefix = urlsplit(config.html_baseurl).path or "/"
    options["repository_url"] = url
    if branch:
        options["repository_branch"] = quote(branch, safe="/")
    if not url.startswith(GITHUB):
        options["repository_provider"] = "github"  # the theme refuses hosts that it does not know
        app.connect("html-page-context", leave_out_buttons, priority=900)


def leave_out_buttons(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """Remove the theme's buttons that lead to the repository."""
    buttons = context["header_buttons"]
    context["header_buttons"] = [group for group in buttons if group.get("label") not in BUTTONS]


def repository(root: Path, environ: Mapping[str, str]) -> tuple[str, str]:
    """URL and branch of the repository, each "" where only `_config.yml` knows.

    Raises:
        ExtensionError: VGGVIZ_REPOSITORY is no repository.
    """
    named, _, branch = environ.get("VGGVIZ_REPOSITORY", "").strip().partition("#")
    if not named:
        url = web_address(git(root, "remote", "get-url", "origin"))
        return url, pushed_branch(root) if url else ""
    if url := web_address(GITHUB + named if NAME.fullmatch(named) else named):
        return url, branch
    raise ExtensionError(
        f"VGGVIZ_REPOSITORY is {named!r}, and should be owner/name on GitHub, or an address."
    )


def web_address(remote: str) -> str:
    """Web address of a git remote; "" for a folder of this machine."""
    found = REMOTE.fullmatch(remote)
    return f"https://{found['host'].lower()}/{found['path']}" if found else ""


def pushed_branch(root: Path) -> str:
    """The current branch if `origin` has it, else ""."""
    branch = git(root, "symbolic-ref", "--short", "HEAD")
    return branch if git(root, "rev-parse", "--verify", "--quiet", f"refs/remotes/origin/{branch}") else ""


def git(root: Path, *arguments: str) -> str:
    """Output of a git command on the repository of this folder, "" if there is none or it fails."""
    try:
        command = ["git", "--git-dir", str(root / ".git"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def github_pages(url: str) -> str:
    """Where GitHub Pages publishes a repository; "" for another host."""
    owner, _, name = url.removeprefix(GITHUB).partition("/")
    home = f"{owner.lower()}.github.io"
    if not url.startswith(GITHUB):
        return ""
    return f"https://{home}/" if name.lower() == home else f"https://{home}/{name}/"


def site(environ: Mapping[str, str]) -> str:
    """Where VGGVIZ_SITE says the pages will be published, with a slash at the end; "" if it is not set.

    Raises:
        ExtensionError: it is not an address of a page.
    """
    given = environ.get("VGGVIZ_SITE", "").strip()
    if given and not SITE.fullmatch(given):
        raise ExtensionError(
            f"VGGVIZ_SITE is {given!r}, and should be an address such as https://me.github.io/book/."
        )
    return f"{given.rstrip('/')}/" if given else ""
