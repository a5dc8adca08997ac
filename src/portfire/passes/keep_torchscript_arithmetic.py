"""Let the arithmetic of a function that torch.jit wrote be that of torch's runtime, where Python's differs.

Before::

    graph(%a : int, %b : int):
      %sum : int = aten::add(%a, %b)
      %quotient : float = aten::div(%a, %b)
      %pair : (int, float) = prim::TupleConstruct(%sum, %quotient)
      return (%pair)

After::

    graph(%a : int, %b : int):
      %sum : int = torchscript::add(%a, %b)
      %quotient : float = torchscript::div(%a, %b)
      %pair : (int, float) = prim::TupleConstruct(%sum, %quotient)
      return (%pair)

`torchscript::add` wraps where `aten::add` raises OverflowError; `torchscript::div` by zero is an infinity. The engine's table
says for which operators there are both. See `docs/torchscript-files.md`.

Comes before: `ops/table.py`. Comes after: `pipeline.py`, for functions out of files without a program.
"""

from __future__ import annotations

from portfire.ir.graph import Graph
from portfire.ops.table import op_table, schema_of

_NAMESPACE = "torchscript::"


def keep_torchscript_arithmetic(graph: Graph) -> bool:
    """Rename the operators. Whether there were any."""
    table = op_table()
    is_changed = False
    for node in graph.walk():
        kept = _NAMESPACE + node.kind.rpartition("::")[2]
        if kept not in table or not node.kind.startswith(("aten::", "prim::")):
            continue
        schema = schema_of(node)
        if schema is not None and table.find(kept, schema.overload) is not None:
            node.kind = kept
            is_changed = True
    return is_changed
