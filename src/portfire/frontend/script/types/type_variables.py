"""Annotations that name no one type: type variables, `Self`, parameter specifications, protocols.

    def first(items: list[T]) -> T: ...

A parameter annotated so takes the type of its argument, in a version of the function for that type; a result or a local
variable has the type of its value.

Comes before: `annotation_scope.py`. Comes after: `annotations.py`.
"""

from __future__ import annotations

import ast
import typing
from collections.abc import Iterator
from typing import Any

from portfire.frontend.script.types.annotation_scope import AnnotationScope

_VARIABLES = ("TypeVar", "ParamSpec", "TypeVarTuple", "ParamSpecArgs", "ParamSpecKwargs")


def stands_for_several(annotation: Any, scope: AnnotationScope) -> bool:
    """Whether the annotation mentions something that each use replaces by a type of its own."""
    return any(map(_is_variable, _named(annotation, scope)))


def is_protocol(python_object: Any) -> bool:
    """Whether this is a protocol class: any class with its methods can stand for it."""
    return isinstance(python_object, type) and bool(getattr(python_object, "_is_protocol", False))


def is_self(python_object: Any) -> bool:
    """Whether this is `typing.Self`, or the one of `typing_extensions`."""
    return python_object is typing.Self or repr(python_object) == "typing_extensions.Self"


def _is_variable(python_object: Any) -> bool:
    is_variable = type(python_object).__name__ in _VARIABLES or is_self(python_object)
    return is_variable or is_protocol(python_object) or is_generic(python_object)


def is_generic(python_object: Any) -> bool:
    """Whether this is a class of the user's with type parameters: each use of it is a type of its own."""
    if not isinstance(python_object, type) or not getattr(python_object, "__parameters__", ()):
        return False
    return typing.Generic in python_object.__mro__ and python_object.__module__ != "typing"


def _named(annotation: Any, scope: AnnotationScope) -> Iterator[Any]:
    """The objects that the names in an annotation stand for."""
    if isinstance(annotation, ast.Name):
        yield scope.lookup(annotation.id)
    elif isinstance(annotation, ast.Attribute) and annotation.attr == "Self":
        yield typing.Self
    elif isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        yield from _named_in_text(annotation.value, scope)
    elif isinstance(annotation, ast.AST):
        for child in ast.iter_child_nodes(annotation):
            yield from _named(child, scope)
    elif isinstance(annotation, str):
        yield from _named_in_text(annotation, scope)
    elif isinstance(annotation, typing.ForwardRef):
        yield from _named_in_text(annotation.__forward_arg__, scope)
    else:
        yield annotation
        for part in typing.get_args(annotation):
            yield from _named(part, scope)


def _named_in_text(text: str, scope: AnnotationScope) -> Iterator[Any]:
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except SyntaxError:
        return
    yield from _named(tree.body, scope)
