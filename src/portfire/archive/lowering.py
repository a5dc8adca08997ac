"""From a graph to instructions over virtual registers: `if` and loops become jumps, SSA joins become moves.

Every SSA value has a virtual register, except constants (operands name them directly) and casts (they share the register
of what they cast). What a block returns is moved to the register of the `prim::If` output or of the loop's parameter; where
the value can be computed there directly, it is, so that `i = i + 1` in a loop is one instruction.

Comes before: optimised graphs (`pipeline.py`). Comes after: `registers.py`, `program_writer.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from portfire.archive.bytecode import TERMINATORS, Handler, Instruction, Label, Opcode
from portfire.archive.program_tables import ProgramTables
from portfire.errors import InternalError
from portfire.ir.graph import Block, Function, Graph, Node, Value
from portfire.ir.types import BOOL, EXCEPTION, FLOAT, INT, NONE, FunctionType, OptionalType, Type
from portfire.ops.table import schema_of

#: `max_trip` of a `while` loop: TorchScript's INT64_MAX.
_ENDLESS = 2**63 - 1

_CASTS = frozenset({"prim::unchecked_cast", "prim::unchecked_unwrap_optional"})


@dataclass(slots=True)
class LoweredFunction:
    """Instructions over virtual registers; the first `parameters` of these are the arguments."""

    code: list[Instruction] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    #: Innermost first.
    handlers: list[Handler] = field(default_factory=list)
    parameters: int = 0
    virtual_count: int = 0
    #: Registers that only ever hold ints, floats, bools or None: nothing needs to be released when they die.
    plain: frozenset[int] = frozenset()


def lower_graph(graph: Graph, tables: ProgramTables) -> LoweredFunction:
    """Lower one function's graph. Operators, types and constants it names are entered in `tables`."""
    lowering = _Lowering(graph, tables)
    lowering.run()
    return lowering.result


def _is_plain(type_: Type) -> bool:
    if isinstance(type_, OptionalType):
        return _is_plain(type_.contained()[0])
    return type_ in (INT, FLOAT, BOOL, NONE)


