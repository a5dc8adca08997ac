"""Calls of operators: match the arguments, insert the conversions, then the node.

Comes before: `table.py`, `matching.py`. Comes after: front ends and passes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from portfire.errors import PortfireError
from portfire.ir.builder import Builder
from portfire.ir.graph import Value
from portfire.ir.source import SourceRange
from portfire.ir.types import NONE, TupleType
from portfire.ops.composites import composite_of
from portfire.ops.matching import Failure, Match, match_schemas
from portfire.ops.schema import FunctionSchema
from portfire.ops.table import op_table


class MatchError(PortfireError):
    """No overload of an operator fits the arguments. `failures` says why not, nearest overload first."""

    def __init__(
        self, name: str, message: str, failures: tuple[Failure, ...] = (), similar: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message)
        self.name = name
        self.failures = failures
        #: Where there is no such operator: names that are close to it.
        self.similar = similar

    def __str__(self) -> str:
        lines = [str(self.args[0])]
        lines += [f"  {failure}" for failure in self.failures[:4]]
        if self.similar:
            lines.append(f"  did you mean {', '.join(self.similar)}?")
        return "\n".join(lines)


def emit_builtin(
    builder: Builder,
    name: str,
    args: Sequence[Value] = (),
    kwargs: Mapping[str, Value] | None = None,
    range: SourceRange | None = None,
    *,
    receiver: Value | None = None,
) -> Value:
    """Insert a call of the operator `name`, and return its result; a tuple where it has several, None where it has none.

    `receiver` is the object of a method call: it takes the place of the argument called `self`.
    Raises MatchError if no overload fits.
    """
    kwargs = dict(kwargs or {})
    with builder.ranged(range):
        composite = composite_of(name, args if receiver is None else (receiver, *args), kwargs)
        if composite is not None:
            return composite(_Call(builder))
        return emit_match(builder, match_builtin(name, args, kwargs, receiver=receiver))


class _Call:
    """How composites insert calls."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder

    def __call__(self, name: str, *args: Value, **kwargs: Value) -> Value:
        return emit_builtin(self.builder, name, args, kwargs)


def match_builtin(
    name: str,
    args: Sequence[Value],
    kwargs: Mapping[str, Value] | None = None,
    *,
    receiver: Value | None = None,
) -> Match:
    """The overload of `name` that a call means. Raises MatchError."""
    overload_of, _, overload = name.partition(".")
    schemas: Sequence[FunctionSchema] = op_table().overloads(overload_of)
    if overload:
        schemas = [s for s in schemas if s.overload == ("" if overload == "default" else overload)]
    if not schemas:
        raise MatchError(name, f"there is no operator `{name}`", similar=tuple(op_table().similar(overload_of)))
    result = match_schemas(schemas, args, kwargs, receiver, op_table().memory(name))
    if isinstance(result, Match):
        return result
    raise MatchError(name, f"no overload of `{name}` takes {_describe(args, kwargs or {}, receiver)}", result)


def emit_match(builder: Builder, match: Match) -> Value:
    """Insert the node of a match, and pack its results."""
    schema = match.schema
    node = builder.node(schema.name, match.inputs(builder), match.return_types)
    node.overload = schema.overload
    if len(node.outputs) == 1:
        return node.output
    if not node.outputs:
        return builder.constant(None, NONE)
    names = tuple(r.name for r in schema.returns)
    type_ = TupleType(match.return_types, None, names if all(names) else None)
    return builder.insert("prim::TupleConstruct", node.outputs, type_)


def _describe(args: Sequence[Value], kwargs: Mapping[str, Value], receiver: Value | None) -> str:
    parts = [] if receiver is None else [receiver.type.annotation]
    parts += [v.type.annotation for v in args]
    parts += [f"{name}: {v.type.annotation}" for name, v in kwargs.items()]
    return f"({', '.join(parts)})"
