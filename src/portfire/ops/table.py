"""The table of operators: every overload of every name, in the order TorchScript tries them.

Scalar, string, list and dict operators come from the engine, tensor operators from torch's dispatcher; neither is written
down a second time here. Texts are indexed by name at once and parsed when a name is first asked for.

Comes before: `schema_parser.py`. Comes after: `matching.py`, `emit.py`, `analysis/`.
"""

from __future__ import annotations

import difflib
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from portfire.ir.graph import Node
from portfire.ir.subtyping import is_subtype
from portfire.ir.types import Type
from portfire.ops.schema import AliasInfo, FunctionSchema
from portfire.ops.schema_parser import parse_schema
from portfire.ops.type_variables import bind_variables, substitute

#: Namespaces that nobody adds operators to while Python runs: a miss there is final.
_SEALED = frozenset({"aten", "prim", "prims", "quantized", "portfire", "torchscript"})


class OpTable:
    """Schemas by operator name."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._texts: dict[str, dict[str, str]] = {}
        self._parsed: dict[str, tuple[FunctionSchema, ...]] = {}
        self._by_types: dict[tuple[object, ...], FunctionSchema | None] = {}
        self._by_name: dict[tuple[str, str], FunctionSchema] = {}
        self._memories: dict[str, dict[Hashable, Any]] = {}
        self.add(texts)

    def add(self, texts: Iterable[str]) -> None:
        """Add schemas. Of two with the same full name the first stays."""
        for text in texts:
            full_name = text[: text.index("(")]
            name = full_name.partition(".")[0]
            overloads = self._texts.setdefault(name, {})
            if full_name not in overloads:
                overloads[full_name] = text
                self._forget(name)

    def _forget(self, name: str) -> None:
        """Drop what was found while `name` had fewer overloads."""
        self._parsed.pop(name, None)
        for key in [k for k in self._memories if k.partition(".")[0] == name]:
            del self._memories[key]
        for types in [k for k in self._by_types if k[0] == name]:
            del self._by_types[types]

    def overloads(self, name: str) -> tuple[FunctionSchema, ...]:
        """All overloads of `name`, in the order they are tried; empty if there is no such operator."""
        parsed = self._parsed.get(name)
        if parsed is None:
            if name not in self:
                return ()
            parsed = self._parsed[name] = tuple(_with_writes(parse_schema(t)) for t in self._texts[name].values())
        return parsed

    def find(self, name: str, overload: str = "") -> FunctionSchema | None:
        """One overload by its name."""
        known = self._by_name.get((name, overload))
        if known is None:
            known = next((s for s in self.overloads(name) if s.overload == overload), None)
            if known is not None:
                self._by_name[name, overload] = known
        return known

    def __contains__(self, name: object) -> bool:
        if name in self._texts:
            return True
        if not isinstance(name, str) or "::" not in name or name.partition("::")[0] in _SEALED:
            return False
        self.add(_dispatcher_schemas())
        return name in self._texts

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def memory(self, name: str) -> dict[Hashable, Any]:
        """Where resolution remembers what calls of `name` meant; empty again when an overload is added."""
        return self._memories.setdefault(name, {})

    def similar(self, name: str, count: int = 3) -> list[str]:
        """Names close to `name`, for messages."""
        namespace = name.partition("::")[0]
        return difflib.get_close_matches(name, [n for n in self._texts if n.startswith(namespace)], count)

    def schema_of(self, node: Node) -> FunctionSchema | None:
        """The overload that `node` calls: the named one, else the first that its inputs' types fit."""
        if node.overload is not None:
            return self.find(node.kind, node.overload)
        if node.kind not in self:
            return None
        types = tuple(v.type for v in node.inputs)
        key = (node.kind, *types)
        if key not in self._by_types:
            fitting = (s for s in self.overloads(node.kind) if _accepts(s, types))
            self._by_types[key] = next(fitting, None)
        return self._by_types[key]


#: Operators that write to their first argument, which their schemas do not say, and return it.
_WRITES_UNSAID = frozenset({"aten::_no_grad_embedding_renorm_"})
_WRITTEN = AliasInfo(frozenset({"a"}), frozenset({"a"}), is_write=True)


def _with_writes(schema: FunctionSchema) -> FunctionSchema:
    if schema.name not in _WRITES_UNSAID:
        return schema
    first, *others = schema.arguments
    arguments = (replace(first, alias=_WRITTEN), *others)
    return replace(schema, arguments=arguments, returns=(replace(schema.returns[0], alias=_WRITTEN),))


def _accepts(schema: FunctionSchema, types: tuple[Type, ...]) -> bool:
    if len(types) != len(schema.arguments) and not (schema.is_vararg and len(types) >= len(schema.arguments)):
        return False
    variables: dict[str, Type] = {}
    for argument, actual in zip(schema.arguments, types, strict=False):
        if bind_variables(argument.type, actual, variables) is not None:
            return False
        wanted = substitute(argument.type, variables)
        if wanted is None or not is_subtype(actual, wanted):
            return False
    return True


def schema_of(node: Node) -> FunctionSchema | None:
    """The schema of the operator that `node` calls, or None where its kind has none (control flow, attributes)."""
    return op_table().schema_of(node)


@cache
def op_table() -> OpTable:
    """The operators of this process. Operators that torch's dispatcher learns later are found too."""
    table = OpTable(_dispatcher_schemas())
    table.add(_engine_schemas())
    return table


def _dispatcher_schemas() -> list[str]:
    from portfire import _aten

    return _aten.dispatcher_schemas()


def _engine_schemas() -> list[str]:
    from portfire import _engine

    return _engine.engine_schemas()
