"""The way in: models of PyTorch, ONNX files and programs of torch.export become specs."""
