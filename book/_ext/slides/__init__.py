"""Slides of the lesson plan, made from the pages of the built book.

plan: sessions of the lesson plan and their chapters, as `how_to_use` lists them.
chapter: the slides of one chapter.
deck: a file of slides for reveal.js.
"""
