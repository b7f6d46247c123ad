"""What can be computed from kernels and activations alone."""
