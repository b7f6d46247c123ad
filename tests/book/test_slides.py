"""The slides of the lesson plan."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup
from docutils import nodes, utils

from slides import chapter, deck, marks, plan, show, words
from tiny_book import ROOT

PLAN = """<article><section id="how"><h1>How</h1>
<section id="first-session-what"><h3>First session: what<a class="headerlink">#</a></h3>
<ul><li><p><em>Show</em> (20 min): <a class="reference internal" href="one.html">One</a>, with
<a class="reference internal" href="glossary.html#term-map">maps</a>
(<a class="reference internal" href="one.html">the same</a>).</p><p>Show it <span>slowly</span>.</p></li>
<li><p><em>In pairs</em> (45 min): the <a class="reference internal" href="two.html#try">Try it</a>.
Each pair tries.</p></li>
<li><p><em>Argue</em> (25 min): half take <a class="reference internal" href="two.html#seen">this</a>,
half <a class="reference internal" href="two.html#shift">the exercise</a>.</p></li></ul></section>
<section id="second-session-why"><h3>Second session: why</h3>
<ul><li><p><em>Quiz</em> (5 min): that of <a class="reference internal" href="one.html">One</a>.</p></li></ul>
</section></section></article>"""


def figure(name):
    """A figure as the finished pages have it, with its rendering for phones."""
    return f"""<div class="cell"><div class="cell_output">
