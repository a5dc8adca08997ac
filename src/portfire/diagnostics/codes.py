"""Every code a diagnostic may have, with one line that explains it. A test checks that no other code is used.

Comes before: nothing. Comes after: the front ends, which give each diagnostic one; `docs/errors/`, one page per code.
"""

from __future__ import annotations

from typing import Final

CODES: Final[dict[str, str]] = {
    # names and resolution
    "unknown-name": "a name that is not defined where it is used",
    "maybe-undefined": "a variable that is read where no path has given it a value",
    "no-source": "the Python source of a function cannot be found, so there is nothing to compile",
    # annotations and types
    "unknown-type": "an annotation that does not name a type",
    "unsupported-type": "an annotation that is valid Python, but names a type no program can hold",
    "bad-type-comment": "a `# type:` comment that does not parse or does not fit the parameters",
    "type-mismatch": "a value whose type is not the declared or expected one",
    "unknown-element-type": "an element type that nothing tells",
    "optional-not-refined": "a value that may be None where None cannot be",
    # syntax
    "unsupported-syntax": "a construct of Python that is not compiled",
    # values
    "not-a-value": "something that exists only while compiling is used as a run-time value",
    "not-callable": "a call of something that cannot be called",
    "not-subscriptable": "an index into something that has no items",
    "not-iterable": "a loop over something that has no items",
    "not-unpackable": "an unpacking assignment of something that has no items, or another number of them",
    "no-length": "`len` of something that has no length",
    "no-truth": "a condition on something that has no truth value",
    "no-attribute": "an attribute that the object does not have",
    "no-set-attribute": "an assignment to an attribute that cannot be set",
    "changes-a-copy": "a change of a list or dict outside of the program, of which the program has a copy",
    "bad-index": "an index of a kind that the container does not take",
    "index-out-of-range": "an index, known while compiling, that is outside the container",
    "not-a-constant-index": "an index that must be known while compiling but is not",
    "int-too-large": "an integer constant outside 64 bits",
    # calls
    "bad-call": "arguments that do not fit the parameters",
    "unknown-operator": "a function of torch that is no operator",
    "no-overload": "arguments that fit none of the overloads of an operator or function",
    "unsupported-argument": "an argument that is valid in Python, but not in a program",
    "unsupported-call": "a call of a Python function that has no meaning in a program",
    "ambiguous-dispatch": "a choice between two functions that must be known while compiling but is not",
    "recursive-function": "a function that calls itself and cannot be compiled so",
    "not-a-constant": "an argument that must be known while compiling but is not",
    "unsupported-format": "a format specification that cannot be compiled",
    "unsupported-python-value": "a Python object that has no meaning in a program",
    # modules
    "untyped-attribute": "an attribute of a module whose type cannot be told from its value",
    "no-forward": "a module without a `forward` that can be compiled",
    "missing-submodule": "an item that a container of modules does not have",
    "bad-hook": "a forward hook that cannot be compiled, or does not fit the module's forward",
    "unsupported-module": "a module that is not ready to be compiled",
    # classes
    "interface-mismatch": "a class that does not have all methods of the interface it stands for",
    "override-mismatch": "a method of a subclass that cannot be called in place of that of its base",
    "unsupported-enum": "an enum without members",
}
