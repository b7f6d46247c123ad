from .examples import Examples as Examples
from .examples import dataset_examples as dataset_examples
from .examples import example_crops as example_crops
from .folder import read_images as read_images
from .statistics import dataset_statistics as dataset_statistics
