"""The types of the graph IR: TorchScript's type system.

Structural types are frozen dataclasses that compare by content. Nominal types (`ClassType`, `InterfaceType`,
`EnumType`) compare by identity: two classes of the same name in two compilation units are two types.

Every type has two spellings, both TorchScript's own:
* `str(t)`: the form of `.graph` and of operator schemas: `Tensor`, `int[]`, `str?`, `Dict(str, Tensor)`, `(int, float)`.
* `t.annotation`: the form of `.code` and of Python annotations: `List[int]`, `Optional[str]`, `Tuple[int, float]`.
dtype, layout, memory format and quantisation scheme are `int` in TorchScript; so they are here.

Comes before: `dtypes.py`. Comes after: `graph.py`, `ops/schema.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar

from portfire.ir.dtypes import TENSOR_NAMES

if TYPE_CHECKING:
    from portfire.ir.graph import Function


class Type:
    """Base of all types."""

    __slots__ = ()

    @property
    def annotation(self) -> str:
        """The spelling in Python annotations, as `.code` prints it."""
        return str(self)

    def contained(self) -> tuple[Type, ...]:
        """The types this one is built of, in order."""
        return ()

    def with_contained(self, contained: tuple[Type, ...]) -> Type:
        """The same constructor around other contained types."""
        assert not contained
        return self


@dataclass(frozen=True, slots=True)
class _Leaf(Type):
    graph_name: ClassVar[str] = ""
    python_name: ClassVar[str] = ""

    def __str__(self) -> str:
        return self.graph_name

    @property
    def annotation(self) -> str:
        return self.python_name or self.graph_name


@dataclass(frozen=True, slots=True)
class TensorType(Type):
    """A tensor, optionally refined by what a run or an analysis has seen.

    Refinements never take part in subtyping of user code: a refined tensor is a `Tensor`. Sizes are per-dimension, None
    for unknown. dtype is torch's name without the prefix (`float32`), device its string (`cpu`).
    """

    dtype: str | None = None
    sizes: tuple[int | None, ...] | None = None
    strides: tuple[int | None, ...] | None = None
    device: str | None = None
    requires_grad: bool | None = None

    def __str__(self) -> str:
        if self == TENSOR:
            return "Tensor"
        head = TENSOR_NAMES.get(self.dtype or "", "Tensor")
        parts: list[str] = []
        if self.sizes is not None:
            parts += ["*" if s is None else str(s) for s in self.sizes]
        if self.strides:
            parts.append("strides=[" + ", ".join("*" if s is None else str(s) for s in self.strides) + "]")
        if self.requires_grad is not None:
            parts.append(f"requires_grad={int(self.requires_grad)}")
        if self.device is not None:
            parts.append(f"device={self.device}")
        if self.sizes is None and not parts:
            return head
        return f"{head}({', '.join(parts)})"

    @property
    def annotation(self) -> str:
        return "Tensor"


class IntType(_Leaf):
    graph_name = "int"


class FloatType(_Leaf):
    graph_name = "float"


class ComplexType(_Leaf):
    graph_name = "complex"


class BoolType(_Leaf):
    graph_name = "bool"


class StrType(_Leaf):
    graph_name = "str"


class NoneType(_Leaf):
    graph_name = "NoneType"
    python_name = "NoneType"


class NumberType(_Leaf):
    """`int`, `float`, `complex` or `bool`: what ATen's schemas call Scalar."""

    graph_name = "Scalar"
    python_name = "number"


class DeviceType(_Leaf):
    graph_name = "Device"


class GeneratorType(_Leaf):
    graph_name = "Generator"


class StreamType(_Leaf):
    graph_name = "Stream"


class StorageType(_Leaf):
    graph_name = "Storage"


class CapsuleType(_Leaf):
    """An opaque host object; it cannot be saved."""

    graph_name = "Capsule"


class AnyType(_Leaf):
    """The top type. A value of it must be refined with `isinstance` before use."""

    graph_name = "Any"


class AnyListType(_Leaf):
    graph_name = "list"


class AnyTupleType(_Leaf):
    graph_name = "tuple"


class AnyEnumType(_Leaf):
    graph_name = "AnyEnumType"


class AnyClassType(_Leaf):
    graph_name = "AnyClassType"


