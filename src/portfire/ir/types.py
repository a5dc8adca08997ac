"""The types of the graph IR: TorchScript's type system.

Structural types are frozen dataclasses that compare by content. Nominal types (`ClassType`, `InterfaceType`,
`EnumType`) compare by identity: two classes of the same name in two compilation units are two types.

Every type has two spellings, both TorchScript's own:
* `str(t)`: the form of `.graph` and of operator schemas: `Tensor`, `int[]`, `str?`, `Dict(str, Tensor)`, `(int, float)`.
* `t.annotation`: the form of `.code` and of Python annotations: `List[int]`, `Optional[str]`, `Tuple[int, float]`.
dtype, layout, memory format and quantisation scheme are `int` in TorchScript; so they are here.

Comes before: `dtypes.py`. Comes after: `subtyping.py`, `graph.py`, `ops/schema.py`.
"""

from __future__ import annotations

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
        """See `Type.annotation`."""
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
        """See `Type.annotation`."""
        return "Tensor"


@dataclass(frozen=True, slots=True)
class IntType(_Leaf):
    """A 64-bit integer; also dtypes, layouts and memory formats.

    `form`: what it is in Python (`dtype`), where it is no int there. It makes no other type: see `forms.py`.
    """

    form: str | None = field(default=None, compare=False, kw_only=True)

    graph_name: ClassVar[str] = "int"


class FloatType(_Leaf):
    """A double."""

    graph_name = "float"


class ComplexType(_Leaf):
    """A pair of doubles."""

    graph_name = "complex"


class BoolType(_Leaf):
    """A truth value; unlike in Python, not an `int`."""

    graph_name = "bool"


@dataclass(frozen=True, slots=True)
class StrType(_Leaf):
    """Text. `form`: `bytes`, where its characters, all below 256, are the bytes that Python has there."""

    form: str | None = field(default=None, compare=False, kw_only=True)

    graph_name: ClassVar[str] = "str"


class NoneType(_Leaf):
    """The type of None."""

    graph_name = "NoneType"
    python_name = "NoneType"


class NumberType(_Leaf):
    """`int`, `float`, `complex` or `bool`: what ATen's schemas call Scalar."""

    graph_name = "Scalar"
    python_name = "number"


class DeviceType(_Leaf):
    """A `torch.device`."""

    graph_name = "Device"


class GeneratorType(_Leaf):
    """A source of random numbers, `torch.Generator`."""

    graph_name = "Generator"


class StreamType(_Leaf):
    """A queue of work on a device, `torch.Stream`."""

    graph_name = "Stream"


class StorageType(_Leaf):
    """The memory behind a tensor."""

    graph_name = "Storage"


class CapsuleType(_Leaf):
    """An opaque host object; it cannot be saved."""

    graph_name = "Capsule"


class AnyType(_Leaf):
    """The top type. A value of it must be refined with `isinstance` before use."""

    graph_name = "Any"


class AnyListType(_Leaf):
    """Any list: an operand of operators that do not care for the element type."""

    graph_name = "list"


class AnyTupleType(_Leaf):
    """Any tuple."""

    graph_name = "tuple"


class AnyEnumType(_Leaf):
    """A member of any enum."""

    graph_name = "AnyEnumType"


class AnyClassType(_Leaf):
    """An object of any class."""

    graph_name = "AnyClassType"


TENSOR = TensorType()
INT = IntType()
DTYPE = IntType(form="dtype")
FLOAT = FloatType()
COMPLEX = ComplexType()
BOOL = BoolType()
STR = StrType()
BYTES = StrType(form="bytes")
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
    """A list of `element`s; it can grow.

    `form`: what it is in Python (`tuple`, `Size`), where it is no list there. It makes no other type: see `forms.py`.
    """

    element: Type
    form: str | None = field(default=None, compare=False, kw_only=True)

    def __str__(self) -> str:
        return f"{self.element}[]"

    @property
    def annotation(self) -> str:
        """See `Type.annotation`."""
        return f"List[{self.element.annotation}]"

    def contained(self) -> tuple[Type, ...]:
        """See `Type.contained`."""
        return (self.element,)

    def with_contained(self, contained: tuple[Type, ...]) -> Type:
        """See `Type.with_contained`."""
        return ListType(contained[0], form=self.form)


#: `torch.Size`.
SIZE = ListType(INT, form="Size")


@dataclass(frozen=True, slots=True)
class DictType(Type):
    """Insertion order is kept.

    `form`: what it is in Python (`set`, `OrderedDict`), where it is no dict there. It makes no other type: see `forms.py`.
    """

    key: Type
    value: Type
    form: str | None = field(default=None, compare=False, kw_only=True)
    #: Of a TypedDict: the types of the values, by key.
    fields: tuple[tuple[str, Type], ...] = field(default=(), compare=False, kw_only=True)

    def __str__(self) -> str:
        return f"Dict({self.key}, {self.value})"

    @property
    def annotation(self) -> str:
        """See `Type.annotation`."""
        return f"Dict[{self.key.annotation}, {self.value.annotation}]"

    def contained(self) -> tuple[Type, ...]:
        """See `Type.contained`."""
        return (self.key, self.value)

    def with_contained(self, contained: tuple[Type, ...]) -> Type:
        """See `Type.with_contained`."""
        return DictType(*contained, form=self.form, fields=self.fields)


