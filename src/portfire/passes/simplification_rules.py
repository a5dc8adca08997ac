"""The rules of `simplify`: one function per node kind.

A rule looks at one node, whose inputs are simplified already, and replaces its outputs by other values. It returns whether
it did anything; a node all of whose outputs were replaced is dropped.

Comes before: `analysis/aliasing.py`. Comes after: `simplify.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from portfire.analysis.aliasing import Aliasing
from portfire.ir.graph import Block, Node, Value
from portfire.ir.subtyping import is_subtype, may_be_none
from portfire.ir.types import BOOL, FLOAT, INT, NONE, OptionalType, Type
from portfire.ops.composition import constant_of


class Rewriter:
    """One node under rewriting. New nodes go before it."""

    def __init__(self, node: Node, aliasing: Aliasing | None, before: list[Node]) -> None:
        self.node = node
        self.is_replaced = False
        self._aliasing = aliasing
        self._before = before

    def replace(self, *values: Value) -> bool:
        """Let `values` stand for the outputs, and the node be dropped."""
        for output, value in zip(self.node.outputs, values, strict=True):
            output.replace_all_uses_with(value)
            if value.name is None:
                value.name = output.name
        self.is_replaced = True
        return True

    def constant(self, value: Any, type_: Type) -> Value:
        """A new constant before this node."""
        return self.insert("prim::Constant", (), type_, value=value)

    def insert(
        self, kind: str, inputs: Sequence[Value], type_: Type, overload: str | None = None, **attributes: Any
    ) -> Value:
        """A new node before this one."""
        node = Node(self.node.block, kind)
        node.range, node.scope = self.node.range, self.node.scope
        node.overload = overload
        node.attributes.update(attributes)
        for value in inputs:
            node.add_input(value)
        self._before.append(node)
        return node.add_output(type_)

    def elements(self, value: Value) -> Sequence[Value] | None:
        """The elements of a list made on the spot that nobody writes."""
        node = value.node
        if node is None or node.kind != "prim::ListConstruct" or self.is_written(value):
            return None
        return node.inputs

    def is_written(self, value: Value) -> bool:
        """Whether any node writes the memory of the value."""
        assert self._aliasing is not None, f"{self.node.kind} is missing in MEMORY_KINDS"
        return self._aliasing.is_written(value)


Rule = Callable[[Rewriter], bool]


def rule_for(node: Node) -> Rule | None:
    """The rule for nodes of this kind."""
    return _RULES.get(node.kind)


def _made_by(value: Value, *kinds: str) -> Node | None:
    node = value.node
    return node if node is not None and node.kind in kinds else None


def _constant(rewriter: Rewriter) -> bool:
    """A constant is as narrow as its value: None, or what is optional no more."""
    output = rewriter.node.output
    if isinstance(output.type, OptionalType):
        output.type = NONE if constant_of(output) is None else output.type.element
        return True
    return False


def _tuple_unpack(rewriter: Rewriter) -> bool:
    made = _made_by(rewriter.node.inputs[0], "prim::TupleConstruct")
    return made is not None and rewriter.replace(*made.inputs)


def _tuple_index(rewriter: Rewriter) -> bool:
    made = _made_by(rewriter.node.inputs[0], "prim::TupleConstruct")
    index = constant_of(rewriter.node.inputs[1])
    if made is None or not isinstance(index, int) or not -len(made.inputs) <= index < len(made.inputs):
        return False
    return rewriter.replace(made.inputs[index])


def _list_unpack(rewriter: Rewriter) -> bool:
    elements = rewriter.elements(rewriter.node.inputs[0])
    if elements is None or len(elements) != len(rewriter.node.outputs):
        return False
    return rewriter.replace(*elements)


def _getitem(rewriter: Rewriter) -> bool:
    container, key = rewriter.node.inputs
    index = constant_of(key)
    if not isinstance(index, int):
        return False
    elements = rewriter.elements(container)
    if elements is not None and -len(elements) <= index < len(elements):
        return rewriter.replace(elements[index])
    sizes = _made_by(container, "aten::size")
    if (
        sizes is not None
        and len(sizes.inputs) == 1
        and not rewriter.is_written(container)
        and _runs_before(sizes, rewriter)
    ):
        return rewriter.replace(rewriter.insert("aten::size", (sizes.inputs[0], key), INT, "int"))
    return False


def _runs_before(sizes: Node, rewriter: Rewriter) -> bool:
    """Whether asking for the size here gives what it gave there: no operator resizes the tensor in place."""
    return not rewriter.is_written(sizes.inputs[0])


def _len(rewriter: Rewriter) -> bool:
    (container,) = rewriter.node.inputs
    elements = rewriter.elements(container)
    if elements is not None:
        return rewriter.replace(rewriter.constant(len(elements), INT))
    sizes = _made_by(container, "aten::size")
    if (
        sizes is not None
        and len(sizes.inputs) == 1
        and not rewriter.is_written(container)
        and _runs_before(sizes, rewriter)
    ):
        return rewriter.replace(rewriter.insert("aten::dim", (sizes.inputs[0],), INT, ""))
    return False


def _cast(rewriter: Rewriter) -> bool:
    (value,) = rewriter.node.inputs
    return is_subtype(value.type, rewriter.node.output.type) and rewriter.replace(value)


def _unwrap(rewriter: Rewriter) -> bool:
    (value,) = rewriter.node.inputs
    return not may_be_none(value.type) and rewriter.replace(value)


def _is_none(answer: bool) -> Rule:
    """`x is None` of what cannot be None, or is nothing else."""

    def rule(rewriter: Rewriter) -> bool:
        left, right = (v.type for v in rewriter.node.inputs)
        if NONE not in (left, right):
            return False
        other = left if right == NONE else right
        if other == NONE:
            return rewriter.replace(rewriter.constant(answer, BOOL))
        if any(_made_by(v, "prim::grad") for v in rewriter.node.inputs):  # a tensor that may be undefined
            return False
        return not may_be_none(other) and rewriter.replace(rewriter.constant(not answer, BOOL))

    return rule


def _not(rewriter: Rewriter) -> bool:
    inner = _made_by(rewriter.node.inputs[0], "aten::__not__")
    return inner is not None and rewriter.replace(inner.inputs[0])


def _to_number(type_: Type) -> Rule:
    """`int(n)` of an int; `int(tensor made of an int)`."""

    def rule(rewriter: Rewriter) -> bool:
        if len(rewriter.node.inputs) != 1:
            return False
        (value,) = rewriter.node.inputs
        if value.type == type_:
            return rewriter.replace(value)
        made = _made_by(value, "prim::NumToTensor")
        if made is None or made.inputs[0].type != type_ or rewriter.is_written(value):
            return False
        return rewriter.replace(made.inputs[0])

    return rule


def _branch(rewriter: Rewriter) -> bool:
    """Outputs that are the same in both blocks; a branch that only says which one it is."""
    node = rewriter.node
    changed = False
    then, otherwise = node.blocks
    for output, a, b in zip(node.outputs, then.returns, otherwise.returns, strict=True):
        if not output.uses:
            continue
        if a is b:
            output.replace_all_uses_with(a)
            changed = True
        elif output.type == BOOL and (constant_of(a), constant_of(b)) == (True, False):
            output.replace_all_uses_with(node.inputs[0])
            changed = True
    return changed


def _loop(rewriter: Rewriter) -> bool:
    """A loop that does not run; values that a loop carries unchanged."""
    node = rewriter.node
    if constant_of(node.inputs[1]) is False or constant_of(node.inputs[0]) == 0:
        return rewriter.replace(*node.inputs[2:])
    changed = False
    (body,) = node.blocks
    for initial, parameter, output, carried in zip(
        node.inputs[2:], body.parameters[1:], node.outputs, body.returns[1:], strict=True
    ):
        if carried is parameter or carried is initial:
            for value in (parameter, output):
                if value.uses and not _only_returned(value, body):
                    value.replace_all_uses_with(initial)
                    changed = True
    return changed


def _only_returned(value: Value, body: Block) -> bool:
    return all(user is body for user, _ in value.uses)


_RULES: dict[str, Rule] = {
    "prim::Constant": _constant,
    "prim::TupleUnpack": _tuple_unpack,
    "prim::TupleIndex": _tuple_index,
    "prim::ListUnpack": _list_unpack,
    "aten::__getitem__": _getitem,
    "aten::len": _len,
    "prim::unchecked_cast": _cast,
    "prim::unchecked_unwrap_optional": _unwrap,
    "aten::_unwrap_optional": _unwrap,
    "aten::__is__": _is_none(True),
    "aten::__isnot__": _is_none(False),
    "aten::__not__": _not,
    "aten::Int": _to_number(INT),
    "aten::Float": _to_number(FLOAT),
    "aten::IntImplicit": _to_number(INT),
    "aten::FloatImplicit": _to_number(FLOAT),
    "prim::If": _branch,
    "prim::Loop": _loop,
}

#: Kinds whose rules ask who writes memory.
MEMORY_KINDS = frozenset(
    {
        *("prim::ListUnpack", "aten::__getitem__", "aten::len"),
        *("aten::Int", "aten::Float", "aten::IntImplicit", "aten::FloatImplicit"),
    }
)
