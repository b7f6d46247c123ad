"""Image files to batches for the network, and back."""
