"""Scripts of the pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from vggviz_book import scripts


def test_a_page_loads_the_searchs_scripts_only_to_search(tmp_path: Path) -> None:
    (tmp_path / "_static").mkdir()
    (tmp_path / "_static" / "documentation_options.js").write_text("const OPTIONS = {};")
    text = '<script src="documentation_options.js?v=1"></script><script src="searchindex.js"></script><p>'
    for name, count in (("search.html", 2), ("other.html", 1)):
        tried = BeautifulSoup(text, "html.parser")
        scripts.defer(tried, tmp_path / name, tmp_path)
        assert len(tried.select("script")) == count
        assert tried.select("script")[0].string == "const OPTIONS = {};"


def test_a_page_loads_only_scripts_that_it_has_elements_for(tmp_path: Path) -> None:
    text = '<script src="hero.js"></script><script src="explore.js"></script><div class="hero"></div>'
    tried = BeautifulSoup(text, "html.parser")
    scripts.defer(tried, tmp_path / "one.html", tmp_path)
    assert [script["src"] for script in tried.select("script")] == ["hero.js"]


@pytest.mark.parametrize(("href", "count"), [("../explorers/one/index.html#/conv", 1), ("explorer.html", 0)])
def test_only_where_a_link_leads_to_the_explorer_its_worker_is_registered(
    tmp_path: Path, href: str, count: int
) -> None:
    tried = BeautifulSoup(f'<script src="explorer_ahead.js"></script><a href="{href}"></a>', "html.parser")
    scripts.defer(tried, tmp_path / "one.html", tmp_path)
    assert len(tried.select("script")) == count