@dataclass(frozen=True, slots=True)
class OptionalType(Type):
    """`element` or None. `element` is never itself Optional or None: build with `subtyping.optional_of`."""

    element: Type

    def __str__(self) -> str:
        return f"{self.element}?"

    @property
    def annotation(self) -> str:
        """See `Type.annotation`."""
        return f"Optional[{self.element.annotation}]"

    def contained(self) -> tuple[Type, ...]:
        """See `Type.contained`."""
        return (self.element,)

    def with_contained(self, contained: tuple[Type, ...]) -> Type:
        """See `Type.with_contained`."""
        from portfire.ir.subtyping import optional_of

        return optional_of(contained[0])


@dataclass(frozen=True, slots=True)
class UnionType(Type):
    """One of `members`, at least two, flat and without repeats: build with `subtyping.union_of`."""

    members: tuple[Type, ...]

    def __str__(self) -> str:
        return f"Union({', '.join(map(str, self.members))})"

    @property
    def annotation(self) -> str:
        """See `Type.annotation`."""
        return f"Union[{', '.join(t.annotation for t in self.members)}]"

    def contained(self) -> tuple[Type, ...]:
        """See `Type.contained`."""
        return self.members

    def with_contained(self, contained: tuple[Type, ...]) -> Type:
        """See `Type.with_contained`."""
        from portfire.ir.subtyping import union_of

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
        """See `Type.annotation`."""
        if self.name is not None:
            return self.name
        if not self.elements:
            return "Tuple[()]"
        return f"Tuple[{', '.join(t.annotation for t in self.elements)}]"

    def contained(self) -> tuple[Type, ...]:
        """See `Type.contained`."""
        return self.elements

    def with_contained(self, contained: tuple[Type, ...]) -> Type:
        """See `Type.with_contained`."""
        return TupleType(contained, self.name, self.fields, self.defaults)


@dataclass(frozen=True, slots=True)
class ExceptionType(TupleType):
    """An exception: the qualified name of its class, its message, its value and its origin (docs/program-format.md)."""

    #: The Python classes it is known to be of, or of one below: what a test in the program has shown.
    classes: tuple[type, ...] = field(default=(), compare=False, hash=False)

    def __str__(self) -> str:
        return "Exception"

    @property
    def annotation(self) -> str:
        """See `Type.annotation`."""
        return "Exception"

    def with_contained(self, contained: tuple[Type, ...]) -> Type:
        """See `Type.with_contained`."""
        return self


EXCEPTION = ExceptionType((STR, STR, ANY, ANY))
LEAF_TYPES[str(EXCEPTION)] = EXCEPTION


@dataclass(frozen=True, slots=True)
class FutureType(Type):
    """The result of a fork, to be waited for."""

    element: Type

    def __str__(self) -> str:
        return f"Future({self.element})"

    @property
    def annotation(self) -> str:
        """See `Type.annotation`."""
        return f"Future[{self.element.annotation}]"

    def contained(self) -> tuple[Type, ...]:
        """See `Type.contained`."""
        return (self.element,)

    def with_contained(self, contained: tuple[Type, ...]) -> Type:
        """See `Type.with_contained`."""
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
    """A property of a class: the names of the methods that read and write it."""

    name: str
    getter: str
    setter: str | None = None


class ClassType(Type):
    """A script class or the class of a module: attributes in order, methods, constants. Nominal: compares by identity.

    `name` is qualified, `__torch__.package.module.Class`. Constants are compile-time Python values: they take no slot.
    """

    __slots__ = (
        "attributes", "bases", "constants", "doc", "exception_bases", "is_module", "methods", "name", "properties",
        "python_class",
    )  # fmt: skip

    def __init__(self, name: str, *, is_module: bool = False) -> None:
        self.name = name
        self.is_module = is_module
        self.attributes: dict[str, Attribute] = {}
        self.methods: dict[str, Function] = {}
        self.constants: dict[str, Any] = {}
        self.properties: dict[str, Property] = {}
        self.bases: tuple[ClassType, ...] = ()
        #: Of an exception: the qualified names of those of Python's own that it derives from.
        self.exception_bases: tuple[str, ...] = ()
        self.doc: str | None = None
        #: The Python class this was compiled from, if any: what Python gets back when an object is returned.
        self.python_class: type | None = None

    def __str__(self) -> str:
        return self.name

    def add_attribute(self, name: str, type_: Type, kind: str = "attribute") -> Attribute:
        """Add a slot at the end."""
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

    __slots__ = ("_made_up", "members", "name", "python_class", "value_type")

    def __init__(self, name: str, value_type: Type, members: dict[str, int | float | str]) -> None:
        self.name = name
        self.value_type = value_type
        self.members = members
        self.python_class: type[Enum] | None = None
        self._made_up: type[Enum] | None = None

    def member(self, name: str) -> Any:
        """The member `name` as a Python object; of a class made up for it where the enum came from a file."""
        if self.python_class is not None:
            return self.python_class[name]
        if self._made_up is None:
            self._made_up = Enum(self.name.rpartition(".")[2], dict(self.members))  # type: ignore[misc]
        return self._made_up[name]

    def __str__(self) -> str:
        return f"Enum<{self.name}>"

    @property
    def annotation(self) -> str:
        """See `Type.annotation`."""
        return self.name
