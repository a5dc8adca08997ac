"""Statements of TorchScript source -> a graph in SSA form.

The source is what a printer wrote: straight lines, `if` with both arms, `while`, `for … in range(n)`, one `return` at the
end, functions for `fork`. A name assigned in both arms of an `if`, or in the body of a loop and before it, becomes an
output of the node.

Comes before: `expression_reader.py`, `ir/builder.py`. Comes after: `code_reader.py`; `code_printer.py` is the inverse.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from portfire.archive.expression_reader import ExpressionReader
from portfire.errors import ArchiveError
from portfire.ir.builder import Builder
from portfire.ir.graph import Block, Function, Graph, Node, Value
from portfire.ir.source import SourceFile, SourceRange
from portfire.ir.subtyping import is_subtype, unify, union_of
from portfire.ir.types import (
    EXCEPTION,
    INT,
    NONE,
    FutureType,
    ListType,
    TensorType,
    TupleType,
    Type,
)  # fmt: skip

if TYPE_CHECKING:
    from portfire.archive.code_reader import CodeReader

#: What reading source that no printer wrote may run into.
MALFORMED = (IndexError, KeyError, ValueError, TypeError, AttributeError, AssertionError, RecursionError, StopIteration)

_MAX_TRIPS = 2**63 - 1


def read_function(
    reader: CodeReader, function: Function, definition: ast.FunctionDef, file: SourceFile | None
) -> Graph:
    """The graph of a function. Raises ArchiveError naming the line."""
    graph = Graph()
    body = FunctionReader(reader, graph, file, definition.name)
    for parameter in function.parameters:
        value = graph.block.add_parameter(parameter.type, parameter.name)
        body.names[parameter.name] = value
    try:
        body.statements(definition.body)
    except MALFORMED as error:
        raise ArchiveError(f"the archive is damaged: the code of {function.name} cannot be read ({error!r})") from error
    result = body.returned if body.returned is not None else body.builder.constant(None, NONE)
    graph.block.add_input(result)
    _prune(graph)
    return graph


def _prune(graph: Graph) -> None:
    """Remove outputs of control flow that nothing uses: names that were only local to an arm or a body."""
    changed = True
    while changed:
        changed = False
        for node in reversed(list(graph.walk())):
            for index in reversed(range(len(node.outputs))):
                if node.kind == "prim::If" and not node.outputs[index].uses:
                    for block in node.blocks:
                        block.remove_input(index)
                elif node.kind == "prim::Loop" and not (node.outputs[index].uses or _feeds(node.blocks[0], index)):
                    (body,) = node.blocks
                    body.remove_input(index + 1)
                    body.remove_parameter(index + 1)
                    node.remove_input(index + 2)
                else:
                    continue
                node.remove_output(index)
                changed = True


def _feeds(body: Block, index: int) -> bool:
    """Whether a carried value is used in the body, other than by being carried on."""
    return any(use != (body, index + 1) for use in body.parameters[index + 1].uses)


class FunctionReader:
    """Emits the statements of one function."""

    def __init__(self, reader: CodeReader, graph: Graph, file: SourceFile | None, name: str) -> None:
        self.reader = reader
        self.graph = graph
        self.file = file
        self.name = name
        self.builder = Builder(graph)
        self.names: dict[str, Value] = {}
        #: The types that annotations give to names, where a value's own is narrower.
        self.declared: dict[str, Type] = {}
        self.closures: dict[str, ast.FunctionDef] = {}
        self.returned: Value | None = None
        self.expressions = ExpressionReader(self)
        self._map = reader.source_map(file) if file is not None else None
        self._line_starts = reader.line_starts(file) if self._map is not None and file is not None else []

    def error(self, node: ast.AST, what: str) -> ArchiveError:
        """The ArchiveError to raise for a place in the source."""
        path = self.file.path if self.file is not None else "code"
        return ArchiveError(f"{path}:{getattr(node, 'lineno', 0)}: {what}")

    def range_of(self, node: ast.AST) -> SourceRange | None:
        """Where a node came from: in the user's source where the archive knows, else in the archive's own."""
        if self.file is None or not isinstance(node, (ast.stmt, ast.expr)):
            return None
        known = (
            self._map.range_at(self._line_starts[node.lineno - 1] + node.col_offset, self.name) if self._map else None
        )
        if known is not None:
            return known
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return SourceRange(self.file, node.lineno, node.col_offset, end_line, end_column, self.name)

    def statements(self, body: Iterable[ast.stmt]) -> None:
        """A suite."""
        for statement in body:
            action = _STATEMENTS.get(type(statement))
            if action is None:
                raise self.error(statement, f"a {type(statement).__name__} does not belong into TorchScript source")
            with self.builder.ranged(self.range_of(statement)):
                action(self, statement)

    def value(self, node: ast.expr, hint: Type | None = None) -> Value:
        """An expression."""
        return self.expressions.value(node, hint)

    def define(self, name: str, value: Value) -> None:
        """Bind a name."""
        self.names[name] = value
        node = value.node
        if node is not None and node.block is self.builder.block and value.name is None:
            value.name = _hint(name)

    def _expression(self, statement: ast.Expr) -> None:
        self.value(statement.value)

    def _return(self, statement: ast.Return) -> None:
        self.returned = self.builder.constant(None, NONE) if statement.value is None else self.value(statement.value)

    def _assign(self, statement: ast.Assign) -> None:
        target = statement.targets[0]
        if isinstance(target, ast.Tuple):
            self._assign_tuple(target, statement.value)
        else:
            hint = self.declared.get(target.id) if isinstance(target, ast.Name) else None
            self._bind(target, self.value(statement.value, hint))

    def _bind(self, target: ast.expr, value: Value) -> None:
        if isinstance(target, ast.Name):
            self.define(target.id, value)
        elif isinstance(target, ast.Attribute):
            self.builder.node("prim::SetAttr", (self.value(target.value), value), name=target.attr)
        else:
            raise self.error(target, "this cannot be assigned to")

    def _assign_tuple(self, target: ast.Tuple, source: ast.expr) -> None:
        if isinstance(source, ast.Tuple) and len(source.elts) == len(target.elts):
            values = [self.value(item) for item in source.elts]
            for item, value in zip(target.elts, values, strict=True):
                if isinstance(item, ast.Name):
                    self.names[item.id] = value  # without naming the value: it is handed on, under the other's name
                else:
                    self._bind(item, value)
            return
        values = self.unpack(source, self.value(source), len(target.elts))
        for item, value in zip(target.elts, values, strict=True):
            self._bind(item, value)

    def unpack(self, node: ast.AST, value: Value, count: int) -> list[Value]:
        """The items of a tuple or list of `count`."""
        maker = value.node
        if (
            maker is not None
            and maker.kind == "prim::TupleConstruct"
            and not value.uses
            and maker is maker.block.nodes[-1]
        ):
            items = list(maker.inputs)
            maker.destroy()
        elif isinstance(value.type, TupleType):
            items = list(self.builder.node("prim::TupleUnpack", (value,), value.type.elements).outputs)
        elif isinstance(value.type, ListType):
            items = list(self.builder.node("prim::ListUnpack", (value,), [value.type.element] * count).outputs)
        else:
            raise self.error(node, f"a value of type {value.type} cannot be unpacked")
        if len(items) != count:
            raise self.error(node, f"{len(items)} items are unpacked into {count} names")
        return items

    def _annotated(self, statement: ast.AnnAssign) -> None:
        type_ = self.reader.type(statement.annotation)
        if not isinstance(statement.target, ast.Name) or statement.value is None:
            raise self.error(statement, "an annotation here must assign a name")
        self.declared[statement.target.id] = type_
        self.define(statement.target.id, self.value(statement.value, type_))

    def _pass(self, _: ast.stmt) -> None:
        """`pass` says that a suite is empty."""

    def _if(self, statement: ast.If) -> None:
        condition = self.expressions.condition(statement.test)
        node = self.builder.node("prim::If", (condition,))
        before = dict(self.names)
        ends: list[dict[str, Value]] = []
        for suite in (statement.body, statement.orelse):
            self.names = dict(before)
            with self.builder.at(node.add_block()):
                self.statements(suite)
            ends.append(self.names)
        self.names = before
        for name, first in ends[0].items():
            second = ends[1].get(name)
            if second is not None and (first is not second):
                self._merge(node, name, (first, second))

    def _merge(self, node: Node, name: str, values: tuple[Value, Value]) -> None:
        type_ = unify(values[0].type, values[1].type) or union_of([v.type for v in values])
        declared = self.declared.get(name)
        if declared is not None and is_subtype(type_, declared):
            type_ = declared
        for block, value in zip(node.blocks, values, strict=True):
            block.add_input(value)
        output = node.add_output(type_)
        self.define(name, output)
        output.name = _hint(name)

    def _while(self, statement: ast.While) -> None:
        trips = self.builder.constant(_MAX_TRIPS)
        test = statement.test
        self._loop(statement, statement.body, trips, self.expressions.condition(test), None, test)

    def _for(self, statement: ast.For) -> None:
        call = statement.iter
        is_range = isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "range"
        if (
            not is_range
            or not isinstance(call, ast.Call)
            or len(call.args) != 1
            or not isinstance(statement.target, ast.Name)
        ):
            raise self.error(statement, "a loop that is not over `range(n)` does not belong into TorchScript source")
        trips = self.value(call.args[0])
        self._loop(statement, statement.body, trips, self.builder.constant(True), statement.target.id, None)

    def _loop(
        self,
        statement: ast.stmt,
        suite: list[ast.stmt],
        trips: Value,
        condition: Value,
        counter: str | None,
        test: ast.expr | None,
    ) -> None:
        carried = [n for n in _assigned_names(suite) if n in self.names and n != counter]
        node = self.builder.node("prim::Loop", (trips, condition, *(self.names[n] for n in carried)))
        body = node.add_block()
        before = dict(self.names)
        trip = body.add_parameter(INT)
        if counter is not None:
            self.define_parameter(counter, trip)
        for name in carried:
            initial = self.names[name].type
            self.define_parameter(name, body.add_parameter(self._carried_type(name, initial)))
        with self.builder.at(body):
            self.statements(suite)
            again = self.builder.constant(True) if test is None else self.expressions.condition(test)
        self._close_loop(statement, node, body, again, carried, before)

    def _carried_type(self, name: str, initial: Type) -> Type:
        declared = self.declared.get(name)
        if declared is not None and is_subtype(initial, declared):
            return declared
        return TensorType() if isinstance(initial, TensorType) else initial

    def define_parameter(self, name: str, value: Value) -> None:
        """Bind a name to a block's parameter."""
        self.names[name] = value
        value.name = _hint(name)

    def _close_loop(
        self, statement: ast.stmt, node: Node, body: Block, again: Value, carried: list[str], before: dict[str, Value]
    ) -> None:
        body.add_input(again)
        ends = self.names
        self.names = before
        for name, parameter in zip(carried, body.parameters[1:], strict=True):
            end = ends[name]
            if not is_subtype(end.type, parameter.type) and not isinstance(end.type, TensorType):
                raise self.error(statement, f"{name} is {parameter.type} before the loop and {end.type} after its body")
            body.add_input(end)
            output = node.add_output(parameter.type, parameter.name)
            self.names[name] = output

    def _function(self, statement: ast.FunctionDef) -> None:
        self.closures[statement.name] = statement

    def fork(self, node: ast.AST, name: str) -> Value:
        """`fork(name)`: the function becomes a graph of its own, which takes the values it refers to as parameters."""
        definition = self.closures.get(name)
        if definition is None:
            raise self.error(node, f"there is no function {name} to fork")
        loaded = {n.id: None for n in ast.walk(definition) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        captured = [n for n in loaded if n in self.names]
        inner = FunctionReader(self.reader, Graph(), self.file, self.name)
        for capture in captured:
            outer = self.names[capture]
            inner.names[capture] = inner.graph.block.add_parameter(outer.type, outer.name)
        inner.statements(definition.body)
        result = inner.returned if inner.returned is not None else inner.builder.constant(None, NONE)
        inner.graph.block.add_input(result)
        values = [self.names[c] for c in captured]
        return self.builder.insert("prim::fork", values, FutureType(result.type), Subgraph=inner.graph)

    def _with(self, statement: ast.With) -> None:
        """`with value as name:` calls the value's methods. The run goes through `__exit__` also with an exception."""
        for item in statement.items:
            context = self.value(item.context_expr)
            entered = self.expressions.call_context(statement, context, "__enter__")
            if item.optional_vars is not None:
                self._bind(item.optional_vars, entered)
            node = self.builder.node("prim::Try", classes=[""])
            body, handler = node.add_block(), node.add_block()
            with self.builder.at(body):
                self.statements(statement.body)
            assigned = [n for n in _assigned_names(statement.body) if n in self.names]
            with self.builder.at(handler):
                exception = handler.add_parameter(EXCEPTION, "exception")
                self.expressions.call_context(statement, context, "__exit__")
                self.builder.node("prim::Reraise", (exception,))
                for name in assigned:
                    handler.add_input(self.builder.insert("prim::Uninitialized", (), self.names[name].type))
            for name in assigned:
                body.add_input(self.names[name])
                self.define(name, node.add_output(self.names[name].type, _hint(name)))
            self.expressions.call_context(statement, context, "__exit__")


def _hint(name: str) -> str | None:
    """The name, unless a printer made it up for an unnamed value: `_`, `_7`."""
    return None if name.startswith("_") and (name == "_" or name[1:].isdigit()) else name


def _assigned_names(suite: Iterable[ast.stmt]) -> list[str]:
    """The names that a suite assigns, in order, without those of functions defined in it."""
    found: dict[str, None] = {}

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.FunctionDef):
            return
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found[node.id] = None
        for child in ast.iter_child_nodes(node):
            visit(child)

    for statement in suite:
        visit(statement)
    return list(found)


_STATEMENTS: dict[type, Callable[[FunctionReader, Any], None]] = {
    ast.Expr: FunctionReader._expression,
    ast.Return: FunctionReader._return,
    ast.Assign: FunctionReader._assign,
    ast.AnnAssign: FunctionReader._annotated,
    ast.Pass: FunctionReader._pass,
    ast.If: FunctionReader._if,
    ast.While: FunctionReader._while,
    ast.For: FunctionReader._for,
    ast.FunctionDef: FunctionReader._function,
    ast.With: FunctionReader._with,
}
