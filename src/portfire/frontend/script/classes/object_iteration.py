"""Loops over objects of script classes: `__iter__` with `__next__`, or `__getitem__` until it raises IndexError.

    for x in obj: body   ->   it = iter(obj)
                              while True:
                                  try: x = it.__next__()
                                  except StopIteration: break
                                  body

Elsewhere (comprehensions, `list()`, `zip()`) the items are collected first.

Comes before: `loops.py`, `python_library/object_items.py`. Comes after: `object_values.py`, `loops.py`.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from portfire.frontend.script.builtins.python_library import object_items
from portfire.frontend.script.statements.exits import Flow
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import Iteration, StaticValue
from portfire.ir import types as ir
from portfire.ir.graph import Value

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


def iterator_of(emitter: Emitter, value: StaticValue) -> StaticValue:
    """What `iter(value)` gives; the value itself where items are taken from it by number."""
    if not value.has_attribute(emitter, "__iter__"):
        return value
    return value.attribute(emitter, "__iter__").call(emitter, [], {})


def is_object(value: StaticValue) -> bool:
    """Whether this is an object of a script class."""
    return isinstance(value, RuntimeValue) and isinstance(value.type, ir.ClassType) and not value.type.is_module


def items_of_object(emitter: Emitter, value: StaticValue) -> StaticValue:
    """All items, as a list."""
    iterator = iterator_of(emitter, value)
    if not is_object(iterator):
        return iterator
    function = object_items.by_next if iterator.has_attribute(emitter, "__next__") else object_items.by_number
    return emitter.compiler.function_value(function).call(emitter, [iterator], {})


class ObjectItems(StaticValue):
    """The items of an object, collected where a loop asks how many there are."""

    def __init__(self, owner: StaticValue) -> None:
        self.owner = owner
        self._items: StaticValue | None = None

    def describe(self) -> str:
        """See the base class."""
        return f"the items of {self.owner.describe()}"

    def _collected(self, emitter: Emitter) -> StaticValue:
        if self._items is None:
            from portfire.frontend.script.builtins.builtin_iteration import to_list

            self._items = to_list(emitter, items_of_object(emitter, self.owner))
        return self._items

    def iterate(self, emitter: Emitter) -> Iteration:
        """See the base class."""
        return Iteration(source=self)

    def length(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return self._collected(emitter).length(emitter)

    def emit_item(self, emitter: Emitter, index: Value) -> StaticValue:
        """See the base class."""
        return self._collected(emitter).emit_item(emitter, index)


def emit_object_loop(emitter: Emitter, node: ast.For, iterable: StaticValue) -> Flow | None:
    """A `for` over an object whose items are made one by one; None where the loop is another one."""
    from portfire.frontend.script.statements.statements import emit_statements

    if not is_object(iterable):
        return None
    iterator = iterator_of(emitter, iterable)
    by_next = is_object(iterator) and iterator.has_attribute(emitter, "__next__")
    if not by_next and (iterator is not iterable or not iterable.has_attribute(emitter, "__getitem__")):
        return None
    emitter.compiler.region_count += 1
    names = [f"$iterator{emitter.compiler.region_count}", f"$number{emitter.compiler.region_count}"]
    emitter.frame.assign(names[0], iterator)
    source = f"{names[0][1:]}.__next__()" if by_next else f"{names[0][1:]}[{names[1][1:]}]"
    take = _renamed(ast.parse(source, mode="eval").body, names)
    exception = ast.Name("StopIteration" if by_next else "IndexError", ast.Load())
    handler = ast.ExceptHandler(exception, None, [*node.orelse, ast.Break()])
    attempt = ast.Try([ast.Assign([node.target], take)], [handler], [], [])
    body: list[ast.stmt] = [attempt]
    before: list[ast.stmt] = []
    if not by_next:
        before = [ast.Assign([ast.Name(names[1], ast.Store())], ast.Constant(0))]
        body.append(ast.AugAssign(ast.Name(names[1], ast.Store()), ast.Add(), ast.Constant(1)))
    loop = ast.While(ast.Constant(True), [*body, *node.body], [])
    for statement in (*before, loop):
        _place(statement, node)
    return emit_statements(emitter, [*before, loop])


def _renamed(expression: ast.expr, names: list[str]) -> ast.expr:
    for inner in ast.walk(expression):
        if isinstance(inner, ast.Name):
            inner.id = f"${inner.id}"
    return expression


def _place(made: ast.AST, origin: ast.For) -> None:
    """Give nodes that have no place in the source that of the loop's iterable."""
    for inner in ast.walk(made):
        if (isinstance(inner, (ast.stmt, ast.expr, ast.excepthandler)) and not hasattr(inner, "lineno")) or (
            isinstance(inner, ast.Name) and inner.id.startswith("$")
        ):
            ast.copy_location(inner, origin.iter)
