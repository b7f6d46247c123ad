"""Plotting functions: each takes arrays and returns a figure and its axes."""
