"""The network: its layers as a graph, its weights and where they come from."""
