from .cost import Cost as Cost
from .optimisation import Recipe as Recipe
from .rendering import Visualization as Visualization
from .synthesis import caricature as caricature
from .synthesis import invert as invert
from .synthesis import visualization_cost as visualization_cost
from .synthesis import visualize as visualize
