"""One node as an expression of TorchScript source.

Operators print as `torch.name(...)` (aten) or `ops.namespace.name(...)`; trailing arguments that equal the schema's
defaults are left out, as torch does, so that later versions of a schema still read the source.

Comes before: `ops/table.py`. Comes after: `code_printer.py`.
"""

from __future__ import annotations

import keyword
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from portfire.errors import SaveError
from portfire.ir.graph import MISSING, Node, Value
from portfire.ir.literals import inferable_from_members, quoted
from portfire.ir.subtyping import optional_of, unrefined
from portfire.ir.types import NONE, DictType, FunctionType, ListType, TupleType, Type
from portfire.ops.schema import FunctionSchema
from portfire.ops.table import schema_of

if TYPE_CHECKING:
    from portfire.archive.code_printer import CodePrinter


def expression(printer: CodePrinter, node: Node) -> str:
    """The right-hand side for `node`."""
    special = _EXPRESSIONS.get(node.kind)
    return special(printer, node) if special is not None else _operator(printer, node)


def is_identifier(name: str) -> bool:
    """Whether an attribute can be written with a dot."""
    return name.isascii() and name.isidentifier() and not keyword.iskeyword(name)


def _operator(printer: CodePrinter, node: Node) -> str:
    schema = schema_of(node)
    count = len(node.inputs) if schema is None else _necessary(schema, node.inputs)
    parts: list[str] = []
    for index, value in enumerate(node.inputs[:count]):
        named = schema is not None and index < len(schema.arguments) and schema.arguments[index].kwarg_only
        prefix = f"{schema.arguments[index].name}=" if named and schema is not None else ""
        parts.append(prefix + printer.use(value))
    return f"{_operator_name(node)}({', '.join(parts)})"


def _operator_name(node: Node) -> str:
    special = _AUTOGRAD.get(node.kind)
    if special is not None:
        return special
    namespace, _, name = node.kind.partition("::")
    return f"torch.{name}" if namespace == "aten" else f"ops.{namespace}.{name}"


_AUTOGRAD = {"aten::backward": "torch.autograd.backward", "aten::grad": "torch.autograd.grad"}


def _necessary(schema: FunctionSchema, inputs: Sequence[Value]) -> int:
    """How many inputs must be written: those up to the last one that is not the default of its argument."""
    count = len(inputs)
    if schema.is_vararg or count != len(schema.arguments):
        return count
    while count and _is_default(inputs[count - 1], schema.arguments[count - 1].default):
        count -= 1
    return count


def _is_default(value: Value, default: Any) -> bool:
    node = value.node
    if default is MISSING or node is None or node.kind != "prim::Constant":
        return False
    constant = node.attributes.get("value")
    return type(constant) is type(default) and bool(constant == default)


def _constant(printer: CodePrinter, node: Node) -> str:
    type_ = node.output.type
    if isinstance(type_, FunctionType):
        return printer.name_of(type_.function)
    try:
        return printer.literal(node.attributes.get("value"), type_)
    except TypeError as error:
        raise SaveError(f"a constant cannot be saved: {error}") from error


def _call_like(name: str) -> Callable[[CodePrinter, Node], str]:
    return lambda printer, node: f"{name}({printer.uses(node.inputs)})"


def _annotate(printer: CodePrinter, node: Node) -> str:
    return f"annotate({printer.type_name(node.output.type)}, {printer.use(node.inputs[0])})"


def _unchecked_cast(printer: CodePrinter, node: Node) -> str:
    return f"unchecked_cast({printer.type_name(node.output.type)}, {printer.use(node.inputs[0])})"


def _uninitialized(printer: CodePrinter, node: Node) -> str:
    return f"uninitialized({printer.type_name(node.output.type)})"


def _get_item(printer: CodePrinter, node: Node) -> str:
    container = printer.use(node.inputs[0])
    if not is_identifier(container):
        container = f"({container})"
    return f"{container}[{printer.use(node.inputs[1])}]"


def _tuple_construct(printer: CodePrinter, node: Node) -> str:
    type_ = node.output.type
    name = printer.type_name(type_) if isinstance(type_, TupleType) and type_.name is not None else ""
    return f"{name}({printer.uses(node.inputs)}{',' if len(node.inputs) == 1 else ''})"


def _tuple_index(printer: CodePrinter, node: Node) -> str:
    return f"({printer.use(node.inputs[0])})[{printer.use(node.inputs[1])}]"


def _tuple_slice(printer: CodePrinter, node: Node) -> str:
    return f"({printer.use(node.inputs[0])})[{node.attributes['beg']}:{node.attributes['end']}]"


def _fits(values: Sequence[Value], element: Type) -> bool:
    return inferable_from_members(element) and all(unrefined(v.type) == unrefined(element) for v in values)


