"""Which values may share memory, what they may contain, and who writes it.

Values are put into groups: two values of one group may be the same memory. A group has at most one group of contents: what
the list, dict, tuple or object holds. Operators say by the alias annotations of their schemas which groups meet. The group
called wildcard is what lives outside of the graph as far as the graph can tell: inputs, attributes, what calls return.

The analysis looks at the whole graph at once and not at the order of nodes; every doubt joins groups. Groups are kept in a
union-find structure, so that the cost is nearly linear in the size of the graph.

Comes before: `effects.py`. Comes after: `passes/`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from portfire.analysis.effects import OperatorFacts, Write, facts_of, has_side_effects, writes_of
from portfire.ir.graph import Block, Graph, Node, Value
from portfire.ir.types import (
    AnyListType,
    AnyTupleType,
    AnyType,
    CapsuleType,
    ClassType,
    DictType,
    FutureType,
    GeneratorType,
    InterfaceType,
    ListType,
    OptionalType,
    StorageType,
    StreamType,
    TensorType,
    TupleType,
    Type,
    UnionType,
    VarType,
)
from portfire.ops.schema import WILDCARD, AliasInfo, FunctionSchema

_WITH_MEMORY = (
    TensorType,
    ListType,
    DictType,
    ClassType,
    InterfaceType,
    FutureType,
    GeneratorType,
    StorageType,
    StreamType,
    CapsuleType,
    AnyType,
    AnyListType,
    AnyTupleType,
    VarType,
)


#: Operators of ATen that may return an input or a view of one, though their schemas do not say so.
_MAY_RETURN_INPUT = frozenset(
    f"aten::{name}"
    for name in (
        *("dropout", "feature_dropout", "alpha_dropout", "feature_alpha_dropout", "type_as", "einsum", "kron"),
        *("atleast_1d", "atleast_2d", "atleast_3d", "broadcast_tensors", "meshgrid", "sum_to_size", "cartesian_prod"),
        *("_grad_sum_to_size", "rnn_tanh", "rnn_relu", "lstm", "gru", "block_diag", "repeat_interleave", "pad"),
        *("channel_shuffle", "native_channel_shuffle", "dequantize", "to_dense", "combinations", "align_tensors"),
    )
)


def has_memory(type_: Type) -> bool:
    """Whether values of the type refer to memory that can be shared and written, or contain such values."""
    if isinstance(type_, _WITH_MEMORY):
        return True
    return isinstance(type_, (OptionalType, UnionType, TupleType)) and any(map(has_memory, type_.contained()))


class _Group:
    __slots__ = ("contents", "escapes", "parent", "rank", "writers")

    def __init__(self) -> None:
        self.parent: _Group | None = None
        self.rank = 0
        self.contents: _Group | None = None
        self.writers: set[Node] = set()
        #: Whether it is returned from the graph or handed to what the graph does not see.
        self.escapes = False


_UNKNOWN = _Group()


class Aliasing:
    """The groups of one graph, as it is when this is made: it does not follow later changes."""

    def __init__(self, graph: Graph) -> None:
        #: None for values without memory.
        self._groups: dict[Value, _Group | None] = {}
        self._wildcard = _Group()
        self._wildcard.contents = self._wildcard
        self._wildcard.escapes = True
        self._lasting: list[Value] = []
        for parameter in graph.inputs:
            self._join_wildcard(parameter)
        self._block(graph.block)
        for value in graph.outputs:
            self._escape(value)
        self._escaping = self._escaping_groups()
        self._observable = self._escaping | {id(g) for value in self._lasting for g in self._reachable(value)}

    def is_wildcard(self, value: Value) -> bool:
        """Whether the value's memory may be known outside of the graph from the start."""
        group = self._group(value)
        return group is not None and _find(group) is _find(self._wildcard)

    def escapes(self, value: Value) -> bool:
        """Whether the value's memory, or that of what it contains, may be seen outside of the graph after the run."""
        return any(id(g) in self._escaping for g in self._reachable(value))

    def is_written(self, value: Value) -> bool:
        """Whether any node of the graph may write the memory of the value itself."""
        group = self._group(value)
        return group is not None and bool(group.writers)

    def writers(self, value: Value) -> set[Node]:
        """The nodes that may write the memory of the value or of what it contains."""
        found: set[Node] = set()
        for group in self._reachable(value):
            found |= group.writers
        return found

    def has_writers(self, values: Iterable[Value]) -> bool:
        """Whether any node of the graph may write the memory of one of `values`, or of what they contain."""
        return any(group.writers for value in values for group in self._reachable(value))

    def may_alias(self, a: Value, b: Value) -> bool:
        """Whether the two may be the same memory, or one contain what the other is or contains."""
        mine = {id(g) for g in self._reachable(a)}
        return any(id(g) in mine for g in self._reachable(b))

    def groups_of(self, value: Value) -> set[int]:
        """Names of the groups of the value and of what it contains, for comparison with others."""
        return {id(g) for g in self._reachable(value)}

    def any_is_observable(self, groups: set[int]) -> bool:
        """Whether a write to one of the named groups may be seen after the run: outside of the graph, or by the next run
        in a constant."""
        return any(group in self._observable for group in groups)

    def groups_written_by(self, node: Node) -> set[int]:
        """Names of the groups that a node itself writes, nested blocks not counted."""
        if _is_opaque(node):
            return {id(g) for v in node.inputs for g in self._reachable(v)}
        return {id(g) for write in writes_of(node) for g in self._written(write)}

    def _written(self, write: Write) -> Iterator[_Group]:
        groups = self._reachable(write.value)
        own = next(groups, None)
        if write.to_contents:
            yield from groups
        elif own is not None:
            yield own

    def _escaping_groups(self) -> set[int]:
        """What escapes takes along what it contains."""
        found: set[int] = set()
        for group in [_find(g) for g in self._groups.values() if g is not None]:
            if group.escapes:
                current: _Group | None = group
                while current is not None and id(current) not in found:
                    found.add(id(current))
                    current.escapes = True
                    current = None if current.contents is None else _find(current.contents)
        found.add(id(_find(self._wildcard)))
        return found

    def _group(self, value: Value) -> _Group | None:
        group = self._groups.get(value, _UNKNOWN)
        if group is _UNKNOWN:
            group = self._groups[value] = _Group() if has_memory(value.type) else None
        return group if group is None or group.parent is None else _find(group)

    def _reachable(self, value: Value) -> Iterator[_Group]:
        group = self._group(value)
        seen: set[int] = set()
        while group is not None:
            group = _find(group)
            if id(group) in seen:
                return
            seen.add(id(group))
            yield group
            group = group.contents

    def _contents(self, value: Value) -> _Group | None:
        group = self._group(value)
        if group is None:
            return None
        if group.contents is None:
            group.contents = _Group()
        return _find(group.contents)

    def _join(self, value: Value, group: _Group | None) -> None:
        mine = self._group(value)
        if mine is not None and group is not None:
            _union(mine, group)

    def _join_values(self, a: Value, b: Value) -> None:
        self._join(a, self._group(b))

    def _join_wildcard(self, value: Value) -> None:
        self._join(value, self._wildcard)

    def _escape(self, value: Value) -> None:
        for group in self._reachable(value):
            group.escapes = True

    def _block(self, block: Block) -> None:
        for node in block.nodes:
            self._node(node)

    def _node(self, node: Node) -> None:
        rule = _RULES.get(node.kind)
        if rule is not None:
            rule(self, node)
            return
        facts = facts_of(node)
        if facts is not None and facts.makes_memory and node.kind not in _MAY_RETURN_INPUT:
            return
        if facts is None or node.blocks:
            self._opaque(node)
        elif not facts.schema.is_vararg and not facts.schema.is_varret:
            self._operator(node, facts)
        elif any(has_memory(v.type) for v in node.outputs):
            self._opaque(node)
        for write in writes_of(node):
            for group in self._written(write):
                group.writers.add(node)

    def _operator(self, node: Node, facts: OperatorFacts) -> None:
        schema = facts.schema
        if facts.has_aliases:
            sets: dict[str, _Group] = {WILDCARD: self._wildcard}
            for value, argument in zip(node.inputs, schema.arguments, strict=False):
                self._annotated(value, argument.alias, sets)
            for value, result in zip(node.outputs, schema.returns, strict=False):
                self._annotated(value, result.alias, sets)
        if node.kind in _MAY_RETURN_INPUT:
            self._returns_input(node)
        if not facts.takes_tensors:
            self._containers(node, schema)

    def _returns_input(self, node: Node) -> None:
        """Join the tensors that go in and come out, alone or in lists."""
        shared = _Group()
        for value in (*node.inputs, *node.outputs):
            self._join(value, shared) if isinstance(value.type, TensorType) else self._join_contents(value, shared)

    def _join_contents(self, value: Value, group: _Group) -> None:
        contents = self._contents(value)
        if contents is not None:
            _union(contents, group)

    def _annotated(self, value: Value, alias: AliasInfo | None, sets: dict[str, _Group]) -> None:
        if alias is None:
            return
        group = self._group(value)
        if group is None:
            return
        for name in alias.before | alias.after:
            known = sets.setdefault(name, group)
            _union(_find(group), _find(known))
        if alias.contained is not None:
            contents = self._contents(value)
            for name in alias.contained.before | alias.contained.after if contents is not None else ():
                assert contents is not None
                known = sets.setdefault(name, contents)
                _union(_find(contents), _find(known))

    def _containers(self, node: Node, schema: FunctionSchema) -> None:
        """What containers give and take need not be annotated: whatever goes into an operator on lists or dicts with
        elements that have memory may come out of it, or stay in one of them."""
        involved = [
            v
            for v, a in zip((*node.inputs, *node.outputs), (*schema.arguments, *schema.returns), strict=False)
            if has_memory(v.type) and not isinstance(a.type, TensorType)
        ]
        if not any(_is_container(v.type) for v in involved):
            return
        shared = _Group()
        shared.contents = shared
        for value in involved:
            if _is_container(value.type):
                contents = self._contents(value)
                if contents is not None:
                    _union(_find(contents), _find(shared))
            else:
                self._join(value, shared)

    def _opaque(self, node: Node) -> None:
        """A call into the unknown: it may keep, write and return everything it is given."""
        for value in node.inputs:
            self._join_wildcard(value)
        for value in node.outputs:
            self._join_wildcard(value)
        for block in node.blocks:
            for parameter in block.parameters:
                self._join_wildcard(parameter)
            self._block(block)
            for value in block.returns:
                self._join_wildcard(value)
        if _is_opaque(node):
            for value in node.inputs:
                for group in self._reachable(value):
                    group.writers.add(node)

    def _construct(self, node: Node) -> None:
        for value in node.inputs:
            self._join(value, self._contents(node.output))

    def _extract(self, node: Node) -> None:
        for value in node.outputs:
            self._join(value, self._contents(node.inputs[0]))

    def _same(self, node: Node) -> None:
        self._join_values(node.output, node.inputs[0])

    def _fresh(self, node: Node) -> None:
        for value in node.outputs:
            self._group(value)

    def _raise(self, node: Node) -> None:
        """What is raised may be caught anywhere."""
        for value in node.inputs:
            self._join_wildcard(value)

    def _constant(self, node: Node) -> None:
        """One memory for all runs: a write to it is seen by the next."""
        if self._group(node.output) is not None:
            self._lasting.append(node.output)

    def _get_attribute(self, node: Node) -> None:
        self._join(node.output, self._contents(node.inputs[0]))

    def _set_attribute(self, node: Node) -> None:
        self._join(node.inputs[1], self._contents(node.inputs[0]))
        group = self._group(node.inputs[0])
        if group is not None:
            group.writers.add(node)

    def _branch(self, node: Node) -> None:
        for block in node.blocks:
            for parameter in block.parameters:  # of a handler: the exception, which may hold anything
                self._join_wildcard(parameter)
            self._block(block)
            for output, value in zip(node.outputs, block.returns, strict=True):
                self._join_values(output, value)

    def _loop(self, node: Node) -> None:
        (body,) = node.blocks
        for initial, parameter, output, carried in zip(
            node.inputs[2:], body.parameters[1:], node.outputs, body.returns[1:], strict=True
        ):
            for value in (parameter, output, carried):
                self._join_values(value, initial)
        self._block(body)
        for output, carried in zip(node.outputs, body.returns[1:], strict=True):
            self._join_values(output, carried)


