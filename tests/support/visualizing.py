"""Settings of short feature visualizations."""

from vggviz.feature_visualization.optimisation import Recipe

STEPS = 12
SHORT = {"steps": STEPS, "size": 32, "recipe": Recipe(rate=0.2, jitter=1)}