def _list_construct(printer: CodePrinter, node: Node) -> str:
    type_ = node.output.type
    text = f"[{printer.uses(node.inputs)}]"
    assert isinstance(type_, ListType)
    if node.inputs and _fits(node.inputs, type_.element):
        return text
    return f"annotate({printer.type_name(type_)}, {text})"


def _dict_construct(printer: CodePrinter, node: Node) -> str:
    type_ = node.output.type
    keys, values = node.inputs[::2], node.inputs[1::2]
    text = "{" + ", ".join(f"{printer.use(k)}: {printer.use(v)}" for k, v in zip(keys, values, strict=True)) + "}"
    assert isinstance(type_, DictType)
    if keys and _fits(keys, type_.key) and _fits(values, type_.value):
        return text
    return f"annotate({printer.type_name(type_)}, {text})"


def _create_object(printer: CodePrinter, node: Node) -> str:
    name = printer.type_name(node.output.type)
    return f"{name}.__new__({name})"


def _get_attribute(printer: CodePrinter, node: Node) -> str:
    name = str(node.attributes["name"])
    owner = printer.use(node.inputs[0])
    return f"{owner}.{name}" if is_identifier(name) else f"getattr({owner}, {quoted(name)})"


def _arguments(printer: CodePrinter, values: Sequence[Value]) -> str:
    return "(" + "".join(f"{printer.use(v)}, " for v in values) + ")"


def _call_function(printer: CodePrinter, node: Node) -> str:
    return printer.use(node.inputs[0]) + _arguments(printer, node.inputs[1:])


def _call_method(printer: CodePrinter, node: Node) -> str:
    return f"({printer.use(node.inputs[0])}).{node.attributes['name']}" + _arguments(printer, node.inputs[1:])


def _unwrap_optional(printer: CodePrinter, node: Node) -> str:
    text = printer.use(node.inputs[0])
    if node.inputs[0].type == NONE:  # the type of what is unwrapped cannot be found again from `None`
        text = f"annotate({printer.type_name(optional_of(node.output.type))}, {text})"
    return f"torch._unwrap_optional({text})"


def _isinstance(printer: CodePrinter, node: Node) -> str:
    names = [printer.type_name(t) for t in node.attributes["types"]]
    types = names[0] if len(names) == 1 else f"({', '.join(names)})"
    return f"isinstance({printer.use(node.inputs[0])}, {types})"


def _raise(printer: CodePrinter, node: Node) -> str:
    values = [v for v in node.inputs[:2] if v.type != NONE]
    return f"ops.prim.RaiseException({printer.uses(values)})"


def _warn(printer: CodePrinter, node: Node) -> str:
    """TorchScript's warnings have no category."""
    return f"torch.warn({printer.use(node.inputs[0])}, {printer.use(node.inputs[2])})"


def _to_list(printer: CodePrinter, node: Node) -> str:
    return f"annotate({printer.type_name(node.output.type)}, {printer.use(node.inputs[0])}.tolist())"


def _enum_part(part: str) -> Callable[[CodePrinter, Node], str]:
    return lambda printer, node: f"({printer.use(node.inputs[0])}).{part}"


_EXPRESSIONS: dict[str, Callable[[CodePrinter, Node], str]] = {
    "prim::Constant": _constant,
    "prim::Uninitialized": _uninitialized,
    "aten::ScalarImplicit": _annotate,
    "aten::FloatImplicit": _annotate,
    "aten::IntImplicit": _annotate,
    "aten::Int": _call_like("int"),
    "aten::Float": _call_like("float"),
    "aten::Bool": _call_like("bool"),
    "aten::str": _call_like("str"),
    "aten::sorted": _call_like("sorted"),
    "prim::Print": _call_like("print"),
    "aten::__getitem__": _get_item,
    "prim::TupleConstruct": _tuple_construct,
    "prim::TupleIndex": _tuple_index,
    "prim::TupleSlice": _tuple_slice,
    "prim::ListConstruct": _list_construct,
    "prim::DictConstruct": _dict_construct,
    "prim::CreateObject": _create_object,
    "prim::GetAttr": _get_attribute,
    "prim::CallFunction": _call_function,
    "prim::CallMethod": _call_method,
    "aten::_unwrap_optional": _unwrap_optional,
    "prim::unchecked_cast": _unchecked_cast,
    "prim::unchecked_unwrap_optional": _unchecked_cast,
    "prim::isinstance": _isinstance,
    "prim::RaiseException": _raise,
    "portfire::warn": _warn,
    "prim::tolist": _to_list,
    "prim::EnumValue": _enum_part("value"),
    "prim::EnumName": _enum_part("name"),
}
