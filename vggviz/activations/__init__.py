"""Feature maps of a batch, the arithmetic of one cell, and statistics of channels over many images."""