def _is_opaque(node: Node) -> bool:
    return (
        facts_of(node) is None and has_side_effects(node) and node.kind not in ("prim::Print", "prim::RaiseException")
    )


def _is_container(type_: Type) -> bool:
    if isinstance(type_, (OptionalType, UnionType)):
        return any(map(_is_container, type_.contained()))
    return isinstance(type_, (ListType, DictType, TupleType, AnyListType, FutureType))


def _find(group: _Group) -> _Group:
    root = group
    while root.parent is not None:
        root = root.parent
    while group.parent is not None:
        group.parent, group = root, group.parent
    return root


def _union(a: _Group, b: _Group) -> None:
    """Join two groups, and with them their contents; a stack stands for the recursion."""
    pending = [(a, b)]
    while pending:
        first, second = map(_find, pending.pop())
        if first is second:
            continue
        if first.rank < second.rank:
            first, second = second, first
        first.rank += first.rank == second.rank
        second.parent = first
        if len(first.writers) < len(second.writers):
            first.writers, second.writers = second.writers, first.writers
        first.writers |= second.writers
        first.escapes |= second.escapes
        if first.contents is None:
            first.contents = second.contents
        elif second.contents is not None:
            pending.append((first.contents, second.contents))


_RULES = {
    "prim::If": Aliasing._branch,
    "prim::Loop": Aliasing._loop,
    "prim::Try": Aliasing._branch,
    "prim::EndTry": Aliasing._fresh,
    "prim::Reraise": Aliasing._raise,
    "prim::TupleConstruct": Aliasing._construct,
    "prim::ListConstruct": Aliasing._construct,
    "prim::DictConstruct": Aliasing._construct,
    "prim::TupleUnpack": Aliasing._extract,
    "prim::TupleIndex": Aliasing._extract,
    "prim::ListUnpack": Aliasing._extract,
    "prim::GetAttr": Aliasing._get_attribute,
    "prim::SetAttr": Aliasing._set_attribute,
    "prim::TupleSlice": Aliasing._same,
    "prim::unchecked_cast": Aliasing._same,
    "prim::unchecked_unwrap_optional": Aliasing._same,
    "aten::_unwrap_optional": Aliasing._same,
    "prim::Constant": Aliasing._constant,
    "prim::Uninitialized": Aliasing._fresh,
    "prim::CreateObject": Aliasing._fresh,
    "prim::Print": Aliasing._fresh,
    "prim::RaiseException": Aliasing._raise,
    "prim::isinstance": Aliasing._fresh,
}