class _Lowering:
    def __init__(self, graph: Graph, tables: ProgramTables) -> None:
        self.graph = graph
        self.tables = tables
        self.result = LoweredFunction(parameters=len(graph.inputs))
        self.register_of: dict[Value, int] = {}
        self.constant_of: dict[Value, int] = {}
        self.node: Node | None = None
        #: Where the last label was placed: a jump may arrive there.
        self.last_placed = -1
        #: For each `prim::Try` being lowered: where what it watches ends.
        self.watched_until: dict[Node, Label] = {}
        self._order: tuple[Block, dict[Node, int]] | None = None

    def run(self) -> None:
        for parameter in self.graph.inputs:
            self.register(parameter)
        self.block(self.graph.block)
        outputs = [self.operand(v) for v in self.graph.outputs]
        if len(outputs) > 1:
            raise InternalError(f"graph '{self.graph.name}' has {len(outputs)} outputs; a function returns one value")
        self.node = None
        self.emit(Opcode.RETURN, outputs or [~self.tables.constant(None)])
        self.result.plain = self.plain_registers()

    # Values and registers

    def plain_registers(self) -> frozenset[int]:
        plain: dict[int, bool] = {}
        for value, register in self.register_of.items():
            plain[register] = plain.get(register, True) and _is_plain(value.type)
        return frozenset(register for register, is_plain in plain.items() if is_plain)

    def fresh(self) -> int:
        self.result.virtual_count += 1
        return self.result.virtual_count - 1

    def register(self, value: Value) -> int:
        """The register that `value` is written to."""
        if value not in self.register_of:
            self.register_of[value] = self.fresh()
        return self.register_of[value]

    def operand(self, value: Value) -> int:
        """How an instruction reads `value`."""
        if value in self.constant_of:
            return ~self.constant_of[value]
        if value not in self.register_of:
            raise InternalError(f"%{value.name or '?'} of graph '{self.graph.name}' is used before it is defined")
        return self.register_of[value]

    def operands(self, values: Sequence[Value]) -> list[int]:
        return [self.operand(v) for v in values]

    # Instructions

    def emit(
        self,
        opcode: Opcode,
        uses: Sequence[int] = (),
        defs: Sequence[int] = (),
        numbers: Sequence[int] = (),
        label: Label | None = None,
    ) -> None:
        node = self.node
        self.result.code.append(
            Instruction(
                opcode, list(uses), list(defs), list(numbers), label,
                node.range if node else None, node.scope if node else (),
            )
        )  # fmt: skip

    def label(self) -> Label:
        label = Label()
        self.result.labels.append(label)
        return label

    def place(self, label: Label) -> None:
        label.position = self.last_placed = len(self.result.code)

    def move_all(self, sources: Sequence[int], targets: Sequence[int]) -> None:
        """Parallel moves: every source is read before its register is overwritten."""
        pending = [(s, t) for s, t in zip(sources, targets, strict=True) if s != t]
        while pending:
            ready = next((m for m in pending if all(m[1] != s for s, t in pending if (s, t) != m)), None)
            if ready is None:
                source, _ = pending[0]
                spare = self.fresh()
                self.emit(Opcode.MOVE, [source], [spare])
                pending = [(spare if s == source else s, t) for s, t in pending]
                continue
            pending.remove(ready)
            self.emit(Opcode.MOVE, [ready[0]], [ready[1]])

    # Blocks and nodes

    def block(self, block: Block) -> None:
        for node in block.nodes:
            self.node = node
            emit = _EMITTERS.get(node.kind)
            if emit is not None:
                emit(self, node)
            else:
                self.operator(node)

    def operator(self, node: Node) -> None:
        schema = schema_of(node)
        if schema is None:
            types = ", ".join(str(v.type) for v in node.inputs)
            raise InternalError(f"{node.range or ''}: no overload of {node.kind} takes ({types})")
        number = self.tables.op(schema.name, schema.overload)
        self.emit(Opcode.OP, self.operands(node.inputs), [self.register(v) for v in node.outputs], [number])

    def single(self, opcode: Opcode, node: Node, inputs: Sequence[Value], *numbers: int) -> None:
        self.emit(opcode, self.operands(inputs), [self.register(node.output)], numbers)

    def constant(self, node: Node) -> None:
        self.constant_of[node.output] = self.tables.constant(node.attributes.get("value"), node.output.type)

    def cast(self, node: Node) -> None:
        source = node.inputs[0]
        if source in self.constant_of:
            self.constant_of[node.output] = self.constant_of[source]
        else:
            self.register_of[node.output] = self.operand(source)

    def uninitialized(self, node: Node) -> None:
        self.constant_of[node.output] = self.tables.constant(None)

    def get_attribute(self, node: Node) -> None:
        self.single(Opcode.GET_ATTRIBUTE, node, node.inputs, self.tables.string(node.attributes["name"]))

    def set_attribute(self, node: Node) -> None:
        name = self.tables.string(node.attributes["name"])
        self.emit(Opcode.SET_ATTRIBUTE, self.operands(node.inputs), numbers=[name])

    def call_method(self, node: Node) -> None:
        self.single(Opcode.CALL_METHOD, node, node.inputs, self.tables.string(node.attributes["name"]))

    def call_function(self, node: Node) -> None:
        callee = node.inputs[0]
        if isinstance(callee.type, FunctionType):
            number = self.tables.function(callee.type.function)
            self.single(Opcode.CALL, node, node.inputs[1:], number)
        else:
            self.single(Opcode.CALL_VALUE, node, node.inputs)

    def create_object(self, node: Node) -> None:
        self.single(Opcode.OBJECT, node, (), self.tables.class_(node.output.type))

    def construct_tuple(self, node: Node) -> None:
        self.single(Opcode.TUPLE, node, node.inputs, self.tables.type(node.output.type))

    def construct_list(self, node: Node) -> None:
        self.single(Opcode.LIST, node, node.inputs, self.tables.type(node.output.type))

    def construct_dict(self, node: Node) -> None:
        self.single(Opcode.DICT, node, node.inputs, self.tables.type(node.output.type))

    def unpack(self, node: Node) -> None:
        self.emit(Opcode.UNPACK, self.operands(node.inputs), [self.register(v) for v in node.outputs])

    def tuple_index(self, node: Node) -> None:
        index = self.known_int(node, 1)
        elements = node.inputs[0].type.contained()
        if index < 0:
            index += len(elements)
        self.single(Opcode.TUPLE_ITEM, node, node.inputs[:1], index)

    def tuple_slice(self, node: Node) -> None:
        begin, end = node.attributes["beg"], node.attributes["end"]
        source = self.operand(node.inputs[0])
        items = []
        for index in range(begin, end):
            items.append(self.fresh())
            self.emit(Opcode.TUPLE_ITEM, [source], [items[-1]], [index])
        self.emit(Opcode.TUPLE, items, [self.register(node.output)], [self.tables.type(node.output.type)])

    def known_int(self, node: Node, position: int) -> int:
        source = node.inputs[position].node
        value = source.attributes.get("value") if source and source.kind == "prim::Constant" else None
        if not isinstance(value, int):
            raise InternalError(f"{node.range or ''}: {node.kind} needs an index known when compiling")
        return value

    def is_instance(self, node: Node) -> None:
        types: Sequence[Type] = node.attributes["types"]
        self.single(Opcode.IS_INSTANCE, node, node.inputs, *(self.tables.type(t) for t in types))

    def raise_exception(self, node: Node) -> None:
        inputs = self.operands(node.inputs)
        if len(inputs) < 2:
            inputs.append(~self.tables.constant(None))
        cls = node.attributes.get("type")
        if cls is not None:
            self.tables.class_(cls)
        if len(inputs) == 2:
            self.emit(Opcode.RAISE, inputs)
            return
        exception = self.fresh()
        message, name, value, origin = inputs
        self.emit(Opcode.TUPLE, [name, message, value, origin], [exception], [self.tables.type(EXCEPTION)])
        self.emit(Opcode.RERAISE, [exception])

    def reraise(self, node: Node) -> None:
        self.emit(Opcode.RERAISE, self.operands(node.inputs))

    def print(self, node: Node) -> None:
        self.emit(Opcode.PRINT, self.operands(node.inputs))

    def fork(self, node: Node) -> None:
        number = self.tables.subgraph(node.attributes["Subgraph"], node)
        self.single(Opcode.FORK, node, node.inputs, number)

    def wait(self, node: Node) -> None:
        self.single(Opcode.WAIT, node, node.inputs)

    def guard(self, node: Node) -> None:
        message = self.tables.string(node.attributes["message"])
        self.emit(Opcode.GUARD, self.operands(node.inputs), numbers=[message])

    # Control flow

    def branch(self, node: Node) -> None:
        otherwise, end = self.label(), self.label()
        self.emit(Opcode.JUMP_IF_FALSE, [self.operand(node.inputs[0])], label=otherwise)
        then_block, else_block = node.blocks
        targets = [self.register(v) for v in node.outputs]
        self.branch_body(node, then_block, targets)
        has_else = bool(else_block.nodes or else_block.returns)
        if has_else and self.falls_off():
            self.emit(Opcode.JUMP, label=end)
        self.place(otherwise)
        if has_else:
            self.branch_body(node, else_block, targets)
        self.place(end)

    def falls_off(self) -> bool:
        """Whether control can reach the next instruction."""
        code = self.result.code
        return not code or self.last_placed == len(code) or code[-1].opcode not in TERMINATORS

    def branch_body(self, node: Node, block: Block, targets: list[int]) -> None:
        for value, target in zip(block.returns, targets, strict=True):
            self.compute_directly(value, target, block)
        self.block(block)
        self.node = node
        if self.falls_off():
            self.move_all(self.operands(block.returns), targets)

    def compute_directly(self, value: Value, target: int, block: Block) -> None:
        """Let the node that makes `value` write to `target`, when the block's return is its only use."""
        node = value.node
        if (
            node is not None
            and node.block is block
            and len(value.uses) == 1
            and value not in self.register_of
            and node.kind != "prim::Constant"
            and node.kind not in _CASTS
        ):
            self.register_of[value] = target

    def try_(self, node: Node) -> None:
        """The body, then the handlers. What these read was written before the body: SSA sees to it."""
        body, *handlers = node.blocks
        targets = [self.register(v) for v in node.outputs]
        begin, after = self.label(), self.label()
        self.place(begin)
        self.watched_until[node] = end = self.label()
        self.branch_body(node, body, targets)
        if self.falls_off():
            self.emit(Opcode.JUMP, label=after)
        if end.position < 0:
            self.place(end)
        entries = [self.label() for _ in handlers]
        for block, entry, classes in zip(handlers, entries, node.attributes["classes"], strict=True):
            register = self.register(block.parameters[0])
            self.result.handlers.append(Handler(begin, end, entry, register, tuple(classes.split())))
        for block, entry in zip(handlers, entries, strict=True):
            self.place(entry)
            self.branch_body(node, block, targets)
            if self.falls_off() and block is not handlers[-1]:
                self.emit(Opcode.JUMP, label=after)
        self.place(after)

    def end_try(self, node: Node) -> None:
        owner = node.block.owning_node
        assert owner is not None
        self.place(self.watched_until[owner])

    def loop(self, node: Node) -> None:
        (body,) = node.blocks
        max_trip, start, *carried = node.inputs
        trip = self.register(body.parameters[0])
        registers = [self.fresh() for _ in carried]
        counted = not self.is_endless(max_trip) or bool(body.parameters[0].uses)
        if counted:
            self.emit(Opcode.MOVE, [~self.tables.constant(0)], [trip])
        self.move_all(self.operands(carried), registers)
        for parameter, output, register in zip(body.parameters[1:], node.outputs, registers, strict=True):
            self.register_of[parameter] = self.register_of[output] = register
        head, end = self.label(), self.label()
        if not self.is_true(start):
            self.emit(Opcode.JUMP_IF_FALSE, [self.operand(start)], label=end)
        self.place(head)
        if counted:
            self.emit(Opcode.LOOP_TEST, [trip, self.operand(max_trip)], label=end)
        proceed, *returned = body.returns
        for value, parameter, register in zip(returned, body.parameters[1:], registers, strict=True):
            if self.is_dead_after(parameter, value, body):
                self.compute_directly(value, register, body)
        self.block(body)
        self.node = node
        condition = None if self.is_true(proceed) else self.operand(proceed)
        if condition is not None and condition in registers:
            spare = self.fresh()
            self.emit(Opcode.MOVE, [condition], [spare])
            condition = spare
        self.move_all(self.operands(returned), registers)
        if counted:
            if condition is not None:
                self.emit(Opcode.JUMP_IF_FALSE, [condition], label=end)
            self.emit(Opcode.LOOP_NEXT, [trip], [trip], label=head)
        elif condition is not None:
            self.emit(Opcode.JUMP_IF_TRUE, [condition], label=head)
        else:
            self.emit(Opcode.JUMP, label=head)
        self.place(end)

    def is_dead_after(self, parameter: Value, value: Value, body: Block) -> bool:
        """Whether nothing reads `parameter` (or a cast of it) after the node that makes `value`, which may read it."""
        maker = value.node
        if maker is None or maker.block is not body or maker.blocks or len(maker.outputs) != 1:
            return False
        for user, _ in parameter.uses:
            if user is maker:
                continue
            if not isinstance(user, Node) or user.kind in _CASTS:
                return False
            top = user
            while top.block is not body:
                owner = top.block.owning_node
                assert owner is not None
                top = owner
            if not self.comes_before(top, maker):
                return False
        return True

    def comes_before(self, a: Node, b: Node) -> bool:
        order = self.order_in(a.block)
        return order[a] < order[b]

    def order_in(self, block: Block) -> dict[Node, int]:
        if self._order is None or self._order[0] is not block:
            self._order = (block, {n: i for i, n in enumerate(block.nodes)})
        return self._order[1]

    def is_true(self, value: Value) -> bool:
        return self.known(value) is True

    def is_endless(self, value: Value) -> bool:
        return self.known(value) == _ENDLESS

    def known(self, value: Value) -> object:
        node = value.node
        return node.attributes.get("value") if node is not None and node.kind == "prim::Constant" else None


