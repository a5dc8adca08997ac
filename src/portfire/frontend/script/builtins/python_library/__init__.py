"""Functions of Python's standard library, written in Python to be compiled into the programs that use them.

Their parameters have no annotations where any type will do: a version is compiled per type. They are never run by Python
itself.

Comes before: nothing. Comes after: `library_functions.py`, `ordering.py` (which say when they are called).
"""
