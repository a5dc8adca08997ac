"""Functions with several declared signatures (torch's `_overload`): the first that fits the arguments is compiled.

Comes before: `signatures.py`, `conversion.py`. Comes after: `torch_library.py`, `methods.py` (overloaded methods).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.types.inference import is_pending, resolved
from portfire.frontend.script.types.signatures import Signature, signature_of
from portfire.frontend.script.types.union_members import members_become
from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir import types as ir
from portfire.ir.graph import MISSING
from portfire.ir.subtyping import is_subtype

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Arguments = Sequence[StaticValue]
Keywords = dict[str, StaticValue]


class OverloadedFunction(StaticValue):
    """A function of which torch holds several declarations."""

    def __init__(self, function: Callable[..., Any], declarations: Sequence[Callable[..., Any]]) -> None:
        self.function = function
        self.declarations = declarations

    @property
    def identity(self) -> object:
        """What tells this value from others."""
        return ("overloaded", self.function)

    def describe(self) -> str:
        """See the base class."""
        return f"the function '{self.function.__name__}'"

    def call(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        """See the base class."""
        signature, _ = choose(emitter, self.function, self.declarations, args, kwargs)
        return emitter.compiler.function_value(self.function, signature).call(emitter, args, kwargs)


def choose(
    emitter: Emitter,
    function: Callable[..., Any],
    declarations: Sequence[Callable[..., Any]],
    args: Arguments,
    kwargs: Keywords,
    self_type: ir.Type | None = None,
) -> tuple[Signature, int]:
    """The first declaration that the arguments fit, as a signature of the implementation, and its number."""
    classes = emitter.compiler.classes
    implementation = signature_of(function, classes, self_type=self_type)
    signatures = [
        implemented_by(signature_of(declaration, classes, self_type=self_type), implementation)
        for declaration in declarations
    ]
    for converts in (False, True):
        for number, signature in enumerate(signatures):
            if fits(signature, args, kwargs, skip_self=self_type is not None, converts=converts):
                return signature, number
    types = ", ".join(str(static_type(a) or a.describe()) for a in args)
    raise emitter.fail(
        "no-overload",
        f"no declaration of '{function.__name__}' takes ({types})",
        notes=tuple(_spelled(signature_of(d, classes, self_type=self_type)) for d in declarations),
        help="add an `@overload` for these types",
    )


def implemented_by(declared: Signature, implementation: Signature) -> Signature:
    """A declaration with the body of the implementation; defaults that only that one has are taken from there, and
    parameters with defaults that the declaration leaves out."""
    defaults = {p.name: p.default for p in implementation.parameters}
    parameters = [
        replace(p, default=defaults.get(p.name, MISSING)) if p.default in (MISSING, ...) else p
        for p in declared.parameters
    ]
    named = {p.name for p in parameters} | {declared.vararg, declared.kwarg}
    parameters += [p for p in implementation.parameters if p.name not in named and p.default is not MISSING]
    return replace(declared, source=implementation.source, parameters=parameters)


def _spelled(signature: Signature) -> str:
    parameters = ", ".join(f"{p.name}: {p.type.annotation}" for p in signature.parameters)
    return f"declared: ({parameters})"


def fits(signature: Signature, args: Arguments, kwargs: Keywords, *, skip_self: bool, converts: bool) -> bool:
    """Whether a call with these arguments suits the signature, an int as a float too where it `converts`. Nothing is emitted
    to find out."""
    parameters = signature.parameters[1:] if skip_self else signature.parameters
    positional = [p for p in parameters if not p.kwarg_only]
    if len(args) > len(positional) or any(k not in {p.name for p in parameters} for k in kwargs):
        return False
    given = {p.name: a for p, a in zip(positional, args, strict=False)} | kwargs
    for parameter in parameters:
        value = given.get(parameter.name)
        if value is None:
            if parameter.default is MISSING:
                return False
        elif not can_be(value, parameter.type, converts=converts):
            return False
    return True


def can_be(value: StaticValue, wanted: ir.Type, *, converts: bool) -> bool:
    """Whether a value can be converted to a type, as a call would."""
    wanted = resolved(wanted)
    if isinstance(wanted, ir.OptionalType):
        found = static_type(value)
        return (
            _is_none(value)
            or (found is not None and is_subtype(found, wanted))
            or can_be(value, wanted.element, converts=converts)
        )
    if isinstance(value, TupleValue):
        return _items_can_be(value, wanted, converts=converts)
    found = static_type(value)
    if found is None or is_pending(found) or is_pending(wanted):
        return True
    if is_subtype(found, wanted) or (converts and found == ir.INT and wanted == ir.FLOAT):
        return True
    if isinstance(found, ir.UnionType):
        return members_become(found, wanted)
    return (
        isinstance(wanted, ir.ListType)
        and isinstance(found, ir.TupleType)
        and all(is_subtype(e, wanted.element) for e in found.elements)
    )


def _is_none(value: StaticValue) -> bool:
    return isinstance(value, ConstantValue) and value.value is None


def _items_can_be(value: TupleValue, wanted: ir.Type, *, converts: bool) -> bool:
    if isinstance(wanted, ir.ListType):
        return all(can_be(i, wanted.element, converts=converts) for i in value.items)
    if isinstance(wanted, ir.TupleType):
        return len(wanted.elements) == len(value.items) and all(
            can_be(i, t, converts=converts) for i, t in zip(value.items, wanted.elements, strict=True)
        )
    return isinstance(wanted, (ir.AnyType, ir.AnyTupleType))
