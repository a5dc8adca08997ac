"""The graph: values in SSA form, nodes, nested blocks, and the functions that own them.

This is TorchScript's IR. A `Graph` has one top block; the block's parameters are the graph's inputs, and its returns its
outputs. A node is an operation, named `namespace::op`, with inputs, outputs, attributes known at compile time, and nested
blocks (`prim::If` has two, `prim::Loop` one). A value is defined once, by a node or as a block parameter, and may be used
in its block and the blocks nested in it, after its definition.

Node kinds that are not operators with a schema, and their invariants:

====================================  ==================================================================================
prim::Constant[value]                 no input; None if `value` is absent
prim::If(cond)                        two blocks without parameters; their returns match the outputs in number and type
prim::Loop(max_trip, cond, *carried)  one block: parameters (trip: int, *carried), returns (cond: bool, *carried)
prim::GetAttr[name](object)           prim::SetAttr[name](object, value)
prim::CallMethod[name](self, *args)   args positional and complete, in the order of the callee's parameters
prim::CallFunction(function, *args)   the first input is a prim::Constant of FunctionType
prim::CreateObject()                  output type: the class; prim::CallMethod[name="__init__"] follows
prim::TupleConstruct(*elements)       prim::TupleUnpack(tuple), prim::TupleIndex(tuple, index), prim::TupleSlice
prim::ListConstruct(*elements)        prim::ListUnpack(list); prim::DictConstruct(k0, v0, k1, v1, ...)
prim::isinstance[types](value)        bool
prim::unchecked_cast(value)           the same value, at the narrower type of the output
prim::Uninitialized()                 a value that is never read
prim::RaiseException(message, class)  class: str, the qualified name of the exception type, or None for AssertionError;
                                      [type]: a class of the user's. Then maybe (..., value, origin): the rest of an
                                      exception (docs/program-format.md), where it is not its message alone
prim::Print(*values)
prim::fork[Subgraph](*captures)       output Future(T); `aten::wait(future)` gives T
prim::Guard[message](cond)            raises the trace-guard error with `message` and the node's range unless cond
prim::Try[classes]()                  blocks (body, *handlers), their returns match the outputs in number and type; a
                                      handler has one parameter, the exception. `classes`:
                                      for each handler qualified names between blanks, or "" for every exception; the
                                      first that matches runs. See `docs/decisions/try-and-ssa.md`
prim::EndTry()                        at most once, right in the body of a prim::Try: what follows it is not watched
prim::Reraise(exception)              raises what a handler was given again
====================================  ==================================================================================

Comes before: `types.py`. Comes after: `builder.py`, `printer.py`, `parser.py`, `verifier.py`, and everything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from portfire.ir.source import SourceRange
from portfire.ir.subtyping import is_subtype
from portfire.ir.types import ANY, NONE, Type

#: How far around its last position a node is searched for first.
_NEAR = 32


class _Missing:
    """The type of `MISSING`: a parameter without a default."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()


class Value:
    """One SSA value. `uses` holds one entry per use: (user, index of the input); block returns count as uses."""

    __slots__ = ("index", "name", "owner", "type", "uses")

    def __init__(self, owner: Node | Block, index: int, type_: Type, name: str | None = None) -> None:
        #: The node that defines the value, or the block whose parameter it is.
        self.owner = owner
        self.index = index
        self.type = type_
        #: The name hint, without `%`; the printer makes it unique.
        self.name = name
        self.uses: list[tuple[Node | Block, int]] = []

    @property
    def node(self) -> Node | None:
        """The defining node; None for a block parameter."""
        return self.owner if isinstance(self.owner, Node) else None

    @property
    def block(self) -> Block:
        """The block in which the value is defined."""
        return self.owner.block if isinstance(self.owner, Node) else self.owner

    def replace_all_uses_with(self, other: Value) -> None:
        """Let everything that uses this value use `other`."""
        if other is self:
            return
        uses, self.uses = self.uses, []
        for user, index in uses:
            user._inputs[index] = other
        other.uses += uses

    def _forget(self, user: _User, index: int) -> None:
        """Remove one use. Users come and go at the ends of the list, which is why the last is looked at first."""
        use = (user, index)
        if self.uses[-1] == use:
            self.uses.pop()
        else:
            self.uses.remove(use)  # type: ignore[arg-type]

    def __repr__(self) -> str:
        return f"<Value %{self.name or '?'} : {self.type}>"


