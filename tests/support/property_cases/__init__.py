"""The properties of every public function, by subject."""

from property_cases import (
    activations,
    analysis,
    attribution,
    datasets,
    feature_visualization,
    figures,
    images,
    models,
    objectives,
    plots_of_maps,
    plots_of_results,
)

SUBJECTS = (
    activations,
    analysis,
    attribution,
    datasets,
    feature_visualization,
    figures,
    images,
    models,
    objectives,
    plots_of_maps,
    plots_of_results,
)
PROPERTIES = {name: known for subject in SUBJECTS for name, known in subject.PROPERTIES.items()}
