"""Modules of torch's files that have hooks: their `forward` for calls from outside runs them.

TorchScript keeps hooks as methods, and lists their names in the class; whoever calls a module calls them. In the source the
callers do, so that a call of `forward` there is one without hooks; a call from outside goes through all of them.

Comes before: `ir/builder.py`. Comes after: `code_reader.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

from portfire.errors import ArchiveError
from portfire.ir.builder import Builder
from portfire.ir.graph import Function, Graph, Value
from portfire.ir.types import ClassType, NoneType, TupleType

#: What `forward` without hooks is called, as by the front end.
HOOKLESS_FORWARD = "forward__without_hooks"


def add_hooked_forward(cls: ClassType, before: Sequence[str], after: Sequence[str]) -> None:
    """Give a class a `forward` that calls the hooks `before` and `after`; the one it has gets another name."""
    inner = cls.methods.pop("forward", None)
    if inner is None or not (before or after):
        raise ArchiveError(f"the archive is damaged: {cls.name} has hooks and no forward")
    inner.name = f"{cls.name}.{HOOKLESS_FORWARD}"
    cls.methods[HOOKLESS_FORWARD] = inner
    graph = Graph()
    builder = Builder(graph)
    receiver, *inputs = [graph.block.add_parameter(p.type, p.name) for p in inner.parameters]
    for name in before:
        changed = _call(builder, cls, name, receiver, _packed(builder, inputs))
        if isinstance(changed.type, TupleType) and len(changed.type.elements) == len(inputs):
            inputs = builder.node("prim::TupleUnpack", (changed,), changed.type.elements).outputs
        elif not isinstance(changed.type, NoneType) and len(inputs) == 1:
            inputs = [changed]
    result = _call(builder, cls, HOOKLESS_FORWARD, receiver, *inputs)
    for name in after:
        changed = _call(builder, cls, name, receiver, _packed(builder, inputs), result)
        result = result if isinstance(changed.type, NoneType) else changed
    graph.block.add_input(result)
    forward = Function(f"{cls.name}.forward", inner.parameters, result.type, graph)
    forward.is_of_torch = True
    cls.methods["forward"] = forward


def _packed(builder: Builder, inputs: Sequence[Value]) -> Value:
    """The arguments, as hooks get them."""
    return builder.insert("prim::TupleConstruct", inputs, TupleType(tuple(i.type for i in inputs)))


def _call(builder: Builder, cls: ClassType, name: str, *values: Value) -> Value:
    method = cls.methods.get(name)
    if method is None or len(method.parameters) != len(values):
        raise ArchiveError(f"the archive is damaged: {cls.name} has no hook {name} that takes {len(values) - 1} values")
    return builder.insert("prim::CallMethod", values, method.return_type, name=name)
