"""Expressions of TorchScript source -> values of a graph.

Operators are matched against their schemas anew (`ops.emit`), so source that an older torch wrote gets today's overloads.

Comes before: `ops/emit.py`, `code_types.py`. Comes after: `function_reader.py`; `expression_printer.py` is the inverse.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from portfire.archive.code_types import dotted_name
from portfire.archive.hooked_modules import HOOKLESS_FORWARD
from portfire.archive.operator_upgrades import UPGRADES
from portfire.archive.operator_versions import CHANGED_IN
from portfire.ir.builder import constant_type
from portfire.ir.graph import MISSING, Function, Value
from portfire.ir.state import ObjectState
from portfire.ir.subtyping import is_subtype, unify, unrefined
from portfire.ir.types import (
    BOOL,
    COMPLEX,
    FLOAT,
    INT,
    NONE,
    NUMBER,
    STR,
    TENSOR,
    ClassType,
    DictType,
    EnumType,
    FunctionType,
    InterfaceType,
    ListType,
    OptionalType,
    TensorType,
    TupleType,
    Type,
    UnionType,
)  # fmt: skip
from portfire.ops.emit import MatchError, emit_builtin

if TYPE_CHECKING:
    from portfire.archive.function_reader import FunctionReader

_FLOATS = {"inf": float("inf"), "nan": float("nan"), "infj": complex(0, float("inf")), "nanj": complex(0, float("nan"))}
_IMPLICIT: dict[Type, str] = {INT: "aten::IntImplicit", FLOAT: "aten::FloatImplicit", NUMBER: "aten::ScalarImplicit"}

#: How `prim::tolist` calls the type of the elements.
_LIST_CODES: dict[Type, int] = {INT: 0, FLOAT: 1, COMPLEX: 2, BOOL: 3}


class ExpressionReader:
    """Emits expressions where its function stands."""

    def __init__(self, function: FunctionReader) -> None:
        self.function = function
        self.reader = function.reader
        self.builder = function.builder

    def value(self, node: ast.expr, hint: Type | None = None) -> Value:
        """The value of an expression. `hint`: the type it is wanted as, which displays take."""
        action = _EXPRESSIONS.get(type(node))
        if action is None:
            raise self.function.error(node, f"`{ast.unparse(node)}` does not belong into TorchScript source")
        return action(self, node, hint)

    def condition(self, node: ast.expr) -> Value:
        """A value that must be a bool."""
        value = self.value(node)
        return value if value.type == BOOL else self.builtin(node, "aten::Bool", [value], {})

    def builtin(self, node: ast.expr, name: str, args: list[Value], kwargs: dict[str, Value]) -> Value:
        """A call of an operator."""
        if self.reader.version < CHANGED_IN.get(name, 0):
            return self._old_builtin(node, name, args, kwargs)
        return self._builtin(node, name, args, kwargs)

    def _old_builtin(self, node: ast.expr, name: str, args: list[Value], kwargs: dict[str, Value]) -> Value:
        """An operator as it was when the file was written."""
        upgrade = UPGRADES.get(name)
        if upgrade is None:
            raise self.function.error(
                node, f"`{name}` had another meaning in version {self.reader.version} of the format"
            )
        return upgrade(lambda *a, **k: self._builtin(node, a[0], list(a[1:]), k), self.builder, args, kwargs)

    def _builtin(self, node: ast.expr, name: str, args: list[Value], kwargs: dict[str, Value]) -> Value:
        try:
            return emit_builtin(self.builder, name, args, kwargs, self.function.range_of(node))
        except MatchError as error:
            raise self.function.error(node, str(error)) from error

    def _constant(self, node: ast.Constant, hint: Type | None) -> Value:
        from portfire.archive.code_reader import text_of

        value = node.value
        if value is None:
            return self.builder.constant(None, hint if isinstance(hint, OptionalType) else NONE)
        if isinstance(value, str):
            value = text_of(value)
        elif isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**63:
            raise self.function.error(node, f"the integer {value} does not fit in 64 bits")
        elif not isinstance(value, (bool, int, float, complex)):
            raise self.function.error(node, f"`{ast.unparse(node)}` is no constant of TorchScript")
        return self.builder.constant(value)

    def _name(self, node: ast.Name, _: Type | None) -> Value:
        value = self.function.names.get(node.id)
        if value is not None:
            return value
        if node.id in _FLOATS:
            return self.builder.constant(_FLOATS[node.id])
        raise self.function.error(node, f"the name {node.id} is not defined")

    def _number(self, node: ast.UnaryOp | ast.BinOp, _: Type | None) -> Value:
        """`-1`, `2.+1.j`: what a literal of a number may look like."""
        value = self._folded(node)
        if value is None:
            raise self.function.error(node, f"`{ast.unparse(node)}` does not belong into TorchScript source")
        if isinstance(value, int) and not -(2**63) <= value < 2**63:
            raise self.function.error(node, f"the integer {value} does not fit in 64 bits")
        return self.builder.constant(value)

    def _folded(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float, complex)):
            return node.value
        if isinstance(node, ast.Name):
            return _FLOATS.get(node.id)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
            value = self._folded(node.operand)
            return None if value is None else -value if isinstance(node.op, ast.USub) else value
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
            real, imaginary = self._folded(node.left), self._folded(node.right)
            if not isinstance(imaginary, complex) or not isinstance(real, (int, float)):
                return None
            sign = 1.0 if isinstance(node.op, ast.Add) else -1.0
            return complex(real, sign * imaginary.imag)
        return None

    def _tuple(self, node: ast.Tuple, hint: Type | None) -> Value:
        hints = (
            hint.elements
            if isinstance(hint, TupleType) and len(hint.elements) == len(node.elts)
            else [None] * len(node.elts)
        )
        values = [self.value(item, h) for item, h in zip(node.elts, hints, strict=True)]
        return self.builder.insert("prim::TupleConstruct", values, TupleType(tuple(v.type for v in values)))

    def _list(self, node: ast.List, hint: Type | None) -> Value:
        element = hint.element if isinstance(hint, ListType) else None
        values = [self.value(item, element) for item in node.elts]
        type_ = element or self._common(node, values)
        return self.builder.insert("prim::ListConstruct", values, ListType(type_))

    def _dict(self, node: ast.Dict, hint: Type | None) -> Value:
        key, item = (hint.key, hint.value) if isinstance(hint, DictType) else (None, None)
        pairs: list[tuple[Value, Value]] = []
        for k, v in zip(node.keys, node.values, strict=True):
            if k is None:
                raise self.function.error(node, "`**` does not belong into TorchScript source")
            pairs.append((self.value(k, key), self.value(v, item)))
        type_ = DictType(
            key or self._common(node, [k for k, _ in pairs]), item or self._common(node, [v for _, v in pairs])
        )
        return self.builder.insert("prim::DictConstruct", [v for pair in pairs for v in pair], type_)

    def _common(self, node: ast.expr, values: list[Value]) -> Type:
        if not values:
            return TENSOR
        type_: Type | None = unrefined(values[0].type)
        for value in values[1:]:
            type_ = None if type_ is None else unify(type_, unrefined(value.type))
        if type_ is None:
            raise self.function.error(node, "the elements of a list or dict have no common type")
        return type_

    def _subscript(self, node: ast.Subscript, _: Type | None) -> Value:
        container = self.value(node.value)
        if not isinstance(container.type, TupleType):
            return self.builtin(node, "aten::__getitem__", [container, self.value(node.slice)], {})
        if isinstance(node.slice, ast.Slice):
            return self._tuple_slice(node, container, container.type)
        index = self._folded(node.slice)
        count = len(container.type.elements)
        if not isinstance(index, int) or not -count <= index < count:
            raise self.function.error(node, f"`{ast.unparse(node.slice)}` is no index of {container.type}")
        return self.builder.insert(
            "prim::TupleIndex", (container, self.builder.constant(index)), container.type.elements[index]
        )

    def _tuple_slice(self, node: ast.Subscript, container: Value, type_: TupleType) -> Value:
        assert isinstance(node.slice, ast.Slice)
        bounds = [None if b is None else self._folded(b) for b in (node.slice.lower, node.slice.upper)]
        start, stop, _ = slice(*bounds).indices(len(type_.elements))
        result = TupleType(type_.elements[start:stop])
        return self.builder.insert("prim::TupleSlice", (container,), result, beg=start, end=stop)

    def _attribute(self, node: ast.Attribute, _: Type | None) -> Value:
        path = dotted_name(node)
        root = path.partition(".")[0] if path else ""
        if path is not None and root in ("CONSTANTS", "__torch__") and root not in self.function.names:
            return self._global(node, path)
        return self.attribute(node, self.value(node.value), node.attr)

    def _global(self, node: ast.Attribute, path: str) -> Value:
        """A constant of the table, a member of an enum, or a function as a value."""
        if path.startswith("CONSTANTS."):
            value = self.reader.constant_named(node.attr)
            return self.builder.constant(value, value.cls if isinstance(value, ObjectState) else None)
        owner = self.reader.find_type(path.rpartition(".")[0])
        if isinstance(owner, EnumType):
            if node.attr not in owner.members:
                raise self.function.error(node, f"{owner.name} has no member {node.attr}")
            return self.builder.constant(owner.member(node.attr), owner)
        function = self.reader.find_function(path)
        if function is None:
            raise self.function.error(node, f"{path} is not defined")
        return self.builder.constant(function, FunctionType(function))

    def attribute(self, node: ast.expr, owner: Value, name: str) -> Value:
        """`owner.name`."""
        type_ = owner.type
        if isinstance(type_, ClassType) and name in type_.attributes:
            return self.builder.insert("prim::GetAttr", (owner,), type_.attributes[name].type, name=name)
        if isinstance(type_, ClassType) and name in type_.constants:
            value = type_.constants[name]
            return self.builder.constant(value, constant_type(value))
        if isinstance(type_, TupleType) and type_.fields is not None and name in type_.fields:
            index = type_.fields.index(name)
            return self.builder.insert("prim::TupleIndex", (owner, self.builder.constant(index)), type_.elements[index])
        if isinstance(type_, EnumType) and name in ("name", "value"):
            kind = "prim::EnumName" if name == "name" else "prim::EnumValue"
            return self.builder.insert(kind, (owner,), STR if name == "name" else type_.value_type)
        if isinstance(type_, (ClassType, TupleType, EnumType, InterfaceType)):
            raise self.function.error(node, f"{type_} has no attribute {name}")
        return self.builtin(node, f"prim::{name}", [owner], {})

    def _call(self, node: ast.Call, hint: Type | None) -> Value:
        with self.builder.ranged(self.function.range_of(node)):
            function = node.func
            if isinstance(function, ast.Name):
                value = self.function.names.get(function.id)
                if value is not None and isinstance(value.type, FunctionType):
                    return self._call_function(node, value, value.type.function)
                return self._call_name(node, function.id, hint)
            path = dotted_name(function)
            root = path.partition(".")[0] if path is not None else ""
            if path is not None and root not in self.function.names:
                caller = _NAMESPACES.get(root)
                if caller is not None:
                    return caller(self, node, path)
            if not isinstance(function, ast.Attribute):
                raise self.function.error(node, "this cannot be called")
            return self._call_method(node, function, hint)

    def _call_name(self, node: ast.Call, name: str, hint: Type | None) -> Value:
        special = _SPECIAL_CALLS.get(name)
        if special is not None:
            return special(self, node, hint)
        cast = _CASTS.get(name)
        if cast is not None:
            return self._cast(node, *cast)
        builtin = _NAMED_BUILTINS.get(name)
        if builtin is None:
            raise self.function.error(node, f"there is no function {name}")
        return self.builtin(node, builtin, *self._arguments(node))

    def _cast(self, node: ast.Call, kind: str, type_: Type) -> Value:
        values, kwargs = self._arguments(node)
        if len(values) == 1 and values[0].type == type_:
            return values[0]
        return self.builtin(node, kind, values, kwargs)

    def _arguments(self, node: ast.Call) -> tuple[list[Value], dict[str, Value]]:
        values = [self.value(a) for a in node.args]
        return values, {str(k.arg): self.value(k.value) for k in node.keywords}

    def _call_torch(self, node: ast.Call, path: str) -> Value:
        name = path.removeprefix("torch.").removeprefix("autograd.")
        if name == "device" and len(node.args) == 1 and isinstance(node.args[0], ast.Constant):
            import torch

            return self.builder.constant(torch.device(str(node.args[0].value)))
        if name == "_unwrap_optional":
            return self._unwrap(node)
        return self.builtin(node, f"aten::{name}", *self._arguments(node))

    def _unwrap(self, node: ast.Call) -> Value:
        (value,), _ = self._arguments(node)
        type_ = value.type.element if isinstance(value.type, OptionalType) else value.type
        return self.builder.insert("aten::_unwrap_optional", (value,), type_)

    def _call_op(self, node: ast.Call, path: str) -> Value:
        _, namespace, name = path.split(".", 2)
        values, kwargs = self._arguments(node)
        kind = f"{namespace}::{name}"
        if kind == "prim::RaiseException":
            if len(values) == 1:
                values.append(self.builder.constant(None, NONE))
            self.builder.node(kind, [*values, *kwargs.values()])
            return self.builder.constant(None, NONE)
        if kind == "prim::unchecked_unwrap_optional":
            type_ = values[0].type.element if isinstance(values[0].type, OptionalType) else values[0].type
            return self.builder.insert("prim::unchecked_cast", values, type_)
        return self.builtin(node, kind, values, kwargs)

    def _call_global(self, node: ast.Call, path: str) -> Value:
        """A function, `C.__new__(C)`, or the constructor of a NamedTuple."""
        if path.endswith(".__new__"):
            cls = self.reader.find_type(path.removesuffix(".__new__"))
            if isinstance(cls, ClassType):
                return self.builder.insert("prim::CreateObject", (), cls)
        function = self.reader.find_function(path)
        if function is not None:
            return self._call_function(node, self.builder.constant(function, FunctionType(function)), function)
        type_ = self.reader.find_type(path)
        if isinstance(type_, TupleType) and type_.fields is not None:
            signature = Function(path, [_parameter(n, t) for n, t in zip(type_.fields, type_.elements, strict=True)])
            return self.builder.insert("prim::TupleConstruct", self._bound(node, signature, 0), type_)
        raise self.function.error(node, f"{path} is not defined")

    def _call_function(self, node: ast.Call, callee: Value, function: Function) -> Value:
        arguments = self._bound(node, function, 0)
        return self.builder.insert("prim::CallFunction", (callee, *arguments), function.return_type)

    def _bound(self, node: ast.Call, callee: Function, skip: int) -> list[Value]:
        """The arguments of a call in the order of the callee's parameters, with defaults filled in."""
        parameters = callee.parameters[skip:]
        given: dict[str, Value] = {}
        for parameter, argument in zip(parameters, node.args, strict=False):
            given[parameter.name] = self.value(argument, parameter.type)
        for keyword in node.keywords:
            given[str(keyword.arg)] = self.value(keyword.value)
        if len(node.args) > len(parameters) or not given.keys() <= {p.name for p in parameters}:
            raise self.function.error(node, f"{callee.name} takes no such arguments")
        values: list[Value] = []
        for parameter in parameters:
            value = given.get(parameter.name)
            if value is None and parameter.default is MISSING:
                raise self.function.error(node, f"{callee.name} lacks the argument {parameter.name}")
            values.append(self.builder.constant(parameter.default, parameter.type) if value is None else value)
        return [self.converted(v, p.type) for v, p in zip(values, parameters, strict=True)]

    def converted(self, value: Value, type_: Type) -> Value:
        """`value` as an argument of type `type_`: numbers out of tensors are taken implicitly, as in torch."""
        implicit = _IMPLICIT.get(type_)
        if implicit is not None and isinstance(value.type, TensorType):
            return self.builder.insert(implicit, (value,), type_)
        return value

    def _call_method(self, node: ast.Call, function: ast.Attribute, hint: Type | None) -> Value:
        receiver = self.value(function.value)
        type_ = receiver.type
        if isinstance(type_, (ClassType, InterfaceType)):
            is_hooked = function.attr == "forward" and type_.name in self.reader.hooked
            name = HOOKLESS_FORWARD if is_hooked else function.attr  # who calls it here calls the hooks, too
            method = type_.methods.get(name)
            if method is None:
                raise self.function.error(node, f"{type_.name} has no method {name}")
            arguments = self._bound(node, method, 1)
            return self.builder.insert("prim::CallMethod", (receiver, *arguments), method.return_type, name=name)
        if function.attr == "tolist" and isinstance(type_, TensorType):
            return self._to_list(node, receiver, hint)
        values, kwargs = self._arguments(node)
        return self.builtin(node, f"aten::{function.attr}", [receiver, *values], kwargs)

    def _to_list(self, node: ast.expr, receiver: Value, hint: Type | None) -> Value:
        element, depth = hint, 0
        while isinstance(element, ListType):
            element, depth = element.element, depth + 1
        code = _LIST_CODES.get(element or NONE)
        if hint is None or code is None:
            raise self.function.error(node, "`tolist` needs an annotation of its result")
        inputs = (receiver, self.builder.constant(depth), self.builder.constant(code))
        return self.builder.insert("prim::tolist", inputs, hint)

    def call_context(self, node: ast.AST, context: Value, name: str) -> Value:
        """A call of `__enter__`, or of `__exit__` with nothing to tell, of a context manager."""
        type_ = context.type
        method = type_.methods.get(name) if isinstance(type_, ClassType) else None
        if method is None:
            raise self.function.error(node, f"{type_} has no method {name}")
        arguments = [
            self.builder.constant(None, p.type if is_subtype(NONE, p.type) else NONE) for p in method.parameters[1:]
        ]
        return self.builder.insert("prim::CallMethod", (context, *arguments), method.return_type, name=name)

    def _annotate(self, node: ast.Call, _: Type | None) -> Value:
        type_ = self.reader.type(node.args[0])
        value = self.value(node.args[1], type_)
        if value.type == NONE and isinstance(type_, (OptionalType, UnionType)):
            return self.builder.constant(None, type_)
        converted = self.converted(value, type_)
        if not is_subtype(unrefined(converted.type), type_):
            raise self.function.error(node, f"a value of type {value.type} is annotated as {type_}")
        return converted

    def _unchecked_cast(self, node: ast.Call, _: Type | None) -> Value:
        type_ = self.reader.type(node.args[0])
        return self.builder.insert("prim::unchecked_cast", (self.value(node.args[1]),), type_)

    def _uninitialized(self, node: ast.Call, _: Type | None) -> Value:
        return self.builder.insert("prim::Uninitialized", (), self.reader.type(node.args[0]))

    def _getattr(self, node: ast.Call, _: Type | None) -> Value:
        owner, name = node.args
        if not isinstance(name, ast.Constant) or not isinstance(name.value, str):
            raise self.function.error(node, "`getattr` needs a constant name")
        return self.attribute(node, self.value(owner), name.value)

    def _isinstance(self, node: ast.Call, _: Type | None) -> Value:
        value, types = node.args
        items = types.elts if isinstance(types, ast.Tuple) else [types]
        return self.builder.insert(
            "prim::isinstance", (self.value(value),), BOOL, types=[self.reader.type(item) for item in items]
        )

    def _fork(self, node: ast.Call, _: Type | None) -> Value:
        (function,) = node.args
        if not isinstance(function, ast.Name):
            raise self.function.error(node, "`fork` needs a function")
        return self.function.fork(node, function.id)

    def _print(self, node: ast.Call, _: Type | None) -> Value:
        self.builder.node("prim::Print", [self.value(a) for a in node.args])
        return self.builder.constant(None, NONE)