TENSOR = TensorType()
INT = IntType()
FLOAT = FloatType()
COMPLEX = ComplexType()
BOOL = BoolType()
STR = StrType()
NONE = NoneType()
NUMBER = NumberType()
DEVICE = DeviceType()
GENERATOR = GeneratorType()
STREAM = StreamType()
STORAGE = StorageType()
CAPSULE = CapsuleType()
ANY = AnyType()
ANY_LIST = AnyListType()
ANY_TUPLE = AnyTupleType()
ANY_ENUM = AnyEnumType()
ANY_CLASS = AnyClassType()

#: The leaf types by the name they have in `.graph` and in schemas.
LEAF_TYPES: dict[str, Type] = {
    str(t): t
    for t in (
        TENSOR, INT, FLOAT, COMPLEX, BOOL, STR, NONE, NUMBER, DEVICE, GENERATOR, STREAM, STORAGE, CAPSULE, ANY,
        ANY_LIST, ANY_TUPLE, ANY_ENUM, ANY_CLASS,
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ListType(Type):
    element: Type

    def __str__(self) -> str:
        return f"{self.element}[]"

    @property
    def annotation(self) -> str:
        return f"List[{self.element.annotation}]"

    def contained(self) -> tuple[Type, ...]:
        return (self.element,)

    def with_contained(self, contained: tuple[Type, ...]) -> Type:
        return ListType(contained[0])


@dataclass(frozen=True, slots=True)
class DictType(Type):
    """Keys are str, int, bool, float, complex, Tensor, or an enum; insertion order is kept."""

    key: Type
    value: Type

    def __str__(self) -> str:
        return f"Dict({self.key}, {self.value})"

    @property
    def annotation(self) -> str:
        return f"Dict[{self.key.annotation}, {self.value.annotation}]"

    def contained(self) -> tuple[Type, ...]:
        return (self.key, self.value)

    def with_contained(self, contained: tuple[Type, ...]) -> Type:
        return DictType(*contained)


@dataclass(frozen=True, slots=True)
class OptionalType(Type):
    """`element` or None. `element` is never itself Optional or None: build with `optional_of`."""

    element: Type

    def __str__(self) -> str:
        return f"{self.element}?"

    @property
    def annotation(self) -> str:
        return f"Optional[{self.element.annotation}]"

    def contained(self) -> tuple[Type, ...]:
        return (self.element,)

    def with_contained(self, contained: tuple[Type, ...]) -> Type:
        return optional_of(contained[0])


@dataclass(frozen=True, slots=True)
class UnionType(Type):
    """One of `members`, at least two, flat and without repeats: build with `union_of`."""

    members: tuple[Type, ...]

    def __str__(self) -> str:
        return f"Union({', '.join(map(str, self.members))})"

    @property
    def annotation(self) -> str:
        return f"Union[{', '.join(t.annotation for t in self.members)}]"

    def contained(self) -> tuple[Type, ...]:
        return self.members

    def with_contained(self, contained: tuple[Type, ...]) -> Type:
        return union_of(contained)


@dataclass(frozen=True, slots=True)
class TupleType(Type):
    """A tuple; a NamedTuple where `name` (qualified) and `fields` are given."""

    elements: tuple[Type, ...]
    name: str | None = None
    fields: tuple[str, ...] | None = None
    #: Defaults of the trailing fields of a NamedTuple, as Python constants.
    defaults: tuple[Any, ...] = field(default=(), compare=False, hash=False)

    def __str__(self) -> str:
        if self.name is not None:
            return self.name
        return f"({', '.join(map(str, self.elements))})"

    @property
    def annotation(self) -> str:
        if self.name is not None:
            return self.name
        if not self.elements:
            return "Tuple[()]"
        return f"Tuple[{', '.join(t.annotation for t in self.elements)}]"

    def contained(self) -> tuple[Type, ...]:
        return self.elements

    def with_contained(self, contained: tuple[Type, ...]) -> Type:
        return TupleType(contained, self.name, self.fields, self.defaults)


@dataclass(frozen=True, slots=True)
class FutureType(Type):
    element: Type

    def __str__(self) -> str:
        return f"Future({self.element})"

    @property
    def annotation(self) -> str:
        return f"Future[{self.element.annotation}]"

    def contained(self) -> tuple[Type, ...]:
        return (self.element,)

    def with_contained(self, contained: tuple[Type, ...]) -> Type:
        return FutureType(contained[0])


@dataclass(frozen=True, slots=True)
class VarType(Type):
    """A type variable of an operator schema: `t` in `aten::append.t(t[](a!) self, t el)`."""

    name: str

    def __str__(self) -> str:
        return self.name


class FunctionType(Type):
    """The type of a reference to one compiled function."""

    __slots__ = ("function",)

    def __init__(self, function: Function) -> None:
        self.function = function

    def __str__(self) -> str:
        return "Function"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FunctionType) and other.function is self.function

    def __hash__(self) -> int:
        return hash(id(self.function))


@dataclass(slots=True)
class Attribute:
    """An attribute slot of a class. `kind` is `attribute`, `parameter`, `buffer` or `submodule`."""

    name: str
    type: Type
    kind: str = "attribute"


@dataclass(slots=True)
class Property:
    name: str
    getter: str
    setter: str | None = None


class ClassType(Type):
    """A script class or the class of a module: attributes in order, methods, constants. Nominal: compares by identity.

    `name` is qualified, `__torch__.package.module.Class`. Constants are compile-time Python values: they take no slot.
    """

    __slots__ = ("attributes", "bases", "constants", "doc", "is_module", "methods", "name", "properties", "python_class")

    def __init__(self, name: str, *, is_module: bool = False) -> None:
        self.name = name
        self.is_module = is_module
        self.attributes: dict[str, Attribute] = {}
        self.methods: dict[str, Function] = {}
        self.constants: dict[str, Any] = {}
        self.properties: dict[str, Property] = {}
        self.bases: tuple[ClassType, ...] = ()
        self.doc: str | None = None
        #: The Python class this was compiled from, if any: what Python gets back when an object is returned.
        self.python_class: type | None = None

    def __str__(self) -> str:
        return self.name

    def add_attribute(self, name: str, type_: Type, kind: str = "attribute") -> Attribute:
        attribute = Attribute(name, type_, kind)
        self.attributes[name] = attribute
        return attribute


class InterfaceType(Type):
    """A set of method signatures (`torch.jit.interface`); any class that has them all is a subtype."""

    __slots__ = ("is_module", "methods", "name")

    def __init__(self, name: str, *, is_module: bool = False) -> None:
        self.name = name
        self.is_module = is_module
        #: Signatures: functions without a body.
        self.methods: dict[str, Function] = {}

    def __str__(self) -> str:
        return self.name


class EnumType(Type):
    """An enum whose members are all int, float, or str. Nominal."""

    __slots__ = ("members", "name", "python_class", "value_type")

    def __init__(self, name: str, value_type: Type, members: dict[str, int | float | str]) -> None:
        self.name = name
        self.value_type = value_type
        self.members = members
        self.python_class: type[Enum] | None = None

    def member(self, name: str) -> Any:
        """The member `name` as a Python object; the Python class is made up where the enum came from a file."""
        if self.python_class is None:
            self.python_class = Enum(self.name.rpartition(".")[2], dict(self.members))  # type: ignore[misc]
        return self.python_class[name]

    def __str__(self) -> str:
        return f"Enum<{self.name}>"

    @property
    def annotation(self) -> str:
        return self.name


def optional_of(t: Type) -> Type:
    """Optional[t], flattened: None, Any and optionals stay what they are."""
    if isinstance(t, UnionType):
        return union_of((*t.members, NONE))
    if isinstance(t, (OptionalType, NoneType, AnyType)):
        return t
    return OptionalType(t)


def union_of(members: Iterable[Type]) -> Type:
    """The union of `members`: flat, without repeats or subtypes of other members, Optional where it is one."""
    flat: list[Type] = []
    for member in members:
        for t in _flatten(member):
            if isinstance(t, AnyType):
                return ANY
            if t not in flat:
                flat.append(t)
    kept = [t for t in flat if not any(t is not o and t != o and is_subtype(t, o) for o in flat)]
    if len(kept) == 1:
        return kept[0]
    if len(kept) == 2 and NONE in kept:
        return OptionalType(kept[0] if kept[1] == NONE else kept[1])
    return UnionType(tuple(kept))


def _flatten(t: Type) -> Iterator[Type]:
    if isinstance(t, UnionType):
        for m in t.members:
            yield from _flatten(m)
    elif isinstance(t, OptionalType):
        yield from _flatten(t.element)
        yield NONE
    else:
        yield t


def is_subtype(a: Type, b: Type) -> bool:
    """Whether a value of type `a` may stand where a `b` is expected, without conversion.

    TorchScript's relation: lists and dicts are invariant, tuples covariant, `int`/`float`/`complex` below `Scalar`
    (and not below one another), a refined tensor below `Tensor`, a class below its interfaces and below `Any`.
    """
    if a is b or isinstance(b, AnyType) or a == b:
        return True
    if isinstance(a, UnionType):
        return all(is_subtype(m, b) for m in a.members)
    if isinstance(a, OptionalType):
        return is_subtype(NONE, b) and is_subtype(a.element, b)
    if isinstance(b, UnionType):
        return any(is_subtype(a, m) for m in b.members)
    if isinstance(b, OptionalType):
        return a == NONE or is_subtype(a, b.element)
    structural = _STRUCTURAL.get(type(b))
    return structural is not None and structural(a, b)


def _tensor_below(a: Type, b: Any) -> bool:
    return isinstance(a, TensorType) and (
        b == TENSOR or all(getattr(b, f) is None or getattr(a, f) == getattr(b, f) for f in TensorType.__slots__)
    )


def _list_below(a: Type, b: Any) -> bool:
    return isinstance(a, ListType) and _same(a.element, b.element)


def _dict_below(a: Type, b: Any) -> bool:
    return isinstance(a, DictType) and _same(a.key, b.key) and _same(a.value, b.value)


def _same(a: Type, b: Type) -> bool:
    """Equality up to refinement of tensors: what invariant containers ask for."""
    return a == b or (isinstance(a, TensorType) and b == TENSOR)


def _tuple_below(a: Type, b: Any) -> bool:
    if not isinstance(a, TupleType) or len(a.elements) != len(b.elements):
        return False
    if b.name is not None and (a.name != b.name or a.fields != b.fields):
        return False
    return all(is_subtype(x, y) for x, y in zip(a.elements, b.elements, strict=True))


def _future_below(a: Type, b: Any) -> bool:
    return isinstance(a, FutureType) and is_subtype(a.element, b.element)


def _class_below(a: Type, b: Any) -> bool:
    return isinstance(a, ClassType) and any(base is b or _class_below(base, b) for base in a.bases)


def _interface_below(a: Type, b: Any) -> bool:
    if not isinstance(a, (ClassType, InterfaceType)):
        return False
    return all(
        (have := a.methods.get(name)) is not None and have.schema_matches_interface(wanted)
        for name, wanted in b.methods.items()
    )


_STRUCTURAL: dict[type, Callable[[Type, Any], bool]] = {
    TensorType: _tensor_below,
    NumberType: lambda a, _: isinstance(a, (IntType, FloatType, ComplexType)),
    ListType: _list_below,
    DictType: _dict_below,
    TupleType: _tuple_below,
    FutureType: _future_below,
    ClassType: _class_below,
    InterfaceType: _interface_below,
    AnyListType: lambda a, _: isinstance(a, ListType),
    AnyTupleType: lambda a, _: isinstance(a, TupleType),
    AnyEnumType: lambda a, _: isinstance(a, EnumType),
    AnyClassType: lambda a, _: isinstance(a, ClassType),
}


def unify(a: Type, b: Type) -> Type | None:
    """The least common type of two values that meet (branches of an `if`, elements of a list), or None.

    `T` and None give Optional[T]; tuples of equal length unify element by element; lists and dicts only if equal up to
    tensor refinement. Numbers do not convert into one another.
    """
    if a == b:
        return a
    if isinstance(a, TensorType) and isinstance(b, TensorType):
        return TENSOR
    if is_subtype(a, b):
        return b
    if is_subtype(b, a):
        return a
    if a == NONE or b == NONE:
        return optional_of(b if a == NONE else a)
    if isinstance(a, OptionalType) or isinstance(b, OptionalType):
        inner = unify(
            a.element if isinstance(a, OptionalType) else a, b.element if isinstance(b, OptionalType) else b
        )
        return None if inner is None else optional_of(inner)
    if isinstance(a, TupleType) and isinstance(b, TupleType) and len(a.elements) == len(b.elements):
        elements = [unify(x, y) for x, y in zip(a.elements, b.elements, strict=True)]
        if all(e is not None for e in elements):
            return TupleType(tuple(e for e in elements if e is not None))
        return None
    if isinstance(a, (ListType, DictType, FutureType)) and type(a) is type(b):
        parts = [unify(x, y) for x, y in zip(a.contained(), b.contained(), strict=True)]
        if all(p is not None and _same(x, p) and _same(y, p) for p, x, y in zip(parts, a.contained(), b.contained(), strict=True)):
            return a.with_contained(tuple(p for p in parts if p is not None))
    return None


def unrefined(t: Type) -> Type:
    """`t` with the refinements of tensors removed, at every depth."""
    if isinstance(t, TensorType):
        return TENSOR
    contained = t.contained()
    if not contained:
        return t
    return t.with_contained(tuple(unrefined(c) for c in contained))
