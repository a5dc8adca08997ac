"""Graphs as TorchScript source: what `.code` shows and archives hold, in the form libtorch reads.

Single-use values are written inside the expression that uses them (`inlining.py`); everything else is assigned a name.
Long expressions are broken at 40 characters, as torch does, so that the two read alike.

Comes before: `inlining.py`, `type_names.py`, `ir/literals.py`. Comes after: `expression_printer.py` (used here),
`class_printer.py`, `code_files.py`.
"""

from __future__ import annotations

import keyword
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from portfire.archive.constant_table import ConstantTable
from portfire.archive.engine_only import graph_for_torch
from portfire.archive.expression_printer import expression
from portfire.archive.inlining import inlined_nodes, is_named
from portfire.archive.refinements import with_refinements_in_arms
from portfire.archive.type_names import Named, annotation
from portfire.errors import SaveError
from portfire.ir.graph import MISSING, Block, Function, Graph, Node, Parameter, Value
from portfire.ir.literals import literal
from portfire.ir.source import SourceRange
from portfire.ir.subtyping import unify, unrefined
from portfire.ir.types import EnumType, ListType, OptionalType, Type, UnionType

#: Identifiers with a meaning of their own where the source is read.
RESERVED = frozenset(keyword.kwlist) | {
    "_", "aten", "attribute", "CONSTANTS", "fork", "getattr", "inf", "nan", "infj", "nanj", "ops", "__torch__", "torch",
    "uninitialized", "unchecked_cast", "annotate", "print", "int", "float", "bool", "str", "sorted", "isinstance", "range",
}  # fmt: skip
_LONG = 40
_MAX_TRIPS = 2**63 - 1


