"""Models to learn from and to test with. Each file has a model, and `example_inputs()` for it."""
