"""The tables of a program: strings, types, operators, tensors and constants, each entered once.

Comes before: `lowering.py` and `program_writer.py`, which fill and write them. The encodings are in `docs/program-format.md`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from portfire.errors import InternalError, SaveError
from portfire.ir.builder import constant_type
from portfire.ir.dtypes import DTYPE_NUMBERS, torch_enum_number
from portfire.ir.graph import Function, Graph, Node, Parameter
from portfire.ir.state import ObjectState
from portfire.ir.subtyping import unrefined
from portfire.ir.types import (
    ANY,
    ANY_CLASS,
    ANY_ENUM,
    ANY_LIST,
    ANY_TUPLE,
    BOOL,
    CAPSULE,
    COMPLEX,
    DEVICE,
    FLOAT,
    GENERATOR,
    INT,
    NONE,
    NUMBER,
    STORAGE,
    STR,
    STREAM,
    TENSOR,
    ClassType,
    DictType,
    EnumType,
    FunctionType,
    FutureType,
    InterfaceType,
    ListType,
    OptionalType,
    TensorType,
    TupleType,
    Type,
    UnionType,
    VarType,
)  # fmt: skip


class Bytes:
    """A growing byte string with the format's encodings."""

    def __init__(self) -> None:
        self.data = bytearray()

    def u8(self, value: int) -> None:
        """One byte."""
        self.data.append(value)

    def u64(self, value: int) -> None:
        """Eight bytes, little-endian."""
        self.data += struct.pack("<Q", value)

    def f64(self, value: float) -> None:
        """A double, little-endian."""
        self.data += struct.pack("<d", value)

    def var(self, value: int) -> None:
        """Unsigned LEB128."""
        assert value >= 0
        while value > 0x7F:
            self.data.append(value & 0x7F | 0x80)
            value >>= 7
        self.data.append(value)

    def svar(self, value: int) -> None:
        """Zigzag LEB128."""
        self.var(value << 1 if value >= 0 else (-value << 1) - 1)

    def vars(self, values: list[int]) -> None:
        """A counted list of `var`."""
        self.var(len(values))
        for value in values:
            self.var(value)


_LEAF_KINDS: dict[Type, int] = {
    TENSOR: 0, INT: 1, FLOAT: 2, COMPLEX: 3, BOOL: 4, STR: 5, NONE: 6, NUMBER: 7, DEVICE: 8, GENERATOR: 9, STREAM: 10,
    STORAGE: 11, CAPSULE: 12, ANY: 13, ANY_LIST: 14, ANY_TUPLE: 15, ANY_ENUM: 16, ANY_CLASS: 17,
}  # fmt: skip
_LIST, _DICT, _OPTIONAL, _UNION, _TUPLE, _FUTURE, _CLASS, _INTERFACE, _ENUM, _FUNCTION, _VAR = range(18, 29)

#: Gives the record a tensor's storage lies in, and the storage's bytes.
StorageRecord = Callable[[Any], tuple[str, int]]


@dataclass(slots=True)
class _Table:
    """Encoded rows, each found again by a key."""

    rows: list[bytes]
    index: dict[Hashable, int]

    @classmethod
    def empty(cls) -> _Table:
        return cls([], {})

    def find(self, key: Hashable) -> int | None:
        return self.index.get(key)

    def add(self, key: Hashable | None, row: bytes) -> int:
        if key is not None:
            self.index[key] = len(self.rows)
        self.rows.append(row)
        return len(self.rows) - 1

    def payload(self) -> bytes:
        out = Bytes()
        out.var(len(self.rows))
        for row in self.rows:
            out.data += row
        return bytes(out.data)


