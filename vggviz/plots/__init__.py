"""One function a figure: arrays in, figure and axes out."""
