"""Annotations of TorchScript source -> types.

Comes before: `ir/types.py`. Comes after: `code_reader.py`, `expression_reader.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from portfire.errors import ArchiveError
from portfire.ir.subtyping import optional_of, union_of
from portfire.ir.types import (
    ANY,
    ANY_CLASS,
    ANY_ENUM,
    ANY_LIST,
    ANY_TUPLE,
    BOOL,
    CAPSULE,
    COMPLEX,
    DEVICE,
    FLOAT,
    GENERATOR,
    INT,
    NONE,
    NUMBER,
    STORAGE,
    STR,
    STREAM,
    TENSOR,
    DictType,
    FutureType,
    ListType,
    TupleType,
    Type,
)  # fmt: skip

_SIMPLE: dict[str, Type] = {
    "Tensor": TENSOR, "int": INT, "float": FLOAT, "complex": COMPLEX, "bool": BOOL, "str": STR, "NoneType": NONE,
    "None": NONE, "Device": DEVICE, "Any": ANY, "number": NUMBER, "Scalar": NUMBER, "Generator": GENERATOR,
    "Stream": STREAM, "Storage": STORAGE, "Capsule": CAPSULE, "list": ANY_LIST, "tuple": ANY_TUPLE,
    "AnyEnumType": ANY_ENUM, "AnyClassType": ANY_CLASS, "Layout": INT, "MemoryFormat": INT, "ScalarType": INT,
    "QScheme": INT, "__torch__.torch.device": DEVICE,
}  # fmt: skip

_COMPOSITES: dict[str, Callable[[list[Type]], Type]] = {
    "List": lambda a: ListType(*a),
    "Dict": lambda a: DictType(*a),
    "Optional": lambda a: optional_of(*a),
    "Union": union_of,
    "Tuple": lambda a: TupleType(tuple(a)),
    "Future": lambda a: FutureType(*a),
}


def dotted_name(node: ast.expr) -> str | None:
    """`a.b.c` of an attribute chain on a name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    return ".".join([node.id, *reversed(parts)])


def read_type(node: ast.expr, resolve: Callable[[str], Type | None]) -> Type:
    """The type an annotation spells. Raises ArchiveError."""
    if isinstance(node, ast.Constant) and node.value is None:
        return NONE
    if isinstance(node, ast.Subscript):
        return _composite(node, resolve)
    name = dotted_name(node)
    if name is None:
        raise ArchiveError(f"the archive is damaged: {ast.unparse(node)} is not a type")
    simple = _SIMPLE.get(name)
    if simple is not None:
        return simple
    found = resolve(name)
    if found is None:
        if name.startswith("__torch__.torch.classes."):
            raise ArchiveError(f"the model needs the C++ class {name}, which portfire does not have")
        raise ArchiveError(f"the archive is damaged: it does not define the type {name}")
    return found


def _composite(node: ast.Subscript, resolve: Callable[[str], Type | None]) -> Type:
    name = dotted_name(node.value) or ""
    if name == "Final":
        return read_type(node.slice, resolve)
    make = _COMPOSITES.get(name)
    if make is None:
        raise ArchiveError(f"the archive is damaged: {ast.unparse(node)} is not a type")
    items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    try:
        return make([read_type(item, resolve) for item in items])
    except TypeError as error:
        raise ArchiveError(f"the archive is damaged: {ast.unparse(node)} has a wrong number of arguments") from error
