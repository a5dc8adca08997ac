"""Overload resolution: which schema a call means, and what must be done to its arguments first.

The rules are TorchScript's. Overloads are tried in the order of the table, first as the arguments are, then with implicit
conversions: a tensor becomes the number that is asked for, a string a device, a homogeneous tuple a list, trailing numbers
one list (`x.view(1, 2)`), one number a list of fixed size. If all fail, a third round accepts what eager Python accepts and
TorchScript does not: an int where a float is asked for, a bool as a number, NumPy's argument names.

Nothing is inserted while matching: a `Match` holds recipes, and `Match.inputs` builds them.

Comes before: `schema.py`, `conversions.py`. Comes after: `emit.py`, the front ends (which match calls of functions too).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from portfire.ir.builder import Builder
from portfire.ir.graph import Value
from portfire.ir.subtyping import is_subtype
from portfire.ir.types import FLOAT, INT, NONE, NUMBER, ListType, OptionalType, TensorType, TupleType, Type, VarType
from portfire.ops.conversions import Operand, Stage, convert, convertible_to_list, existing, is_empty_literal, list_of
from portfire.ops.schema import Argument, FunctionSchema
from portfire.ops.type_variables import bind_variables, substitute


@dataclass(frozen=True, slots=True)
class Match:
    """A schema that fits, one operand per input, and the types of the results."""

    schema: FunctionSchema
    operands: tuple[Operand, ...]
    return_types: tuple[Type, ...]

    def inputs(self, builder: Builder) -> list[Value]:
        """Insert the conversions and defaults, and return the inputs of the node."""
        return [operand.build(builder) for operand in self.operands]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one schema does not fit. `progress` counts the arguments that did: the nearest candidates have most."""

    schema: FunctionSchema
    reason: str
    progress: int = 0

    def __str__(self) -> str:
        return f"{self.schema}: {self.reason}"


def match_schemas(
    schemas: Sequence[FunctionSchema],
    args: Sequence[Value],
    kwargs: Mapping[str, Value] | None = None,
    receiver: Value | None = None,
    memory: Memory | None = None,
) -> Match | tuple[Failure, ...]:
    """The first schema that fits, or a failure per schema, nearest first.

    `receiver` is what stands left of the dot of a method call: it goes to the argument `self`, wherever that is.
    `memory` remembers which overload it was for the types of a call, and serves the same `schemas` only.
    """
    call = _Call([existing(v) for v in args], {n: existing(v) for n, v in (kwargs or {}).items()}, receiver)
    if memory is None:
        return _first_match(schemas, call)[0]
    key = call.types()
    known = memory.get(key)
    if known is not None:
        result = _Attempt(known.schema, call, known.stage).run()
        if isinstance(result, Match):
            return result
    found, remembered = _first_match(schemas, call)
    if remembered is not None:
        memory[key] = remembered
    return found


@dataclass(frozen=True, slots=True)
class Remembered:
    """Which schema fitted a call, and at what stage."""

    schema: FunctionSchema
    stage: Stage


#: What was found for calls, by the types of their arguments.
Memory = dict[Hashable, Remembered]


def _first_match(
    schemas: Sequence[FunctionSchema], call: _Call
) -> tuple[Match | tuple[Failure, ...], Remembered | None]:
    stages = (Stage.IMPLICIT, Stage.RELAXED) if len(schemas) == 1 else tuple(Stage)
    failures: dict[str, Failure] = {}
    for stage in stages:
        for schema in schemas:
            result = _Attempt(schema, call, stage).run()
            if isinstance(result, Match):
                return result, Remembered(schema, stage)
            if stage is not Stage.RELAXED or result.progress > failures[schema.full_name].progress:
                failures[schema.full_name] = result
    return tuple(sorted(failures.values(), key=lambda f: -f.progress)), None


