"""`class` inside a function: the class is made while compiling, once, as Python makes a class of a module when it is imported.

It may use what is known while compiling: globals, other classes and functions, constants. A variable of the run cannot be
seen from a class.

Comes before: `class_values.py`, `source.py`. Comes after: `statements.py`.
"""

from __future__ import annotations
import __future__

import ast
import copy
from typing import TYPE_CHECKING, Any

from portfire.frontend.script.environment import UndefinedValue
from portfire.frontend.script.functions.renaming import own_names, own_nodes, shown_name
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.graph import MISSING

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def emit_class_definition(emitter: Emitter, node: ast.ClassDef) -> None:
    """A `class` statement."""
    compiler, source = emitter.compiler, emitter.context.source
    outer = _names_outside(emitter, node)
    key = (
        source.file.path,
        node.lineno + source.line_offset,
        node.col_offset,
        *sorted((n, id(o)) for n, o in outer.items()),
    )
    cls = compiler.local_classes.get(key)
    if cls is None:
        cls = compiler.local_classes[key] = _made(emitter, node, outer)
        compiler.classes.local_names[cls.__name__] = cls
    emitter.assign(node.name, compiler.value_of(emitter, cls, cls.__name__))


def _made(emitter: Emitter, node: ast.ClassDef, outer: dict[str, Any]) -> type:
    """Run the class statement as Python does; its code has the places of the user's file, where its source is found."""
    source, lookup = emitter.context.source, emitter.context.lookup
    statement = copy.deepcopy(node)
    statement.name = shown_name(node.name)
    ast.increment_lineno(statement, source.line_offset)
    is_lazy = lookup("annotations") is __future__.annotations
    flags = __future__.annotations.compiler_flag if is_lazy else 0
    module = lookup("__name__")
    names: dict[str, Any] = {**outer, "__name__": "__main__" if module is MISSING else module}
    try:
        tree = ast.Module(body=[statement], type_ignores=[])
        exec(compile(tree, source.file.path, "exec", flags=flags, dont_inherit=True), names)
    except Exception as error:
        raise emitter.fail(
            "unsupported-python-value",
            f"the class '{statement.name}' cannot be made while compiling: {type(error).__name__}: {error}",
            help="move the class to the top of the module",
        ) from None
    cls = names[statement.name]
    if not isinstance(cls, type):
        raise emitter.fail(
            "unsupported-python-value",
            f"a decorator makes '{statement.name}' something that is no class",
            help="move the class to the top of the module",
        )
    cls.__qualname__ = f"{source.name}.<locals>.{statement.name}"
    return cls


def _names_outside(emitter: Emitter, node: ast.ClassDef) -> dict[str, Any]:
    """The Python objects of the names that the class uses and does not define."""
    found: dict[str, Any] = {}
    for name in sorted(_free_names(node) - {node.name}):
        value = emitter.lookup(name)
        if value is None or isinstance(value, UndefinedValue):
            python_object = emitter.context.lookup(name)
        else:
            python_object = _python_object(value)
            if python_object is MISSING:
                raise emitter.fail(
                    "not-a-constant",
                    f"the class '{shown_name(node.name)}' uses '{name}', {value.describe()} of the function around it",
                    notes=("a class exists before the program runs, and knows nothing of a run",),
                    help=f"pass '{shown_name(name)}' to `__init__`, and keep it as an attribute",
                )
        if python_object is not MISSING:
            found[name] = python_object
    return found


def _free_names(node: ast.ClassDef) -> set[str]:
    """The names that the statements of the class and its methods take from outside."""
    names: set[str] = set()
    outside = [*node.bases, *node.decorator_list, *(k.value for k in node.keywords)]
    for root in (*outside, *own_nodes(node)):
        nested = root if isinstance(root, _FUNCTIONS) else None
        if nested is not None:
            names |= {n.id for n in ast.walk(nested) if isinstance(n, ast.Name)} - own_names(nested)
        elif root in outside:
            names |= {n.id for n in ast.walk(root) if isinstance(n, ast.Name)}
        elif isinstance(root, ast.Name) and isinstance(root.ctx, ast.Load):
            names.add(root.id)
    return names


def _python_object(value: StaticValue) -> Any:
    """What a compile-time value stands for; MISSING where it is made when the program runs."""
    constant = value.constant()
    if constant is not MISSING:
        return constant
    for attribute in ("cls", "function", "python_object"):
        found = getattr(value, attribute, MISSING)
        if found is not MISSING and value.identity is not None:
            return found
    return MISSING
