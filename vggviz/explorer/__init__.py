"""The explorer: a page that shows a network's maps down to the arithmetic of one cell."""
