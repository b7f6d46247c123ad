"""The slides of the lesson plan."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup

from slides import chapter, deck, plan, show, words
from tiny_book import ROOT

PLAN = """<article><section id="how"><h1>How</h1>
<section id="first-session-what"><h3>First session: what<a class="headerlink">#</a></h3>
<ul><li><p><em>Show</em> (20 min): <a class="reference internal" href="one.html">One</a>, with
<a class="reference internal" href="glossary.html#term-map">maps</a>
(<a class="reference internal" href="one.html">the same</a>).</p></li>
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
<div class="admonition-what-you-will-learn admonition"><p class="admonition-title">What you will learn</p>
<ul><li><p>to look;</p></li><li><p>to see.</p></li></ul></div>
<p>A page begins with numbers. Then it goes on.</p>
<section id="s"><span id="label"></span><h2>Seen</h2>
<p>Here is how to read it.
<a class="reference internal" href="glossary.html#term-map">Maps</a> have <code>numbers</code>
everywhere in <a class="reference internal" href="glossary.html#term-map">them</a>
<span class="bibtex-citation">[<a href="bibliography.html#id1">Doe, 1999</a>]</span>. Then two:</p>
{figure("x")}{figure("y")}
<p>After it. How large are they?</p>
{printed("")}{printed("mean 7")}
<p>(In brackets.)</p>
<p>Nothing that fits. Here <strong>all of them are seven</strong> or less.</p>
<p>Now compare.</p>
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
<section id="seen"><h2>Seen too</h2>{figure("z")}<p>It is z here now.</p>
<div class="tip admonition" id="try"><p class="admonition-title">Try it</p><p>Change it.</p></div>
{figure("tried")}</section>
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


def test_text_between_figures_makes_a_slide_of_each():
    made = chapter.slides(chapter.place(parsed(ONE), ""))
    assert [slide.heading for slide in made] == ["A & b", "Seen", "Seen", "Seen"]
    assert [[part.name for part in slide.shown] for slide in made] == [
        ["div"],
        ["img", "img"],
        ["pre"],
        ["table"],
    ]
    assert [slide.words for slide in made] == [
        "A page begins with numbers.",
        "Maps have <code>numbers</code> everywhere in them.",
        "Here <strong>all of them are seven</strong> or less.",
        "A table is said at last.",
    ]


def test_notes_stand_with_the_figure_they_announce():
    made = chapter.slides(chapter.place(parsed(ONE), ""))
    notes = [[words.text(html) for html in slide.before + slide.after] for slide in made]
    assert notes[1] == [
        "Here is how to read it. Maps have numbers everywhere in them. Then two:",
        "After it.",
    ]
    assert notes[2][0] == "How large are they?"
    assert notes[3] == ["Now compare.", "A table is said at last."]


@pytest.mark.parametrize(
    ("after", "shown"),
    [
        ("Here are the maps of it: they stand below. Most of them are dark.", "Most of them are dark."),
        (
            'We know it from <a href="one.html">One</a> as before. All edges lean to it.',
            "All edges lean to it.",
        ),
        ('So edges lean to the left (<a href="one.html">One</a>).', "Edges lean to the left."),
        ("The same on one scale looks like this:", "The same on one scale looks like this."),
        ("Long words " * 20 + "end.", ""),
        ("The one in the figure is dark. Most of them are dark.", "Most of them are dark."),
        (
            "The first of them is dark. <strong>All of the others</strong> are bright.",
            "<strong>All of the others</strong> are bright.",
        ),
        (
            "The first of them is dark. The <strong>other two</strong> are bright.",
            "The first of them is dark.",
        ),
    ],
)
def test_the_sentence_shown_is_no_lead_in(after, shown):
    assert words.point([], [f"<p>{after}</p>"]) == shown


def test_the_sentence_shown_is_rather_one_after_the_figure():
    before, after = "What comes before is this one.", "What comes after is that one."
    assert words.point([f"<p>{before}</p>"], [f"<p>{after}</p>"]) == after
    assert words.point([f"<p>{before}</p>"], ["<p>In brief.</p>"]) == before