class _User:
    """What has inputs: a node, or a block through its returns."""

    __slots__ = ("_inputs",)

    def __init__(self) -> None:
        self._inputs: list[Value] = []

    @property
    def inputs(self) -> Sequence[Value]:
        """The values used, in order; changed only through the methods below."""
        return self._inputs

    def add_input(self, value: Value) -> None:
        """Use one more value, as the last input."""
        value.uses.append((self, len(self._inputs)))  # type: ignore[arg-type]
        self._inputs.append(value)

    def set_input(self, index: int, value: Value) -> None:
        """Use `value` in place of the input at `index`."""
        self._inputs[index]._forget(self, index)
        self._inputs[index] = value
        value.uses.append((self, index))  # type: ignore[arg-type]

    def set_inputs(self, values: Iterable[Value]) -> None:
        """Replace all inputs."""
        new = list(values)
        for i, old in enumerate(self._inputs):
            old._forget(self, i)
        self._inputs = []
        for value in new:
            self.add_input(value)

    def remove_input(self, index: int) -> None:
        """Drop one input; later ones move up."""
        self.set_inputs([v for i, v in enumerate(self._inputs) if i != index])


class Node(_User):
    """One operation. Build with `Builder`, which inserts it and sets its range."""

    __slots__ = ("_position", "attributes", "block", "blocks", "kind", "outputs", "overload", "range", "scope")

    def __init__(self, block: Block, kind: str) -> None:
        super().__init__()
        self.block = block
        self.kind = kind
        self.outputs: list[Value] = []
        self.attributes: dict[str, Any] = {}
        self.blocks: list[Block] = []
        self.range: SourceRange | None = None
        #: The chain of calls this node was inlined through, outermost first, for tracebacks.
        self.scope: tuple[SourceRange, ...] = ()
        #: The overload's name where it is known (`Tensor` of `aten::add.Tensor`), else None: `ops.schema_of` finds it.
        self.overload: str | None = None
        #: About where the node stands in its block: where a search for it begins.
        self._position = 0

    @property
    def output(self) -> Value:
        """The only output."""
        (value,) = self.outputs
        return value

    def add_output(self, type_: Type, name: str | None = None) -> Value:
        """Define one more value, as the last output."""
        value = Value(self, len(self.outputs), type_, name)
        self.outputs.append(value)
        return value

    def remove_output(self, index: int) -> None:
        """Drop an output that has no uses; later ones move up."""
        assert not self.outputs[index].uses
        del self.outputs[index]
        for i, value in enumerate(self.outputs):
            value.index = i

    def add_block(self) -> Block:
        """Nest one more block."""
        block = Block(self.block.graph, self)
        self.blocks.append(block)
        return block

    def destroy(self) -> None:
        """Remove the node from its block. Its outputs must have no uses."""
        self._drop()
        self.block.take_out(self)

    def _drop(self) -> None:
        """Give up the inputs and the nested blocks."""
        assert not any(o.uses for o in self.outputs), f"{self.kind} is still used"
        for block in self.blocks:
            block.clear()
        self.set_inputs(())

    def __repr__(self) -> str:
        return f"<Node {self.kind}>"


class Block(_User):
    """A straight line of nodes. Its inputs, in the sense of `_User`, are its returns."""

    __slots__ = ("_drift", "graph", "nodes", "owning_node", "parameters")

    def __init__(self, graph: Graph, owning_node: Node | None) -> None:
        super().__init__()
        self.graph = graph
        self.owning_node = owning_node
        self.parameters: list[Value] = []
        self.nodes: list[Node] = []
        self._drift = 0

    @property
    def returns(self) -> Sequence[Value]:
        """The values the block gives to its node, or the graph to its caller."""
        return self._inputs

    def add_parameter(self, type_: Type, name: str | None = None) -> Value:
        """Define one more value at the start of the block."""
        value = Value(self, len(self.parameters), type_, name)
        self.parameters.append(value)
        return value

    def remove_parameter(self, index: int) -> None:
        """Drop a parameter that has no uses; later ones move up."""
        assert not self.parameters[index].uses
        del self.parameters[index]
        for i, value in enumerate(self.parameters):
            value.index = i

    def index_of(self, node: Node) -> int:
        """The node's index in `nodes`. Passes go from node to neighbour: it is looked for first where it stood once,
        moved by as much as the last node that was asked for had moved."""
        nodes, guess = self.nodes, node._position + self._drift
        if nodes and nodes[-1] is node:
            return len(nodes) - 1
        try:
            index = nodes.index(node, max(0, guess - _NEAR), max(0, guess + _NEAR))
        except ValueError:
            index = nodes.index(node)
        self._drift = index - node._position
        return index

    def insert(self, index: int, node: Node) -> None:
        """Insert a node that is in no block."""
        self.nodes.insert(index, node)
        node._position = index - self._drift

    def take_out(self, node: Node) -> None:
        """Remove a node without destroying it."""
        del self.nodes[self.index_of(node)]

    def clear(self) -> None:
        """Destroy all nodes and returns, last first."""
        self.set_inputs(())
        for node in reversed(list(self.nodes)):
            node.destroy()

    def remove(self, doomed: Iterable[Node]) -> None:
        """Destroy nodes of this block together: in one pass over the block, however many they are."""
        gone = set(doomed)
        if gone:
            clear_inputs(gone)
            assert not any(o.uses for node in gone for o in node.outputs), "a destroyed node is still used"
            self.nodes[:] = [n for n in self.nodes if n not in gone]

    def walk(self) -> Iterator[Node]:
        """Every node of this block and the blocks nested in it, in program order (a node before its blocks)."""
        pending: list[Block | Iterator[Node]] = [self]
        while pending:
            top = pending.pop()
            nodes = iter(list(top.nodes)) if isinstance(top, Block) else top
            for node in nodes:
                yield node
                if node.blocks:
                    pending.append(nodes)
                    pending += reversed(node.blocks)
                    break


