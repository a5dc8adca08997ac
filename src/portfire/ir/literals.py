"""How constants are spelled: in the text form of graphs and in TorchScript source, which agree.

Comes before: `types.py`. Comes after: `printer.py`, and `archive/code_printer.py`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import Enum
from typing import Any

from portfire.ir.dtypes import torch_enum_number
from portfire.ir.types import AnyType, DictType, InterfaceType, ListType, OptionalType, TupleType, Type, UnionType

_ESCAPES = {
    "\\": "\\\\", "'": "\\'", '"': '\\"', "\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r",
    "\t": "\\t", "\v": "\\v",
}  # fmt: skip


def quoted(text: str) -> str:
    """`text` between double quotes; what is not printable ASCII becomes octal escapes of its UTF-8 bytes."""
    parts = ['"']
    for char in text:
        escape = _ESCAPES.get(char)
        if escape is not None:
            parts.append(escape)
        elif " " <= char <= "~":
            parts.append(char)
        else:
            parts += [f"\\{byte:03o}" for byte in char.encode("utf-8", "surrogatepass")]
    parts.append('"')
    return "".join(parts)


def float_literal(value: float) -> str:
    """`1.` for whole numbers, else 17 significant digits: it reads back as the same number."""
    if math.isfinite(value) and abs(value) < 1e10 and value == int(value):
        return "-0." if value == 0 and math.copysign(1.0, value) < 0 else f"{int(value)}."
    return f"{value:.17g}"


def complex_literal(value: complex) -> str:
    """`2.+1.j`: an expression, as TorchScript has it."""
    imaginary = float_literal(value.imag)
    sign = "" if imaginary.startswith("-") else "+"
    return f"{float_literal(value.real)}{sign}{imaginary}j"


def inferable_from_members(element: Type) -> bool:
    """Whether a list or dict display of such elements has the right type without an annotation."""
    return not isinstance(element, (OptionalType, UnionType, AnyType, InterfaceType))


#: Spells a value that has no literal of its own (a tensor, an object), or answers None to let the default stand.
Override = Callable[[Any, Type | None], str | None]


def literal(
    value: Any,
    type_: Type | None = None,
    override: Override | None = None,
    type_name: Callable[[Type], str] | None = None,
) -> str:
    """The expression that denotes the constant `value` of type `type_`."""
    return _Speller(override, type_name or (lambda t: t.annotation)).spell(value, type_)


class _Speller:
    def __init__(self, override: Override | None, type_name: Callable[[Type], str]) -> None:
        self.override = override
        self.type_name = type_name

    def spell(self, value: Any, type_: Type | None) -> str:
        special = self.override(value, type_) if self.override else None
        if special is not None:
            return special
        if isinstance(type_, OptionalType) and value is not None:
            type_ = type_.element
        if isinstance(value, Enum):
            return f"{self.type_name(type_) if type_ is not None else type(value).__qualname__}.{value.name}"
        if value is None or isinstance(value, (bool, int)):
            return str(value)
        if isinstance(value, float):
            return float_literal(value)
        if isinstance(value, complex):
            return complex_literal(value)
        if isinstance(value, str):
            return quoted(value)
        return self.container(value, type_)

    def container(self, value: Any, type_: Type | None) -> str:
        if isinstance(value, list):
            return self.list(value, type_)
        if isinstance(value, dict):
            return self.dict(value, type_)
        if isinstance(value, tuple):
            return self.tuple(value, type_)
        if type(value).__name__ == "device":
            return f"torch.device({quoted(str(value))})"
        if hasattr(value, "untyped_storage"):
            return "<Tensor>"
        number = torch_enum_number(value)
        if number is not None:  # a dtype as a default
            return str(number)
        raise TypeError(f"a value of type {type(value).__qualname__} has no literal")

    def list(self, value: list[Any], type_: Type | None) -> str:
        element = type_.element if isinstance(type_, ListType) else None
        text = f"[{', '.join(self.spell(v, element) for v in value)}]"
        if element is not None and (not value or not inferable_from_members(element)):
            return self.annotated(type_, text)
        return text

    def dict(self, value: dict[Any, Any], type_: Type | None) -> str:
        key, item = (type_.key, type_.value) if isinstance(type_, DictType) else (None, None)
        text = "{" + ", ".join(f"{self.spell(k, key)}: {self.spell(v, item)}" for k, v in value.items()) + "}"
        if item is not None and (not value or not inferable_from_members(item)):
            return self.annotated(type_, text)
        return text

    def tuple(self, value: tuple[Any, ...], type_: Type | None) -> str:
        elements = type_.elements if isinstance(type_, TupleType) else (None,) * len(value)
        inner = ", ".join(self.spell(v, t) for v, t in zip(value, elements, strict=True))
        name = self.type_name(type_) if isinstance(type_, TupleType) and type_.name is not None else ""
        return f"{name}({inner}{',' if len(value) == 1 else ''})"

    def annotated(self, type_: Type | None, text: str) -> str:
        assert type_ is not None
        return f"annotate({self.type_name(type_)}, {text})"