@dataclass(frozen=True, slots=True)
class _Call:
    args: list[Operand]
    kwargs: dict[str, Operand]
    receiver: Value | None

    def types(self) -> Hashable:
        """All that resolution looks at: the types, and which arguments are empty lists made on the spot."""
        named = tuple((name, operand.type, is_empty_literal(operand.origin)) for name, operand in self.kwargs.items())
        given = tuple((operand.type, is_empty_literal(operand.origin)) for operand in self.args)
        return given, named, None if self.receiver is None else self.receiver.type


#: Names that ATen's Python binding takes for an argument: it accepts NumPy's.
_EAGER_NAMES: dict[str, tuple[str, ...]] = {
    "dim": ("axis",), "keepdim": ("keepdims",), "self": ("x", "a", "x1"), "input": ("x", "a", "x1"), "other": ("x2",),
}  # fmt: skip

#: A dtype is an int in graphs, so `x.view(torch.int8)` could not be told from `x.view(1)`.
_AMBIGUOUS = frozenset({"aten::view.dtype"})


class _Attempt:
    """One schema tried at one stage."""

    def __init__(self, schema: FunctionSchema, call: _Call, stage: Stage) -> None:
        self.schema = schema
        self.call = call
        self.stage = stage
        self.receiver = None if call.receiver is None else existing(call.receiver)
        self.used = 0
        self.used_names: set[str] = set()
        self.variables: dict[str, Type] = {}
        self.operands: list[Operand] = []

    def run(self) -> Match | Failure:
        if self.schema.full_name in _AMBIGUOUS and "dtype" not in self.call.kwargs:
            return self.failure("a dtype is an int here: pass it by name, as dtype=")
        for index, argument in enumerate(self.schema.arguments):
            reason = self.take(index, argument)
            if reason is not None:
                return self.failure(reason)
        if self.schema.is_vararg:
            self.operands += self.call.args[self.used :]
            self.used = len(self.call.args)
        reason = self.leftover()
        if reason is not None:
            return self.failure(reason)
        types = [substitute(r.type, self.variables) for r in self.schema.returns]
        known = tuple(t for t in types if t is not None)
        if len(known) != len(types):
            return self.failure("the type of the result cannot be inferred")
        return Match(self.schema, tuple(self.operands), known)

    def failure(self, reason: str) -> Failure:
        return Failure(self.schema, reason, len(self.operands))

    def take(self, index: int, argument: Argument) -> str | None:
        """Find and match the operand of `argument`. Returns why it cannot be, or None."""
        if argument.name == "self" and self.receiver is not None:
            operand, self.receiver = self.receiver, None
        elif not argument.kwarg_only and self.used < len(self.call.args):
            if self.takes_the_rest(index, argument):
                return self.take_the_rest(argument)
            operand = self.call.args[self.used]
            self.used += 1
        elif (name := self.keyword(argument)) is not None:
            self.used_names.add(name)
            operand = self.call.kwargs[name]
        elif argument.has_default:
            self.operands.append(_default(argument))
            return None
        else:
            return f"argument `{argument.name}` is missing"
        return self.match(argument, operand)

    def match(self, argument: Argument, operand: Operand) -> str | None:
        matched = self.matched(argument, operand)
        if isinstance(matched, str):
            return matched
        self.operands.append(matched)
        return None

    def matched(self, argument: Argument, operand: Operand) -> Operand | str:
        if _is_number_used_as_list(operand.type, argument):
            operand = list_of(operand.type, [operand] * (argument.fixed_size or 1))
        elif self.stage is Stage.RELAXED and _is_int_used_as_float_list(operand.type, argument):
            operand = list_of(FLOAT, [convert(operand, FLOAT, self.stage)] * (argument.fixed_size or 1))
        elif self.stage is Stage.RELAXED and _is_tensor_used_as_int_list(operand.type, argument):
            operand = list_of(INT, [convert(operand, INT, self.stage)] * (argument.fixed_size or 1))
        reason = bind_variables(argument.type, operand.type, self.variables)
        if reason is not None:
            return f"argument `{argument.name}`: {reason}"
        wanted = substitute(argument.type, self.variables)
        if wanted is None:
            return f"argument `{argument.name}`: {argument.type.annotation} cannot be inferred"
        converted = convert(operand, wanted, self.stage)
        if not is_subtype(converted.type, wanted):
            return f"argument `{argument.name}`: expected {wanted.annotation}, found {operand.type.annotation}"
        return converted

    def keyword(self, argument: Argument) -> str | None:
        names = [argument.name]
        if argument.name == "self" and self.schema.namespace == "aten":
            names.insert(0, "input")
        if self.stage is Stage.RELAXED and self.schema.namespace == "aten":
            names += _EAGER_NAMES.get(argument.name, ())
        return next((n for n in names if n in self.call.kwargs and n not in self.used_names), None)

    def takes_the_rest(self, index: int, argument: Argument) -> bool:
        """Whether all remaining positional arguments become this one list: `torch.zeros(1, 2)`."""
        arguments = self.schema.arguments
        is_last = index + 1 == len(arguments) or arguments[index + 1].kwarg_only
        if self.stage is Stage.EXACT or not is_last or argument.fixed_size is not None:
            return False
        if not isinstance(argument.type, ListType) or isinstance(argument.type.element, VarType):
            return False
        actual = self.call.args[self.used].type
        if isinstance(actual, TupleType) and self.stage is Stage.RELAXED and len(self.call.args) == self.used + 1:
            return False
        return not isinstance(actual, ListType) and not convertible_to_list(actual, argument.type)

    def take_the_rest(self, argument: Argument) -> str | None:
        assert isinstance(argument.type, ListType)
        element = Argument(argument.name, argument.type.element)
        elements: list[Operand] = []
        for operand in self.call.args[self.used :]:
            matched = self.matched(element, operand)
            if isinstance(matched, str):
                return matched
            elements.append(matched)
        self.used = len(self.call.args)
        self.operands.append(list_of(argument.type.element, elements))
        return None

    def leftover(self) -> str | None:
        if self.receiver is not None and self.stage is Stage.EXACT:
            return "it is not a method"
        if self.used < len(self.call.args):
            return f"expected at most {self.used} positional arguments, found {len(self.call.args)}"
        for name in self.call.kwargs:
            if name not in self.used_names:
                known = self.schema.argument_index(name) is not None
                return f"argument `{name}` is given twice" if known else f"there is no argument `{name}`"
        return None


