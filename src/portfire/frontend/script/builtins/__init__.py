"""What the functions of Python, its standard library and torch's Python code mean."""
