"""Statistics and examples over any number of images."""
