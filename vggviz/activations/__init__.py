"""What the layers of a network give for a batch, and what each channel does over many images."""
