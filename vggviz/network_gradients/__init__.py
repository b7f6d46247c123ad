"""Gradients of a chain of convolutions by PyTorch or JAX, for machines whose graphics processor these use."""
