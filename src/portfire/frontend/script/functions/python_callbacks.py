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
from typing import TYPE_CHECKING, Any

import torch

from portfire.diagnostics import CompileAbort
from portfire.frontend.script.functions.calls import bind_arguments
from portfire.frontend.script.types.conversion import convert
from portfire.frontend.script.types.signatures import Signature, signature_of
from portfire.frontend.script.values.constant_values import NONE_VALUE
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir import types as ir
from portfire.ops import called_modules
from portfire.ops.python_names import PYTHON_CALLS

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Arguments = Sequence[StaticValue]
Keywords = dict[str, StaticValue]

#: The operators defined so far, by function and object, with both kept alive: an operator cannot be taken back.
_OPERATORS: dict[tuple[int, int], tuple[str, object, object]] = {}
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
    except CompileAbort:
        return None
    schema = _schema(signature, has_self=owner is not None)
    if schema is None:
        return None
    name = _operator(function, owner, schema)
    given = [NONE_VALUE, *args] if owner is not None else args
    bound = bind_arguments(emitter, signature, given, kwargs, function.__name__)
    parameters = signature.parameters[1:] if owner is not None else signature.parameters
    values = [
        RuntimeValue(convert(emitter, bound[p.name], p.type, f"the parameter '{p.name}' of {function.__name__}"))
        for p in parameters
    ]
    returned = signature.return_type if signature.return_type is not None else ir.TENSOR
    emitter.frame.forget_attributes()
    if returned == ir.NONE:
        emitter.node(name, [emitter.runtime(v) for v in values])
        return NONE_VALUE
    return emitter.builtin(name, values, called=function.__name__)


def _schema(signature: Signature, *, has_self: bool) -> str | None:
    """The signature of the operator, without its name."""
    if signature.vararg is not None or signature.kwarg is not None:
        return None
    parameters = signature.parameters[1:] if has_self else signature.parameters
    if any(p.name in signature.untyped or not _is_plain(p.type) for p in parameters):
        return None
    returned = signature.return_type if signature.return_type is not None else ir.TENSOR
    if returned == ir.NONE:
        result = "()"
    elif isinstance(returned, ir.TupleType) and all(map(_is_plain, returned.elements)) and len(returned.elements) > 1:
        result = f"({', '.join(map(str, returned.elements))})"
    elif _is_plain(returned):
        result = str(returned)
    else:
        return None
    # The names of parameters may be words of the schema's language.
    return f"({', '.join(f'{p.type} arg_{p.name}' for p in parameters)}) -> {result}"


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

    def method(*args: Any) -> Any:
        with called_modules.with_state_of_the_program(owner):
            return function(owner, *args)

    return method


def _operator(function: types.FunctionType, owner: object | None, schema: str) -> str:
    key = (id(function), id(owner))
    known = _OPERATORS.get(key)
    if known is not None:
        return known[0]
    if not _LIBRARY:
        _LIBRARY.append(torch.library.Library(PYTHON_CALLS, "FRAGMENT"))  # type: ignore[no-untyped-call]
    name = f"{re.sub(r'[^0-9A-Za-z_]', '_', function.__name__)}_{len(_OPERATORS)}"
    called: Callable[..., Any] = function if owner is None else _method(function, owner)
    _LIBRARY[0].define(f"{name}{schema}")  # type: ignore[no-untyped-call]
    _LIBRARY[0].impl(name, called, "CompositeImplicitAutograd")  # type: ignore[no-untyped-call]
    _OPERATORS[key] = (f"{PYTHON_CALLS}::{name}", function, owner)
    return _OPERATORS[key][0]