_EMITTERS: dict[str, Callable[[_Lowering, Node], None]] = {
    "prim::Constant": _Lowering.constant,
    **dict.fromkeys(_CASTS, _Lowering.cast),
    "prim::Uninitialized": _Lowering.uninitialized,
    "prim::If": _Lowering.branch,
    "prim::Loop": _Lowering.loop,
    "prim::Try": _Lowering.try_,
    "prim::EndTry": _Lowering.end_try,
    "prim::Reraise": _Lowering.reraise,
    "prim::GetAttr": _Lowering.get_attribute,
    "prim::SetAttr": _Lowering.set_attribute,
    "prim::CallMethod": _Lowering.call_method,
    "prim::CallFunction": _Lowering.call_function,
    "prim::CreateObject": _Lowering.create_object,
    "prim::TupleConstruct": _Lowering.construct_tuple,
    "prim::TupleUnpack": _Lowering.unpack,
    "prim::TupleIndex": _Lowering.tuple_index,
    "prim::TupleSlice": _Lowering.tuple_slice,
    "prim::ListConstruct": _Lowering.construct_list,
    "prim::ListUnpack": _Lowering.unpack,
    "prim::DictConstruct": _Lowering.construct_dict,
    "prim::isinstance": _Lowering.is_instance,
    "prim::RaiseException": _Lowering.raise_exception,
    "prim::Print": _Lowering.print,
    "prim::fork": _Lowering.fork,
    "aten::wait": _Lowering.wait,
    "prim::Guard": _Lowering.guard,
}


def lower_function(function: Function, body: Graph, tables: ProgramTables) -> LoweredFunction:
    """Lower the graph that stands for `function`."""
    lowered = lower_graph(body, tables)
    if lowered.parameters != len(function.parameters):
        raise InternalError(
            f"the graph of {function.name} has {lowered.parameters} inputs, its signature {len(function.parameters)}"
        )
    return lowered
