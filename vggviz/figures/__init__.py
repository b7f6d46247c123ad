"""Building blocks of the plots: figures with a text alternative, layouts, scales, colours, artists."""
