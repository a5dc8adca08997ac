"""Values as pickles, opcode by opcode as torch's own pickler writes them (protocol 2, which libtorch insists on).

Tensors are `torch._utils._rebuild_tensor_v2` over a persistent id that names a record; typed lists and dicts carry their
type; an object is the name of its class, and a dict of its attributes.

Comes before: `storages.py`, `type_names.py`. Comes after: `writer.py`; `unpickler.py` is the inverse.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

from portfire.archive.class_printer import stored_attributes
from portfire.archive.storages import StorageTable, dtype_name, storage_class
from portfire.archive.type_names import Named, annotation
from portfire.archive.value_types import actual_type
from portfire.errors import SaveError
from portfire.ir.dtypes import torch_enum_number
from portfire.ir.printer import is_tensor
from portfire.ir.state import ObjectState
from portfire.ir.subtyping import unrefined
from portfire.ir.types import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    TENSOR,
    AnyType,
    DictType,
    EnumType,
    InterfaceType,
    ListType,
    OptionalType,
    TupleType,
    Type,
    UnionType,
)  # fmt: skip

_SPECIALIZED: dict[Type, str] = {
    INT: "build_intlist", FLOAT: "build_doublelist", BOOL: "build_boollist", TENSOR: "build_tensorlist",
}  # fmt: skip
_INT64 = range(-(2**63), 2**63)


class Pickler:
    """Writes one pickle. `folder` is where the storages of its tensors lie in the archive."""

    def __init__(self, name_of: Callable[[Named], str], storages: StorageTable, folder: str) -> None:
        self._name_of = name_of
        self._storages = storages
        self._folder = folder
        self._out = bytearray(b"\x80\x02")
        self._memo: dict[Any, int] = {}
        #: What is being written: it may not be met again in itself.
        self._around: set[Any] = set()
        self._memo_count = 0
        #: What was memoised by identity must live as long as the memo.
        self._alive: list[Any] = []
        self._shared_tuples: set[int] = set()

    def share(self, value: tuple[Any, ...]) -> None:
        """Push this tuple once, however often it occurs."""
        self._shared_tuples.add(id(value))
        self._alive.append(value)

    def finish(self) -> bytes:
        """The pickle."""
        return bytes(self._out) + b"."

    def value(self, value: Any, type_: Type) -> None:
        """Push a value of a declared type."""
        if isinstance(type_, (AnyType, OptionalType, UnionType, InterfaceType)):
            type_ = actual_type(value, type_)
        if value is None:
            self._out += b"N"
        elif isinstance(value, bool):
            self._out += b"\x88" if value else b"\x89"
        elif isinstance(value, Enum):
            self._enum(value, type_)
        elif isinstance(value, int):
            self._float(float(value)) if type_ == FLOAT else self._int(value)
        elif isinstance(value, float):
            self._float(value)
        elif isinstance(value, str):
            self._str(value)
        elif isinstance(value, complex):
            self._reduce("builtins", "complex", lambda: self._pair(value.real, value.imag))
        elif is_tensor(value):
            self._tensor(value)
        else:
            self._structured(value, type_)

    def _structured(self, value: Any, type_: Type) -> None:
        if isinstance(value, tuple) and isinstance(type_, ListType):
            self._list(list(value), type_)
        elif isinstance(value, tuple):
            self._tuple(value, type_.elements if isinstance(type_, TupleType) else [ANY] * len(value))
        elif isinstance(value, (list, dict, ObjectState)):
            self._shared(value, type_)
        elif type(value).__name__ == "device":
            self._device(str(value))
        else:
            number = torch_enum_number(value)
            if number is None:
                raise SaveError(f"a value of type {type(value).__qualname__} cannot be saved")
            self._int(number)

    def _pair(self, real: float, imaginary: float) -> None:
        self._float(real)
        self._float(imaginary)
        self._out += b"\x86"

    def _shared(self, value: Any, type_: Type) -> None:
        """Mutable values are pushed once: the second time, the memo is asked."""
        key = ("id", id(value))
        if self._recall(key):
            return
        self._alive.append(value)
        if key in self._around:
            what = value.cls.name.rpartition(".")[2] if isinstance(value, ObjectState) else type(value).__name__
            raise SaveError(f"a '{what}' refers to itself, by way of what it holds: a file cannot have such a circle")
        self._around.add(key)
        if isinstance(value, list):
            self._list(value, type_)
        elif isinstance(value, dict):
            self._dict(value, type_)
        else:
            self._object(value)
        self._around.discard(key)
        self._remember(key)

    def _recall(self, key: Any) -> bool:
        index = self._memo.get(key)
        if index is None:
            return False
        self._out += struct.pack("<cB", b"h", index) if index < 256 else struct.pack("<cI", b"j", index)
        return True

    def _remember(self, key: Any) -> None:
        index = self._memo_count
        self._memo[key] = index
        self._memo_count += 1
        self._out += struct.pack("<cB", b"q", index) if index < 256 else struct.pack("<cI", b"r", index)

    def _int(self, value: int) -> None:
        if 0 <= value < 256:
            self._out += struct.pack("<cB", b"K", value)
        elif 0 <= value < 65536:
            self._out += struct.pack("<cH", b"M", value)
        elif -(2**31) <= value < 2**31:
            self._out += struct.pack("<ci", b"J", value)
        elif value in _INT64:
            self._out += struct.pack("<cBq", b"\x8a", 8, value)
        else:
            raise SaveError(f"the integer {value} does not fit in 64 bits")

    def _float(self, value: float) -> None:
        self._out += struct.pack(">cd", b"G", value)

    def _str(self, value: str) -> None:
        if self._recall(("str", value)):
            return
        data = value.encode("utf-8", "surrogatepass")
        self._out += struct.pack("<cI", b"X", len(data)) + data
        self._remember(("str", value))

    def _global(self, module: str, name: str) -> None:
        if not self._recall(("global", module, name)):
            self._out += f"c{module}\n{name}\n".encode()
            self._remember(("global", module, name))

    def _reduce(self, module: str, name: str, arguments: Callable[[], None]) -> None:
        self._global(module, name)
        arguments()
        self._out += b"R"

    def _tuple(self, value: tuple[Any, ...], types: Sequence[Type]) -> None:
        if len(types) != len(value):
            raise SaveError(f"a tuple of {len(value)} elements stands where {len(types)} are declared")
        if id(value) in self._shared_tuples and self._recall(("id", id(value))):
            return
        short = {0: b")", 1: b"\x85", 2: b"\x86", 3: b"\x87"}.get(len(value))
        if short is None:
            self._out += b"("
        for item, type_ in zip(value, types, strict=True):
            self.value(item, type_)
        self._out += short or b"t"
        if id(value) in self._shared_tuples:
            self._remember(("id", id(value)))

    def _list(self, value: list[Any], type_: Type) -> None:
        element = type_.element if isinstance(type_, ListType) else ANY
        specialized = _SPECIALIZED.get(unrefined(element))
        self._global("torch.jit._pickle", specialized or "restore_type_tag")
        self._out += b"(](" if specialized else b"]("
        for item in value:
            self.value(item, element)
        self._out += b"e"
        if specialized:
            self._out += b"tR"
        else:
            self._type_tag(ListType(element))

    def _dict(self, value: dict[Any, Any], type_: Type) -> None:
        key_type, item_type = (type_.key, type_.value) if isinstance(type_, DictType) else (ANY, ANY)
        self._global("torch.jit._pickle", "restore_type_tag")
        self._out += b"}("
        for key, item in value.items():
            self.value(key, key_type)
            self.value(item, item_type)
        self._out += b"u"
        self._type_tag(DictType(key_type, item_type))

    def _type_tag(self, type_: Type) -> None:
        self._str(annotation(type_, self._name_of))
        self._out += b"\x86R"

    def _object(self, state: ObjectState) -> None:
        module, _, name = self._name_of(state.cls).rpartition(".")
        self._global(module, name)
        self._out += b")\x81}("
        for attribute, type_ in stored_attributes(state.cls).items():
            if attribute not in state.values:
                raise SaveError(f"the attribute {attribute!r} of {state.cls.name} has no value")
            self._str(attribute)
            try:
                self.value(state.values[attribute], type_)
            except SaveError as error:
                raise SaveError(f"{state.cls.name}.{attribute}: {error}") from error
        self._out += b"ub"

    def _enum(self, value: Enum, type_: Type) -> None:
        if not isinstance(type_, EnumType):
            raise SaveError(f"the enum member {value} stands where {type_} is declared")
        module, _, name = self._name_of(type_).rpartition(".")
        self._global(module, name)
        self.value(value.value, type_.value_type)
        self._out += b"R"

    def _device(self, text: str) -> None:
        if self._recall(("device", text)):
            return
        self._global("torch", "device")
        self._str(text)
        self._out += b"\x85R"
        self._remember(("device", text))

    def _tensor(self, tensor: Any) -> None:
        key = ("id", id(tensor))
        if self._recall(key):
            return
        self._alive.append(tensor)
        tensor = tensor.resolve_conj().resolve_neg() if tensor.is_conj() or tensor.is_neg() else tensor
        self._global("torch._utils", "_rebuild_qtensor" if tensor.is_quantized else "_rebuild_tensor_v2")
        self._out += b"("
        self._storage(tensor)
        self._int(tensor.storage_offset())
        for numbers in (tensor.shape, tensor.stride()):
            self._out += b"("
            for number in numbers:
                self._int(number)
            self._out += b"t"
        if tensor.is_quantized:
            self._quantizer(tensor)
        self.value(bool(tensor.requires_grad), BOOL)
        self._global("collections", "OrderedDict")  # backward hooks, which are never saved
        self._out += b")RtR"
        self._remember(key)

    def _quantizer(self, tensor: Any) -> None:
        scheme = str(tensor.qscheme()).rpartition(".")[2]
        self._out += b"("
        self._global("torch", scheme)
        if scheme == "per_tensor_affine":
            self._float(tensor.q_scale())
            self._int(tensor.q_zero_point())
        elif scheme in ("per_channel_affine", "per_channel_affine_float_qparams"):
            self._tensor(tensor.q_per_channel_scales())
            self._tensor(tensor.q_per_channel_zero_points())
            self._int(tensor.q_per_channel_axis())
        else:
            raise SaveError(f"a tensor quantized as {scheme} cannot be saved")
        self._out += b"t"

    def _storage(self, tensor: Any) -> None:
        record = self._storages.record(tensor, self._folder)
        if self._recall(("storage", record, dtype_name(tensor))):
            return
        self._out += b"("
        self._str("storage")
        self._global("torch", storage_class(tensor))
        self._str(record.rpartition("/")[2])
        self._str(str(tensor.device))
        self._int(tensor.untyped_storage().nbytes() // tensor.element_size())
        self._out += b"tQ"
        self._remember(("storage", record, dtype_name(tensor)))
