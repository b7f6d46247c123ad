"""The network as files that the page computes with: forward, with switches for channels, and gradients."""
