"""VGG16 without TensorFlow, by onnxruntime, for what needs no gradients."""
