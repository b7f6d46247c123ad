"""Slides of the lesson plan, made from the pages of the built book.

plan: sessions of the lesson plan and their items, as `how_to_use` lists them.
marks: the author's sentences in the chapters, each of which begins a slide.
chapter: the slides of a chapter, or of a section of it.
words: tasks to show and notes for the speaker, from the text of a chapter.
show: the HTML of a slide.
deck: a file of slides for reveal.js.
"""
