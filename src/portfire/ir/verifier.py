"""The executable statement of the IR's invariants: raises `GraphError` naming the node that breaks one.

Comes before: `graph.py`. Comes after: tests, and every pass in debug mode.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from portfire.errors import GraphError
from portfire.ir.graph import Block, Graph, Node, Value
from portfire.ir.subtyping import is_subtype
from portfire.ir.types import (
    BOOL,
    EXCEPTION,
    INT,
    AnyType,
    BoolType,
    ClassType,
    DictType,
    FunctionType,
    FutureType,
    InterfaceType,
    IntType,
    ListType,
    OptionalType,
    TensorType,
    TupleType,
    Type,
    UnionType,
)  # fmt: skip


def verify(graph: Graph) -> None:
    """Raise GraphError unless `graph` keeps every invariant of the IR."""
    _Verifier(graph).run()


class _Verifier:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        #: Values that may be used where we stand.
        self.defined: set[Value] = set()
        #: How often each value was seen used; compared with its own list at the end.
        self.seen_uses: dict[Value, Counter[tuple[int, int]]] = {}
        self.all_values: list[Value] = []

    def run(self) -> None:
        if self.graph.block.owning_node is not None:
            raise GraphError("the top block of a graph is owned by a node")
        self.block(self.graph.block)
        for value in self.all_values:
            recorded = Counter((id(user), index) for user, index in value.uses)
            if recorded != self.seen_uses.get(value, Counter()):
                raise GraphError(f"the list of uses of {_describe(value)} does not match its users")

    def block(self, block: Block) -> None:
        if block.graph is not self.graph:
            raise GraphError(f"a block of {_owner(block)} belongs to another graph")
        added: list[Value] = []
        for i, parameter in enumerate(block.parameters):
            if parameter.owner is not block or parameter.index != i:
                raise GraphError(f"parameter {i} of a block of {_owner(block)} has a wrong owner or index")
            self.define(parameter, added)
        for node in block.nodes:
            self.node(node, block, added)
        self.use(block, f"the returns of a block of {_owner(block)}")
        self.defined.difference_update(added)

    def node(self, node: Node, block: Block, added: list[Value]) -> None:
        if node.block is not block:
            _fail(node, "stands in a block that is not the one it names")
        if "::" not in node.kind:
            _fail(node, "has a kind that is not of the form namespace::name")
        self.use(node, f"{node.kind}{_place(node)}")
        for nested in node.blocks:
            if nested.owning_node is not node:
                _fail(node, "has a block that names another owner")
            self.block(nested)
        for i, output in enumerate(node.outputs):
            if output.owner is not node or output.index != i:
                _fail(node, f"has output {i} with a wrong owner or index")
            self.define(output, added)
        rule = _RULES.get(node.kind)
        if rule is not None:
            rule(node)
        elif node.blocks:
            _fail(node, "has blocks, which only control flow may have")

    def define(self, value: Value, added: list[Value]) -> None:
        if not isinstance(value.type, Type):
            raise GraphError(f"{_describe(value)} has no type")
        self.defined.add(value)
        self.all_values.append(value)
        added.append(value)

    def use(self, user: Node | Block, what: str) -> None:
        for i, value in enumerate(user.inputs):
            if value not in self.defined:
                raise GraphError(f"{what} use {_describe(value)}, which is not defined before" if isinstance(user, Block)
                                 else f"{what} uses {_describe(value)}, which is not defined before")  # fmt: skip
            self.seen_uses.setdefault(value, Counter())[id(user), i] += 1


def _describe(value: Value) -> str:
    name = f"%{value.name}" if value.name else "an unnamed value"
    origin = f"of {value.node.kind}" if value.node is not None else "(a block parameter)"
    return f"{name} {origin}"


def _owner(block: Block) -> str:
    return block.owning_node.kind if block.owning_node is not None else "the graph"


def _place(node: Node) -> str:
    return f" at {node.range}" if node.range is not None else ""


def _fail(node: Node, what: str) -> NoReturn:
    raise GraphError(f"{node.kind}{_place(node)} {what}")


def _expect(node: Node, condition: bool, what: str) -> None:
    if not condition:
        _fail(node, what)


def _arity(node: Node, inputs: int | None, outputs: int | None, blocks: int = 0) -> None:
    if inputs is not None and len(node.inputs) != inputs:
        _fail(node, f"has {len(node.inputs)} inputs, expected {inputs}")
    if outputs is not None and len(node.outputs) != outputs:
        _fail(node, f"has {len(node.outputs)} outputs, expected {outputs}")
    if len(node.blocks) != blocks:
        _fail(node, f"has {len(node.blocks)} blocks, expected {blocks}")


def _same_types(node: Node, values: Sequence[Value], wanted: Sequence[Value], what: str) -> None:
    _expect(node, len(values) == len(wanted), f"{what}: {len(values)} values for {len(wanted)}")
    for value, target in zip(values, wanted, strict=True):
        _flows(node, value.type, target.type, what)


def _flows(node: Node, source: Type, target: Type, what: str) -> None:
    """A value of type `source` goes where `target` is declared; refinements of tensors do not count."""
    if isinstance(source, TensorType) and isinstance(target, TensorType):
        return
    if not is_subtype(source, target):
        _fail(node, f"{what}: expected {target}, found {source}")


def _constant(node: Node) -> None:
    _arity(node, 0, 1)


def _if(node: Node) -> None:
    _arity(node, 1, None, 2)
    _expect(node, node.inputs[0].type == BOOL, f"has a condition of type {node.inputs[0].type}, expected bool")
    for i, block in enumerate(node.blocks):
        _expect(node, not block.parameters, f"has parameters on block {i}")
        _same_types(node, block.returns, node.outputs, f"returns of block {i}")


def _loop(node: Node) -> None:
    _arity(node, None, None, 1)
    _expect(node, len(node.inputs) >= 2, "lacks its trip count or its condition")
    _expect(node, node.inputs[0].type == INT, f"has a trip count of type {node.inputs[0].type}, expected int")
    _expect(node, node.inputs[1].type == BOOL, f"has a condition of type {node.inputs[1].type}, expected bool")
    (body,) = node.blocks
    _expect(node, bool(body.parameters), "has a body without the trip parameter")
    _expect(node, isinstance(body.parameters[0].type, IntType), "has a trip parameter that is not an int")
    _expect(node, bool(body.returns), "has a body that returns no condition")
    _expect(node, isinstance(body.returns[0].type, BoolType), "has a body that returns a condition that is not a bool")
    _same_types(node, node.inputs[2:], body.parameters[1:], "carried values into the body")
    _same_types(node, body.returns[1:], body.parameters[1:], "carried values out of the body")
    _same_types(node, node.inputs[2:], node.outputs, "carried values out of the loop")


def _attribute_type(node: Node) -> Type | None:
    name = node.attributes.get("name")
    _expect(node, isinstance(name, str), "lacks the attribute `name`")
    owner = node.inputs[0].type
    if isinstance(owner, ClassType):
        attribute = owner.attributes.get(str(name))
        _expect(node, attribute is not None, f"names {name!r}, which {owner.name} does not have")
        return attribute.type if attribute else None
    _expect(node, not isinstance(owner, InterfaceType), "takes an attribute of an interface")
    return None


def _get_attr(node: Node) -> None:
    _arity(node, 1, 1)
    type_ = _attribute_type(node)
    if type_ is not None:
        _flows(node, type_, node.output.type, f"attribute {node.attributes['name']!r}")


def _set_attr(node: Node) -> None:
    _arity(node, 2, 0)
    type_ = _attribute_type(node)
    if type_ is not None:
        _flows(node, node.inputs[1].type, type_, f"attribute {node.attributes['name']!r}")


def _call_method(node: Node) -> None:
    _arity(node, None, 1)
    _expect(node, bool(node.inputs), "has no object")
    name = node.attributes.get("name")
    _expect(node, isinstance(name, str), "lacks the attribute `name`")
    owner = node.inputs[0].type
    if isinstance(owner, (ClassType, InterfaceType)):
        method = owner.methods.get(str(name))
        _expect(node, method is not None, f"calls {name!r}, which {owner} does not have")
        if method is not None:
            _call(node, method, node.inputs[1:], method.parameters[1:])


def _call_function(node: Node) -> None:
    _arity(node, None, 1)
    _expect(node, bool(node.inputs), "has no function")
    type_ = node.inputs[0].type
    _expect(node, isinstance(type_, FunctionType), f"calls a {type_}, expected a function")
    if isinstance(type_, FunctionType):
        _call(node, type_.function, node.inputs[1:], type_.function.parameters)


def _call(node: Node, callee: Any, arguments: Sequence[Value], parameters: Sequence[Any]) -> None:
    if len(arguments) != len(parameters):
        _fail(node, f"gives {len(arguments)} arguments to {callee.name}, which has {len(parameters)} parameters")
    for argument, parameter in zip(arguments, parameters, strict=True):
        _flows(node, argument.type, parameter.type, f"argument {parameter.name!r} of {callee.name}")


def _create_object(node: Node) -> None:
    _arity(node, 0, 1)
    _expect(node, isinstance(node.output.type, ClassType), f"creates a {node.output.type}, expected a class")


def _tuple_construct(node: Node) -> None:
    _arity(node, None, 1)
    type_ = node.output.type
    if not isinstance(type_, TupleType):
        _fail(node, f"has an output of type {type_}, expected a tuple")
    _expect(node, len(node.inputs) == len(type_.elements), f"has {len(node.inputs)} elements for {type_}")
    for value, element in zip(node.inputs, type_.elements, strict=True):
        _flows(node, value.type, element, "element")


def _list_construct(node: Node) -> None:
    _arity(node, None, 1)
    type_ = node.output.type
    if not isinstance(type_, ListType):
        _fail(node, f"has an output of type {type_}, expected a list")
    for value in node.inputs:
        _flows(node, value.type, type_.element, "element")


def _dict_construct(node: Node) -> None:
    _arity(node, None, 1)
    type_ = node.output.type
    if not isinstance(type_, DictType):
        _fail(node, f"has an output of type {type_}, expected a dict")
    _expect(node, len(node.inputs) % 2 == 0, "has a key without a value")
    for i, value in enumerate(node.inputs):
        _flows(node, value.type, type_.value if i % 2 else type_.key, "value" if i % 2 else "key")


def _tuple_unpack(node: Node) -> None:
    _arity(node, 1, None)
    type_ = node.inputs[0].type
    if not isinstance(type_, TupleType):
        _fail(node, f"unpacks a {type_}, expected a tuple")
    _expect(node, len(type_.elements) == len(node.outputs), f"has {len(node.outputs)} outputs for {type_}")
    for output, element in zip(node.outputs, type_.elements, strict=True):
        _flows(node, element, output.type, "element")


def _list_unpack(node: Node) -> None:
    _arity(node, 1, None)
    _expect(node, isinstance(node.inputs[0].type, ListType), f"unpacks a {node.inputs[0].type}, expected a list")


def _tuple_index(node: Node) -> None:
    _arity(node, 2, 1)
    _expect(node, isinstance(node.inputs[0].type, TupleType), f"indexes a {node.inputs[0].type}, expected a tuple")
    _expect(node, node.inputs[1].type == INT, f"has an index of type {node.inputs[1].type}, expected int")


def _isinstance(node: Node) -> None:
    _arity(node, 1, 1)
    _expect(node, "types" in node.attributes, "lacks the attribute `types`")
    _expect(node, node.output.type == BOOL, "has an output that is not a bool")


def _unchecked_cast(node: Node) -> None:
    _arity(node, 1, 1)
    source, target = node.inputs[0].type, node.output.type
    if isinstance(source, TensorType) and isinstance(target, TensorType):
        return
    wide = isinstance(
        source, (AnyType, OptionalType, UnionType, InterfaceType, ClassType, TupleType, ListType, DictType)
    )
    if not wide and not (is_subtype(target, source) or is_subtype(source, target)):
        _fail(node, f"casts {source} to {target}, which no value of it can be")


def _fork(node: Node) -> None:
    _arity(node, None, 1)
    subgraph = node.attributes.get("Subgraph")
    if not isinstance(subgraph, Graph):
        _fail(node, "lacks the attribute `Subgraph`")
    verify(subgraph)
    _same_types(node, node.inputs, subgraph.inputs, "captures")
    _expect(node, isinstance(node.output.type, FutureType), f"has an output of type {node.output.type}")


def _guard(node: Node) -> None:
    _arity(node, 1, 0)
    _expect(node, node.inputs[0].type == BOOL, "has a condition that is not a bool")


def _raise(node: Node) -> None:
    _expect(
        node, len(node.inputs) in (1, 2, 4) and not node.outputs,
        "takes a message, a class, a value and an origin, and returns nothing",
    )  # fmt: skip


def _reraise(node: Node) -> None:
    _arity(node, 1, 0)
    _expect(node, node.inputs[0].type == EXCEPTION, f"raises a {node.inputs[0].type}, expected {EXCEPTION}")


def _try(node: Node) -> None:
    classes = node.attributes.get("classes")
    _expect(node, isinstance(classes, list) and all(isinstance(c, str) for c in classes), "lacks its `classes`")
    _arity(node, 0, None, len(classes or ()) + 1)
    _expect(node, not node.blocks[0].parameters, "has parameters on its body")
    for i, block in enumerate(node.blocks):
        types = [p.type for p in block.parameters]
        _expect(node, i == 0 or types == [EXCEPTION], f"handler {i} takes {types}, expected one {EXCEPTION}")
        _same_types(node, block.returns, node.outputs, f"returns of block {i}")
    ends = sum(n.kind == "prim::EndTry" for n in node.blocks[0].nodes)
    _expect(node, ends <= 1, f"has {ends} ends of what it watches")


def _end_try(node: Node) -> None:
    _arity(node, 0, 0)
    owner = node.block.owning_node
    inside = owner is not None and owner.kind == "prim::Try" and owner.blocks[0] is node.block
    _expect(node, inside, "stands outside the body of a prim::Try")


def _any_blocks(_: Node) -> None:
    """Control flow whose shape is the business of the pass that understands it."""


_RULES: dict[str, Callable[[Node], None]] = {
    "prim::Constant": _constant,
    "prim::If": _if,
    "prim::Loop": _loop,
    "prim::GetAttr": _get_attr,
    "prim::SetAttr": _set_attr,
    "prim::CallMethod": _call_method,
    "prim::CallFunction": _call_function,
    "prim::CreateObject": _create_object,
    "prim::TupleConstruct": _tuple_construct,
    "prim::ListConstruct": _list_construct,
    "prim::DictConstruct": _dict_construct,
    "prim::TupleUnpack": _tuple_unpack,
    "prim::ListUnpack": _list_unpack,
    "prim::TupleIndex": _tuple_index,
    "prim::isinstance": _isinstance,
    "prim::unchecked_cast": _unchecked_cast,
    "prim::fork": _fork,
    "prim::Guard": _guard,
    "prim::RaiseException": _raise,
    "prim::Try": _try,
    "prim::EndTry": _end_try,
    "prim::Reraise": _reraise,
    "prim::Closure": _any_blocks,
}
