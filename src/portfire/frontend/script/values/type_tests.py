"""Builtin types as values, and `isinstance`.

Comes before: `static_values.py`. Comes after: `python_values.py`, `builtin_functions.py`, `refinement.py`.
"""

from __future__ import annotations

import ast
import collections
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import torch

from portfire.frontend.script.statements.caught_exceptions import as_caught, emit_is_a
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir.forms import form_kind
from portfire.ir.graph import MISSING
from portfire.ir.subtyping import is_subtype
from portfire.ir.types import (
    ANY,
    ANY_LIST,
    ANY_TUPLE,
    BOOL,
    COMPLEX,
    DEVICE,
    FLOAT,
    INT,
    NONE,
    NUMBER,
    STR,
    TENSOR,
    AnyType,
    ClassType,
    DictType,
    EnumType,
    InterfaceType,
    ListType,
    NumberType,
    OptionalType,
    TupleType,
    Type,
    UnionType,
)  # fmt: skip

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


class TypeValue(StaticValue):
    """A builtin type or torch type: `int`, `list`, `torch.Tensor`. `make` compiles a call of it."""

    def __init__(self, python_type: Any, make: Callable[..., StaticValue] | None = None) -> None:
        self.cls = python_type
        self.make = make

    @property
    def identity(self) -> object:
        """What tells this value from others."""
        return ("type", self.cls)

    def __eq__(self, other: object) -> bool:
        return getattr(other, "cls", None) is self.cls

    def __hash__(self) -> int:
        return hash(self.cls)

    def describe(self) -> str:
        """See the base class."""
        return f"the type '{getattr(self.cls, '__name__', self.cls)}'"

    def call(self, emitter: Emitter, args: Sequence[StaticValue], kwargs: dict[str, StaticValue]) -> StaticValue:
        """See the base class."""
        if self.make is None:
            raise emitter.fail(
                "unsupported-call",
                f"{self.describe()} cannot be called in a program",
                help="make the object before, and pass it in or keep it as an attribute",
            )
        from portfire.frontend.script.builtins.builtin_functions import special_method

        special = special_method(emitter, getattr(self.cls, "__name__", ""), args)
        return special or self.make(emitter, list(args), kwargs)

    def text(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return ConstantValue(str(self.cls))

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """See the base class."""
        found = getattr(self.cls, name, MISSING)
        if found is MISSING:
            return super().attribute(emitter, name)
        return emitter.compiler.value_of(emitter, found, name)


class IsInstanceValue(StaticValue):
    """`isinstance`, or torch's `torch.jit.isinstance`."""

    identity = "isinstance"

    def describe(self) -> str:
        """See the base class."""
        return "the function 'isinstance'"

    def call(self, emitter: Emitter, args: Sequence[StaticValue], kwargs: dict[str, StaticValue]) -> StaticValue:
        """See the base class."""
        if len(args) != 2:
            raise emitter.fail(
                "bad-call", f"'isinstance' takes 2 arguments, found {len(args)}", help="isinstance(value, type)"
            )
        return emit_isinstance(emitter, args[0], args[1])

    def call_syntax(self, emitter: Emitter, node: ast.Call) -> StaticValue:
        """The second argument may be an annotation: `torch.jit.isinstance(x, List[int])`."""
        from portfire.frontend.script.statements.refinement import emit_condition

        return emit_condition(emitter, node).value


class AnnotationValue(StaticValue):
    """A type written as an annotation: `List[int]`."""

    def __init__(self, type_: Type) -> None:
        self.type = type_

    def describe(self) -> str:
        """See the base class."""
        return f"the type {self.type.annotation}"


#: Any dict, for tests: no value is declared to be one.
ANY_DICT = DictType(ANY, ANY)

#: The classes of a program's values in Python, and the IR types of their instances.
KINDS: tuple[tuple[type, Type], ...] = (
    (int, INT), (bool, BOOL), (float, FLOAT), (complex, COMPLEX), (str, STR), (type(None), NONE), (list, ANY_LIST),
    (tuple, ANY_TUPLE), (dict, ANY_DICT), (torch.Tensor, TENSOR), (torch.device, DEVICE),
)  # fmt: skip

#: Modules of classes that are tested for, and have no objects of their own.
_ABSTRACT = ("collections.abc", "numbers", "typing")


#: The classes in Python of values that are ints and lists in a program.
_FORMS: dict[str, type] = {
    "dtype": torch.dtype, "layout": torch.layout, "memory_format": torch.memory_format, "Size": torch.Size, "qscheme": torch.qscheme,
    "bytes": bytes, "tuple": tuple, "deque": collections.deque, "set": set, "frozenset": frozenset, "Counter": collections.Counter,
    "OrderedDict": collections.OrderedDict, "defaultdict": collections.defaultdict,
}  # fmt: skip


def tested_types(emitter: Emitter, types: StaticValue, of: Type) -> list[Type]:
    """The IR types that the second argument of `isinstance` means for a value of type `of`. A bool is an int, but that
    matters only where the value may be a bool."""
    found = [t for item in _classes(types) for t in _types_of(emitter, item, of)]
    may_be_bool = any(m == BOOL or isinstance(m, AnyType) for m in members_of(of))
    return found if may_be_bool else [t for t in found if t != BOOL or found == [BOOL]]


def _types_of(emitter: Emitter, item: StaticValue, of: Type) -> list[Type]:
    if isinstance(item, AnnotationValue):
        return [INT, BOOL] if item.type == INT else [item.type]
    if isinstance(item, ConstantValue) and item.value is None:
        return [NONE]
    cls = getattr(item, "cls", None)
    if not isinstance(cls, type):
        return []
    if cls in (torch.SymInt, torch.SymFloat, torch.SymBool):
        return []
    if cls is torch.Size:
        return [ListType(INT)]
    members = [m for m in members_of(of) if not isinstance(m, AnyType) and _test_one(emitter, m, item) is True]
    kinds = [type_ for kind, type_ in KINDS if issubclass(kind, cls)]
    if not kinds and cls.__module__ not in _ABSTRACT:
        return [*members, emitter.compiler.classes.type_of(cls, emitter.range)]
    unlisted = [m for m in members if not any(is_subtype(m, k) for k in kinds)]  # dicts, and forms of lists
    return [k for k in kinds if k != ANY_DICT or any(isinstance(m, AnyType) for m in members_of(of))] + unlisted


def emit_types(emitter: Emitter, node: ast.expr) -> StaticValue:
    """The second argument of `isinstance`: classes, or annotations such as `List[int]`, or a tuple of them."""
    from portfire.frontend.script.types.annotations import type_from_annotation
    from portfire.frontend.script.values.expressions import emit_expression

    if isinstance(node, ast.Tuple):
        return TupleValue([emit_types(emitter, n) for n in node.elts])
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return TupleValue([emit_types(emitter, node.left), emit_types(emitter, node.right)])
    if isinstance(node, ast.Subscript) and isinstance(node.value, (ast.Name, ast.Attribute)):
        return AnnotationValue(type_from_annotation(node, emitter.annotation_scope()))
    return emit_expression(emitter, node)


def _classes(types: StaticValue) -> list[StaticValue]:
    """The types in a tuple of tuples, and the members of a Union; of a list, itself."""
    if isinstance(types, TupleValue) and not types.is_list:
        return [c for item in types.items for c in _classes(item)]
    if isinstance(types, AnnotationValue):
        return [AnnotationValue(m) for m in members_of(types.type)]
    return [types]


def emit_isinstance(emitter: Emitter, value: StaticValue, types: StaticValue) -> StaticValue:
    """`isinstance(value, types)`: known while compiling wherever the static type tells."""
    caught = as_caught(value)
    if caught is not None:
        from portfire.frontend.script.statements.exceptions import class_names

        return emit_is_a(emitter, caught, class_names(emitter, types))
    classes = _classes(types)
    type_ = static_type(value)
    if type_ is not None and isinstance(value, TupleValue) and value.is_list:
        type_ = value.list_type()
    if type_ is None:
        return ConstantValue(_is_static_instance(value, classes))
    outcomes = {_test(emitter, member, c) for member in members_of(type_) for c in [classes]}
    if outcomes == {True} or outcomes == {False}:
        return ConstantValue(outcomes.pop())
    wanted = tested_types(emitter, types, type_)
    return emitter.insert("prim::isinstance", [emitter.runtime(value)], BOOL, types=wanted)


def _is_static_instance(value: StaticValue, classes: Sequence[StaticValue]) -> bool:
    """Something that exists only while compiling."""
    form = getattr(value, "form", None)
    if isinstance(form, str):  # a set known while compiling
        return any(getattr(c, "cls", None) is _FORMS[form] for c in classes)
    kind = _static_kind(value)
    tested = [getattr(c, "cls", None) for c in classes]
    return kind is not None and any(isinstance(c, type) and issubclass(kind, c) for c in tested)


def _static_kind(value: StaticValue) -> type | None:
    """The class in Python of a list, tuple or dict that exists only while compiling."""
    from portfire.frontend.script.values.static_dicts import StaticDict

    if isinstance(value, TupleValue):
        return list if value.is_list else tuple
    return dict if isinstance(value, StaticDict) else None


def members_of(type_: Type) -> tuple[Type, ...]:
    """The types of which a value of the type has one."""
    if isinstance(type_, OptionalType):
        return (type_.element, NONE)
    if isinstance(type_, UnionType):
        return tuple(m for member in type_.members for m in members_of(member))
    if isinstance(type_, NumberType):
        return (INT, FLOAT, COMPLEX)
    return (type_,)


def is_instance_of(emitter: Emitter, type_: Type, types: StaticValue) -> bool | None:
    """Whether values of a type are instances of what `isinstance` is given; None where only the run can tell."""
    return _test(emitter, type_, _classes(types))


def _test(emitter: Emitter, type_: Type, classes: Sequence[StaticValue]) -> bool | None:
    """Whether values of `type_` are instances; None where only the run can tell."""
    outcomes = [_test_one(emitter, type_, c) for c in classes]
    if any(o is True for o in outcomes):
        return True
    return None if any(o is None for o in outcomes) else False


def _test_one(emitter: Emitter, type_: Type, wanted: StaticValue) -> bool | None:
    if isinstance(wanted, AnnotationValue):
        is_it = is_subtype(type_, wanted.type) or (type_ == BOOL and wanted.type == INT)
        return is_it or (None if isinstance(type_, AnyType) else False)
    if isinstance(wanted, ConstantValue) and wanted.value is None:
        return None if isinstance(type_, AnyType) else type_ == NONE
    cls = getattr(wanted, "cls", None)
    if not isinstance(cls, type):
        raise emitter.fail(
            "type-mismatch",
            f"expected a type as the second argument of isinstance, found {wanted.describe()}",
            help="name a type, or a tuple of types",
        )
    if cls is object:
        return True
    if isinstance(type_, AnyType):
        return None
    if isinstance(type_, (ClassType, EnumType)):
        python_class = type_.python_class
        if not isinstance(python_class, type):
            return False
        if isinstance(type_, ClassType) and not type_.is_module and issubclass(cls, python_class):
            return True if cls is python_class else None  # an object of a subclass, perhaps
        return issubclass(python_class, cls)
    if isinstance(type_, InterfaceType):
        return None
    if cls is torch.Size and type_ == ListType(INT):
        return True
    if issubclass(class_of(emitter, type_), cls):
        return True
    if is_subtype(type_, TENSOR) and issubclass(cls, torch.Tensor):
        raise emitter.fail(
            "unsupported-type",
            f"whether a tensor is a {cls.__name__} is not visible in a program",
            help="decide it outside the compiled function",
        )
    return False


def class_of(emitter: Emitter, type_: Type) -> type:
    """The Python class of the values of a type; `object` where it is none that one would test for."""
    form = _FORMS.get(form_kind(type_) or "")
    if form is not None:
        return form
    if isinstance(type_, DictType):
        return dict
    if isinstance(type_, TupleType) and type_.name is not None:
        found: type = emitter.compiler.python_tuples.get(type_.name) or tuple
        return found
    return next((cls for cls, kind in reversed(KINDS) if is_subtype(type_, kind)), object)


def is_number(type_: Type) -> bool:
    """Whether values of the type are Python numbers."""
    return type_ in (INT, FLOAT, COMPLEX, BOOL, NUMBER)
