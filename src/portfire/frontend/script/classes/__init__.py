"""Classes and their objects: script classes, dataclasses, enums, named tuples."""