def _parameter(name: str, type_: Type) -> Any:
    from portfire.ir.graph import Parameter

    return Parameter(name, type_)


_CASTS: dict[str, tuple[str, Type]] = {
    "int": ("aten::Int", INT), "float": ("aten::Float", FLOAT), "bool": ("aten::Bool", BOOL), "str": ("aten::str", STR),
    "complex": ("aten::Complex", COMPLEX),
}  # fmt: skip
_NAMED_BUILTINS = {
    "sorted": "aten::sorted", "len": "aten::len", "abs": "prim::abs", "min": "prim::min", "max": "prim::max",
}  # fmt: skip

_SPECIAL_CALLS: dict[str, Callable[[ExpressionReader, ast.Call, Type | None], Value]] = {
    "annotate": ExpressionReader._annotate,
    "unchecked_cast": ExpressionReader._unchecked_cast,
    "uninitialized": ExpressionReader._uninitialized,
    "getattr": ExpressionReader._getattr,
    "isinstance": ExpressionReader._isinstance,
    "fork": ExpressionReader._fork,
    "print": ExpressionReader._print,
}

_NAMESPACES: dict[str, Callable[[ExpressionReader, ast.Call, str], Value]] = {
    "torch": ExpressionReader._call_torch,
    "ops": ExpressionReader._call_op,
    "__torch__": ExpressionReader._call_global,
}

_EXPRESSIONS: dict[type, Callable[[ExpressionReader, Any, Type | None], Value]] = {
    ast.Constant: ExpressionReader._constant,
    ast.Name: ExpressionReader._name,
    ast.UnaryOp: ExpressionReader._number,
    ast.BinOp: ExpressionReader._number,
    ast.Tuple: ExpressionReader._tuple,
    ast.List: ExpressionReader._list,
    ast.Dict: ExpressionReader._dict,
    ast.Subscript: ExpressionReader._subscript,
    ast.Attribute: ExpressionReader._attribute,
    ast.Call: ExpressionReader._call,
}