class CodePrinter:
    """Prints functions. `name_of` names classes and functions, `constants` takes what has no literal.

    Local names are numbered on from one function to the next, as torch does in a file.
    """

    def __init__(self, name_of: Callable[[Named], str], constants: ConstantTable) -> None:
        self.name_of = name_of
        self.constants = constants
        self.lines: list[str] = []
        #: Where each line comes from, and the same for every function printed so far.
        self.ranges: list[SourceRange | None] = []
        self.printed: list[tuple[str, list[SourceRange | None]]] = []
        self.range: SourceRange | None = None
        self.level = 0
        self.texts: dict[Value, str] = {}
        self.inlined: set[Node] = set()
        self.used_names: set[str] = set()
        self.next_number: dict[str, int] = {}
        #: How far the operands of a node have been looked at for breaking long lines.
        self.broken: dict[Node | Block, int] = {}

    def type_name(self, type_: Type) -> str:
        """A type as annotation."""
        return annotation(type_, self.name_of)

    def literal(self, value: Any, type_: Type | None) -> str:
        """A constant as expression."""
        return literal(value, type_, self._constant_reference, self.type_name)

    def _constant_reference(self, value: Any, type_: Type | None) -> str | None:
        if isinstance(value, Function):
            return self.name_of(value)
        if isinstance(type_, EnumType) and isinstance(value, str):
            return f"{self.type_name(type_)}.{value}"
        return self.constants.reference(value, type_)

    def function(self, function: Function, name: str | None = None, *, level: int = 0, plain_self: bool = False) -> str:
        """The definition of `function`, called `name`. `plain_self`: the first parameter is written without its type."""
        graph = function.graph
        if graph is None:
            raise SaveError(f"{function.name} has no body to save")
        graph = with_refinements_in_arms(graph_for_torch(function, graph))
        self.lines, self.texts, self.inlined, self.broken = [], {}, set(), {}
        self.ranges, self.range = [], function.range
        self.used_names, self.level = set(), level
        head = f"def {name or function.base_name}("
        parts = [self._parameter(p, v) for p, v in zip(function.parameters, graph.inputs, strict=True)]
        if plain_self and parts:
            parts[0] = parts[0].partition(":")[0]
        self.emit(f"{head}{(',' + chr(10) + ' ' * 4).join(parts)}) -> {self.type_name(function.return_type)}:")
        self.body(graph.block)
        text = "\n".join(self.lines) + "\n"
        self.printed.append((text, self.ranges))
        return text

    def _parameter(self, parameter: Parameter, value: Value) -> str:
        name = self.new_name(_identifier(parameter.name))
        self.texts[value] = name
        default = "" if parameter.default is MISSING else f"={self.default(parameter)}"
        return f"{name}: {self.type_name(parameter.type)}{default}"

    def default(self, parameter: Parameter) -> str:
        """The default of a parameter as expression. A number stands for a list of it (`BroadcastingList2[int]`)."""
        value = parameter.default
        if isinstance(parameter.type, ListType) and not isinstance(value, list):
            value = list(value) if isinstance(value, tuple) else [value]
        return self.literal(value, parameter.type)

    def emit(self, text: str) -> None:
        """Add a line."""
        self.lines.append("  " * self.level + text)
        self.ranges += [self.range] * (1 + text.count("\n"))

    def new_name(self, candidate: str) -> str:
        """A name like `candidate` that is free in this function."""
        name = candidate
        while name in self.used_names or name in RESERVED:
            number = self.next_number.get(candidate, 0)
            self.next_number[candidate] = number + 1
            name = f"{candidate}{number}"
        self.used_names.add(name)
        return name

    def assign_name(self, value: Value) -> str:
        """Give a value the name by which its uses refer to it."""
        name = self.new_name(_identifier(_base_of(str(value.name))) if is_named(value) else "_")
        self.texts[value] = name
        return name

    def use(self, value: Value) -> str:
        """The expression for a use of `value`."""
        text = self.texts.get(value)
        if text is None:
            assert value.node is not None and value.node.kind == "prim::Constant", value
            text = self.texts[value] = expression(self, value.node)
        return text

    def uses(self, values: Iterable[Value]) -> str:
        """Expressions separated by commas."""
        return ", ".join(map(self.use, values))

    def body(self, block: Block) -> None:
        """The block of a function: long constants, statements, `return`."""
        self.inlined |= inlined_nodes(block)
        self.level += 1
        for node in _constants_in_order_of_use(block):
            text = expression(self, node)
            if self.is_long(text):
                self.emit(f"{self.assign_name(node.output)} = {text}")
            else:
                self.texts[node.output] = text
        for node in block.nodes:
            self.node(node)
        if block.returns:
            self.emit(f"return {self.uses(block.returns)}")
        self.level -= 1

    def is_long(self, text: str) -> bool:
        """Whether an expression is too long to be written inside another."""
        return len(text) + 2 * self.level >= _LONG

    def statements(self, block: Block, *, followed: bool) -> None:
        """The nodes of a nested block. `followed`: another statement comes after them in the same suite."""
        if not followed and not any(n.kind != "prim::Constant" for n in block.nodes):
            self.emit("pass")
        for node in block.nodes:
            self.node(node)

    def node(self, node: Node) -> None:
        """One node: a statement, or an expression that waits for its use."""
        if node.kind == "prim::Constant":
            return
        self.range = node.range
        statement = _STATEMENTS.get(node.kind)
        if statement is not None:
            statement(self, node)
            return
        text = expression(self, node)
        if node not in self.inlined:
            self.define(node, text)
            return
        self.texts[node.output] = text
        if self.is_long(text):
            self.break_line(node.output)

    def define(self, node: Node, text: str) -> None:
        """Assign an expression to the outputs of its node."""
        names = ", ".join([self.assign_name(v) for v in node.outputs])
        self.emit(f"{names} = {text}" if names else text)

    def break_line(self, value: Value) -> None:
        """Give a name to `value`, and to everything that is evaluated before it in the same statement."""
        user, index = value.uses[0]
        waiting: list[Value] = []
        while True:
            seen = self.broken.get(user)
            for i in range(index, -1 if seen is None else seen, -1):
                operand = user.inputs[i]
                if operand.node in self.inlined and operand.node.kind != "prim::Constant":
                    waiting.append(operand)
            self.broken[user] = index if seen is None else max(index, seen)
            if seen is not None or user not in self.inlined:
                break
            assert isinstance(user, Node)
            user, position = user.output.uses[0]
            index = position - 1  # the operand at `position` is still being written
        for operand in reversed(waiting):
            assert operand.node is not None
            self.define(operand.node, self.texts[operand])

    def if_(self, node: Node) -> None:
        """`if cond: … else: …`, with the outputs assigned in both arms."""
        condition = self.use(node.inputs[0])
        for output in node.outputs:
            self.assign_name(output)
        for head, block in zip((f"if {condition}:", "else:"), node.blocks, strict=True):
            self.emit(head)
            self.level += 1
            self.statements(block, followed=bool(node.outputs))
            self.assign_branch(node, block)
            self.level -= 1

    def assign_branch(self, node: Node, block: Block) -> None:
        """The assignment of an arm's results. A single name is annotated, once, where its type is open."""
        if len(node.outputs) == 1 and isinstance(node.output.type, (OptionalType, UnionType)):
            annotated = f" : {self.type_name(node.output.type)}" if block is node.blocks[0] else ""
            self.emit(f"{self.use(node.output)}{annotated} = {self.use(block.returns[0])}")
        elif node.outputs:
            values = [self.branch_value(node, i, block) for i in range(len(node.outputs))]
            self.emit(f"{self.uses(node.outputs)} = {', '.join(values)}")

    def branch_value(self, node: Node, index: int, block: Block) -> str:
        """What a branch gives for an output, cast where a reader would not find the output's type by itself."""
        value, type_ = block.returns[index], unrefined(node.outputs[index].type)
        found = unify(*(unrefined(b.returns[index].type) for b in node.blocks))
        text = self.use(value)
        return text if found == type_ or value.type == type_ else f"unchecked_cast({self.type_name(type_)}, {text})"

    def try_(self, node: Node) -> None:
        """What a handler that only cleans up watches: without the handler."""
        body = node.blocks[0]
        for inner in body.nodes:
            self.node(inner)
        for output, value in zip(node.outputs, body.returns, strict=True):
            annotated = f" : {self.type_name(output.type)}" if output.type != value.type else ""
            text = self.use(value)
            self.emit(f"{self.assign_name(output)}{annotated} = {text}")

    def end_try(self, node: Node) -> None:
        """Nothing: there is no handler."""

    def loop(self, node: Node) -> None:
        """A `for` over a range, a `while`, or a `while` that counts where the node is both."""
        (body,) = node.blocks
        counts, tests = loop_form(node)
        for output in node.outputs:
            self.assign_name(output)
        for parameter, output in zip(body.parameters[1:], node.outputs, strict=True):
            self.texts[parameter] = self.texts[output]
        for output, initial in zip(node.outputs, node.inputs[2:], strict=True):
            annotated = f": {self.type_name(output.type)}" if output.type != initial.type else ""
            self.emit(f"{self.use(output)}{annotated} = {self.use(initial)}")
        if counts and tests:
            self.counted_while(node, body)
        elif counts:
            self.emit(f"for {self.assign_name(body.parameters[0])} in range({self.use(node.inputs[0])}):")
            self.suite(body, [], node.outputs)
        else:
            condition = self.assign_name(body.parameters[0])
            self.emit(f"{condition} = {self.use(node.inputs[1])}")
            self.emit(f"while {condition}:")
            self.suite(body, [(condition, self.use_later(body.returns[0]))], node.outputs)

    def use_later(self, value: Value) -> Callable[[], str]:
        """A use that is written when the nodes before it have been."""
        return lambda: self.use(value)

    def suite(self, body: Block, extra: list[tuple[str, Callable[[], str]]], outputs: Sequence[Value]) -> None:
        """The body of a loop, and the assignments for the next trip."""
        self.level += 1
        self.statements(body, followed=bool(extra or outputs))
        targets = [name for name, _ in extra] + [self.use(v) for v in outputs]
        values = [text() for _, text in extra] + [self.use(v) for v in body.returns[1:]]
        if targets:
            self.emit(f"{', '.join(targets)} = {', '.join(values)}")
        self.level -= 1

    def counted_while(self, node: Node, body: Block) -> None:
        """A loop with both a trip count and a condition, which Python has no word for."""
        trip = self.assign_name(body.parameters[0])
        going, limit = self.new_name("_"), self.new_name("_")
        self.emit(f"{trip} = 0")
        self.emit(f"{limit} = {self.use(node.inputs[0])}")
        self.emit(f"{going} = torch.__and__(torch.gt({limit}, 0), {self.use(node.inputs[1])})")
        self.emit(f"while {going}:")
        next_trip = f"torch.add({trip}, 1)"
        again = self.use_later(body.returns[0])
        self.suite(
            body,
            [(going, lambda: f"torch.__and__(torch.lt({next_trip}, {limit}), {again()})"), (trip, lambda: next_trip)],
            node.outputs,
        )

    def unpack(self, node: Node) -> None:
        """`a, b, = value`: the last comma makes it an unpacking on reading."""
        source = self.use(node.inputs[0])
        names = "".join(f"{self.assign_name(v)}, " for v in node.outputs)
        self.emit(f"{names}= {source}" if names else source)

    def set_attribute(self, node: Node) -> None:
        """`object.name = value`."""
        self.emit(f"{self.use(node.inputs[0])}.{node.attributes['name']} = {self.use(node.inputs[1])}")

    def fork(self, node: Node) -> None:
        """A nested function, and `fork` of it."""
        graph: Graph = node.attributes["Subgraph"]
        name = self.new_name("__forked_function")
        self.emit(f"def {name}():")
        for parameter, value in zip(graph.inputs, node.inputs, strict=True):
            self.texts[parameter] = self.use(value)
        self.body(graph.block)
        self.define(node, f"fork({name})")

    def guard(self, node: Node) -> None:
        """A guard of a trace: where it fails, libtorch raises a plain exception with its message."""
        message = str(node.attributes.get("message", "a guard of the trace failed"))
        self.emit(f"if {self.use(node.inputs[0])}:")
        self.emit("  pass")
        self.emit("else:")
        self.emit(f"  ops.prim.RaiseException({self.literal(message, None)})")


