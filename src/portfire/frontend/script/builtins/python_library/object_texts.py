# mypy: disable-error-code="no-untyped-def,no-untyped-call"
"""The texts of lists and dicts of objects, and of objects that may be None. Compiled for the types they are given.

Comes before: nothing. Comes after: `object_texts.py`.
"""

from __future__ import annotations


def list_text(items):
    """`str()` of a list of objects with texts of their own."""
    return "[" + ", ".join([repr(item) for item in items]) + "]"


def dict_text(items):
    """`str()` of a dict of such objects."""
    return "{" + ", ".join([f"{key!r}: {value!r}" for key, value in items.items()]) + "}"


def optional_text(item):
    """`str()` of such an object, or None."""
    return "None" if item is None else str(item)


def optional_representation(item):
    """`repr()` of such an object, or None."""
    return "None" if item is None else repr(item)