@pytest.mark.parametrize(
    ("blocks", "said"),
    [
        (["It is dark.", "The next is bright."], ["It is dark."]),
        (["It is dark.", "(The next is bright.)"], ["It is dark.", "(The next is bright.)"]),
        (["Now the next."], []),
        (["It is dark. And the next?"], ["It is dark."]),
        (["It is dark. It stays so."], ["It is dark. It stays so."]),
    ],
)
def test_of_the_text_between_two_figures_the_end_belongs_to_the_second(blocks, said):
    before, announced = words.divided([f"<p>{block}</p>" for block in blocks])
    assert before == [f"<p>{block}</p>" for block in said]
    assert words.text(" ".join(before + announced)) == " ".join(blocks)


def test_an_abbreviation_ends_no_sentence():
    said = ["See e.g. Doe et al. They counted (i.e. Both counted) them.", "“Two.”", "Then <em>three.</em>"]
    assert words.sentences([f"<p>{' '.join(said)}</p>"]) == said


def test_words_have_no_code_and_no_links():
    cell = '<td class="x" colspan="2"><a href="x"><span>y</span></a></td>'
    assert words.plain(f"<tr>{cell}</tr>") == '<tr><td colspan="2">y</td></tr>'
    part = parsed("<div><p>Text.</p><details>code</details><script>more</script></div>").div
    assert words.block(part) == "<div><p>Text.</p></div>"


def test_a_place_in_a_section_shows_that_section_alone():
    (seen, tried) = chapter.slides(chapter.place(parsed(TWO), "seen"))
    assert (seen.heading, tried.heading, tried.words) == ("Seen too", "Try it", "<p>Change it.</p>")
    assert [str(image["src"])[11:] for slide in (seen, tried) for image in slide.shown] == [
        "z.webp",
        "tried.webp",
    ]


def test_a_chapter_shows_no_figure_of_an_exercise_or_of_its_solution():
    made = chapter.slides(chapter.place(parsed(TWO), ""))
    assert [str(image["src"])[11:-5] for slide in made for image in slide.shown] == ["before", "z", "tried"]
    mixed = parsed(f'<section><h2>Both</h2><div class="solution">{figure("solved")}</div></section>')
    assert chapter.slides(mixed.section) == []


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
        "End of the session",
    ]
    assert not [section for section in first if section.select("section")]
    assert [image["alt"][:-4] for section in first for image in section.select("img")] == [
        *["opening", "x", "y"],
        *["tried", "z"],
    ]


def test_a_deck_shows_results_tables_and_tasks_but_no_code_and_no_solution(site):
    first, _ = decks(site)
    html = "".join(map(str, first))
    assert not [word for word in ("secret", "solution", "solved", "Exercise 9", "Doe") if word in html]
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
    assert quiz.select_one(".fragment").get_text() == "Answer: TwoAs shown."
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


def test_a_task_stands_beside_its_figure_and_above_a_result():
    figures, results = parsed(figure("x")).select("img"), parsed(printed("7")).select("pre")
    for shown, place in ((figures, "beside"), (results, "task")):
        slide = parsed(show.slide(chapter.Slide("Try it", shown, task="<p>Try.</p>"), {}))
        assert slide.select_one(f".{place} p").get_text() == "Try."
        assert slide.select(shown[0].name)


@pytest.mark.parametrize(("height", "name"), [(30, "figures stacked"), (60, "figures")])
def test_wide_figures_stand_one_below_the_other(height, name):
    images = parsed(f'<img width="100" height="{height}" src="x" alt="x">' * 2).select("img")
    assert parsed(show.things(images)).div["class"] == name.split()
    beside = parsed(show.beside("text", images[:1])).div["class"]
    assert beside == (["task"] if "stacked" in name else ["beside"])


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
    made = parsed(deck.deck(session, {"other.html": page}))
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