def _default(argument: Argument) -> Operand:
    type_ = argument.type
    if argument.default is None:
        type_ = NONE
    elif isinstance(type_, OptionalType):
        type_ = type_.element
    return Operand(type_, lambda builder: builder.constant(argument.default, _constant_type(argument, type_)))


def _constant_type(argument: Argument, type_: Type) -> Type | None:
    """A Scalar's default is an int or float constant: its type is that of the value."""
    return None if type_ == NUMBER else type_


def _list_of_fixed_size(argument: Argument) -> ListType | None:
    type_ = argument.type.element if isinstance(argument.type, OptionalType) else argument.type
    return type_ if isinstance(type_, ListType) and argument.fixed_size is not None else None


def _is_number_used_as_list(type_: Type, argument: Argument) -> bool:
    if type_ not in (INT, FLOAT):
        return False
    wanted = _list_of_fixed_size(argument)
    return wanted is not None and wanted.element == type_


def _is_tensor_used_as_int_list(type_: Type, argument: Argument) -> bool:
    """`x.sum(dim)` of a tensor with one int, or of what `dim.item()` gives."""
    wanted = _list_of_fixed_size(argument)
    is_int_at_run_time = isinstance(type_, TensorType) or type_ == NUMBER
    return is_int_at_run_time and wanted is not None and wanted.element == INT


def _is_int_used_as_float_list(type_: Type, argument: Argument) -> bool:
    wanted = _list_of_fixed_size(argument)
    return type_ == INT and wanted is not None and wanted.element == FLOAT
