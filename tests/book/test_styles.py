"""The joined style sheet."""

from __future__ import annotations

from pathlib import Path

from vggviz_book import styles


def test_addresses_in_a_joined_style_hold(tmp_path: Path) -> None:
    (tmp_path / "styles").mkdir()
    (tmp_path / "basic.css").write_text('p{background:url(file.png)} q{background:url("data:image/png,x")}')
    (tmp_path / "styles" / "theme.css").write_text(
        '@charset "UTF-8";@import "../basic.css";a{src:url(../f.woff2)}'
    )
    flat = styles.flat(tmp_path / "styles" / "theme.css", tmp_path)
    assert flat == 'p{background:url("file.png")} q{background:url("data:image/png,x")}a{src:url("f.woff2")}'
