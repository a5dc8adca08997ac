"""Which attributes a compiled function may set, by name: what is known of the others stays known across a call of it.

    self.cache = x * 2
    y = self.layer(x)        # sets nothing
    return self.cache + y    # self.cache is not None still

Comes before: `ir/graph.py`. Comes after: `calls.py`, `methods.py`.
"""

from __future__ import annotations

from portfire.ir.graph import Function, Node
from portfire.ir.types import ClassType, FunctionType
from portfire.ops.python_names import PYTHON_CALLS

#: All attributes, of any name: the function is not compiled yet, or which one is called is not known.
ALL = frozenset({"*"})


def attributes_set_by(function: Function, known: dict[Function, frozenset[str]]) -> frozenset[str]:
    """The names of the attributes that a call may set, those of what it calls included; `*` for all. `known` keeps what was
    found for functions that are compiled."""
    found: set[str] = set()
    waiting, seen = [function], {id(function)}
    while waiting:
        current = waiting.pop()
        if current in known:
            found |= known[current]
            continue
        graph = current.graph
        if graph is None or not graph.outputs:
            return ALL
        for node in graph.walk():
            if node.kind == "prim::SetAttr":
                found.add(node.attributes["name"])
                continue
            if node.kind.startswith(f"{PYTHON_CALLS}::"):
                return ALL
            if node.kind not in ("prim::CallMethod", "prim::CallFunction", "prim::fork"):
                continue
            callee = _callee(node)
            if callee is None:
                return ALL
            if id(callee) not in seen:
                seen.add(id(callee))
                waiting.append(callee)
    known[function] = frozenset(found)
    return known[function]


def _callee(call: Node) -> Function | None:
    """The one function that a node calls; None where only the run can tell."""
    if call.kind == "prim::CallFunction":
        type_ = call.inputs[0].type
        return type_.function if isinstance(type_, FunctionType) else None
    owner = call.inputs[0].type if call.kind == "prim::CallMethod" else None
    if isinstance(owner, ClassType) and owner.is_module:
        return owner.methods.get(call.attributes["name"])
    return None