def clear_inputs(users: Iterable[Node]) -> None:
    """Take the inputs of many nodes, and of all in their blocks: in time linear in the uses of what they used."""
    gone: set[Node | Block] = set()
    for node in users:
        if node in gone:
            continue
        gone.add(node)
        for block in node.blocks:
            gone.add(block)
            for inner in block.walk():
                gone.add(inner)
                gone.update(inner.blocks)
    for value in {v for user in gone for v in user.inputs}:
        value.uses = [use for use in value.uses if use[0] not in gone]
    for user in gone:
        user._inputs = []


class Graph:
    """One function's body. `name` is a hint for printing."""

    __slots__ = ("block", "name")

    def __init__(self, name: str = "graph") -> None:
        self.name = name
        self.block = Block(self, None)

    @property
    def inputs(self) -> list[Value]:
        """The parameters of the function."""
        return self.block.parameters

    @property
    def outputs(self) -> Sequence[Value]:
        """What the function returns."""
        return self.block.returns

    def walk(self) -> Iterator[Node]:
        """Every node, in program order; see `Block.walk`."""
        return self.block.walk()

    def __str__(self) -> str:
        from portfire.ir.printer import print_graph

        return print_graph(self)


@dataclass(slots=True)
class Parameter:
    """A parameter of a compiled function. `default` is a Python constant or `MISSING`."""

    name: str
    type: Type
    default: Any = MISSING
    kwarg_only: bool = False


@dataclass(frozen=True, slots=True)
class Variadic:
    """Which parameters take what a call from Python gives beyond the others: `args` (a list) stands at `position`, not
    counting `self`; `kwargs` is a dict, and the last."""

    position: int
    args: str | None
    kwargs: str | None


class Function:
    """A compiled function or method: signature and graph.

    The graph's inputs are the parameters in order (`self` included for methods). It has exactly one output, of
    `return_type` (None-typed for a function that returns nothing). A function without a graph is a signature (a method of
    an interface). `name` is qualified (`__torch__.package.f`, `__torch__.package.Class.method`).
    """

    __slots__ = (
        "__weakref__", "doc", "graph", "is_of_torch", "name", "parameters", "prepared", "range", "return_type", "variadic",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        parameters: Sequence[Parameter],
        return_type: Type = NONE,
        graph: Graph | None = None,
        range: SourceRange | None = None,
    ) -> None:
        self.name = name
        self.parameters = list(parameters)
        self.return_type = return_type
        self.graph = graph
        self.range = range
        self.doc: str | None = None
        #: Whether torch.jit wrote it: then its arithmetic is that of torch's runtime (docs/torchscript-files.md).
        self.is_of_torch = False
        #: Set where parameters stand for `*args` and `**kwargs`: a list, and a dict by name.
        self.variadic: Variadic | None = None
        #: What `pipeline.py` made of the graph for running it: kept here, so that it lives as long as the function.
        self.prepared: Any = None

    @property
    def base_name(self) -> str:
        """The name without its qualifiers."""
        return self.name.rpartition(".")[2]

    def schema_matches_interface(self, wanted: Function) -> bool:
        """Whether this method can stand for `wanted`: same parameter names, wider parameters, narrower return."""
        mine, theirs = self.parameters[1:], wanted.parameters[1:]
        if len(mine) < len(theirs) or any(p.default is MISSING for p in mine[len(theirs) :]):
            return False
        return is_subtype(self.return_type, wanted.return_type) and all(
            a.name == b.name and is_subtype(b.type, a.type) for a, b in zip(mine, theirs, strict=False)
        )

    def __str__(self) -> str:
        """The signature in schema form: `forward(Tensor x, int n=1) -> Tensor`."""
        parts = []
        for p in self.parameters:
            default = "" if p.default is MISSING else f"={p.default!r}"
            parts.append(f"{p.type} {p.name}{default}" if p.type != ANY else f"Any {p.name}{default}")
        return f"{self.base_name}({', '.join(parts)}) -> {self.return_type}"
