"""The recipe that made the bundled weights: a VGG16 of this project's own, trained on Tiny ImageNet."""
