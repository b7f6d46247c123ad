"""Training of the linear classifier, and computation of the classes that each channel prefers."""
