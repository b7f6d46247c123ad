"""From an image file to what the network reads, and back."""
