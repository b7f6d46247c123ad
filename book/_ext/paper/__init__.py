"""The whole book as one PDF, printed by Chromium from the built pages.

order: the pages in the order of the contents.
sheet: a page as the printer gets it.
printing: Chromium.
binding: contents, page numbers and bookmarks of the parts together.
"""
