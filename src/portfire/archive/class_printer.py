"""Classes, NamedTuples, enums and interfaces as TorchScript source.

Comes before: `code_printer.py`. Comes after: `code_files.py`.
"""

from __future__ import annotations

from typing import Any

from portfire.archive.code_printer import CodePrinter
from portfire.archive.expression_printer import is_identifier
from portfire.ir.builder import constant_type
from portfire.ir.graph import Function
from portfire.ir.literals import quoted
from portfire.ir.types import ClassType, EnumType, FunctionType, InterfaceType, TupleType, Type

#: Their presence makes libtorch restore an object by calling them; the archive stores attributes instead.
_STATE_METHODS = ("__getstate__", "__setstate__")


def print_class(printer: CodePrinter, cls: ClassType, name: str) -> str:
    """The definition of a class: attributes, constants, methods."""
    lines = [f"class {name}{'(Module)' if cls.is_module else ''}:"]
    attributes = stored_attributes(cls)
    if cls.is_module:
        for title, kind in (("__parameters__", "parameter"), ("__buffers__", "buffer")):
            names = "".join(f"{quoted(n)}, " for n in attributes if cls.attributes[n].kind == kind)
            lines.append(f"  {title} = [{names}]")
    for index, (attribute, type_) in enumerate(attributes.items()):
        if is_identifier(attribute):
            lines.append(f"  {attribute} : {printer.type_name(type_)}")
        else:
            if index == 0:
                lines.append("  __annotations__ = []")
            lines.append(f"  __annotations__[{quoted(attribute)}] = {printer.type_name(type_)}")
    lines += _constants(printer, cls)
    lines += [printer.function(method, level=1) for method in stored_methods(cls)]
    if len(lines) == 1:
        lines.append("  pass")
    return "\n".join(line.rstrip("\n") for line in lines) + "\n"


def stored_attributes(cls: ClassType) -> dict[str, Type]:
    """The attributes with a value in the archive, in order. A function is no value there: uses name it directly."""
    return {a.name: a.type for a in cls.attributes.values() if not isinstance(a.type, FunctionType)}


def stored_methods(cls: ClassType) -> list[Function]:
    """The methods written into the archive."""
    both = all(name in cls.methods for name in _STATE_METHODS)
    return [m for n, m in cls.methods.items() if m.graph is not None and not (both and n in _STATE_METHODS)]


def _constants(printer: CodePrinter, cls: ClassType) -> list[str]:
    lines: list[str] = []
    for name, value in cls.constants.items():
        spelling = _constant_spelling(printer, value)
        if spelling is not None and is_identifier(name):
            lines.append(f"  {name} : Final[{spelling[0]}] = {spelling[1]}")
    return lines


def _constant_spelling(printer: CodePrinter, value: Any) -> tuple[str, str] | None:
    """Type and literal of a class constant. Constants are folded into the code: one that has no literal can be left out."""
    if not _is_plain(value):
        return None
    try:
        type_ = constant_type(value)
        return printer.type_name(type_), printer.literal(value, type_)
    except (TypeError, ValueError):
        return None


def _is_plain(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return (
            bool(value)
            and all(_is_plain(v) for v in value)
            and (isinstance(value, tuple) or len(set(map(type, value))) == 1)
        )
    return isinstance(value, (bool, int, float)) or (isinstance(value, str) and value.isascii())


def print_named_tuple(printer: CodePrinter, type_: TupleType, name: str) -> str:
    """The definition of a NamedTuple."""
    fields = zip(type_.fields or (), type_.elements, strict=True)
    lines = [f"class {name}(NamedTuple):"] + [f"  {n} : {printer.type_name(t)}" for n, t in fields]
    return "\n".join(lines if len(lines) > 1 else [*lines, "  pass"]) + "\n"


def print_enum(printer: CodePrinter, type_: EnumType, name: str) -> str:
    """The definition of an enum."""
    lines = [f"class {name}(Enum):"]
    lines += [f"  {n} = {printer.literal(v, type_.value_type)}" for n, v in type_.members.items()]
    return "\n".join(lines) + "\n"


def print_interface(printer: CodePrinter, type_: InterfaceType, name: str) -> str:
    """The definition of an interface: signatures only."""
    lines = [f"class {name}({'ModuleInterface' if type_.is_module else 'Interface'}):"]
    for method in type_.methods.values():
        parameters = "".join(f", {p.name}: {printer.type_name(p.type)}" for p in method.parameters[1:])
        lines.append(f"  def {method.base_name}(self{parameters}) -> {printer.type_name(method.return_type)}:")
        lines.append("    pass")
    return "\n".join(lines) + "\n"
