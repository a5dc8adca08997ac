"""Calls of functions marked `ignore`: the program calls back into the Python process that compiled it.

Each such function becomes an operator of torch's dispatcher, whose kernel is the Python function; so its parameters and its
result have types that an operator can have. A method is called on the module it was compiled from. A file has no such
operators: what is saved raises where it would call one (`archive/python_calls.py`).

Comes before: `signatures.py`, `ops/`. Comes after: `methods.py`, which asks for the call.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from portfire.diagnostics import CompileAbort
from portfire.frontend.script.functions.calls import bind_arguments
from portfire.frontend.script.types.conversion import convert, static_type
from portfire.frontend.script.types.signatures import Signature, signature_of
from portfire.frontend.script.values.constant_values import NONE_VALUE
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_dicts import StaticDict
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir import types as ir
from portfire.ops import called_modules
from portfire.ops.python_names import PYTHON_CALLS

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Arguments = Sequence[StaticValue]
Keywords = dict[str, StaticValue]

#: The operators defined so far, by function, object and signature, with both kept alive: an operator cannot be taken back.
_OPERATORS: dict[tuple[int, int, str], tuple[str, object, object]] = {}
_LIBRARY: list[torch.library.Library] = []


def call_python_back(
    emitter: Emitter, function: types.FunctionType, owner: object | None, args: Arguments, kwargs: Keywords
) -> StaticValue | None:
    """Emit the call; None where the function has types that an operator cannot have."""
    try:
        self_type = ir.ANY if owner is not None else None
        signature = signature_of(
            function, emitter.compiler.classes, self_type=self_type, names=emitter.compiler.local_names
        )
    except CompileAbort as abort:
        if abort.diagnostic.code == "bad-call":  # a method without a parameter for its object
            raise
        return None
    parameters = signature.parameters[1:] if owner is not None else signature.parameters
    result = _result(signature)
    if result is None or any(p.name in signature.untyped or not _is_plain(p.type) for p in parameters):
        return None
    if owner is not None and not signature.parameters:  # self is one of *args
        return None
    given = [NONE_VALUE, *args] if owner is not None else args
    bound = bind_arguments(emitter, signature, given, kwargs, function.__name__)
    values = [_Argument(p.name, bound[p.name], p.type, p.kwarg_only) for p in parameters]
    more = _variadic(signature, bound)
    if more is None:
        return None
    values = sorted([*values, *more], key=lambda argument: argument.is_named)
    operands = [
        RuntimeValue(convert(emitter, v.value, v.type, f"the parameter '{v.name}' of {function.__name__}"))
        for v in values
    ]
    schema = f"({', '.join(f'{v.type} {v.name_in_schema}' for v in values)}) -> {result}"
    name = _operator(function, owner, schema, tuple(v.name for v in values if v.is_named))
    emitter.frame.forget_attributes()
    if signature.return_type == ir.NONE:
        emitter.node(name, [emitter.runtime(v) for v in operands])
        return NONE_VALUE
    return emitter.builtin(name, operands, called=function.__name__)


@dataclass(frozen=True)
class _Argument:
    """One argument of the operator. `is_named`: Python is given it by name."""

    name: str
    value: StaticValue
    type: ir.Type
    is_named: bool

    @property
    def name_in_schema(self) -> str:
        """Names of parameters may be words of the schema's language."""
        return f"{'named' if self.is_named else 'arg'}_{self.name}"


def _variadic(signature: Signature, bound: dict[str, StaticValue]) -> list[_Argument] | None:
    """What the call gives to `*args` and `**kwargs`; None where an operator cannot take it."""
    found: list[_Argument] = []
    if signature.vararg is not None:
        items = bound[signature.vararg]
        if not isinstance(items, TupleValue):  # a list that is spread, as long as the run makes it
            return None
        found += [
            _Argument(f"{signature.vararg}_{i}", item, signature.vararg_type or static_type(item) or ir.ANY, False)
            for i, item in enumerate(items.items)
        ]
    if signature.kwarg is not None:
        items = bound[signature.kwarg]
        if not isinstance(items, StaticDict):
            return None
        found += [
            _Argument(str(key.constant()), value, signature.kwarg_type or static_type(value) or ir.ANY, True)
            for key, value in items.pairs
        ]
    return found if all(_is_plain(argument.type) for argument in found) else None


def _result(signature: Signature) -> str | None:
    """The result in the signature of the operator."""
    returned = signature.return_type if signature.return_type is not None else ir.TENSOR
    if returned == ir.NONE:
        return "()"
    if isinstance(returned, ir.TupleType) and all(map(_is_plain, returned.elements)) and len(returned.elements) > 1:
        return f"({', '.join(map(str, returned.elements))})"
    return str(returned) if _is_plain(returned) else None


_PLAIN = (ir.TensorType, ir.IntType, ir.FloatType, ir.BoolType, ir.StrType, ir.DeviceType)


def _is_plain(type_: ir.Type) -> bool:
    if isinstance(type_, (ir.ListType, ir.OptionalType)):
        return _is_plain(type_.element)
    if isinstance(type_, ir.DictType):
        return isinstance(type_.key, (ir.StrType, ir.IntType)) and _is_plain(type_.value)
    return isinstance(type_, _PLAIN)


def _method(function: types.FunctionType, owner: object) -> Callable[..., Any]:
    """The method of the module it was compiled from, on the state that the compiled module has when it is called."""
    called_modules.expect(owner)

    def method(*args: Any, **kwargs: Any) -> Any:
        with called_modules.with_state_of_the_program(owner):
            return function(owner, *args, **kwargs)

    return method


def _by_name(function: Callable[..., Any], names: tuple[str, ...]) -> Callable[..., Any]:
    """The function, called with its last arguments by name."""

    def called(*args: Any) -> Any:
        first = len(args) - len(names)
        return function(*args[:first], **dict(zip(names, args[first:], strict=True)))

    return called


def _operator(function: types.FunctionType, owner: object | None, schema: str, named: tuple[str, ...]) -> str:
    key = (id(function), id(owner), schema)
    known = _OPERATORS.get(key)
    if known is not None:
        return known[0]
    if not _LIBRARY:
        _LIBRARY.append(torch.library.Library(PYTHON_CALLS, "FRAGMENT"))  # type: ignore[no-untyped-call]
    name = f"{re.sub(r'[^0-9A-Za-z_]', '_', function.__name__)}_{len(_OPERATORS)}"
    called: Callable[..., Any] = function if owner is None else _method(function, owner)
    _LIBRARY[0].define(f"{name}{schema}")  # type: ignore[no-untyped-call]
    _LIBRARY[0].impl(name, _by_name(called, named) if named else called, "CompositeImplicitAutograd")  # type: ignore[no-untyped-call]
    _OPERATORS[key] = (f"{PYTHON_CALLS}::{name}", function, owner)
    return _OPERATORS[key][0]
