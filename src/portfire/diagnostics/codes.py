"""Every code a diagnostic may have, with one line that explains it. A test checks that no other code is used.

Comes before: nothing. Comes after: `docs/errors/`, one page per code.
"""

from __future__ import annotations

from typing import Final

CODES: Final[dict[str, str]] = {
    # names and resolution
    "unknown-name": "a name that is not defined where it is used",
    "no-source": "the Python source of a function cannot be found, so there is nothing to compile",
    # annotations and types
    "unknown-type": "an annotation that does not name a type",
    "unsupported-type": "an annotation that is valid Python, but names a type no program can hold",
    "bad-type-comment": "a `# type:` comment that does not parse or does not fit the parameters",
    "type-mismatch": "a value whose type is not the declared or expected one",
    "unknown-element-type": "an empty list or dict whose element type nothing tells",
    # values
    "not-a-value": "something that exists only while compiling is used as a run-time value",
    "not-callable": "a call of something that cannot be called",
    "not-subscriptable": "an index into something that has no items",
    "not-iterable": "a loop over something that has no items",
    "not-unpackable": "an unpacking assignment of something that has no items",
    "no-length": "`len` of something that has no length",
    "no-truth": "a condition on something that has no truth value",
    "no-attribute": "an attribute that the object does not have",
    "no-set-attribute": "an assignment to an attribute that cannot be set",
    # modules
    "untyped-attribute": "an attribute of a module whose type cannot be told from its value",
    "no-forward": "a module without a `forward` that can be compiled",
    "not-a-constant-index": "an index into a container of modules that is not known while compiling",
    "module-list-types": "modules picked by a run-time index that have no common interface",
    "missing-submodule": "an attribute of a module that was looked up but is not there",
    "ignored-call": "a call of a method marked `ignore`, which stays in Python, from a program that must not need it",
    "bad-hook": "a forward hook whose signature does not fit the module's forward",
    "unsupported-module": "a module that cannot be compiled from Python source",
    # classes
    "unsupported-class": "a class that cannot be a type of a program",
    "unsupported-base": "a base class that a script class cannot have",
    "unsupported-enum": "an enum whose values are not all int, all float, or all str",
    "interface-mismatch": "a class that does not have all methods of the interface it must fit",
    "unsupported-python-value": "a Python object that has no meaning in a program",
    # compile-time calls
    "unsupported-call": "a call of a Python function that has no meaning in a program",
    "ambiguous-dispatch": "a choice between two functions that must be known while compiling but is not",
}
