"""portfire: PyTorch models as programs that run without Python."""