class ProgramTables:
    """Everything that instructions and signatures refer to by number."""

    def __init__(self, storage_record: StorageRecord | None = None) -> None:
        self.storage_record = storage_record
        self.strings = _Table.empty()
        self.types = _Table.empty()
        self.ops = _Table.empty()
        self.storages = _Table.empty()
        self.tensor_rows = _Table.empty()
        self.constants = _Table.empty()
        self.objects: list[ObjectState] = []
        self.tensors: list[Any] = []
        self.functions: dict[Function, int] = {}
        self.classes: dict[ClassType, int] = {}
        self._class_names: dict[str, Type] = {}
        self._object_index: dict[int, int] = {}
        self._kept_alive: list[Any] = []
        #: Functions that came up while lowering: bodies of forks.
        self.pending: list[Function] = []

    # Names and types

    def string(self, text: str) -> int:
        """The number of a string."""
        found = self.strings.find(text)
        if found is not None:
            return found
        row = Bytes()
        encoded = text.encode("utf-8", "surrogatepass")
        row.var(len(encoded))
        return self.strings.add(text, bytes(row.data + encoded))

    def op(self, name: str, overload: str) -> int:
        """The number of an operator."""
        found = self.ops.find((name, overload))
        if found is not None:
            return found
        row = Bytes()
        row.var(self.string(name))
        row.var(self.string(overload))
        return self.ops.add((name, overload), bytes(row.data))

    def type(self, type_: Type) -> int:
        """The number of a type; refinements of tensors are dropped."""
        type_ = TENSOR if isinstance(type_, TensorType) else type_
        found = self.types.find(type_)
        if found is not None:
            return found
        plain = unrefined(type_)
        if plain is not type_ and plain != type_:
            return self.type(plain)
        row = Bytes()
        if type_ in _LEAF_KINDS:
            row.u8(_LEAF_KINDS[type_])
        else:
            self._compound_type(type_, row)
        return self.types.add(type_, bytes(row.data))

    def _compound_type(self, type_: Type, row: Bytes) -> None:
        inner = [self.type(t) for t in type_.contained()]
        if isinstance(type_, (ListType, OptionalType, FutureType)):
            kind = _LIST if isinstance(type_, ListType) else _OPTIONAL if isinstance(type_, OptionalType) else _FUTURE
            row.u8(kind)
            row.var(inner[0])
        elif isinstance(type_, DictType):
            row.u8(_DICT)
            row.var(inner[0])
            row.var(inner[1])
        elif isinstance(type_, UnionType):
            row.u8(_UNION)
            row.vars(inner)
        elif isinstance(type_, TupleType):
            row.u8(_TUPLE)
            row.vars(inner)
            row.var(self.string(type_.name or ""))
            row.vars([self.string(f) for f in type_.fields or ()])
        elif isinstance(type_, (ClassType, InterfaceType)):
            self._claim_name(type_.name, type_)
            row.u8(_CLASS if isinstance(type_, ClassType) else _INTERFACE)
            row.var(self.string(type_.name))
        elif isinstance(type_, EnumType):
            self._claim_name(type_.name, type_)
            members = [(self.string(n), self.constant(v, type_.value_type)) for n, v in type_.members.items()]
            values = self.type(type_.value_type)
            row.u8(_ENUM)
            row.var(self.string(type_.name))
            row.var(values)
            row.var(len(members))
            for name, value in members:
                row.var(name)
                row.var(value)
        elif isinstance(type_, FunctionType):
            row.u8(_FUNCTION)
        elif isinstance(type_, VarType):
            row.u8(_VAR)
        else:
            raise InternalError(f"type {type_} has no encoding")

    def _claim_name(self, name: str, type_: Type) -> None:
        owner = self._class_names.setdefault(name, type_)
        if owner is not type_:
            raise InternalError(f"two types of one program are named {name}")

    def class_(self, type_: Type) -> int:
        """The number of a class, among the classes the program defines."""
        assert isinstance(type_, ClassType)
        self.type(type_)
        return self.classes.setdefault(type_, len(self.classes))

    def function(self, function: Function) -> int:
        """The number of a function; one that is new is to be written too."""
        number = self.functions.get(function)
        if number is None:
            number = self.functions[function] = len(self.functions)
            self.pending.append(function)
        return number

    def subgraph(self, graph: Graph, node: Node) -> int:
        """The body of a fork, as a function."""
        parameters = [Parameter(v.name or f"v{i}", v.type) for i, v in enumerate(graph.inputs)]
        function = Function("__fork__", parameters, graph.outputs[0].type if graph.outputs else NONE, graph, node.range)
        self._kept_alive.append(function)
        return self.function(function)

    # Constants

    def constant(self, value: Any, type_: Type | None = None) -> int:
        """A constant of code or of a default; equal constants are one."""
        if value is None and type_ is not None and isinstance(type_, FunctionType):
            value = type_.function
        number = torch_enum_number(value)
        if number is not None:
            value = number
        if (isinstance(value, (bool, int, float, complex, str)) and not isinstance(value, Enum)) or value is None:
            return self._scalar(value)
        if isinstance(value, Function):
            return self._tagged(13, ("function", value), [self.function(value)])
        if isinstance(value, ObjectState):
            return self._tagged(14, ("object", id(value)), [self.object(value)])
        if isinstance(value, (list, tuple, dict)):
            return self._container(value, type_ or constant_type(value))
        if isinstance(value, Enum):
            return self._enum(value.name, type_)
        name = type(value).__name__
        if name == "device":
            return self._tagged(8, ("device", str(value)), [self.string(str(value))])
        if hasattr(value, "untyped_storage"):
            return self._tagged(7, ("tensor", id(value)), [self.tensor(value)])
        raise SaveError(f"a value of type {type(value).__qualname__} cannot be part of a program")

    def _scalar(self, value: Any) -> int:
        row = Bytes()
        key: Hashable = (type(value), value)
        if value is None:
            row.u8(0)
        elif isinstance(value, bool):
            row.u8(2 if value else 1)
        elif isinstance(value, int):
            if not -(2**63) <= value < 2**63:
                raise SaveError(f"the integer {value} does not fit into 64 bits")
            row.u8(3)
            row.svar(value)
        elif isinstance(value, float):
            row.u8(4)
            row.f64(value)
            key = (float, struct.pack("<d", value))
        elif isinstance(value, complex):
            row.u8(5)
            row.f64(value.real)
            row.f64(value.imag)
            key = (complex, struct.pack("<dd", value.real, value.imag))
        else:
            row.u8(6)
            row.var(self.string(value))
        found = self.constants.find(key)
        return found if found is not None else self.constants.add(key, bytes(row.data))

    def _tagged(self, tag: int, key: Hashable, fields: list[int]) -> int:
        found = self.constants.find(key)
        if found is not None:
            return found
        row = Bytes()
        row.u8(tag)
        for field in fields:
            row.var(field)
        return self.constants.add(key, bytes(row.data))

    def _container(self, value: Any, type_: Type) -> int:
        """Lists and dicts can change, so two equal ones stay two; one that is met twice is one."""
        while isinstance(type_, OptionalType):
            type_ = type_.element
        if not isinstance(type_, (ListType, DictType, TupleType)):
            type_ = constant_type(value)
        key = ("container", id(value))
        found = self.constants.find(key)
        if found is not None:
            return found
        self._kept_alive.append(value)
        inner = type_.contained()
        row = Bytes()
        if isinstance(type_, DictType):
            items = [(self.constant(k, inner[0]), self.constant(v, inner[1])) for k, v in value.items()]
            row.u8(11)
            row.var(self.type(type_))
            row.var(len(items))
            for k, v in items:
                row.var(k)
                row.var(v)
        else:
            types = [inner[0]] * len(value) if isinstance(type_, ListType) else list(inner)
            numbers = [self.constant(v, t) for v, t in zip(value, types, strict=True)]
            row.u8(9 if isinstance(type_, ListType) else 10)
            row.var(self.type(type_))
            row.vars(numbers)
        return self.constants.add(key, bytes(row.data))

    def _enum(self, member: str, type_: Type | None) -> int:
        if not isinstance(type_, EnumType):
            raise InternalError(f"the enum member {member} came without its type")
        return self._tagged(12, ("enum", type_, member), [self.type(type_), self.string(member)])

    # State

    def object(self, state: ObjectState) -> int:
        """The number of an object; its class and its values are entered when the objects are written."""
        number = self._object_index.get(id(state))
        if number is None:
            number = self._object_index[id(state)] = len(self.objects)
            self.objects.append(state)
            self.class_(state.cls)
        return number

    def tensor(self, tensor: Any) -> int:
        """The number of a tensor; with a storage record, its layout is entered as well."""
        found = self.tensor_rows.find(id(tensor))
        if found is not None:
            return found
        self.tensors.append(tensor)
        row = Bytes()
        row.u8(DTYPE_NUMBERS[str(tensor.dtype).removeprefix("torch.")])
        if self.storage_record is None:
            for empty_list_or_zero in (0, 0, 0, 0):
                row.var(empty_list_or_zero)
        else:
            self._tensor_layout(tensor, row)
        is_parameter = type(tensor).__name__ == "Parameter"
        row.u8(int(tensor.requires_grad) | is_parameter << 1)
        row.var(self.string(str(tensor.device)))
        return self.tensor_rows.add(id(tensor), bytes(row.data))

    def _tensor_layout(self, tensor: Any, row: Bytes) -> None:
        assert self.storage_record is not None
        record, size = self.storage_record(tensor)
        storage = self.storages.find(record)
        if storage is None:
            storage_row = Bytes()
            storage_row.var(self.string(record))
            storage_row.u64(size)
            storage = self.storages.add(record, bytes(storage_row.data))
        for dims in (tensor.shape, tensor.stride()):
            row.var(len(dims))
            for n in dims:
                row.svar(n)
        row.var(storage)
        row.svar(tensor.storage_offset())
