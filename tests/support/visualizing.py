"""Settings of short feature visualizations."""

from vggviz.feature_visualization.optimisation import Recipe

STEPS = 12
SHORT = {"steps": STEPS, "size": 32, "recipe": Recipe(rate=0.2, jitter=1)}
STILL = SHORT | {"recipe": Recipe(rate=0.2, jitter=0, scale=0, rotation=0)}
"""Without transformations, which TensorFlow takes as long to trace as all the rest."""
