"""The built book, served, with the pages that change while it is served.

builder: one Sphinx application, kept, that builds single pages.
following: builds the pages whose sources change.
site: the newest of each file, from the last book or built since.
server: gives the files to a browser, and tells it when its page has changed.
"""
