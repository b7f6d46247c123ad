"""The slides of the lesson plan."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup

from slides import chapter, deck, plan
from tiny_book import ROOT

PLAN = """<article><section id="how"><h1>How</h1>
<section id="first-session-what"><h3>First session: what<a class="headerlink">#</a></h3>
<ul><li><a class="reference internal" href="one.html">One</a>,
<a class="reference internal" href="two.html">Two</a>,
<a class="reference internal" href="one.html">One</a></li></ul></section>
<section id="second-session-why"><h3>Second session: why</h3></section></section>
</article>"""
CHAPTER = """<article class="bd-article"><section id="c">
<h1>A &amp; b<a class="headerlink" href="#c">#</a></h1>
<div class="admonition"><p class="admonition-title">What you will learn</p><p>To learn.</p></div>
<p>It begins here. Then it goes on.</p>
<section id="s"><h2>Seen</h2><p>Look at it (e.g. here). Closely.</p>
<div class="cell"><div class="cell_output"><a class="image-reference" href="../_images/x.webp"><img
 alt="An x < y" src="../_images/x.webp" width="9"></a></div>
<details class="folded-code"><pre>secret = 1</pre></details></div>
<p>After it.</p>
<a class="image-reference" href="../_images/y.webp"><img alt="A y" src="../_images/y.webp"></a>
<div class="quiz" id="q"><fieldset><legend>How <em>many</em>?</legend>
<label class="quiz-option"><input type="radio"> <span>One</span></label>
<label class="quiz-option"><input type="radio"> <span>Two</span></label></fieldset>
<details class="quiz-solution"><summary>Solution</summary><p><strong>Answer: </strong>Two</p>
<p>As <a href="glossary.html#x" id="z">said</a>.</p></details></div>
<div class="solution"><p>The solution of an exercise.</p></div></section>
<section id="e"><h2>Empty</h2></section></section></article>"""


@pytest.fixture
def site(tmp_path):
    (tmp_path / "_static").mkdir()
    (tmp_path / "node_modules" / "reveal.js" / "dist").mkdir(parents=True)
    (tmp_path / "node_modules" / "reveal.js" / "plugin" / "notes").mkdir(parents=True)
    for part in deck.REVEAL:
        (tmp_path / "node_modules" / "reveal.js" / part).write_text("")
    return tmp_path


def parsed(html):
    return BeautifulSoup(html, "html.parser")


def test_a_session_has_the_chapters_it_links_to_each_once():
    first, second = plan.sessions(parsed(PLAN))
    assert (first.title, first.name) == ("First session: what", "first-session.html")
    assert first.chapters == ("one.html", "two.html")
    assert (second.name, second.chapters) == ("second-session.html", ())


def test_the_lesson_plan_of_the_book_has_sessions():
    text = (ROOT / "book" / "how_to_use.md").read_text("utf-8")
    assert len(re.findall(r"^### \w+ session: ", text, re.MULTILINE)) == 4


def test_each_figure_and_each_quiz_has_a_slide():
    made = chapter.slides(parsed(CHAPTER))
    assert [slide.heading for slide in made] == ["A & b", "Seen", "Seen", "Seen", "Empty"]
    assert [len(slide.shown) for slide in made] == [0, 1, 1, 1, 0]
    assert [slide.words for slide in made] == ["It begins here.", "Look at it (e.g. here).", "", "", ""]
    assert made[0].notes == ["To learn.", "It begins here. Then it goes on."]
    assert made[1].notes == ["Look at it (e.g. here). Closely.", "After it."]
    assert made[4].is_empty


def test_a_deck_shows_no_code_and_no_solution_of_an_exercise(site):
    teaching, pages = parsed(PLAN), site / "book"
    contents = {pages / "one.html": parsed(CHAPTER), pages / plan.PAGE: teaching}
    before = str(contents[pages / "one.html"])
    deck.write(site, site / "node_modules", contents)
    html = (site / "slides" / "first-session.html").read_text()
    assert str(contents[pages / "one.html"]) == before
    assert not [word for word in ("secret", "solution of an exercise", "Empty", "http") if word in html]
    page = parsed(html)
    assert [h.get_text() for h in page.select(".slides h2")] == ["A & b", "Seen", "Seen", "Seen"]
    assert [image["alt"] for image in page.select("img.r-stretch")] == ["An x < y", "A y"]
    assert "After it." in page.select(".slides aside.notes")[1].get_text()


def test_the_answer_of_a_quiz_is_the_next_step(site):
    (box,) = parsed(CHAPTER).select(".quiz")
    shown = parsed(deck.quiz(box))
    assert shown.select_one("p").decode_contents() == "How <em>many</em>?"
    assert [item.get_text() for item in shown.select("ol li")] == ["One", "Two"]
    assert shown.select_one(".fragment").get_text() == "Answer: TwoAs said."
    assert not shown.select("[id], a, input")


def test_the_lesson_plan_links_to_its_slides(site):
    page = parsed(PLAN)
    deck.write(site, site / "node_modules", {site / "book" / plan.PAGE: page})
    links = [link["href"] for link in page.select(".slides-link a")]
    assert links == ["../slides/first-session.html", "../slides/second-session.html"]
    assert all((site / "book" / link).resolve().is_file() for link in links)


def test_without_reveal_there_are_no_slides_and_no_links(tmp_path):
    page = parsed(PLAN)
    deck.write(tmp_path, tmp_path / "node_modules", {tmp_path / "book" / plan.PAGE: page})
    assert not page.select(".slides-link")
    assert not (tmp_path / "slides").exists()
