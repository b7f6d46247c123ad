"""Which pixels of an image speak for a class or a channel."""
