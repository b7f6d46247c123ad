"""Figures that say what they show, and what they are drawn with."""
