"""The explorer: an interactive page of a network's feature maps, down to the arithmetic of one cell."""