<a class="image-reference" href="../_images/{name}.webp">
<picture><source media="(max-width: 600px)" srcset="../_images/{name}-narrow.webp">
<img alt="{name} &lt; y" src="../_images/{name}.webp"></picture></a></div>
<details class="folded-code"><pre>secret = 1</pre></details></div>"""


def printed(text):
    """A printed result as the pages have it."""
    return f'<div class="cell"><div class="cell_output"><pre><span>{text}</span>\n</pre></div></div>'


ONE = f"""<article class="bd-article"><section id="c">
<h1>A &amp; b<a class="headerlink" href="#c">#</a></h1>
<!-- slide: What is "seen"? -->
<div class="admonition-what-you-will-learn admonition"><p class="admonition-title">What you will learn</p>
<ul><li><p>to look;</p></li><li><p>to see.</p></li></ul></div>
<p>A page begins with numbers. Then it goes on.</p>
<!-- slide: -->
{printed("left out")}
<p>This belongs to no slide.</p>
<section id="s"><span id="label"></span><h2>Seen</h2>
{printed("early")}<p>This comes before the first mark.</p>
<!-- slide: Two for any network. -->
<!-- slide: *Two* &lt;here&gt;, of `block1` -->
<p>Here is how to read it.
<a class="reference internal" href="glossary.html#term-map">Maps</a> have <code>numbers</code>
everywhere in <a class="reference internal" href="glossary.html#term-map">them</a>
<span class="bibtex-citation">[<a href="bibliography.html#id1">Doe, 1999</a>]</span>. Then two:</p>
{figure("x")}<p>Between them.</p>{figure("y")}
<p>After it.</p>
<!-- slide: How large are they? -->
{printed("")}{printed("mean 7")}
<p>(In brackets.)</p>
<!-- slide: A table. -->
<div class="pst-scrollable-table-container"><table class="table"><tr><td><p>yes</p></td></tr></table></div>
<p>A table is said at last.</p></section>
<section id="e"><h2>Empty</h2></section>
<section id="quiz"><h2>Quiz</h2>
<div class="quiz" id="q"><fieldset><legend>How <em>many</em>?</legend>
<label class="quiz-option"><input type="radio"> <span>One</span></label>
<label class="quiz-option"><input type="radio"> <span>Two</span></label></fieldset>
<details class="quiz-solution"><summary>Solution</summary>
<p><strong>Answer: </strong>Two</p>
<p>As <a class="internal" href="#label" id="z">shown</a>. The number stands above it.</p></details>
</div></section>
</section></article>"""
TWO = f"""<article class="bd-article"><section id="two"><h1>Two</h1><p>Two begins so.</p>{figure("before")}
<section id="seen"><h2>Seen too</h2><!-- slide: It is z. -->{figure("z")}<p>It is z here now.</p>
<div class="tip admonition" id="try"><p class="admonition-title">Try it</p><p>Change it.</p></div>
<p>How to try.</p>{figure("tried")}</section>
<section id="ex"><h2>Exercises</h2>
<div class="exercise admonition" id="shift">
<p class="admonition-title"><span class="caption-number">Exercise 9</span>
(Shift it)</p><div><p>Move it. What follows?</p></div></div>
<div class="solution admonition"><p>The solution.</p>{figure("solved")}</div></section></section></article>"""
GLOSSARY = """<dl class="glossary"><dt id="term-map">map<a class="headerlink">#</a></dt>
<dd><p>A grid of <a href="#term-number">numbers</a>.</p></dd></dl>"""
INDEX = f'<article class="bd-article">{figure("opening")}</article>'


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


def decks(site):
    """Both decks, and the slides of each."""
    book = {"one": ONE, "two": TWO, "glossary": GLOSSARY, "index": INDEX, plan.PAGE[:-5]: PLAN}
    pages = {site / "book" / f"{name}.html": parsed(html) for name, html in book.items()}
    deck.write(site, site / "node_modules", pages)
    assert str(pages[site / "book" / "one.html"]) == str(parsed(ONE))
    names = ("first-session.html", "second-session.html")
    return [parsed((site / "slides" / name).read_text()).select(".slides > section") for name in names]


def test_a_session_has_the_items_of_the_plan():
    first, second = plan.sessions(parsed(PLAN))
    assert (first.title, first.name) == ("First session: what", "first-session.html")
    assert [(item.kind, item.minutes) for item in first.items] == [
        ("Show", 20),
        ("In pairs", 45),
        ("Argue", 25),
    ]
    places = [item.places for item in first.items]
    assert places == [("one.html",), ("two.html#try",), ("two.html#seen", "two.html#shift")]
    assert second.name == "second-session.html"


def test_an_item_without_minutes_is_refused():
    with pytest.raises(ValueError, match=r"'\*Kind\* \(20 min\): task', not 'Show: One'"):
        plan.sessions(parsed(PLAN.replace("Second session: why</h3>", "</h3><ul><li>Show: One</li></ul>")))


def test_a_place_that_is_missing_is_refused():
    with pytest.raises(ValueError, match="'#gone'"):
        chapter.place(parsed(ONE), "gone")


def test_each_session_of_the_book_takes_ninety_minutes():
    text = (ROOT / "book" / "how_to_use.md").read_text("utf-8")
    sessions = re.split(r"^### \w+ session: ", text, flags=re.MULTILINE)[1:]
    minutes = [[int(number) for number in re.findall(r"\((\d+) min\)", session)] for session in sessions]
    assert [sum(numbers) for numbers in minutes] == [90] * 4


def test_each_mark_begins_a_slide():
    made = chapter.slides(chapter.place(parsed(ONE), ""))
    assert [(slide.heading, slide.sentence) for slide in made] == [
        ("A & b", "What is “seen”?"),
        ("Seen", "<em>Two</em> &lt;here&gt;, of <code>block1</code>"),
        ("Seen", "How large are they?"),
        ("Seen", "A table."),
    ]
    assert [[part.name for part in slide.shown] for slide in made] == [
        ["div"],
        ["img", "img"],
        ["pre"],
        ["table"],
    ]


def test_the_text_after_a_mark_is_said_with_its_slide():
    made = chapter.slides(chapter.place(parsed(ONE), ""))
    notes = [[words.text(html) for html in slide.notes] for slide in made]
    assert notes == [
        ["A page begins with numbers. Then it goes on."],
        [
            "Here is how to read it. Maps have numbers everywhere in them. Then two:",
            "Between them.",
            "After it.",
        ],
        ["(In brackets.)"],
        ["A table is said at last."],
    ]


def test_a_place_without_a_mark_is_refused():
    page = parsed(re.sub("<!--.*?-->", "", TWO))
    with pytest.raises(ValueError, match=r"shows 'Seen too', which has no '% slide: \.\.\.'"):
        chapter.slides(chapter.place(page, "seen"))


def test_sphinx_keeps_the_marks_of_a_chapter_and_no_other_comment():
    document = utils.new_document("")
    document += [
        nodes.comment("", "slide: If a -> <b>"),
        nodes.comment("", "to do"),
        nodes.paragraph("", "text"),
    ]
    marks.keep(None, document, "")
    kept, other, text = document.children
    assert (other.tagname, text.tagname) == ("comment", "paragraph")
    assert kept["format"] == "html"
    (part,) = parsed(kept.astext()).children
    assert marks.sentence(part) == "If a -&gt; &lt;b&gt;"


@pytest.mark.parametrize("html", ["<p>slide: x</p>", "slide: x", "<!-- sliding -->"])
def test_what_is_no_comment_for_a_slide_is_no_mark(html):
    assert marks.sentence(next(parsed(html).children)) is None


def test_a_sentence_for_a_slide_stands_alone():
    said = [
        line.removeprefix("% slide:").strip()
        for page in (ROOT / "book").glob("*.md")
        for line in page.read_text("utf-8").splitlines()
        if line.startswith("% slide:")
    ]
    sentences = [sentence for sentence in said if sentence]
    assert len(sentences) > 60
    assert len(sentences) == len(set(sentences))
    assert not [sentence for sentence in sentences if len(sentence) > 130]
    assert not [sentence for sentence in sentences if sentence[-1] not in ".?"]
    assert not [
        sentence for sentence in sentences if re.match(r"(It|They|This|These|Here|Now|So|But)\b", sentence)
    ]


def test_an_abbreviation_ends_no_sentence():
    said = ["See e.g. Doe et al. They counted (i.e. Both counted) them.", "“Two.”", "Then <em>three.</em>"]
    assert words.sentences([f"<p>{' '.join(said)}</p>"]) == said


def test_words_have_no_code_and_no_links():
    cell = '<td class="x" colspan="2"><a href="x"><span>y</span></a></td>'
    assert words.plain(f"<tr>{cell}</tr>") == '<tr><td colspan="2">y</td></tr>'
    part = parsed("<div><p>Text.</p><details>code</details><script>more</script></div>").div
    assert words.block(part) == "<div><p>Text.</p></div>"


def test_a_place_in_a_section_shows_that_section_alone():
    (seen,) = chapter.slides(chapter.place(parsed(TWO), "seen"))
    assert (seen.heading, seen.sentence) == ("Seen too", "It is z.")


def test_what_the_class_tries_and_all_after_it_is_not_shown():
    (seen,) = chapter.slides(chapter.place(parsed(TWO), "seen"))
    assert [image["alt"] for image in seen.shown] == ["z < y"]
    assert [words.text(html) for html in seen.notes] == ["It is z here now."]


def test_no_figure_of_a_solution_is_shown():
    mixed = (
        f'<section><h2>Both</h2><!-- slide: It. --><div class="solution">{figure("no")}</div>{figure("x")}'
    )
    (slide,) = chapter.slides(parsed(f"{mixed}</section>").section)
    assert [image["alt"] for image in slide.shown] == ["x < y"]


def test_the_solution_of_an_exercise_is_for_the_speaker():
    (slide,) = chapter.slides(chapter.place(parsed(TWO), "shift"))
    assert (slide.heading, slide.task) == ("Shift it", "<div><p>Move it. What follows?</p></div>")
    assert slide.notes == ["<p>The solution.</p>"]
    assert slide.shown == []
    alone = parsed(TWO.replace("solution admonition", "other"))
    assert chapter.slides(chapter.place(alone, "shift"))[0].notes == []


@pytest.mark.parametrize(("results", "found"), [(0, 1), (2, 1), (3, 0)])
def test_the_figure_of_a_task_stands_soon_after_it(results, found):
    page = parsed(f'<p id="task">Try</p>{printed("7") * results}{figure("x")}{figure("y")}')
    assert [image["src"] for image in chapter.figure_after(page.p)] == ["../_images/x.webp"] * found


def test_a_deck_follows_the_plan_in_a_line(site):
    first, _ = decks(site)
    headings = [section.select_one("h2").get_text() for section in first]
    assert headings == [
        "Inside VGG16",
        *["A & b", "Seen", "Seen", "Seen"],
        "In pairs, 45 minutes",
        *["Argue, 25 minutes", "Seen too", "Shift it"],
        "Next time",
    ]
    assert not [section for section in first if section.select("section")]
    assert [image["alt"][:-4] for section in first for image in section.select("img")] == [
        *["opening", "x", "y"],
        *["tried", "z"],
    ]


def test_the_last_slide_names_the_next_session_and_its_quiz(site):
    first, second = decks(site)
    assert first[-1].h1.get_text() == "Second session: why"
    assert [link["href"] for link in first[-1].select("a")] == [
        "../book/one.html",
        "../book/how_to_use.html#first-session-what",
    ]
    assert second[-1].h2.get_text() == "End of the last session"


def test_slides_take_the_minutes_of_their_item(site):
    first, _ = decks(site)
    shown, pairs, argued, end = first[1:5], first[5], first[6:9], first[9]
    assert [int(slide["data-timing"]) for slide in shown] == [300] * 4
    assert int(pairs["data-timing"]) == 45 * 60
    assert [int(slide["data-timing"]) for slide in argued] == [750, 375, 375]
    assert not end.has_attr("data-timing")


def test_what_follows_the_task_in_the_plan_is_for_the_speaker(site):
    first, _ = decks(site)
    assert "Show it slowly." in first[0].aside.get_text()
    assert "Show it slowly." not in "".join(slide.get_text() for slide in first[1:])
    noted = PLAN.replace("Each pair tries.</p>", "Each pair tries.</p><p>Walk around.</p>")
    item = plan.sessions(parsed(noted))[0].items[1]
    slide = parsed(deck.task(item, [])).section
    assert slide.aside.get_text() == "Walk around."
    assert "Walk" not in slide.div.get_text()


def test_a_task_links_to_the_pages_of_the_book(site):
    first, _ = decks(site)
    assert [link["href"] for link in first[5].select("a")] == ["../book/two.html#try"]
    assert [link["href"] for link in first[6].select("a")] == [
        "../book/two.html#seen",
        "../book/two.html#shift",
    ]


def test_a_deck_shows_results_tables_and_tasks_but_no_code_and_no_solution(site):
    first, _ = decks(site)
    html = "".join(map(str, first))
    assert not [
        word for word in ("secret", "solved", "Exercise 9", "Doe", "left out", "early") if word in html
    ]
    seen = [section for section in parsed(html).select("section") if section.aside.extract()]
    assert not [section for section in seen if "solution" in section.get_text()]
    assert [part.get_text() for part in parsed(html).select("pre")] == ["mean 7"]
    assert [part.get_text() for part in parsed(html).select("table")] == ["yes"]
    assert [part.get_text() for part in first[1].select("li")] == ["to look;", "to see."]
    assert "Each pair tries." in first[5].get_text()
    assert "Move it. What follows?" in first[-2].get_text()


def test_notes_define_the_terms_of_the_glossary(site):
    first, _ = decks(site)
    notes = first[2].select_one("aside.notes")
    assert notes.select("p")[-1].decode_contents() == "<strong>map</strong>: A grid of numbers."
    assert notes.get_text().count("A grid") == 1
    assert "After it." in notes.get_text()
    assert notes.select_one("code").get_text() == "numbers"
    assert not notes.select("a")


def test_the_answer_of_a_quiz_is_the_next_step_beside_the_figure_it_links_to(site):
    _, second = decks(site)
    quiz = second[1]
    assert quiz.select_one("p").decode_contents() == "<strong>How <em>many</em>?</strong>"
    assert [item.get_text() for item in quiz.select("ol li")] == ["One", "Two"]
    assert quiz.select_one(".fragment").get_text() == "Answer: B. TwoAs shown."
    assert [image["alt"] for image in quiz.select("img")] == ["x < y"]
    assert not quiz.select("[id], a, input")


def test_a_question_for_a_number_has_no_options():
    box = parsed("<div><legend>How many?</legend><details><p>Seven.</p></details></div>")
    asked = parsed(show.quiz("Quiz", box, []))
    assert asked.select_one("strong").get_text() == "How many?"
    assert not asked.select("ol, legend")


def test_signs_of_html_are_shown_as_they_are():
    heading = parsed(show.section("Is <b> bold?", "")).h2
    assert heading.get_text() == "Is <b> bold?"
    image, formula = parsed('<img src="x" alt="a &quot;b&quot;"><div class="math">a &lt;b></div>').children
    shown = parsed(show.things([image, formula]))
    assert shown.img["alt"] == 'a "b"'
    assert shown.get_text().strip() == "a <b>"


def test_a_printed_result_says_how_wide_and_high_it_is():
    result = parsed(show.printed("a<b>\nc\nd")).pre
    assert result.get_text() == "a<b>\nc\nd"
    assert result["style"] == "--letters: 4; --lines: 3"


@pytest.mark.parametrize("html", ["<p>Try.</p>", '<p class="point">It is.</p>'])
def test_words_and_results_stand_beside_a_figure(html):
    results, figures = parsed(printed("7")).select("pre"), parsed(figure("x")).select("img")
    made = parsed(show.beside(html, [*results, *figures])).select_one(".beside")
    text, seen = made.find_all("div", recursive=False)
    assert [part.name for part in text.find_all(True)] == ["p", "pre"]
    assert [part["alt"] for part in seen.select("img")] == ["x < y"]


@pytest.mark.parametrize(
    "shown",
    [
        '<img width="150" height="100" src="x" alt="x">',
        '<img src="x" alt="x"><img src="y" alt="y">',
        '<table><tr><td>x</td></tr></table><img src="x" alt="x">',
        "<pre>x</pre>",
    ],
)
def test_tables_wide_figures_and_several_stand_below(shown):
    made = parsed(show.beside("<p>Try.</p>", parsed(shown).find_all(["img", "table", "pre"])))
    assert not made.select(".beside")
    assert len(made.find_all(["img", "table", "pre"])) == len(parsed(shown).find_all(["img", "table", "pre"]))


@pytest.mark.parametrize(("height", "name"), [(30, "figures stacked"), (60, "figures")])
def test_wide_figures_stand_one_below_the_other(height, name):
    images = parsed(f'<img width="100" height="{height}" src="x" alt="x">' * 2).select("img")
    assert parsed(show.things(images)).div["class"] == name.split()


@pytest.mark.parametrize(
    ("wide", "narrow", "taken"),
    [
        ((700, 700), (360, 400), "narrow"),  # 0.8 against 1.4 times as large as on the page
        ((800, 400), (360, 360), "wide"),  # its letters are large enough
        ((800, 600), (360, 720), "wide"),  # those of the narrow one are smaller
    ],
)
def test_the_rendering_for_phones_is_shown_if_only_its_letters_are_large(wide, narrow, taken):
    image = f'<img alt="x" src="wide" width="{wide[0]}" height="{wide[1]}">'
    source = f'<source srcset="narrow" width="{narrow[0]}" height="{narrow[1]}">'
    page = parsed(f"<picture>{source}{image}</picture>")
    made = parsed(show.things(page.select("img")))
    assert made.img["src"] == taken
    width, height = narrow if taken == "narrow" else wide
    assert float(made.div["style"].removeprefix("--shape: ")) == pytest.approx(width / height, abs=0.01)


def test_the_lesson_plan_links_to_its_slides_and_they_to_it(site):
    page = parsed(PLAN)
    deck.write(site, site / "node_modules", {site / "book" / plan.PAGE: page})
    links = [link["href"] for link in page.select(".slides-link a")]
    assert links == ["../slides/first-session.html", "../slides/second-session.html"]
    assert [part.find_previous_sibling().name for part in page.select(".slides-link")] == ["h3", "h3"]
    shown = parsed((site / "book" / links[1]).resolve().read_text())
    assert {link["href"] for link in shown.select("a")} == {"../book/how_to_use.html#second-session-why"}


def test_the_first_slide_and_tasks_say_what_the_class_will_do(site):
    first, _ = decks(site)
    assert [part.get_text() for part in first[0].select("li")] == [
        "Show 20 min",
        "In pairs 45 min",
        "Argue 25 min",
    ]
    assert first[0].aside.p.get_text().startswith("Show: One, with")
    assert first[5].select_one(".beside").get_text().strip().startswith("The Try it.")


def test_a_deck_has_its_title_formulas_and_the_parts_of_reveal(site):
    decks(site)
    session, _ = plan.sessions(parsed(PLAN.replace("session: what", "session: a &lt;b>")))
    page = parsed('<script src="../_static/mathjax/startup.js"></script><script src="other.js"></script>')
    made = parsed(deck.deck(session, None, {"other.html": page}))
    assert made.title.get_text() == "First session: a <b>: slides"
    assert made.h1.get_text() == "First session: a <b>"
    parts = [part.get("href") or part.get("src") for part in made.head.select("link, script")]
    assert "../_static/mathjax/startup.js" in parts
    assert "other.js" not in parts
    reveal = [site / "slides" / part for part in parts if "/reveal/" in part]
    assert len(reveal) == len(deck.REVEAL)
    assert all(part.resolve().is_file() for part in reveal)


def test_a_quiz_may_ask_about_a_figure_of_another_chapter():
    item = plan.sessions(parsed(PLAN))[1].items[0]
    box = parsed(ONE.replace("#label", "two.html#seen")).select_one(".quiz")
    assert parsed(deck.quiz(box, item, {"two.html": parsed(TWO)})).img["src"] == "../_images/z.webp"


def test_without_reveal_there_are_no_slides_and_no_links(tmp_path):
    page = parsed(PLAN)
    deck.write(tmp_path, tmp_path / "node_modules", {tmp_path / "book" / plan.PAGE: page})
    assert not page.select(".slides-link")
    assert not (tmp_path / "slides").exists()