_STATEMENTS: dict[str, Callable[[CodePrinter, Node], None]] = {
    "prim::If": CodePrinter.if_,
    "prim::Loop": CodePrinter.loop,
    "prim::Try": CodePrinter.try_,
    "prim::EndTry": CodePrinter.end_try,
    "prim::TupleUnpack": CodePrinter.unpack,
    "prim::ListUnpack": CodePrinter.unpack,
    "prim::SetAttr": CodePrinter.set_attribute,
    "prim::fork": CodePrinter.fork,
    "prim::Guard": CodePrinter.guard,
}


def loop_form(node: Node) -> tuple[bool, bool]:
    """Whether a loop counts (`for`), and whether it tests a condition (`while`)."""
    (body,) = node.blocks
    tests = not (_is_constant(node.inputs[1], True) and _is_constant(body.returns[0], True))
    counts = not _is_constant(node.inputs[0], _MAX_TRIPS) or bool(body.parameters[0].uses)
    return counts or not tests, tests


def _is_constant(value: Value, wanted: Any) -> bool:
    node = value.node
    return node is not None and node.kind == "prim::Constant" and node.attributes.get("value") == wanted


def _constants_in_order_of_use(block: Block) -> list[Node]:
    found: dict[Node, None] = {}

    def visit(inner: Block) -> None:
        for node in inner.nodes:
            visit_inputs(node)
            for nested in node.blocks:
                visit(nested)
        visit_inputs(inner)

    def visit_inputs(user: Node | Block) -> None:
        for value in user.inputs:
            if value.node is not None and value.node.kind == "prim::Constant":
                found[value.node] = None

    visit(block)
    return list(found)


def _base_of(name: str) -> str:
    """`x` of `x.3`."""
    base, dot, digits = name.rpartition(".")
    return base if dot and base and digits.isdigit() else name


def _identifier(name: str) -> str:
    """`name` made a valid identifier."""
    text = "".join(c if c.isascii() and (c.isalnum() or c == "_") else "_" for c in name)
    return f"_{text}" if not text or text[0].isdigit() else text
